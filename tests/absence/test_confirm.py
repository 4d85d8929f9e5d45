"""Absence erases only what two sound looks did not find; everything else stays, and is shown as missing."""

from __future__ import annotations

from typing import Any

import pytest
from tests.rig import MAIN, Rig

from leadwire.ingest.absence import suspect

OWNER = f"urn:li:sponsoredAccount:{MAIN}"
FORM = 7234246
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def submit(rig: Rig, **more: Any) -> str:
    lead = str(rig.emulator.control.leads.submit(FORM, **more)["id"])
    push(rig)
    return lead


def push(rig: Rig) -> None:
    rig.emulator.tick()
    rig.drain()


def miss(rig: Rig, *leads: str) -> None:
    """A second reading did not show them."""
    with rig.workspace.write() as tx:
        suspect(tx, OWNER, leads, rig.now())
    rig.drain()


def state(rig: Rig, lead: str) -> str:
    shown = rig.api.get(f"/leads/{lead}").json()
    if shown["deleted_at"]:
        assert (shown["answers"], shown["consents"], shown["extras"]) == (None, None, None)
        return "deleted"
    assert shown["answers"]
    return "missing" if shown["missing_since"] else "here"


def calls(rig: Rig) -> int:
    counts = rig.emulator.control.watch.calls(None, 1)["counts"]
    return sum(sum(of.values()) for route, of in counts.items() if "leadFormResponses" in route)


def hold(rig: Rig) -> Any:
    with rig.workspace.read() as tx:
        return tx.absences.hold(OWNER)


def test_a_withdrawn_lead_is_erased_after_two_looks_and_comes_again_by_a_later_one(rig: Rig) -> None:
    lead = submit(rig)
    rig.emulator.control.leads.withdraw(lead)
    push(rig)
    assert state(rig, lead) == "missing"
    rig.run_for(10 * MINUTE - 1)
    assert state(rig, lead) == "missing"
    rig.run_for(1)
    assert state(rig, lead) == "deleted"
    rig.emulator.control.leads.notify(lead, "CREATED")  # an old push, sent again
    push(rig)
    rig.run_for(HOUR)
    assert state(rig, lead) == "deleted"
    rig.advance(DAY)
    (first_name,) = [
        one["question_id"]
        for one in rig.api.get(f"/forms/{FORM}").json()["columns"]
        if one["name"] == "first_name"
    ]
    rig.emulator.control.leads.resubmit(lead, {first_name: "Annika"})
    push(rig)
    assert state(rig, lead) == "here"
    assert rig.api.get(f"/leads/{lead}").json()["answers"]["first_name"] == "Annika"
    with rig.workspace.read() as tx:
        assert tx.schedule.get("confirm", OWNER) is None


def test_a_lead_that_is_there_at_the_second_look_is_kept(quick: Rig) -> None:
    lead = submit(quick)
    quick.emulator.control.leads.hide(lead)
    miss(quick, lead)
    assert state(quick, lead) == "missing"
    quick.emulator.control.leads.unhide(lead)
    quick.run_for(10 * MINUTE)
    assert state(quick, lead) == "here"
    quick.emulator.control.leads.hide(lead)  # and what was seen before counts no more
    miss(quick, lead)
    quick.run_for(9 * MINUTE)
    assert state(quick, lead) == "missing"


def test_what_is_too_old_is_missing_for_ever_unless_linkedin_told_in_time(quick: Rig) -> None:
    old, told = submit(quick), submit(quick)
    quick.advance(79 * DAY)
    quick.run_for(5 * MINUTE)
    submit(quick)
    quick.emulator.control.leads.withdraw(told)
    push(quick)
    quick.run_for(HOUR)
    quick.advance(2 * DAY)
    quick.run_for(5 * MINUTE)
    assert state(quick, told) == "deleted"
    quick.emulator.control.leads.hide(old)
    miss(quick, old)
    before = calls(quick)
    quick.drain()
    assert (state(quick, old), calls(quick) - before) == ("missing", 0)
    quick.run_for(30 * MINUTE)
    assert state(quick, old) == "missing"


@pytest.mark.parametrize("hinder", ["no verdict", "no control", "down"])
def test_a_look_that_could_not_have_seen_it_counts_for_nothing(quick: Rig, hinder: str) -> None:
    lead, control = submit(quick), quick.emulator.control
    control.leads.hide(lead)
    if hinder == "no verdict":
        with quick.workspace.write() as tx:
            tx.accounts.drop_access(next(one.id for one in tx.connections.all()))
    elif hinder == "no control":
        for other in control.leads.ids():
            if other != lead:
                control.leads.hide(other)
    else:
        control.faults.add({"kind": "status", "status": 503}, {"route": "leadFormResponses.BATCH_GET"})
    miss(quick, lead)
    quick.run_for(40 * MINUTE)
    assert state(quick, lead) == "missing"


def test_many_at_once_are_a_question_and_answered_by_a_person(quick: Rig) -> None:
    with quick.workspace.read() as tx:
        living = sum(one.total for one in tx.leads.counts(OWNER))
    leads = [submit(quick) for _ in range(living // 19 + 22)]
    for lead in leads:
        quick.emulator.control.leads.hide(lead)
    before = calls(quick)
    miss(quick, *leads)
    quick.run_for(HOUR)
    assert {state(quick, lead) for lead in leads} == {"missing"}
    asked = quick.api.get(f"/accounts/{MAIN}").json()["absence"]
    assert (asked["missing"], asked["leads"]) == (len(leads), living + len(leads))
    assert hold(quick).missing == len(leads)
    back = leads.pop()
    quick.emulator.control.leads.unhide(back)
    assert quick.api.post(f"/accounts/{MAIN}/absence", {"confirm": False}).json() == {"leads": len(leads) + 1}
    miss(quick, *leads)  # the next day's reading asks no more
    quick.run_for(30 * MINUTE)
    assert quick.api.get(f"/accounts/{MAIN}").json()["absence"] is None
    assert quick.api.post(f"/accounts/{MAIN}/absence", {"confirm": True}).status_code == 409
    assert {state(quick, lead) for lead in leads} == {"missing"}
    assert calls(quick) - before < 40
    quick.emulator.control.leads.notify(leads[0], "DELETED")
    push(quick)
    quick.run_for(20 * MINUTE)
    assert [state(quick, lead) for lead in leads[:2]] == ["deleted", "missing"]


def test_what_a_person_confirms_is_still_looked_for_twice(quick: Rig) -> None:
    with quick.workspace.read() as tx:
        living = sum(one.total for one in tx.leads.counts(OWNER))
    leads = [submit(quick) for _ in range(living // 19 + 22)]
    for lead in leads[1:]:
        quick.emulator.control.leads.hide(lead)
    miss(quick, *leads)
    quick.api.post(f"/accounts/{MAIN}/absence", {"confirm": True})
    quick.drain()
    assert {state(quick, lead) for lead in leads[1:]} == {"missing"}
    quick.run_for(11 * MINUTE)
    assert (state(quick, leads[0]), {state(quick, lead) for lead in leads[1:]}) == ("here", {"deleted"})


def test_what_linkedin_told_of_is_no_question_however_many(quick: Rig) -> None:
    with quick.workspace.read() as tx:
        living = sum(one.total for one in tx.leads.counts(OWNER))
    told, silent = ([submit(quick) for _ in range(living // 19 + 22)] for _ in range(2))
    quick.drain()
    miss(quick, *silent)
    for lead in silent:
        quick.emulator.control.leads.hide(lead)
    for lead in told:
        quick.emulator.control.leads.withdraw(lead)
    push(quick)
    quick.run_for(30 * MINUTE)
    assert {state(quick, lead) for lead in told} == {"deleted"}
    assert {state(quick, lead) for lead in silent} == {"missing"}
    assert hold(quick).missing == len(silent)
