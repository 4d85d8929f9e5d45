import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.people import WEBINAR, custom, form

from leadwire.domain.columns import FIXED_COLUMNS, grow
from leadwire.domain.forms import Consent, FormVersion, HiddenField, Option, Question
from leadwire.domain.project import REASONS, Answer, Fault, Lead, Projection, Projector

FIRST_NAME, EMAIL, COLOUR, GREW_UP = (question.id for question in WEBINAR.questions)
BLANK = {
    "first_name": None,
    "email": None,
    "cual_es_tu_color_favorito": None,
    "donde_creciste": None,
    "consent_0": None,
    "hidden_hidden_field": "abc678",
    "hidden_utm_source": "linkedin",
}
NUL, SURROGATE = "a\x00b", "a\ud83d"


def text(question_id: str, value: object) -> Answer:
    return Answer(question_id, "text", value)


def choice(question_id: str, *options: object) -> Answer:
    return Answer(question_id, "choice", options)


def lead(*answers: Answer, consents: tuple[tuple[str, object], ...] = ()) -> Lead:
    return Lead(
        id="249592fc-d272-44ba-a7db-c2bdce579507-6",
        owner="urn:li:sponsoredAccount:1234567",
        lead_type="SPONSORED",
        form_id="7234246",
        form_version=1,
        submitted_at=1_689_894_599_288,
        test_lead=True,
        campaign_id="198356826",
        creative_id="241257736",
        associated_entity="urn:li:sponsoredCreative:241257736",
        answers=answers,
        consents=consents,
    )


def project(
    version: FormVersion | None, *answers: Answer, **more: tuple[tuple[str, object], ...]
) -> Projection:
    """Onto the columns that WEBINAR made."""
    return Projector(version, grow((), WEBINAR).columns).project(lead(*answers, **more))


def test_a_recorded_lead_becomes_a_row_whatever_the_order_of_its_answers() -> None:
    projection = project(
        WEBINAR,
        text(EMAIL, "ada@example.com"),
        choice(COLOUR, "0", "4"),
        text(GREW_UP, "México 🌵"),
        text(FIRST_NAME, "Ada"),
        consents=(("0", True),),
    )
    assert projection.cells == {
        "first_name": "Ada",
        "email": "ada@example.com",
        "cual_es_tu_color_favorito": ["Rojo", "Verde"],
        "donde_creciste": "México 🌵",
        "consent_0": True,
        "hidden_hidden_field": "abc678",
        "hidden_utm_source": "linkedin",
    }
    assert list(projection.cells) == list(BLANK)
    assert (projection.extras, projection.faults) == ({}, ())


def test_what_was_not_answered_is_none_and_an_empty_answer_is_empty() -> None:
    assert project(WEBINAR).cells == BLANK
    projection = project(WEBINAR, text(FIRST_NAME, ""), choice(COLOUR), consents=(("0", False),))
    assert projection.cells == BLANK | {"first_name": "", "cual_es_tu_color_favorito": [], "consent_0": False}


def test_leads_do_not_share_their_rows() -> None:
    projector = Projector(WEBINAR, grow((), WEBINAR, max_columns=0).columns)
    first = projector.project(lead(text("99", "x")))
    assert set(projector.project(lead()).extras) == set(first.extras) - {"question:99"}


@pytest.mark.parametrize(
    ("answer", "column", "fault"),
    [
        (
            Answer(EMAIL, "odd", '{"x": 1}'),
            "email",
            Fault("email", "odd_answer", '{"x": 1}', None),
        ),
        (Answer(EMAIL, "odd", None), "email", Fault("email", "odd_answer", "null", None)),
        (text(EMAIL, 7), "email", Fault("email", "odd_answer", "7", None)),
        (choice(EMAIL, "0"), "email", Fault("email", "kind_differs", '["0"]', None)),
        (
            text(COLOUR, "Rojo"),
            "cual_es_tu_color_favorito",
            Fault("cual_es_tu_color_favorito", "kind_differs", '"Rojo"', "Rojo"),
        ),
        (
            choice(COLOUR, "0", "3"),
            "cual_es_tu_color_favorito",
            Fault("cual_es_tu_color_favorito", "unknown_option", '["0", "3"]', None),
        ),
        (
            Answer(COLOUR, "choice", "0"),
            "cual_es_tu_color_favorito",
            Fault("cual_es_tu_color_favorito", "odd_answer", '"0"', "0"),
        ),
    ],
)
def test_a_field_that_fails_is_empty_and_noted_and_no_other_field_suffers(
    answer: Answer, column: str, fault: Fault
) -> None:
    projection = project(WEBINAR, text(FIRST_NAME, "Ada"), answer, text(GREW_UP, "Mexico"))
    assert projection.cells == BLANK | {"first_name": "Ada", column: None, "donde_creciste": "Mexico"}
    assert projection.faults == (fault,)
    assert projection.extras == {}


@pytest.mark.parametrize("accepted", [None, "true", 1, 0, {"accepted": True}])
def test_a_consent_is_a_boolean_or_a_fault(accepted: object) -> None:
    projection = project(WEBINAR, consents=(("0", accepted),))
    assert projection.cells == BLANK
    (fault,) = projection.faults
    assert (fault.column, fault.reason, json.loads(fault.raw)) == ("consent_0", "not_boolean", accepted)


@pytest.mark.parametrize(
    ("sent", "stored"), [(NUL, "a\ufffdb"), (SURROGATE, "a\ufffd"), ("é\x00", "é\ufffd")]
)
def test_text_that_no_database_takes_is_stored_with_a_mark_and_noted(sent: str, stored: str) -> None:
    projection = project(WEBINAR, text(EMAIL, sent))
    assert projection.cells["email"] == stored
    assert projection.faults == (Fault("email", "text_replaced", json.dumps(sent), stored),)
    assert json.loads(projection.faults[0].raw) == sent


def test_marks_also_stand_in_options_and_hidden_fields() -> None:
    odd = form(
        [replace(custom("1", "Size", "choice"), options=(Option("0", NUL), Option("1", "L")))],
        hidden_fields=[HiddenField("utm", SURROGATE), HiddenField("none", None)],
    )
    projector = Projector(odd, grow((), odd).columns)
    projection = projector.project(lead(choice("1", "0", "1")))
    assert projection.cells == {"size": ["a\ufffdb", "L"], "hidden_utm": "a\ufffd", "hidden_none": None}
    assert [(fault.column, fault.reason, fault.text) for fault in projection.faults] == [
        ("hidden_utm", "text_replaced", "a\ufffd"),
        ("size", "text_replaced", None),
    ]


def test_the_first_of_two_answers_stays_and_the_second_is_noted() -> None:
    projection = project(
        WEBINAR,
        text(EMAIL, "a@x"),
        text(EMAIL, "b@x"),
        text("99", "c"),
        text("99", "d"),
        consents=(("0", False),) * 2,
    )
    assert (projection.cells["email"], projection.extras) == ("a@x", {"question:99": "c"})
    assert projection.faults == (
        Fault("email", "answered_twice", '"b@x"', "b@x"),
        Fault(None, "answered_twice", '"d"', "d"),
        Fault("consent_0", "answered_twice", "false", None),
    )
    late = project(WEBINAR, Answer(EMAIL, "odd", "{}"), text(EMAIL, "b@x"))
    assert (late.cells["email"], len(late.faults)) == ("b@x", 1)


def test_what_the_version_does_not_ask_goes_to_extras() -> None:
    projection = project(
        WEBINAR,
        text("1", "gone question"),
        choice("2", "0", "4"),
        Answer("", "odd", "[]"),
        consents=(("5", True),),
    )
    assert projection.cells == BLANK
    assert projection.extras == {"question:1": "gone question", "question:2": ["0", "4"], "consent:5": True}
    assert projection.faults == (Fault(None, "odd_answer", "[]", None),)


def test_what_has_no_column_goes_to_extras_by_its_identity() -> None:
    projector = Projector(WEBINAR, (*FIXED_COLUMNS, *grow((), WEBINAR, max_columns=2).columns))
    projection = projector.project(
        lead(text(EMAIL, "a@x"), choice(COLOUR, "1"), text(GREW_UP, NUL), consents=(("0", True),))
    )
    assert projection.cells == {"first_name": None, "email": "a@x"}
    assert projection.extras == {
        "hidden:hidden_field": "abc678",
        "hidden:utm_source": "linkedin",
        f"question:{COLOUR}": ["Azul"],
        f"question:{GREW_UP}": "a\ufffdb",
        "consent:0": True,
    }
    assert projection.faults == (Fault(None, "text_replaced", json.dumps(NUL), "a\ufffdb"),)


def test_an_old_lead_is_read_with_the_options_and_values_of_its_own_version() -> None:
    newer = replace(
        WEBINAR,
        version=2,
        questions=(
            *WEBINAR.questions[:2],
            replace(WEBINAR.questions[2], options=(Option("0", "Negro"), Option("4", "Blanco"))),
            custom("9", "Team size"),
        ),
        hidden_fields=(HiddenField("utm_source", "mail"),),
    )
    columns = grow(grow((), WEBINAR).columns, newer).columns
    answers = lead(choice(COLOUR, "0", "4"), text("9", "51+"))
    old, new = Projector(WEBINAR, columns).project(answers), Projector(newer, columns).project(answers)
    assert old.cells == BLANK | {"cual_es_tu_color_favorito": ["Rojo", "Verde"], "team_size": None}
    assert old.extras == {"question:9": "51+"}
    assert new.cells["cual_es_tu_color_favorito"] == ["Negro", "Blanco"]
    assert (new.cells["team_size"], new.cells["hidden_utm_source"]) == ("51+", "mail")
    assert new.cells["hidden_hidden_field"] is None


def test_a_question_that_changed_its_type_loses_no_value() -> None:
    old, new = (
        form([custom("1", "Size")]),
        form([replace(custom("1", "Size", "choice"), options=(Option("0", "L"),))]),
    )
    columns = grow(grow((), old).columns, replace(new, version=2)).columns
    plain, listed = (column.name for column in columns)
    assert Projector(old, columns).project(lead(text("1", "l"))).cells == {plain: "l", listed: None}
    assert Projector(new, columns).project(lead(choice("1", "0"))).cells == {plain: None, listed: ["L"]}


def test_a_second_predefined_question_has_its_own_column() -> None:
    twice = form([Question("1", "EMAIL", "text"), Question("2", "EMAIL", "text", "Other mail")])
    projector = Projector(twice, grow((), twice).columns)
    assert projector.project(lead(text("2", "b"), text("1", "a"))).cells == {"email": "a", "other_mail": "b"}


@pytest.mark.parametrize("version", [None, replace(WEBINAR, version=2, questions=(), reconstructed=True)])
def test_a_lead_of_an_unknown_version_goes_by_question_id(version: FormVersion | None) -> None:
    projection = project(
        version,
        text(EMAIL, "a@x"),
        choice(COLOUR, "0"),
        text(COLOUR, "rojo"),
        choice(GREW_UP, "1"),
        text("1", "new"),
        Answer(FIRST_NAME, "odd", "{}"),
        consents=(("0", True), ("7", False)),
    )
    assert projection.cells == dict.fromkeys(BLANK) | {"email": "a@x", "consent_0": True}
    assert projection.extras == {
        f"question:{COLOUR}": ["0"],
        f"question:{GREW_UP}": ["1"],
        "question:1": "new",
        "consent:7": False,
    }
    assert projection.faults == (
        Fault(None, "answered_twice", '"rojo"', "rojo"),
        Fault("first_name", "odd_answer", "{}", None),
    )


def test_an_unknown_version_uses_the_column_that_a_question_had_last() -> None:
    first = grow((), form([custom("1", "Mail")])).columns
    columns = grow(first, form([Question("1", "EMAIL", "text")], version=2)).columns
    assert Projector(None, columns).project(lead(text("1", "a@x"))).cells == {"mail": None, "email": "a@x"}
    assert Projector(None, columns[::-1]).project(lead(text("1", "a@x"))).cells == {
        "mail": None,
        "email": "a@x",
    }


def test_of_two_hidden_fields_of_one_name_the_first_counts() -> None:
    odd = form(hidden_fields=[HiddenField("utm", "a"), HiddenField("utm", "b")])
    projection = Projector(odd, grow((), odd).columns).project(lead())
    assert (projection.cells, projection.faults) == ({"hidden_utm": "a"}, ())


def test_what_people_answered_is_in_no_repr() -> None:
    answered = lead(text(EMAIL, "secret"), text(EMAIL, "secret"), consents=(("0", "secret"),))
    projection = Projector(WEBINAR, grow((), WEBINAR).columns).project(answered)
    assert len(projection.faults) == 2
    assert "secret" not in repr((answered, answered.answers[0], projection, projection.faults))
    assert repr(answered.answers[0]) == f"Answer('{EMAIL}', 'text')"


def test_an_answer_nested_without_end_is_noted_all_the_same() -> None:
    deep: object = None
    for _ in range(100_000):
        deep = [deep]
    (fault,) = project(WEBINAR, consents=(("0", deep),)).faults
    assert json.loads(fault.raw) == "(nested too deeply)"
    while isinstance(deep, list):  # taken apart by hand, because its destructor would recurse
        deep = deep[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
IDS = st.sampled_from([FIRST_NAME, EMAIL, COLOUR, GREW_UP, "", "99", "\x00", "\ud800"])
WORDS = st.text(alphabet=st.characters(categories=["L", "Cs", "Cc", "So"]), max_size=8)
ANSWERS = st.one_of(
    st.builds(Answer, IDS, st.just("text"), WORDS),
    st.builds(Answer, IDS, st.just("choice"), st.lists(st.sampled_from(["0", "1", "7", "\x00"])).map(tuple)),
    st.builds(Answer, IDS, st.just("odd"), JSON.map(json.dumps)),
    st.builds(Answer, IDS, st.sampled_from(["text", "choice"]), JSON),
)
VERSIONS = st.sampled_from([WEBINAR, replace(WEBINAR, reconstructed=True), None])


@given(
    VERSIONS,
    st.integers(0, 7),
    st.lists(ANSWERS, max_size=8),
    st.lists(st.tuples(st.sampled_from(["0", "1", "\x00"]), JSON), max_size=3),
)
def test_whatever_comes_every_value_is_stored_or_noted(
    version: FormVersion | None, cap: int, answers: list[Answer], consents: list[tuple[str, object]]
) -> None:
    columns = grow((), WEBINAR, cap).columns
    projection = Projector(version, columns).project(lead(*answers, consents=tuple(consents)))
    assert list(projection.cells) == [column.name for column in columns]
    stored = json.dumps([projection.cells, projection.extras], ensure_ascii=False, allow_nan=False)
    stored.encode()
    assert "\\u0000" not in stored and "\x00" not in stored
    from_form = 0 if version is None or version.reconstructed else len(WEBINAR.hidden_fields)
    kept = sum(value is not None for value in (*projection.cells.values(), *projection.extras.values()))
    lost = [fault for fault in projection.faults if fault.reason != "text_replaced"]
    assert kept - from_form + len(lost) == len(answers) + len(consents)
    for fault in projection.faults:
        assert fault.reason in REASONS
        json.loads(fault.raw)
        (fault.text or "").encode()


def test_typed_columns_get_values_of_their_type() -> None:
    asked = form([custom("1", "a"), custom("2", "b", "choice")], [Consent("0", "c")])
    columns = grow((), asked).columns
    projection = Projector(asked, columns).project(lead(text("1", "x"), choice("2"), consents=(("0", True),)))
    types = {"text": str, "list": list, "boolean": bool}
    assert all(isinstance(projection.cells[column.name], types[column.type]) for column in columns)
