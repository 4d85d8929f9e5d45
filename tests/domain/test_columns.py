import random
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.label_storm import WORDS, check, hostile_form, storm
from tests.domain.people import WEBINAR, custom, form

from leadwire.domain.columns import (
    FIXED_COLUMNS,
    PREDEFINED_FIELDS,
    Column,
    column_of,
    grow,
    slug,
    table_name,
)
from leadwire.domain.forms import Consent, HiddenField, Question
from leadwire.domain.reserved import RESERVED


def names(columns: Sequence[Column]) -> list[str]:
    return [column.name for column in columns]


def tail(identity: str) -> str:
    """What a name carries behind it where the plain one was cut, reserved or taken."""
    return "_" + sha256(identity.encode()).hexdigest()[:6]


def label_names(*labels: str) -> list[str]:
    return names(grow((), form([custom(str(n), label) for n, label in enumerate(labels)])).columns)


def test_a_recorded_form_becomes_columns_a_person_can_read() -> None:
    growth = grow((), WEBINAR)
    assert [(c.name, c.kind, c.identity, c.type) for c in growth.columns] == [
        ("first_name", "predefined", "predefined:FIRST_NAME", "text"),
        ("email", "predefined", "predefined:EMAIL", "text"),
        ("cual_es_tu_color_favorito", "custom", "question:707234246", "list"),
        ("donde_creciste", "custom", "question:807234246", "text"),
        ("consent_0", "consent", "consent:0", "boolean"),
        ("hidden_hidden_field", "hidden", "hidden:hidden_field", "text"),
        ("hidden_utm_source", "hidden", "hidden:utm_source", "text"),
    ]
    assert growth.added == growth.columns
    assert growth.retexted == growth.overflow == ()
    email, colour, _, consent, hidden = growth.columns[1:6]
    assert (email.predefined_field, email.question_id, email.texts) == (
        "EMAIL",
        "307234246",
        {1: "Correo electrónico"},
    )
    assert (colour.predefined_field, colour.question_id, colour.since_version) == (None, "707234246", 1)
    assert (consent.consent_id, consent.texts) == ("0", {1: " marque mi casilla!"})
    assert (hidden.hidden_name, hidden.texts) == ("hidden_field", {1: "hidden_field"})


def test_the_fixed_columns_are_the_promised_ones() -> None:
    assert " ".join(names(FIXED_COLUMNS)) == (
        "lead_id submitted_at test_lead lead_type form_version campaign_id creative_id associated_entity "
        "received_via stored_at deleted_at extras"
    )


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Team size?", "team_size"),
        ("  Größe (m²) ", "grosse_m2"),
        ("Gro\u0308sse", "grosse"),
        ("Łódź, Øresund, Þórr, œuvre, ðæħŋ", "lodz_oresund_thorr_oeuvre_daehng"),
        ("İSTANBUL ısı", "istanbul_isi"),
        ("ＷＩＤＥ ﬁeld Ⅷ", "wide_field_viii"),
        ("What's your role’s title", "whats_your_roles_title"),
        ("so\u00adft\u200b \u202ertl\u202c", "soft_rtl"),
        ("会社 name 名", "name"),
        ("電話番号", ""),
        ("👩‍👩‍👧 \x00\ud83d ---", ""),
        ("a" * 39 + "-" + "b", "a" * 39),
    ],
)
def test_a_slug_keeps_what_a_reader_knows_again(text: str, made: str) -> None:
    assert slug(text, 40) == made


@pytest.mark.parametrize(
    ("labels", "made"),
    [
        (("Team size", "Team size"), ["team_size", f"team_size{tail('question:1')}"]),
        (("Größe", "GRO\u0308SSE"), ["grosse", f"grosse{tail('question:1')}"]),
        (("x" * 40,), ["x" * 40]),
        (("x" * 41,), ["x" * 40 + tail("question:0")]),
        (("電話番号", ""), ["q_0", "q_1"]),
        (("2nd choice", "10"), ["q_2nd_choice", "q_10"]),
        (("1", "資料"), ["q_1", f"q_1{tail('question:1')}"]),
        (("Order", "User"), [f"order{tail('question:0')}", f"user{tail('question:1')}"]),
        (
            ("rowid", "oid", "xmin"),
            [f"rowid{tail('question:0')}", f"oid{tail('question:1')}", f"xmin{tail('question:2')}"],
        ),
        (("extras", "Lead ID"), [f"extras{tail('question:0')}", f"lead_id{tail('question:1')}"]),
        (("Email", "Some future field"), [f"email{tail('question:0')}", "some_future_field"]),
    ],
)
def test_custom_names(labels: tuple[str, ...], made: list[str]) -> None:
    assert label_names(*labels) == made


def test_an_odd_question_id_still_makes_a_name() -> None:
    odd = [custom("urn:A-1", None), custom("資料", None), custom("9" * 60, None)]
    assert names(grow((), form(odd)).columns) == [
        "q_urn_a_1",
        "q" + tail("question:資料"),
        f"q_{'9' * 40}" + tail(f"question:{'9' * 60}"),
    ]


def test_consents_and_hidden_fields_have_prefixes_and_go_before_custom_questions() -> None:
    asked = form(
        [custom("1", "Consent 0"), custom("2", "hidden utm")],
        [Consent("0", "a"), Consent("A b", "b"), Consent("同意", "c")],
        [HiddenField("UTM", "x"), HiddenField("utm", "y"), HiddenField("隠し", "z"), HiddenField("1st", "z")],
    )
    assert names(grow((), asked).columns) == [
        *(f"consent_0{tail('question:1')}", f"hidden_utm{tail('question:2')}"),
        *("consent_0", "consent_a_b", f"consent{tail('consent:同意')}"),
        *("hidden_utm", f"hidden_utm{tail('hidden:utm')}", f"hidden{tail('hidden:隠し')}", "hidden_1st"),
    ]


def test_a_predefined_field_is_named_after_itself_even_one_never_seen() -> None:
    fields = [
        "EMAIL",
        "SOME_FUTURE_FIELD",
        "EXTRAS",
        "SELECT",
        "2FA_PHONE",
        "資料",
        "X" * 50,
        "e-mail",
        "E MAIL",
        "Email",
    ]
    asked = form([Question(str(n), field, "text") for n, field in enumerate(fields)])
    made = names(grow((), asked).columns)
    assert made[:2] == ["email", "some_future_field"]
    assert [name.rpartition("_")[0] for name in made[2:4]] == ["extras", "select"]
    assert made[4] == "q_2fa_phone"
    assert [len(name) for name in made[5:7]] == [len("q_123456"), 46 + 7]
    assert made[7:8] == ["e_mail"] and made[8].startswith("e_mail_") and made[9].startswith("email_")
    check(grow((), asked).columns)


def test_a_second_question_of_one_predefined_field_counts_as_custom() -> None:
    asked = form([Question("1", "EMAIL", "text", "Mail"), Question("2", "EMAIL", "text", "Other mail")])
    columns = grow((), asked).columns
    assert [(c.name, c.kind, c.predefined_field) for c in columns] == [
        ("email", "predefined", "EMAIL"),
        ("other_mail", "custom", None),
    ]


def test_where_several_want_one_name_predefined_goes_first_then_consents_then_hidden_fields() -> None:
    """Whatever their order on the form."""
    asked = form(
        [custom("1", "hidden A B"), custom("2", "consent c"), Question("3", "CONSENT_C", "text")],
        [Consent("c", "ok")],
        [HiddenField("A B", "x")],
    )
    assert names(grow((), asked).columns) == [
        f"hidden_a_b{tail('question:1')}",
        f"consent_c{tail('question:2')}",
        "consent_c",
        f"consent_c{tail('consent:c')}",
        "hidden_a_b",
    ]


def test_a_draft_learned_again_keeps_the_number_of_its_version() -> None:
    first = grow((), form([Question("5", "EMAIL", "text", "Mail")], version=2)).columns
    (email,) = grow(first, form([Question("6", "EMAIL", "text", "E-mail")], version=2)).columns
    assert (email.question_id, email.texts) == ("6", {2: "E-mail"})


def test_no_known_predefined_field_needs_a_suffix() -> None:
    asked = form([Question(str(n), field, "text") for n, field in enumerate(PREDEFINED_FIELDS)])
    assert names(grow((), asked).columns) == list(PREDEFINED_FIELDS.values())


def test_a_custom_question_never_takes_the_name_of_a_predefined_one_that_comes_later() -> None:
    first = grow((), form([custom("1", "Phone number"), custom("2", "Consent 1")]))
    later = form(
        [Question("3", "PHONE_NUMBER", "text"), custom("1", "Phone")], [Consent("1", "ok")], version=2
    )
    grown = grow(first.columns, later)
    assert names(grown.columns) == [
        f"phone_number{tail('question:1')}",
        "consent_1",
        "phone_number",
        f"consent_1{tail('consent:1')}",
    ]


def test_a_new_version_adds_columns_and_a_rename_only_changes_the_dictionary() -> None:
    first = grow((), form([custom("1", "Team size"), Question("5", "EMAIL", "text", "Mail")])).columns
    second = form(
        [custom("1", "Head count"), custom("2", "Team size"), Question("6", "EMAIL", "text", "Mail")],
        version=2,
    )
    growth = grow(first, second)
    assert names(growth.columns) == ["team_size", "email", f"team_size{tail('question:2')}"]
    assert names(growth.added) == [f"team_size{tail('question:2')}"]
    assert names(growth.retexted) == ["team_size", "email"]
    assert growth.columns[0].texts == {1: "Team size", 2: "Head count"}
    assert (growth.columns[1].question_id, growth.columns[1].since_version) == ("6", 1)


def test_an_older_version_learned_later_moves_only_the_beginning() -> None:
    newest = grow((), form([Question("6", "EMAIL", "text", "Mail")], version=3)).columns
    (email,) = grow(newest, form([Question("5", "EMAIL", "text", "E-mail")], version=1)).columns
    assert (email.since_version, email.question_id, email.texts) == (1, "6", {3: "Mail", 1: "E-mail"})


@pytest.mark.parametrize(("first", "then"), [("text", "choice"), ("choice", "text")])
def test_a_question_that_changes_its_type_gets_a_second_column(first: str, then: str) -> None:
    old = grow((), form([custom("1", "Size", first)])).columns
    new = grow(old, form([custom("1", "Size", then)], version=2))
    types = {"text": "text", "choice": "list"}
    assert [(c.identity, c.type) for c in new.columns] == [
        ("question:1", types[first]),
        (f"question:1#{types[then]}", types[then]),
    ]
    assert new.columns[1].name.startswith("size_")
    index = {column.identity: column for column in new.columns}
    assert column_of(index, "question:1", types[first]) is new.columns[0]
    assert column_of(index, "question:1", types[then]) is new.columns[1]
    assert column_of(index, "question:1", "boolean") is column_of(index, "question:2", "text") is None
    assert grow(new.columns, form([custom("1", "Size", then)], version=2)).columns == new.columns


def test_what_is_beyond_the_cap_overflows_and_stays_there() -> None:
    asked = form([custom(str(n), f"Question {n}") for n in range(150)], [Consent("0", "ok")])
    more = form([custom(str(n), f"Question {n}") for n in range(140, 230)], [Consent("1", "ok")], version=2)
    first = grow(FIXED_COLUMNS, asked)
    assert (len(first.columns), first.overflow) == (151 + len(FIXED_COLUMNS), ())
    second = grow(first.columns, more)
    assert (len(second.columns), len(second.added)) == (200 + len(FIXED_COLUMNS), 49)
    assert second.overflow == (*(f"question:{n}" for n in range(199, 230)), "consent:1")
    for version in (more, asked, more):
        again = grow(second.columns, version)
        assert (again.columns, again.added) == (second.columns, ())
        assert again.overflow == (second.overflow if version is more else ())
    assert grow((), asked, max_columns=0).overflow == tuple(
        column.identity for column in grow((), asked).columns
    )


def test_a_reconstructed_version_teaches_nothing() -> None:
    have = grow((), WEBINAR).columns
    growth = grow(have, replace(WEBINAR, version=2, reconstructed=True, questions=(custom("1", "x"),)))
    assert (growth.columns, growth.added, growth.retexted, growth.overflow) == (have, (), (), ())


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="aAäÄ1_ \"'", max_size=4),
    st.text(alphabet=st.characters(categories=["Lo", "Mn", "Cf", "Cs", "So", "Nd"]), max_size=12),
    st.sampled_from(WORDS),
    st.sampled_from(["é", "e\u0301", "É", "x" * 10_000, "\x00", "\ud800", "日本語", "2nd"]),
)
QUESTIONS = st.builds(
    Question,
    id=st.one_of(st.integers(0, 30).map(str), HOSTILE),
    predefined=st.one_of(st.none(), st.sampled_from(list(PREDEFINED_FIELDS)), HOSTILE),
    kind=st.sampled_from(["text", "choice"]),
    label=st.one_of(st.none(), HOSTILE),
    question=st.one_of(st.none(), HOSTILE),
)
FORMS = st.builds(
    form,
    st.lists(QUESTIONS, max_size=12),
    st.lists(st.builds(Consent, id=HOSTILE, text=HOSTILE), max_size=4),
    st.lists(st.builds(HiddenField, name=HOSTILE, value=HOSTILE), max_size=4),
)


@given(st.lists(FORMS, min_size=1, max_size=3), st.integers(0, 12), st.randoms(use_true_random=False))
def test_names_are_legal_their_own_and_stable(forms: list[object], cap: int, dice: random.Random) -> None:
    versions = [replace(one, version=number) for number, one in enumerate(forms, start=1)]  # type: ignore[type-var]
    have: tuple[Column, ...] = ()
    for version in versions:
        growth = grow(have, version, cap)
        assert growth == grow(have, version, cap)
        assert names(growth.columns[: len(have)]) == names(have)
        have = growth.columns
        assert len(have) <= cap
        check(have)
    dice.shuffle(versions)
    for version in versions:
        assert grow(have, version, cap).columns == have


@pytest.mark.slow
def test_a_small_storm_of_labels() -> None:
    fed, made = storm(2_000)
    assert fed >= 2_000 and made > 1_000


def test_the_storm_would_notice_a_bad_name() -> None:
    (column,) = grow((), form([custom("1", "x")])).columns
    for bad in ("Bad", "1st", "order", "lead_id", "email", "x" * 56, "é"):
        with pytest.raises((AssertionError, sqlite3.Error)):
            check([replace(column, name=bad)])
    with pytest.raises(AssertionError):
        check([column, column])
    assert len(hostile_form(random.Random(1), 1, 24).questions) == 16


@given(HOSTILE, st.one_of(st.integers(1, 10**19).map(str), HOSTILE))
def test_a_table_name_is_legal_and_short(form_name: str, form_id: str) -> None:
    made = table_name(form_name, form_id)
    assert len(made.encode()) <= 63
    with sqlite3.connect(":memory:") as database:
        database.execute(f"CREATE TABLE {made} (lead_id TEXT)")


@pytest.mark.parametrize(
    ("name", "form_id", "table"),
    [
        ("Webinar Q3", "11780444", "leads_webinar_q3_11780444"),
        ("資料ダウンロード", "6955637458260688897", "leads_form_6955637458260688897"),
        ("x" * 90, "6955637458260688897", f"leads_{'x' * 37}_6955637458260688897"),
        ("Form", "A-1", "leads_form_bc4e7be982ab"),
    ],
)
def test_table_names(name: str, form_id: str, table: str) -> None:
    assert table_name(name, form_id) == table


def test_reserved_words_are_those_that_this_sqlite_refuses() -> None:
    """Every word that SQLite does not take as a bare column name is one that we never use."""
    refused = set()
    with sqlite3.connect(":memory:") as database:
        for word in sorted(RESERVED):
            try:
                database.execute(f"CREATE TABLE t ({word} TEXT)")
                database.execute("DROP TABLE t")
            except sqlite3.OperationalError:
                refused.add(word)
    assert {"select", "order", "index", "table"} <= refused
    assert {"user", "comment", "xmin", "rowid", "pragma"} <= RESERVED - refused
