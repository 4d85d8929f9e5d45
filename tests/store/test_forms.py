"""Forms, their dictionary and the shapes of their tables."""

import threading
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect
from tests.databases import KEYS, NOW
from tests.store.samples import ANNA, BO, SPRING, answered, land, landed, publish

from leadwire.domain.columns import Column, grow
from leadwire.domain.forms import Consent, FormVersion, HiddenField, Option, Question
from leadwire.domain.reserved import RESERVED
from leadwire.store import FormTable, LandedLead, Store
from leadwire.store.errors import NotFound

SECOND = replace(
    SPRING,
    version=2,
    name="Spring sale, longer",
    questions=(*SPRING.questions, Question("707234246", None, "text", label="Anything else?")),
)
LABELS = [
    'x"; DROP TABLE leads; --',
    "1st",
    "",
    "🦆",
    "a" * 90,
    "a" * 91,
    "Ä",
    "ä",
    "`",
    "[x]",
    "%s",
    "?",
    "'",
]
# Storable text: what cannot be stored is replaced, which a round trip cannot show.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
MAYBE = st.none() | TEXT
VERSIONS = st.builds(
    FormVersion,
    form_id=st.just("99"),
    version=st.integers(1, 5),
    owner=st.just(ANNA),
    name=TEXT,
    state=TEXT,
    locale=MAYBE,
    headline=MAYBE,
    description=MAYBE,
    questions=st.lists(
        st.builds(
            Question,
            TEXT,
            st.none() | st.sampled_from(["EMAIL", "FIRST_NAME", "ODD_ONE"]),
            st.sampled_from(["text", "choice"]),
            MAYBE,
            MAYBE,
            MAYBE,
            st.booleans(),
            st.lists(st.builds(Option, TEXT, TEXT), max_size=3).map(tuple),
        ),
        max_size=5,
    ).map(tuple),
    consents=st.lists(st.builds(Consent, TEXT, MAYBE, MAYBE, st.booleans()), max_size=3).map(tuple),
    hidden_fields=st.lists(st.builds(HiddenField, TEXT, MAYBE), max_size=3).map(tuple),
    privacy_policy_url=MAYBE,
    legal_disclaimer=MAYBE,
    created_at=st.none() | st.integers(0, 4_000_000_000_000),
    modified_at=st.none() | st.integers(0, 4_000_000_000_000),
    reconstructed=st.booleans(),
)


@pytest.fixture
def workspace(store):
    return store.workspace("default")


def learn(workspace, version, raw=b"{}", now=NOW):
    with workspace.write() as tx:
        return tx.forms.put(version, raw, grow(tx.forms.columns(version.form_id), version).columns, now)


class TestForms:
    def test_keep_every_version_with_its_bytes(self, workspace):
        learn(workspace, SPRING, b'{"id":7234246,"\xff":1}')
        form = learn(workspace, SECOND, b"second", NOW + 5)
        assert (form.name, form.version, form.checked_at) == ("Spring sale, longer", 2, NOW + 5)
        assert form.table_name == "leads_spring_sale_7234246"
        with workspace.read() as tx:
            assert tx.forms.versions("7234246") == (SPRING, SECOND)
            assert tx.forms.version("7234246") == SECOND
            assert tx.forms.version("7234246", 1) == SPRING
            assert tx.forms.version("7234246", 3) is None
            assert tx.forms.version_numbers("7234246") == {1: False, 2: False}
            assert tx.forms.body("7234246", 1).raw == b'{"id":7234246,"\xff":1}'
            assert tx.forms.body("7234246", 3) is None
            assert tx.forms.columns("7234246") == grow(grow((), SPRING).columns, SECOND).columns

    def test_an_old_version_learned_late_is_not_the_current_one(self, workspace):
        learn(workspace, SECOND)
        assert learn(workspace, SPRING).version == 2
        with workspace.read() as tx:
            assert tx.forms.get("7234246").name == SECOND.name
            assert tx.forms.versions("7234246") == (SPRING, SECOND)

    def test_a_reconstructed_version_is_current_only_until_a_real_one_is_known(self, workspace):
        guess = FormVersion("7234246", 3, ANNA, "", "", reconstructed=True)
        assert learn(workspace, guess, b"").version == 3
        assert learn(workspace, SPRING).version == 1
        assert learn(workspace, guess, b"").version == 1
        with workspace.read() as tx:
            assert tx.forms.version_numbers("7234246") == {1: False, 3: True}
        real = replace(SPRING, version=3)
        assert learn(workspace, real).version == 3

    def test_questions_name_the_columns_they_fill(self, workspace):
        learn(workspace, SPRING)
        with workspace.read() as tx:
            tables, connection = workspace.place.tables, tx._scope.connection
            asked = connection.execute(tables["form_questions"].select()).all()
            consents = connection.execute(tables["form_consents"].select()).all()
            hidden = connection.execute(tables["form_hidden_fields"].select()).all()
        assert [row.column_name for row in asked] == [
            "first_name",
            "last_name",
            "email",
            "company_name",
            "what_is_your_budget",
            "size_5d3ad6" if "size" in RESERVED else "size",
        ]
        assert [row.column_name for row in (*consents, *hidden)] == ["consent_0", "hidden_utm_source"]

    @given(st.lists(VERSIONS, min_size=1, max_size=3))
    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_version_comes_back_as_it_was(self, one_workspace, versions):
        with one_workspace.write() as tx:
            for version in versions:
                columns = grow(tx.forms.columns("99"), version).columns
                tx.forms.put(version, b"", columns, NOW)
                assert tx.forms.version("99", version.version) == version
                assert tx.forms.columns("99") == columns
            tx.forms.forget(ANNA)
            assert tx.forms.versions("99") == ()

    def test_text_that_no_database_takes_is_replaced_in_the_dictionary(self, workspace):
        odd = replace(SPRING, name="Spring\0 \ud800", headline="\0")
        assert learn(workspace, odd).name == "Spring\ufffd \ufffd"
        with workspace.read() as tx:
            assert tx.forms.version("7234246").headline == "\ufffd"

    def test_are_listed_by_owner_newest_first(self, workspace):
        for form_id in ("900", "7234246", "7234250"):
            learn(workspace, replace(SPRING, form_id=form_id))
        learn(workspace, replace(SPRING, form_id="9007199254740993123", owner=BO))
        with workspace.read() as tx:
            assert [form.form_id for form in tx.forms.all(BO)] == ["9007199254740993123"]
            first = tx.forms.page(limit=2)
            rest = tx.forms.page(limit=2, after=first.next)
            ids = [form.form_id for form in (*first.items, *rest.items)]
            assert ids == ["9007199254740993123", "7234250", "7234246", "900"]
            assert len(tx.forms.page(owner=ANNA).items) == 3

    def test_are_seen_and_change_their_state_without_a_version(self, workspace):
        learn(workspace, SPRING)
        with workspace.write() as tx:
            tx.forms.seen(["7234246", "unknown"], NOW + 5)
            tx.forms.set_state("7234246", "ARCHIVED", NOW + 6)
            form = tx.forms.get("7234246")
            assert (form.state, form.last_seen_at, form.checked_at) == ("ARCHIVED", NOW + 5, NOW + 6)
            assert tx.forms.find("unknown") is None
            for call in (tx.forms.get, tx.forms.table, lambda form_id: tx.forms.set_state(form_id, "x", NOW)):
                with pytest.raises(NotFound):
                    call("unknown")


@pytest.fixture(scope="module")
def one_workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forms")
    with closing(Store.open(f"sqlite:///{folder / 'leadwire.db'}", keys=KEYS)) as store:
        store.migrate(NOW)
        yield store.workspace("default")


def columns_of(workspace, table):
    with workspace.shape() as shaping:
        found = inspect(shaping._connection).get_columns(table.name, schema=table.schema)
    return [column["name"] for column in found]


class TestShapes:
    def test_the_plan_is_what_is_run_and_then_there_is_none(self, workspace):
        learn(workspace, SPRING)
        with workspace.read() as tx:
            table = tx.forms.table("7234246")
            planned = tx.plan_form(table)
        assert planned[0].startswith("CREATE TABLE ")
        assert "first_name TEXT" in planned[0]
        with workspace.shape() as shaping:
            assert shaping.plan_form(table) == planned
            assert shaping.shape_form(table) == planned
            assert shaping.shape_form(table) == []
        with workspace.read() as tx:
            assert tx.plan_form(table) == []

    def test_a_new_version_adds_and_never_takes_away(self, workspace):
        table = publish(workspace)
        before = columns_of(workspace, workspace.place.form_table(table))
        (lead_id,) = land(workspace, table, 1)
        learn(workspace, SECOND)
        with workspace.write() as tx:
            grown = tx.forms.table("7234246")
        with workspace.shape() as shaping:
            (statement,) = shaping.shape_form(grown)
        assert statement.endswith("ADD COLUMN anything_else TEXT")
        assert columns_of(workspace, workspace.place.form_table(grown)) == [*before, "anything_else"]
        with workspace.read() as tx:
            rows = tx._scope.connection.execute(workspace.place.form_table(grown).select()).all()
        assert [(row.lead_id, row.first_name, row.anything_else) for row in rows] == [
            (lead_id, "Anna1", None)
        ]

    def test_many_may_shape_at_once(self, workspace):
        publish(workspace)
        learn(workspace, SECOND)
        with workspace.read() as tx:
            tables = [tx.forms.table("7234246"), FormTable("1", "leads_new_1", grow((), SPRING).columns)]
        ran, troubles = [], []

        def shape():
            for table in tables:
                try:
                    with workspace.shape() as shaping:
                        ran.extend(shaping.shape_form(table))
                except Exception as error:
                    troubles.append(error)

        threads = [threading.Thread(target=shape) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert troubles == []
        assert len([statement for statement in ran if "ADD COLUMN" in statement]) == 1
        assert len([statement for statement in ran if "CREATE TABLE" in statement]) == 1

    def test_any_name_that_naming_lets_through_is_a_column(self, workspace):
        """Words of SQL, digits, near-doubles: created, written and read on a real database."""
        hostile = [*LABELS, *sorted(RESERVED)[:60]]
        version = replace(
            SPRING,
            questions=tuple(Question(str(n), None, "text", label=label) for n, label in enumerate(hostile)),
            consents=(Consent('"; --', "x"),),
            hidden_fields=(HiddenField("'; --", "static"),),
        )
        table = publish(workspace, version)
        row = landed(table, [answered(1)], version=version)[0]
        full = replace(
            row, cells={column.name: f"<{column.name}>" for column in table.columns if column.type == "text"}
        )
        with workspace.write() as tx:
            tx.leads.put(table, [full], NOW)
        with workspace.read() as tx:
            found = tx._scope.connection.execute(workspace.place.form_table(table).select()).one()._mapping
        assert {name: found[name] for name in full.cells} == full.cells
        assert len(full.cells) == len(hostile) + 1

    def test_two_hundred_columns_hold_ten_thousand_characters_each(self, workspace):
        columns = tuple(
            Column(f"answer_{n}", "custom", f"question:{n}", "text", question_id=str(n)) for n in range(200)
        )
        table = FormTable("1", "leads_wide_1", columns)
        with workspace.shape() as shaping:
            shaping.shape_form(table)
        cells = {column.name: f"{column.name} ".ljust(10_000, "å") for column in columns}
        with workspace.write() as tx:
            tx.leads.put(table, [LandedLead(answered(1), cells, {}, b"raw", b"d" * 16, "pull", NOW)], NOW)
        with workspace.read() as tx:
            found = tx._scope.connection.execute(workspace.place.form_table(table).select()).one()._mapping
            assert {name: found[name] for name in cells} == cells
            assert tx.leads.get(answered(1).id).answers == cells

    def test_a_dropped_table_can_be_made_and_filled_again(self, workspace):
        table = publish(workspace)
        (lead_id,) = land(workspace, table, 1)
        with workspace.shape() as shaping:
            shaping.drop_form(table.table_name)
            shaping.drop_form(table.table_name)
            assert shaping.plan_form(table)[0].startswith("CREATE TABLE")
            shaping.shape_form(table)
        assert land(workspace, table, 1) == [lead_id]
        with workspace.read() as tx:
            rows = tx._scope.connection.execute(workspace.place.form_table(table).select()).all()
        assert [row.lead_id for row in rows] == [lead_id]
