"""From LinkedIn's push to the row (LGF-109, 202, 203): the emulator pushes to the real hook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.rig import JANE, MAIN, Homes, Rig, staged, synced

from leadwire.ingest.push import Fetch

OWNER = f"urn:li:sponsoredAccount:{MAIN}"
FORM = 7234246
MINUTE = 60_000
OPEN: dict[str, Any] = {"knobs": {"allow_http_webhooks": True}, "allow_http_webhooks": True}


@pytest.fixture
def rig(homes: Homes, tmp_path: Path) -> Iterator[Rig]:
    """Connected, filled and subscribed."""
    with staged(homes, tmp_path, synced, Rig, **OPEN) as rig:
        yield rig


def submit(rig: Rig, **more: Any) -> str:
    return str(rig.emulator.control.leads.submit(FORM, **more)["id"])


def push(rig: Rig) -> None:
    """LinkedIn sends what it has to tell, and what came in is worked off; no time passes."""
    rig.emulator.tick()
    rig.drain()


def inbox(rig: Rig) -> list[Any]:
    with rig.workspace.read() as tx:
        return list(tx.inbox.page(200).items)


def asked(rig: Rig) -> Counter[str]:
    """LinkedIn's count of calls for leads, by route."""
    counts = rig.emulator.control.watch.calls(None, 1)["counts"]
    return Counter({route: sum(of.values()) for route, of in counts.items() if "leadFormResponses" in route})


def test_a_pushed_lead_is_there_before_any_poll(rig: Rig) -> None:
    lead = submit(rig)
    push(rig)
    shown = rig.api.get(f"/leads/{lead}").json()
    assert (shown["received_via"], shown["form"]) == ("push", str(FORM))
    assert [(one.lead_id, one.state, one.outcome) for one in inbox(rig)] == [(lead, "done", "stored")]
    (run,) = rig.api.all("/runs", kind="push")
    assert (run["state"], run["read"], run["stored"], run["calls"]) == ("done", 1, 1, 1)


def test_many_are_asked_for_together(rig: Rig) -> None:
    leads = {submit(rig) for _ in range(120)}
    before = asked(rig)
    push(rig)
    assert leads <= {one["id"] for one in rig.api.all("/leads", account=MAIN)}
    assert asked(rig) - before == {"leadFormResponses.BATCH_GET": 3}


def test_where_linkedin_refuses_many_at_once_they_come_all_the_same(rig: Rig) -> None:
    rig.emulator.control.faults.add(
        {"kind": "status", "status": 400, "body": {"message": "no batch", "status": 400}},
        {"route": "leadFormResponses.BATCH_GET"},
    )
    leads = {submit(rig) for _ in range(60)}
    push(rig)
    rig.run_for(2 * MINUTE)
    assert leads <= {one["id"] for one in rig.api.all("/leads", account=MAIN)}
    assert {one.state for one in inbox(rig)} == {"done"}
    assert asked(rig)["leadFormResponses.BATCH_GET"] == 1


def test_a_lead_that_is_not_readable_yet_is_asked_for_again_within_seconds(rig: Rig) -> None:
    rig.emulator.control.knobs.patch(readable_after_ms=5_000)
    lead = submit(rig)
    push(rig)
    assert rig.api.get(f"/leads/{lead}").status_code == 404
    assert [(one.state, one.attempts, one.outcome) for one in inbox(rig)] == [
        ("waiting", 1, "not readable yet")
    ]
    rig.run_for(13_000)
    assert rig.api.get(f"/leads/{lead}").json()["received_via"] == "push"
    assert [(one.state, one.attempts) for one in inbox(rig)] == [("done", 2)]


def test_a_push_of_what_nobody_shows_is_parked_after_ten_minutes(rig: Rig) -> None:
    lead = submit(rig)
    rig.emulator.control.leads.hide(lead)
    push(rig)
    rig.run_for(12 * MINUTE)
    assert [(one.state, one.outcome) for one in inbox(rig)] == [
        ("parked", "LinkedIn does not show this lead")
    ]
    assert inbox(rig)[0].attempts == 4


def test_repeated_and_reordered_pushes_end_as_one_lead(rig: Rig) -> None:
    rig.emulator.control.knobs.patch(push_copies=3, push_jitter_ms=5_000)
    leads = [submit(rig) for _ in range(5)]
    for lead in leads:
        rig.emulator.control.leads.notify(lead, "CREATED", at=rig.now() - MINUTE)
    for _ in range(8):
        rig.advance(1_000)
        push(rig)
    stored = [one["id"] for one in rig.api.all("/leads", account=MAIN)]
    assert all(stored.count(lead) == 1 for lead in leads)
    assert {one.state for one in inbox(rig)} == {"done"}
    assert sum(one.copies for one in inbox(rig)) == 30


def test_a_push_that_a_pull_was_quicker_than_costs_no_call(rig: Rig) -> None:
    rig.emulator.control.knobs.patch(push_delay_ms=20 * MINUTE)
    lead = submit(rig)
    rig.run_for(10 * MINUTE)
    assert rig.api.get(f"/leads/{lead}").json()["received_via"] == "pull"
    rig.emulator.control.leads.notify(lead, "CREATED")
    rig.emulator.tick()
    rig.advance(21 * MINUTE)
    rig.emulator.tick()
    rig.run_for(6 * MINUTE)
    assert {one.state for one in inbox(rig)} == {"done"}


def test_a_push_of_a_version_not_yet_known_lands_in_its_columns(rig: Rig) -> None:
    questions = [
        {"predefined": "EMAIL", "text": "E-mail"},
        {"text": "Which colour?", "options": ["red", "blue"]},
    ]
    rig.emulator.control.forms.publish(FORM, questions=questions)
    lead = submit(rig)
    push(rig)
    assert rig.api.get(f"/leads/{lead}").json()["answers"]["which_colour"] in (["red"], ["blue"])


def test_while_linkedin_is_down_pushes_wait_and_lose_no_patience(rig: Rig) -> None:
    lead = submit(rig)
    rig.emulator.tick()
    rig.emulator.control.knobs.patch(down="503")
    rig.run_for(30 * MINUTE)
    assert [(one.state, one.attempts) for one in inbox(rig)] == [("waiting", 0)]
    rig.emulator.control.knobs.patch(down="")
    rig.run_for(10 * MINUTE)
    assert rig.api.get(f"/leads/{lead}").status_code == 200
    assert [one.state for one in inbox(rig)] == ["done"]


def test_a_push_while_the_grant_is_dead_waits_for_a_person(rig: Rig) -> None:
    lead = submit(rig)
    rig.emulator.tick()
    rig.emulator.control.tokens.revoke(JANE)
    rig.run_for(20 * MINUTE)
    assert [one.state for one in inbox(rig)] == ["waiting"]
    (one,) = rig.api.all("/connections")
    again = rig.api.post(f"/connections/{one['id']}/reconnect").json()
    rig.consent(again["authorization_url"])
    rig.run_for(10 * MINUTE)
    assert rig.api.get(f"/leads/{lead}").status_code == 200
    assert [one.state for one in inbox(rig)] == ["done"]


def test_a_deletion_is_a_hint_only(rig: Rig) -> None:
    kept, gone = submit(rig), submit(rig)
    push(rig)
    rig.emulator.control.leads.notify(kept, "DELETED")
    rig.emulator.control.leads.withdraw(gone)
    push(rig)
    assert rig.api.get(f"/leads/{kept}").json()["answers"]
    assert rig.api.get(f"/leads/{gone}").json()["answers"]  # erased only when it was confirmed
    assert {one.outcome for one in inbox(rig) if one.action == "DELETED"} == {"stored", "not shown any more"}


def test_an_odd_pushed_lead_goes_to_quarantine_with_its_bytes(rig: Rig) -> None:
    good, bad = submit(rig), submit(rig)
    rig.emulator.control.leads.spoil(bad, "no_submitted_at")
    push(rig)
    assert rig.api.get(f"/leads/{good}").status_code == 200
    (item,) = rig.api.all("/quarantine")
    assert (item["level"], item["lead"]) == ("lead", bad)


def test_what_linkedin_did_not_answer_is_a_run_that_failed_and_pushes_are_tried_ever_more_rarely(
    rig: Rig,
) -> None:
    submit(rig)
    rig.emulator.tick()
    rig.emulator.control.knobs.patch(down="503")
    rig.run_for(60 * MINUTE)
    runs = rig.api.all("/runs", kind="push")
    assert {(one["state"], one["calls"]) for one in runs} == {("failed", 1)}
    assert len(runs) < 20 and all(one["error"] for one in runs)


def test_one_odd_answer_makes_nobody_single(rig: Rig) -> None:
    rule = rig.emulator.control.faults.add(
        {"kind": "wrong_json", "value": {"results": 7}}, {"route": "leadFormResponses.BATCH_GET"}
    )
    first = {submit(rig) for _ in range(3)}
    push(rig)
    rig.emulator.control.faults.remove(rule["id"])
    second = {submit(rig) for _ in range(3)}
    push(rig)
    assert first | second <= {one["id"] for one in rig.api.all("/leads", account=MAIN)}
    assert asked(rig)["leadFormResponses.BATCH_GET"] == 2


def test_a_push_run_that_is_cut_off_leaves_nothing_running(rig: Rig) -> None:
    lead = submit(rig)
    rig.emulator.tick()

    class Killed(BaseException):
        """The process ends."""

    looks = count(1)

    def now() -> int:
        if next(looks) == 4:  # when it looked for the push, sent the call, landed; and now would settle
            raise Killed
        return rig.now()

    with pytest.raises(Killed):
        Fetch(rig.app.desks, rig.app.duties.line_for, now).turn(rig.workspace, OWNER)
    assert rig.api.get(f"/leads/{lead}").status_code == 200
    rig.drain()
    assert [(one.state, one.outcome) for one in inbox(rig)] == [("done", "read already")]
    assert rig.api.all("/runs", kind="push") == []
