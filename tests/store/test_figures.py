"""Figures over time, on both databases."""

from tests.databases import NOW
from tests.store.samples import ANNA, BO, answered, landed, publish, two_workspaces
from tests.store.test_inbox import row

from leadwire.domain.times import DAY

TODAY = NOW // DAY * DAY


def test_leads_are_counted_by_owner_and_day_and_nobody_elses_are(store):
    acme, globex = two_workspaces(store)
    for workspace, number in ((acme, 0), (globex, 7)):
        form = publish(workspace)
        moments = [(TODAY, ANNA), (TODAY + DAY - 1, ANNA), (TODAY - 1, BO), (TODAY - DAY - 1, ANNA)]
        leads = [answered(number + n, submitted_at=at, owner=owner) for n, (at, owner) in enumerate(moments)]
        with workspace.write() as tx:
            tx.leads.put(form, landed(form, leads), NOW)
    with acme.read() as tx:
        assert tx.figures.submitted([ANNA, BO], TODAY - DAY) == {(ANNA, TODAY): 2, (BO, TODAY - DAY): 1}
        assert tx.figures.submitted([BO], TODAY) == {}


def test_pushes_are_timed_from_receipt_to_store_and_what_was_not_stored_is_not(store):
    default = store.workspace("default")
    store.deployment.receive([row(n, at=TODAY + n) for n in range(5)])
    with default.write() as tx:
        ids = [item.id for item in tx.inbox.due(ANNA, TODAY + 10)]
        for number, outcome in enumerate(["stored", "stored", "read already", "stored"]):
            tx.inbox.done([ids[number]], outcome, TODAY + 1_000 - number * 100)
    with default.read() as tx:
        assert tx.figures.push_delays(TODAY, TODAY + DAY, 10) == [697, 899, 1_000]
        assert tx.figures.push_delays(TODAY, TODAY + DAY, 2) == [899, 1_000]  # the last two
        assert tx.figures.push_delays(TODAY + DAY, TODAY + 2 * DAY, 10) == []
