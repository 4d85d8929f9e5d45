"""Counters against a full count, whatever happens to leads and in whatever order."""

import threading
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.databases import NOW
from tests.store.samples import ANNA, BO, SPRING, answered, land, landed, publish

from leadwire.domain.judge import Decision, judge
from leadwire.store import LeadCount

FORMS = (SPRING, replace(SPRING, form_id="415", name="Other"))
NUMBERS = st.integers(0, 5)
SOME = st.sets(NUMBERS, min_size=1)
WRITTEN = (Decision.NEW, Decision.NEWER)
MOMENTS = st.integers(1, 6)
# No shrinking: on a database it takes minutes, and thirty steps can be read.
PLAY = settings(max_examples=15, stateful_step_count=30, deadline=None, phases=[Phase.generate])
FACTS = st.fixed_dictionaries(
    {
        "owner": st.sampled_from([ANNA, BO]),
        "test_lead": st.booleans(),
        "submitted_at": st.integers(NOW, NOW + 3),
    }
)


def scanned(tx, **narrowed):
    """The counts as a scan of the ledger has them."""
    found = {}
    for row in tx._scope.own("ledger").rows():
        if row.stored_at and all(getattr(row, name) == value for name, value in narrowed.items()):
            found.setdefault(row.form_id, []).append(row)
    return tuple(
        LeadCount(
            form_id,
            len(rows),
            sum(row.test_lead for row in rows),
            sum(row.deleted_at is not None for row in rows),
            max(row.submitted_at for row in rows),
        )
        for form_id, rows in sorted(found.items())
    )


def books(tx):
    """Which leads stand in the ledger and in `leads`, and which in each form's own table."""
    scope = tx._scope
    tables = {form.form_id: scope.place.form_table(tx.forms.table(form.form_id)) for form in FORMS}
    rows = [row for row in scope.own("ledger").rows() if row.stored_at]
    leads = scope.connection.execute(scope.place.tables["leads"].select()).all()
    ledger = {form_id: {row.lead_id for row in rows if row.form_id == form_id} for form_id in tables}
    own = {
        form_id: set(scope.connection.scalars(table.select().with_only_columns(table.c.lead_id)))
        for form_id, table in tables.items()
    }
    return (
        ledger,
        own,
        {row.lead_id: row.form_id for row in rows},
        {row.lead_id: row.form_id for row in leads},
    )


class Ledger(RuleBasedStateMachine):
    """Two forms, two owners, and six leads that come and go."""

    workspace = None  # where it plays
    games = count(1)

    @initialize()
    def begin(self):
        self.first = next(self.games) * 10  # what one game erases cannot come again in another
        for owner in (ANNA, BO):
            self.is_purged(owner)

    def lead(self, number, **facts):
        return answered(self.first + number, **facts)

    def ids(self, numbers):
        return [self.lead(number).id for number in sorted(numbers)]

    @rule(numbers=SOME, form=st.sampled_from([0, 1]), facts=FACTS, at=MOMENTS)
    def land(self, numbers, form, facts, at):
        version, table = FORMS[form], self.tables[form]
        leads = [self.lead(number, version=version, **facts) for number in numbers]
        rows = landed(table, leads, issued_at=NOW + at, version=version)
        rows = [replace(row, digest=bytes([form, facts["test_lead"], at])) for row in rows]
        with self.workspace.write() as tx:
            known = tx.leads.known(self.ids(numbers))
            decided = [judge(known.get(row.lead.id), row.digest, row.issued_at) for row in rows]
            written = [row for row, one in zip(rows, decided, strict=True) if one in WRITTEN]
            tx.leads.put(table, written, NOW + at)

    @rule(numbers=SOME, at=MOMENTS)
    def are_deleted(self, numbers, at):
        with self.workspace.write() as tx:
            tx.erasing.mark_deleted(self.ids(numbers), NOW + at, NOW + at)

    @rule(number=NUMBERS, at=MOMENTS)
    def is_buried_unseen(self, number, at):
        with self.workspace.write() as tx:
            tx.erasing.tombstone(self.lead(number).id, ANNA, "SPONSORED", NOW + at, NOW + at)

    @rule(number=NUMBERS)
    def is_erased(self, number):
        with self.workspace.write() as tx:
            tx.erasing.erase(self.lead(number).id, NOW)

    @rule(owner=st.sampled_from([ANNA, BO]))
    def is_purged(self, owner):
        with self.workspace.write() as tx:
            tx.purge(owner)
        self.tables = [publish(self.workspace, form) for form in FORMS]

    @rule(numbers=SOME)
    def is_interrupted(self, numbers):
        rows = landed(self.tables[0], [self.lead(number) for number in numbers], issued_at=NOW + 9)
        with pytest.raises(ZeroDivisionError), self.workspace.write() as tx:
            tx.leads.put(self.tables[0], rows, NOW)
            raise ZeroDivisionError

    @invariant()
    def counters_are_what_a_full_count_says(self):
        with self.workspace.read() as tx:
            assert tx.leads.counts() == scanned(tx)
            for owner in (ANNA, BO):
                assert tx.leads.counts(owner) == scanned(tx, owner=owner)
            for form in FORMS:
                assert tx.leads.counts(form_id=form.form_id) == scanned(tx, form_id=form.form_id)
                both = {"owner": ANNA, "form_id": form.form_id}
                assert tx.leads.counts(**both) == scanned(tx, **both)

    @invariant()
    def every_book_holds_the_same_leads(self):
        with self.workspace.read() as tx:
            ledger, own, by_ledger, by_leads = books(tx)
        assert ledger == own
        assert by_ledger == by_leads


def test_counters_equal_a_full_count_whatever_happens(store):
    playing = type("Playing", (Ledger,), {"workspace": store.workspace("default")})
    run_state_machine_as_test(playing, settings=PLAY)


def test_those_who_land_at_once_are_all_counted(store):
    workspace = store.workspace("default")
    table = publish(workspace)
    start = threading.Barrier(4, timeout=20)

    def bring(first):
        start.wait()
        for number in range(first, first + 8):  # half of them are also brought by the next one
            land(workspace, table, number)

    threads = [threading.Thread(target=bring, args=(4 * number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with workspace.read() as tx:
        assert tx.leads.counts() == scanned(tx)
        assert tx.leads.counts()[0].total == 20
