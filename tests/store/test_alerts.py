"""Alerts and their notices: opened once by however many, told on each channel, sent as the same message."""

import threading
from contextlib import closing
from dataclasses import replace

import pytest
from tests.databases import NOW
from tests.store.samples import two_workspaces

from leadwire.domain.alerts import Condition, Diff, diff
from leadwire.store.errors import NotFound

ENDS = Condition("reconnect_due", "connection:1", "warning", "It ends.", "Reconnect.", "-30d", href="/c/1")
GAP = Condition("gap", "account:5", "info", "A gap.", "Wait.", since=NOW - 5)
BOTH = ["email", "webhook"]


@pytest.fixture
def acme(store):
    return two_workspaces(store)[0]


def look(workspace, *conditions, channels=(), at=NOW):
    with workspace.write() as tx:
        return tx.alerts.apply(diff(conditions, tx.alerts.open()), channels, at)


def listed(workspace, state="open"):
    with workspace.read() as tx:
        return tx.alerts.page(50, None, state).items


def notices(workspace, channel="email"):
    with workspace.read() as tx:
        return tx.notices.waiting(channel)


def test_an_alert_lives_from_its_opening_to_its_close(acme):
    assert look(acme, ENDS, GAP, channels=BOTH) == 4
    ends, gap = sorted(listed(acme), key=lambda one: one.rung, reverse=True)
    assert (gap.code, gap.since, gap.opened_at, gap.href) == ("gap", NOW - 5, NOW, "")
    assert (ends.since, ends.rung, ends.href, ends.closed_at) == (NOW, "-30d", "/c/1", None)
    assert look(acme, ENDS, GAP, channels=BOTH, at=NOW + 1) == 0
    assert look(acme, ENDS, replace(GAP, message="Less."), channels=BOTH, at=NOW + 1) == 0
    assert {one.message for one in listed(acme)} == {"It ends.", "Less."}
    assert look(acme, replace(ENDS, rung="-14d"), channels=["email"], at=NOW + 2) == 2
    assert [one.id for one in listed(acme)] == [ends.id]
    assert [(one.id, one.closed_at) for one in listed(acme, "closed")] == [(gap.id, NOW + 2)]
    assert len(listed(acme, "all")) == 2
    assert sorted((one.at, one.alert_id, one.kind) for one in notices(acme)) == sorted(
        [
            (NOW, ends.id, "opened"),
            (NOW, gap.id, "opened"),
            (NOW + 2, ends.id, "raised"),
            (NOW + 2, gap.id, "closed"),
        ]
    )
    look(acme, ENDS, GAP, at=NOW + 3)
    assert [one.rung for one in listed(acme) if one.id == ends.id] == ["-14d"]  # a ladder only goes up
    assert len({one.id for one in listed(acme, "all")}) == 3  # what comes again is another alert


def test_pages_are_newest_first(acme):
    for n in range(5):
        look(acme, *(replace(GAP, object=f"account:{older}") for older in range(n + 1)), at=NOW + n)
    seen, cursor = [], None
    while True:
        with acme.read() as tx:
            page = tx.alerts.page(2, cursor)
        seen += [one.object for one in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [f"account:{n}" for n in (4, 3, 2, 1, 0)]


def test_an_acknowledgement_stays_until_it_gets_graver(acme):
    look(acme, ENDS)
    (alert,) = listed(acme)
    with acme.write() as tx:
        assert tx.alerts.acknowledge(alert.id, "api", NOW + 1) is True
        assert tx.alerts.acknowledge(alert.id, "page", NOW + 2) is False
        assert (tx.alerts.get(alert.id).acked_at, tx.alerts.get(alert.id).acked_by) == (NOW + 1, "api")
        for nobody in (tx.alerts.get, lambda one: tx.alerts.acknowledge(one, "api", NOW)):
            with pytest.raises(NotFound):
                nobody("01nobody")
    look(acme, replace(ENDS, rung="-14d"))
    assert listed(acme)[0].acked_at == NOW + 1
    look(acme, replace(ENDS, rung="-7d", severity="critical"))
    assert (listed(acme)[0].acked_at, listed(acme)[0].rung) == (None, "-7d")


def test_what_two_find_at_once_is_told_once(store, home):
    acme = two_workspaces(store)[0]
    raised = replace(ENDS, rung="-14d")
    with closing(home.open()) as second:
        for found in (Diff(opens=(ENDS, GAP)), "raise", "close"):
            if found == "raise":
                found = diff([raised, GAP], listed(acme))
            if found == "close":
                found = diff([raised], listed(acme))
            at_once(store.workspace(acme.id), second.workspace(acme.id), found)
    assert sorted(one.kind for one in notices(acme)) == ["closed", "opened", "opened", "raised"]


def at_once(one, other, found):
    def apply(workspace):
        with workspace.write() as tx:
            tx.alerts.apply(found, ["email"], NOW)

    threads = [threading.Thread(target=apply, args=(each,)) for each in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_message_is_the_same_until_it_arrives_or_is_given_up(acme):
    look(acme, ENDS, GAP, channels=BOTH)
    first, second = notices(acme)
    with acme.write() as tx:
        tx.notices.gather([first.id, second.id], "m1", NOW + 1)
        tx.notices.failed("m1", "no answer" * 100, NOW + 5)
        assert [(one.message_id, one.attempts, one.due_at) for one in tx.notices.waiting("email")] == [
            ("m1", 1, NOW + 5)
        ] * 2
        assert tx.notices.begun("email", NOW) == (NOW + 1,)
        assert (tx.notices.begun("email", NOW + 1), tx.notices.begun("webhook", 0)) == ((), ())
        tx.notices.sent("m1")
        assert (tx.notices.waiting("email"), len(tx.notices.waiting("webhook"))) == ((), 2)
        newest = tx.notices.newest("email")[0]
        assert (newest.state, newest.attempts, newest.error) == ("sent", 2, None)
        tx.notices.gather([tx.notices.waiting("webhook")[0].id], "m2", NOW + 2)
        tx.notices.failed("m2", "410", None)
        assert [(one.state, one.error) for one in tx.notices.newest("webhook")] == [("dead", "410")]
        assert (tx.notices.forget(NOW), tx.notices.forget(NOW + 1)) == (0, 3)
        assert len(tx.notices.waiting("webhook")) == 1


def test_notices_that_do_not_commit_are_no_alert_either(acme):
    with pytest.raises(ZeroDivisionError), acme.write() as tx:
        tx.alerts.apply(Diff(opens=(GAP,)), BOTH, NOW)
        raise ZeroDivisionError
    assert (listed(acme, "all"), notices(acme)) == ((), ())


def test_the_key_of_the_signature_is_made_once(store, home):
    key = store.deployment.alert_key()
    assert len(key) == 32
    assert key != store.deployment.hook_key()
    with closing(home.open()) as again:
        assert again.deployment.alert_key() == key
