"""Landing, and what is read of leads afterwards."""

import threading
import time
from dataclasses import replace

import pytest
from sqlalchemy import text
from tests.databases import NOW
from tests.store.samples import ANNA, BO, SPRING, answered, everything, land, landed, publish

from leadwire.domain.judge import Decision, Known, judge
from leadwire.domain.project import Answer
from leadwire.store import LeadFilter
from leadwire.store.errors import NotFound


@pytest.fixture
def workspace(store):
    return store.workspace("default")


@pytest.fixture
def table(workspace):
    return publish(workspace)


def ids(page):
    return [lead.lead_id for lead in page.items]


class TestLanding:
    def test_a_lead_stands_in_every_book(self, workspace, table):
        lead = answered(1, test_lead=True)
        with workspace.write() as tx:
            tx.leads.put(table, landed(table, [lead], raw=b'{"id":1}', via="push", issued_at=NOW - 5), NOW)
        with workspace.read() as tx:
            stored = tx.leads.get(lead.id)
            known = tx.leads.known([lead.id])
            record = tx.leads.record(lead.id)
            rows = tx._scope.connection.execute(workspace.place.form_table(table).select()).all()
        assert stored.answers == {
            "first_name": "Anna1",
            "last_name": "Svensson",
            "email": "Anna1@Example.com",
            "company_name": "ACME AB",
            "what_is_your_budget": "42",
            rows[0]._fields[-3]: ["11+"],
            "consent_0": True,
            "hidden_utm_source": "linkedin",
        }
        assert (stored.submitted_at, stored.stored_at, stored.received_via) == (
            lead.submitted_at,
            NOW,
            "push",
        )
        assert (stored.test_lead, stored.extras, stored.deleted_at) == (True, {}, None)
        assert known == {lead.id: Known(b"d" * 16, NOW - 5)}
        assert (record.raw, record.lead_type, record.owner) == (b'{"id":1}', "SPONSORED", ANNA)
        (row,) = rows
        assert (row.submitted_at, row.stored_at, row.received_via) == (lead.submitted_at, NOW, "push")
        assert (row.email, row.consent_0, row[-3]) == ("Anna1@Example.com", True, ["11+"])
        assert (row.campaign_id, row.extras) == ("urn:li:sponsoredCampaign:198356826", None)

    def test_people_read_times_flags_and_lists_in_their_own_tool(self, store, workspace, table):
        land(workspace, table, 1)
        list_column = next(column.name for column in table.columns if column.type == "list")
        statement = f"SELECT submitted_at, test_lead, consent_0, {list_column} FROM {{}}"
        with workspace.read() as tx:
            full_name = tx.forms.get(table.form_id).table
            at, test, consent, choices = tx._scope.connection.execute(text(statement.format(full_name))).one()
        if store.dialect == "sqlite":
            assert (at, test, consent, choices) == ("2026-05-28T20:26:41.000Z", 0, 1, '["11+"]')
        else:
            assert (at.isoformat(), test, consent, choices) == (
                "2026-05-28T20:26:41+00:00",
                False,
                True,
                ["11+"],
            )

    def test_landing_twice_is_landing_once(self, workspace, table):
        land(workspace, table, 1, 2, 3)
        with workspace.read() as tx:
            once = everything(tx)
        land(workspace, table, 3, 1, 2)
        with workspace.read() as tx:
            assert everything(tx) == once

    def test_a_newer_reading_writes_over_but_not_over_how_it_came(self, workspace, table):
        land(workspace, table, 1, via="push")
        newer = landed(table, [answered(1, text="43")], raw=b"newer", via="pull", issued_at=NOW + 9)
        with workspace.write() as tx:
            tx.leads.mark_missing([answered(1).id], NOW + 1)
            tx.leads.put(table, newer, NOW + 10)
            stored = tx.leads.get(answered(1).id)
            rows = tx._scope.connection.execute(workspace.place.form_table(table).select()).all()
            assert tx.leads.known([answered(1).id])[answered(1).id].issued_at == NOW + 9
            assert tx.leads.raw(answered(1).id) == b"newer"
        assert (stored.answers["what_is_your_budget"], stored.received_via, stored.stored_at) == (
            "43",
            "push",
            NOW,
        )
        assert stored.missing_since is None
        assert [(row.what_is_your_budget, row.received_via, row.stored_at) for row in rows] == [
            ("43", "push", NOW)
        ]

    @pytest.mark.parametrize("raw", [b"\0", b"\xff\xfe", b'{"a":"\\ud800"}', b"", bytes(range(256)) * 40])
    def test_bytes_are_the_record_whatever_they_are(self, workspace, table, raw):
        land(workspace, table, 1, raw=raw)
        with workspace.read() as tx:
            assert tx.leads.raw(answered(1).id) == raw

    def test_text_that_no_database_takes_does_not_stop_the_page(self, workspace, table):
        odd = answered(1, text="nul\0 and half a pair \ud800", campaign_id="urn\0")
        odd = replace(odd, answers=(*odd.answers, Answer("unknown\0", "text", "\0\ud800")))
        with workspace.write() as tx:
            tx.leads.put(table, landed(table, [odd, answered(2)], raw=b"x"), NOW)
            stored = tx.leads.get(odd.id)
        assert stored.answers["what_is_your_budget"] == "nul\ufffd and half a pair \ufffd"
        assert (stored.campaign_id, list(stored.extras.values())) == ("urn\ufffd", ["\ufffd\ufffd"])

    def test_nothing_to_land_is_nothing(self, workspace, table):
        with workspace.write() as tx:
            tx.leads.put(table, [], NOW)
            assert tx.leads.known([]) == {}

    def test_all_of_a_page_or_none(self, workspace, table):
        with pytest.raises(ZeroDivisionError), workspace.write() as tx:
            tx.leads.put(table, landed(table, [answered(1)]), NOW)
            raise ZeroDivisionError
        with workspace.read() as tx:
            assert tx.leads.page(LeadFilter()).items == ()

    def test_two_who_bring_one_lead_do_not_judge_it_at_once(self, workspace, table):
        """The newer reading stays, whoever comes first: the second judges after the first has written."""
        leads = [answered(1, text=str(n)) for n in range(8)]
        readings = [landed(table, [lead], raw=b"%d" % n, issued_at=NOW + n) for n, lead in enumerate(leads)]
        start, decisions = threading.Barrier(len(readings), timeout=20), []

        def bring(row):
            start.wait()
            with workspace.write() as tx:
                known = tx.leads.known([row.lead.id]).get(row.lead.id)
                decision = judge(known, row.raw, row.issued_at)
                time.sleep(0.005)
                if decision in (Decision.NEW, Decision.NEWER):
                    tx.leads.put(table, [replace(row, digest=row.raw)], NOW)
            decisions.append(decision)

        threads = [threading.Thread(target=bring, args=rows) for rows in readings]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with workspace.read() as tx:
            assert tx.leads.raw(answered(1).id) == b"7"
        assert decisions.count(Decision.NEW) == 1
        assert len(decisions) == 8

    def test_touching_is_news_of_the_reading_alone(self, workspace, table):
        (lead_id,) = land(workspace, table, 1)
        with workspace.write() as tx:
            tx.leads.mark_missing([lead_id], NOW + 1)
            tx.leads.mark_missing([lead_id], NOW + 2)
            assert tx.leads.get(lead_id).missing_since == NOW + 1
            tx.leads.touch([lead_id], NOW + 7)
            tx.leads.touch([lead_id], NOW + 3)
            assert tx.leads.known([lead_id])[lead_id].issued_at == NOW + 7
            assert tx.leads.get(lead_id).missing_since is None


class TestLists:
    def test_pages_stand_still_while_leads_come_in(self, workspace, table):
        land(workspace, table, *range(10, 30))
        seen, after = [], None
        for arrival in range(4):
            with workspace.read() as tx:
                page = tx.leads.page(LeadFilter(), 6, after)
            seen += ids(page)
            after = page.next
            land(workspace, table, 100 + arrival, arrival)  # one before everything, one behind it
        expected = [answered(number).id for number in reversed(range(10, 30))]
        assert seen[:20] == expected
        assert len(set(seen)) == len(seen)

    def test_leads_of_one_moment_are_each_read_once(self, workspace, table):
        leads = [replace(answered(number), submitted_at=NOW) for number in range(7)]
        with workspace.write() as tx:
            tx.leads.put(table, landed(table, leads), NOW)
        seen, after = [], None
        while True:
            with workspace.read() as tx:
                page = tx.leads.page(LeadFilter(), 2, after)
            seen += ids(page)
            after = page.next
            if after is None:
                break
        assert sorted(seen) == sorted(lead.id for lead in leads)

    def test_are_narrowed_by_form_owner_time_and_test(self, workspace, table):
        other = replace(SPRING, form_id="415", owner=BO, name="Other")
        other_table = publish(workspace, other)
        theirs = landed(
            other_table, [answered(9, version=other, test_lead=True, lead_type="EVENT")], version=other
        )
        land(workspace, table, 1, 2, 3)
        with workspace.write() as tx:
            tx.leads.put(other_table, theirs, NOW)
            at = {number: answered(number).submitted_at for number in range(10)}
            wanted = {
                (3, 2, 1): LeadFilter(form_id="7234246"),
                (9,): LeadFilter(owner=BO),
                (9, 3, 2, 1): LeadFilter(),
                (3, 2): LeadFilter(since=at[2], until=at[9]),
                (2, 1): LeadFilter(owner=ANNA, until=at[3], test=False),
                (): LeadFilter(owner=ANNA, test=True),
            }
            for numbers, narrowed in wanted.items():
                assert ids(tx.leads.page(narrowed)) == [answered(number).id for number in numbers], narrowed
            assert tx.leads.ids(ANNA, "SPONSORED", at[1], at[3]) == {answered(n).id: at[n] for n in (1, 2)}
            assert tx.leads.ids(BO, "EVENT", 0, NOW * 2, "415") == {answered(9).id: at[9]}
            counts = {one.form_id: one for one in tx.leads.counts()}
            assert (counts["7234246"].total, counts["7234246"].newest) == (3, at[3])
            assert (counts["415"].total, counts["415"].test) == (1, 1)
            assert [one.form_id for one in tx.leads.counts(BO)] == ["415"]

    @pytest.mark.parametrize(
        ("q", "found"),
        [
            ("anna1@", {1}),
            ("ANNA1@EXAMPLE.COM", {1}),
            ("anna", {1, 2}),
            ("  Anna1 ", {1}),
            ("svens", {1, 2}),
            ("acme a", {1, 2}),
            ("nna1", set()),
            ("42", set()),
            (answered(2).id, {2}),
            (answered(2).id[:8], set()),
            ("%", set()),
            ("_nna", set()),
            ("\0", set()),
            ("\ud800", set()),
            ("' OR 1=1 --", set()),
            ("", {1, 2}),
        ],
    )
    def test_are_found_by_the_beginning_of_a_name_or_the_whole_of_an_id(self, workspace, table, q, found):
        land(workspace, table, 1, 2)
        with workspace.read() as tx:
            assert set(ids(tx.leads.page(LeadFilter(q=q)))) == {answered(number).id for number in found}

    @pytest.mark.parametrize("name", ["Åsa", "ÅSA", "STRASSE", "straße", "İbrahim", "𝒜nna", "x" * 5000, "🦆"])
    def test_case_is_folded_in_every_script(self, workspace, table, name):
        answers = (Answer("107234246", "text", name),)
        with workspace.write() as tx:
            tx.leads.put(table, landed(table, [replace(answered(1), answers=answers)]), NOW)
            for q in (name, name.casefold(), name[:1]):
                assert ids(tx.leads.page(LeadFilter(q=q))) == [answered(1).id], q

    def test_an_address_finds_all_leads_that_gave_it_and_no_others(self, workspace, table):
        land(workspace, table, 1, 11)
        with workspace.read() as tx:
            assert tx.leads.with_email(" anna1@EXAMPLE.com ") == (answered(1).id,)
            for nobody in ("anna1@example.co", "", " ", "x" * 320, "\0"):
                assert tx.leads.with_email(nobody) == ()

    def test_a_rebuild_goes_through_all_records(self, workspace, table):
        all_ids = sorted(land(workspace, table, *range(7)))
        with workspace.write() as tx:
            tx.erasing.mark_deleted(all_ids[:1], NOW, NOW)
            first = tx.leads.raws(table.form_id, limit=4)
            rest = tx.leads.raws(table.form_id, limit=4, after=first[-1].lead_id)
            assert [one.lead_id for one in (*first, *rest)] == all_ids[1:]
            assert tx.leads.raws("unknown") == ()

    def test_unknown_ones_are_not_found(self, workspace, table):
        with workspace.read() as tx:
            assert (tx.leads.raw("nobody"), tx.leads.record("nobody")) == (None, None)
            with pytest.raises(NotFound):
                tx.leads.get("nobody")
