"""What a mapping may say, what it makes of a form, and what is said where it means nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.domain.columns import PREDEFINED_FIELDS, Column, grow
from leadwire.domain.contacts import Mapped, folded, suggestions
from leadwire.domain.errors import InvalidInput
from leadwire.domain.forms import Consent, FormVersion, HiddenField, Option, Question
from leadwire.domain.mapping import Asked, Field, Source, preset, read_source, targets
from leadwire.domain.mapping_check import MOST_FIELDS, MOST_TARGETS, Wish, check
from leadwire.domain.reserved import NEVER_BARE, RESERVED

SIZES = (Option("0", "1-10"), Option("1", "11+"))


def asked(form_id: str, *questions: Question, **parts: object) -> dict[str, tuple[Asked, ...]]:
    """One form as the store tells of it."""
    version = FormVersion(form_id, 1, "urn:li:sponsoredAccount:1", "F", "PUBLISHED", questions=questions)
    columns = grow((), replace(version, **parts)).columns
    own = {question.id: question for question in questions}
    return {form_id: tuple(told(one, own.get(one.question_id or "")) for one in columns)}


def told(column: Column, question: Question | None) -> Asked:
    if question is None:
        return Asked(column, tuple(column.texts.values()))
    texts = tuple(text for text in (question.label, question.question) if text)
    return Asked(column, texts, (question.name,) if question.name else ())


SPANISH = asked(
    "11",
    Question("1", "EMAIL", "text", label="Correo electrónico"),
    Question(
        "2", None, "text", label="Presupuesto", question="¿Cuál es su presupuesto?", name="Custom question 0"
    ),
    Question("3", None, "choice", label="Tamaño", options=SIZES),
    consents=(Consent("0", "Acepto"),),
    hidden_fields=(HiddenField("utm_source", "linkedin"),),
)
SWEDISH = asked(
    "12",
    Question("1", "EMAIL", "text", label="E-post"),
    Question("2", "PRONOUNS", "text", label="Pronomen", name="Pronouns"),
    Question("4", None, "text", label="Annat", name="Custom question 0"),
    Question("5", None, "text", label=" presupuesto: "),
    Question("6", None, "choice", label="Presupuesto", options=SIZES),
)
CATALOG = SPANISH | SWEDISH


def refused(*wishes: Wish) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        check(wishes, CATALOG)
    return caught.value


@pytest.mark.parametrize(
    "text", ["predefined:EMAIL", "question:11/2", "hidden:a:b", "consent:11/0", "meta:campaign_id"]
)
def test_a_source_is_written_as_it_is_read(text: str) -> None:
    assert str(read_source(text)) == text


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_a_source_or_none(kind: str, rest: str) -> None:
    for text in (kind, f"{kind}:{rest}", f"question:{rest}", f"hidden:{rest}"):
        source = read_source(text)
        assert source is None or read_source(str(source)) == source


def test_the_preset_is_every_predefined_field_under_its_name() -> None:
    fields = preset(CATALOG)
    assert {str(one.source): one.target for one in fields} == {
        f"predefined:{name}": name.lower() for name in (*PREDEFINED_FIELDS, "PRONOUNS")
    }
    assert check([Wish(str(one.source), one.target) for one in fields], CATALOG) == fields


@pytest.mark.parametrize("odd", ["ORDER", "LEAD_ID", "Größe", "X" * 80, "1ST"])
def test_an_odd_predefined_field_gets_a_name_that_a_column_may_have(odd: str) -> None:
    (field,) = [one for one in preset(asked("1", Question("1", odd, "text"))) if one.source.name == odd]
    assert check([Wish(str(field.source), field.target)], asked("1", Question("1", odd, "text"))) == (field,)


@pytest.mark.parametrize(
    ("label", "instead"),
    [
        ("E-post", "predefined:EMAIL"),
        ("correo ELECTRÓNICO:", "predefined:EMAIL"),
        ("predefined:E-post", "predefined:EMAIL"),
        ("label:Correo electrónico", "predefined:EMAIL"),
        ("predefined:email", "predefined:EMAIL"),
        ("Email", "predefined:EMAIL"),
        ("First name", "predefined:FIRST_NAME"),
        ("¿Cuál es su presupuesto?", "question:11/2"),
        ("Presupuesto", "question:11/2 or question:12/5 or question:12/6"),
        ("Acepto", "consent:11/0"),
        ("pronouns", "predefined:PRONOUNS"),
    ],
)
def test_a_label_is_refused_with_what_to_write(label: str, instead: str) -> None:
    error = refused(Wish(label, "x"))
    assert (error.code, error.remedy) == ("label_as_key", f"Write {instead} instead.")


@pytest.mark.parametrize("text", ["Adresse électronique", "predefined:EMIAL", "", ":", "question:11", "x:y"])
def test_what_nobody_knows_is_refused_with_the_forms_of_a_source(text: str) -> None:
    error = refused(Wish(text, "x"))
    assert error.code == "bad_source"
    assert "predefined:EMAIL" in error.remedy


@pytest.mark.parametrize(
    ("source", "code", "instead"),
    [
        ("question:99/1", "unknown_form", "forms"),
        ("consent:99/1", "unknown_form", "forms"),
        ("question:11/9", "unknown_question", "2, 3"),
        ("question:11/1", "predefined_question", "predefined:EMAIL"),
        ("consent:11/9", "unknown_consent", "0"),
        ("consent:12/0", "unknown_consent", "no consent"),
        ("hidden:UTM_Source", "unknown_hidden", "hidden:utm_source"),
        ("meta:deleted_at", "unknown_meta", "meta:campaign_id"),
    ],
)
def test_a_source_that_is_not_there(source: str, code: str, instead: str) -> None:
    error = refused(Wish(source, "x"))
    assert error.code == code
    assert instead in error.remedy


def test_a_hidden_field_may_be_mapped_before_a_form_has_it() -> None:
    assert check([Wish("hidden:gclid", "gclid")], CATALOG)[0].source == Source("hidden", "gclid")


@pytest.mark.parametrize(
    ("target", "code", "instead"),
    [
        ("E-post Ärende", "bad_target", "e_post_arende"),
        ("1st", "bad_target", "c_1st"),
        ("メール", "bad_target", "c_column"),
        ("Order!", "bad_target", "c_order"),
        ("x" * 64, "long_target", "x" * 63),
        ("lead_id", "fixed_target", "my_lead_id"),
        ("Test_Lead", "fixed_target", "my_test_lead"),
        ("order", "reserved_target", "contact_order"),
        ("USER", "reserved_target", "contact_user"),
    ],
)
def test_a_target_that_cannot_be(target: str, code: str, instead: str) -> None:
    error = refused(Wish("predefined:EMAIL", target))
    assert error.code == code
    assert instead in error.remedy
    fitting = error.remedy.rstrip(".").split()[-1].split(",")[0] if code != "long_target" else instead
    check([Wish("predefined:EMAIL", fitting)], CATALOG)


def test_usual_names_are_no_reserved_words() -> None:
    for target in ("name", "source", "status", "title", "Email", "_x", "x" * 63, "date"):
        check([Wish("predefined:EMAIL", target)], CATALOG)
    assert RESERVED | {"user"} >= NEVER_BARE


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ([Wish("predefined:EMAIL", "x"), Wish("predefined:EMAIL", "x", True)], "doubled_field"),
        ([Wish("predefined:EMAIL", "x"), Wish("predefined:CITY", "X")], "doubled_target"),
        ([Wish("predefined:EMAIL", "x"), Wish("consent:11/0", "x")], "mixed_target"),
        ([Wish("question:11/3", "x"), Wish("meta:stored_at", "x")], "mixed_target"),
        ([Wish("predefined:EMAIL", "x", form="99")], "unknown_form"),
        ([Wish("question:11/2", "x", form="11", also_alike=True)], "alike_on_one_form"),
        ([Wish("predefined:EMAIL", "x", also_alike=True)], "alike_of_no_question"),
        ([Wish("predefined:EMAIL", f"x{n}") for n in range(MOST_TARGETS + 1)], "too_many_targets"),
        ([Wish("predefined:EMAIL", "x")] * (MOST_FIELDS + 1), "too_many_fields"),
    ],
)
def test_fields_that_do_not_go_together(wishes: list[Wish], code: str) -> None:
    assert refused(*wishes).code == code


def test_every_mistake_is_named_at_once() -> None:
    error = refused(Wish("E-post", "order"), Wish("predefined:EMAIL", "lead_id"), Wish("meta:city", "ok"))
    assert [one.code for one in error.problems] == [
        "reserved_target",
        "label_as_key",
        "fixed_target",
        "unknown_meta",
    ]


def test_a_text_and_a_list_stand_together_as_text() -> None:
    fields = check(
        [Wish("question:11/2", "x"), Wish("question:11/3", "x"), Wish("question:11/3", "y")], CATALOG
    )
    assert [(one.name, one.type) for one in targets(fields)] == [("x", "text"), ("y", "list")]


def test_one_mapping_serves_forms_in_every_language() -> None:
    mapped = Mapped(check([Wish("predefined:EMAIL", "mail", True)], CATALOG))
    for form_id in CATALOG:
        assert mapped.on(form_id, CATALOG[form_id]) == ({"mail": ("email",)}, ("mail",))


def test_an_override_counts_in_place_of_the_rest_on_its_form() -> None:
    fields = check(
        [
            Wish("predefined:EMAIL", "x", True),
            Wish("hidden:utm_source", "x"),
            Wish("meta:campaign_id", "x", form="12"),
        ],
        CATALOG,
    )
    mapped = Mapped(fields)
    assert mapped.on("11", CATALOG["11"]) == ({"x": ("email", "hidden_utm_source")}, ("x",))
    assert mapped.on("12", CATALOG["12"]) == ({"x": ("campaign_id",)}, ())


def test_a_question_that_reads_the_same_is_suggested_or_taken_in_by_rule() -> None:
    wish = Wish("question:11/2", "budget")
    fields = check([wish], CATALOG)
    (one,) = suggestions(fields, CATALOG)  # not the multiple choice of the same label
    assert (str(one.source), one.target, str(one.alike), one.text.strip()) == (
        "question:12/5",
        "budget",
        "question:11/2",
        "presupuesto:",
    )
    assert suggestions(check([wish, Wish("question:12/5", "other")], CATALOG), CATALOG) == []
    ruled = check([wish._replace(also_alike=True)], CATALOG)
    assert suggestions(ruled, CATALOG) == []
    assert Mapped(ruled).on("12", CATALOG["12"]).columns == {"budget": ("presupuesto",)}
    assert Mapped(fields).on("12", CATALOG["12"]).columns == {}


def test_a_rule_outlives_its_form_and_a_new_text_of_it() -> None:
    wish = Wish("question:11/2", "budget", also_alike=True)
    held = check([wish], CATALOG)
    assert check([wish], SWEDISH, held) == held
    renamed = SWEDISH | asked("11", Question("2", None, "text", label="Budget"))
    (again,) = check([wish], renamed, held)
    assert set(again.texts) == {*held[0].texts, "budget"}
    assert Mapped([again]).on("12", SWEDISH["12"]).columns == {"budget": ("presupuesto",)}


@given(st.text(), st.sampled_from(["", " ", "  \t", ":", "?", " *", "："]))
def test_folding_is_done_once_and_forgives_endings(text: str, ending: str) -> None:
    assert folded(text + ending) == folded(text) == folded(folded(text))


LEADS = st.dictionaries(st.sampled_from(["email", "first_name"]), st.sampled_from([None, "", "a", []]))


@given(LEADS)
def test_a_lead_lacks_what_none_of_the_sources_has(answers: dict[str, object]) -> None:
    fields = [
        Field(Source("predefined", "EMAIL"), "x", required=True),
        Field(Source("predefined", "FIRST_NAME"), "x"),
        Field(Source("meta", "campaign_id"), "campaign", required=True),
        Field(Source("predefined", "CITY"), "city", required=True),
    ]
    form = asked("1", Question("1", "EMAIL", "text"), Question("2", "FIRST_NAME", "text"))["1"]
    mapped = Mapped(fields)
    lacking = dict(mapped.lacking(mapped.on("1", form), answers, {"campaign_id": "urn:1"}))
    empty = all(value is None or value == "" for value in answers.values())
    assert lacking == ({"x": "no_answer"} if empty else {}) | {"city": "not_asked"}
