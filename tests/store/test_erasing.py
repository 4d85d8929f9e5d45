"""Deletion at LinkedIn and erasure on request: canaries in every answer, and none anywhere afterwards."""

from contextlib import closing

import pytest
from tests.databases import NOW
from tests.store.samples import ANNA, answered, everything, land, landed, publish

from leadwire.domain.judge import Decision, judge
from leadwire.store import AccountFacts, Keyring, LeadFilter, RunPlan, Trouble
from leadwire.store.errors import NotFound

CANARY = "canary"


@pytest.fixture
def workspace(store):
    return store.workspace("default")


@pytest.fixture
def table(workspace):
    return publish(workspace)


def land_canary(workspace, table, number=1, extra=True):
    """A lead whose every answer is a canary, with a fault in quarantine and something in extras."""
    lead = answered(number)
    lead = answered(number, answers=tuple(a._replace(value=CANARY) for a in lead.answers if a.kind == "text"))
    (row,) = landed(table, [lead], raw=CANARY.encode() * 3)
    row = type(row)(row.lead, row.cells, {"question:9": CANARY}, row.raw, CANARY.encode(), "pull", NOW)
    with workspace.write() as tx:
        tx.leads.put(table, [row], NOW)
        noted = tx.quarantine.note(
            Trouble(
                "field", ANNA, "SPONSORED", "odd", CANARY.encode(), b"d", lead.id, table.form_id, 1, "email"
            ),
            NOW,
        )
        tx.quarantine.set_value(noted, CANARY)
    return lead.id


def canaries(tx):
    return [name for name, rows in everything(tx).items() if CANARY in str(rows)]


class TestDeletion:
    def test_the_row_stays_and_no_answer_does(self, workspace, table):
        lead_id = land_canary(workspace, table)
        (other,) = land(workspace, table, 2)
        with workspace.write() as tx:
            assert len(canaries(tx)) >= 4  # ledger, leads, form table, quarantine
            assert tx.erasing.mark_deleted([lead_id, "unknown"], NOW + 5, NOW + 4) == 1
        with workspace.read() as tx:
            assert canaries(tx) == []
            gone = tx.leads.get(lead_id)
            rows = tx._scope.connection.execute(workspace.place.form_table(table).select()).all()
            assert tx.leads.get(other).answers["first_name"] == "Anna2"
            assert tx.leads.page(LeadFilter(q=CANARY)).items == ()
            assert tx.leads.counts()[0].deleted == 1
        assert (gone.deleted_at, gone.answers, gone.extras) == (NOW + 5, None, None)
        assert (gone.form_id, gone.submitted_at) == (table.form_id, answered(1).submitted_at)
        row = next(row._mapping for row in rows if row.lead_id == lead_id)
        assert row["deleted_at"] == NOW + 5
        own = [column.name for column in table.columns] + ["extras"]
        assert {row[name] for name in own} == {None}

    def test_the_same_id_may_come_again_by_a_later_reading_only(self, workspace, table):
        lead_id = land_canary(workspace, table)
        with workspace.write() as tx:
            tx.erasing.mark_deleted([lead_id], NOW + 5, NOW + 4)
            tx.erasing.mark_deleted([lead_id], NOW + 50, NOW + 40)
            known = tx.leads.known([lead_id])[lead_id]
            assert (known.state, known.issued_at) == ("deleted", NOW + 40)
            assert judge(known, b"d", NOW + 40) is Decision.STALE
            assert judge(known, b"d", NOW + 41) is Decision.NEWER
            assert tx.leads.get(lead_id).deleted_at == NOW + 5
        land(workspace, table, 1, issued_at=NOW + 41)
        with workspace.read() as tx:
            again = tx.leads.get(lead_id)
            rows = tx._scope.connection.execute(workspace.place.form_table(table).select()).all()
            assert tx.leads.known([lead_id])[lead_id].state == "live"
        assert (again.deleted_at, again.answers["first_name"], again.stored_at) == (None, "Anna1", NOW)
        assert [row.deleted_at for row in rows] == [None]

    def test_answers_in_columns_that_we_no_longer_know_go_too(self, workspace, table):
        lead_id = land_canary(workspace, table)
        full_name = workspace.place.form_table(table)
        with workspace.shape() as shaping:
            shaping._connection.exec_driver_sql(f"ALTER TABLE {full_name.fullname} ADD COLUMN own_note TEXT")
        with workspace.write() as tx:
            tx._scope.connection.exec_driver_sql(f"UPDATE {full_name.fullname} SET own_note = 'canary'")
            tx.erasing.mark_deleted([lead_id], NOW, NOW)
            (found,) = tx._scope.connection.exec_driver_sql(
                f"SELECT own_note FROM {full_name.fullname}"
            ).all()
        assert found == (None,)

    def test_a_lead_that_never_was_here_leaves_a_tombstone(self, workspace, table):
        lead_id = answered(1).id
        with workspace.write() as tx:
            tx.erasing.tombstone(lead_id, ANNA, "SPONSORED", NOW, NOW + 4)
            known = tx.leads.known([lead_id])[lead_id]
            assert judge(known, b"d", NOW + 3) is Decision.STALE
            assert tx.leads.page(LeadFilter()).items == ()
            assert tx.leads.counts() == ()
            with pytest.raises(NotFound):
                tx.leads.get(lead_id)
        rows = landed(table, [answered(1)], via="push", issued_at=NOW + 5)
        with workspace.write() as tx:
            tx.leads.put(table, rows, NOW + 6)
            back = tx.leads.get(lead_id)
            assert [one.total for one in tx.leads.counts()] == [1]
        assert (back.received_via, back.stored_at, back.form_id) == ("push", NOW + 6, table.form_id)

    def test_a_tombstone_does_not_touch_a_lead_that_is_here(self, workspace, table):
        (lead_id,) = land(workspace, table, 1)
        with workspace.write() as tx:
            tx.erasing.tombstone(lead_id, ANNA, "SPONSORED", NOW, NOW + 4)
            assert tx.leads.known([lead_id])[lead_id].state == "live"


class TestErasure:
    def test_is_final_and_leaves_neither_row_nor_id(self, workspace, table):
        lead_id = land_canary(workspace, table)
        (other,) = land(workspace, table, 2)
        with workspace.write() as tx:
            assert tx.erasing.erase(lead_id, NOW + 5) is True
            assert tx.erasing.erase(lead_id, NOW + 6) is False
        with workspace.read() as tx:
            left = everything(tx)
            known = tx.leads.known([lead_id, other])
            with pytest.raises(NotFound):
                tx.leads.get(lead_id)
        assert lead_id not in str(left)
        assert CANARY not in str(left)
        assert (known[lead_id].state, known[other].state) == ("erased", "live")
        assert judge(known[lead_id], b"d", NOW * 2) is Decision.ERASED

    def test_of_a_lead_that_is_not_here_yet_holds_all_the_same(self, workspace):
        with workspace.write() as tx:
            assert tx.erasing.erase("not-here-yet", NOW) is False
            assert tx.leads.known(["not-here-yet"])["not-here-yet"].state == "erased"

    def test_survives_a_change_of_the_key(self, home, workspace):
        with workspace.write() as tx:
            tx.erasing.erase("gone", NOW)
        with closing(home.open(keys=Keyring.parse("newer, a key that nobody but these tests know"))) as store:
            store.deployment.reseal()
        with (
            closing(home.open(keys=Keyring.parse("newer"))) as store,
            store.workspace("default").read() as tx,
        ):
            assert tx.leads.known(["gone"])["gone"].state == "erased"

    def test_deleted_leads_can_be_erased_and_even_without_their_table(self, workspace, table):
        lead_id = land_canary(workspace, table)
        with workspace.write() as tx:
            tx.erasing.mark_deleted([lead_id], NOW, NOW)
        with workspace.shape() as shaping:
            shaping.drop_form(table.table_name)
        with workspace.write() as tx:
            assert tx.erasing.erase(lead_id, NOW) is True


def test_purging_an_owner_takes_all_but_the_account_and_what_was_erased(workspace, table):
    erased, lead_id = land(workspace, table, 1, 2)
    with workspace.write() as tx:
        tx.erasing.erase(erased, NOW)
        tx.accounts.put([AccountFacts(ANNA, "512", "Anna", "ACTIVE")], NOW)
        run = tx.runs.create(RunPlan(ANNA, "poll"), NOW)
        for key in (ANNA, run.id, "someone else"):
            tx.schedule.put("poll", key, 1, NOW)
        tx.settings.put("form", table.form_id, "poll_interval", "5m")
    with workspace.shape() as shaping:
        shaping.drop_form(table.table_name)
    with workspace.write() as tx:
        gone = tx.purge(ANNA)
        again = tx.purge(ANNA)
        assert tx.accounts.get(ANNA).owner == ANNA
        assert [one.key for one in tx.schedule.all()] == ["someone else"]
        assert tx.forms.all() == ()
        assert tx.leads.known([lead_id, erased]).keys() == {erased}
    assert (gone.counts["leads"], gone.counts["forms"], gone.counts["runs"], gone.counts["schedule"]) == (
        1,
        1,
        1,
        2,
    )
    assert set(again.counts.values()) == {0}
