"""LinkedIn in trouble: 401 of every meaning, 429, 5xx, cut answers, outages. Nothing is lost, nobody is stormed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.rig import JANE, MAIN, Rig

OWNER = f"urn:li:sponsoredAccount:{MAIN}"
FINDER = "leadFormResponses.FINDER-owner"
FORM = 7234246
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def start(rig: Rig) -> str:
    connection = rig.connect_member()
    rig.sync()
    return connection


def all_there(rig: Rig) -> bool:
    wanted = set(rig.emulator.control.leads.ids(owner=OWNER, readable=True))
    return {lead["id"] for lead in rig.api.all("/leads")} == wanted


def counts(rig: Rig, route: str) -> int:
    said: dict[str, Any] = rig.emulator.control.watch.calls(route, 1)
    return sum(said["counts"].get(route, {}).values())


def connection(rig: Rig, name: str) -> dict[str, Any]:
    return dict(rig.api.get(f"/connections/{name}").json())


def test_a_token_that_expires_in_mid_walk_is_refreshed_once_and_the_walk_goes_on(rig: Rig) -> None:
    """F35. LGF-003, LGF-005."""
    name = rig.connect_member()
    rig.emulator.control.leads.generate(FORM, 500)
    rig.advance(2 * HOUR)
    body = {"status": 401, "serviceErrorCode": 65602, "code": "EXPIRED_ACCESS_TOKEN", "message": "expired"}
    rig.emulator.control.faults.add(
        {"kind": "status", "status": 401, "body": body}, {"route": FINDER, "nth": 3}
    )
    rig.emulator.control.watch.clear_calls()
    rig.sync()
    assert all_there(rig)
    assert counts(rig, "oauth.accessToken") == 1
    assert connection(rig, name)["state"] == "active"
    assert {run["state"] for run in rig.api.all("/runs")} == {"done"}


def test_a_revoked_grant_needs_a_person_and_is_left_alone(long_rig: Rig) -> None:
    """F36. At most three calls after it is known, however long nobody comes."""
    rig = long_rig
    name = start(rig)
    rig.emulator.control.tokens.revoke(member=JANE)
    rig.advance(2 * MINUTE)
    rig.emulator.control.watch.clear_calls()
    rig.run_for(12 * HOUR)
    shown = connection(rig, name)
    assert (shown["state"], shown["reason"]) == ("needs_reconnect", "revoked")
    assert rig.emulator.control.watch.calls(None, 1)["total"] <= 3


def test_without_a_refresh_token_a_dead_grant_is_told_apart(long_rig: Rig) -> None:
    rig = long_rig
    rig.emulator.control.world.patch_app("78emulatordemo01", refresh_enabled=False)
    name = start(rig)
    rig.advance(61 * DAY)
    rig.run_for(2 * HOUR)
    shown = connection(rig, name)
    assert (shown["state"], shown["reason"]) == ("needs_reconnect", "expired")


def test_a_token_that_linkedin_does_not_know_ends_the_grant(rig: Rig) -> None:
    """Introspection of it is 400, not an answer: still a grant that has ended, and no failing poll for ever."""
    rig.emulator.control.world.patch_app("78emulatordemo01", refresh_enabled=False)
    name = start(rig)
    rig.advance(2 * MINUTE)
    dead = {
        "status": 401,
        "serviceErrorCode": 65600,
        "code": "INVALID_ACCESS_TOKEN",
        "message": "Invalid access token",
    }
    for route, status in ((FINDER, 401), ("oauth.introspectToken", 400)):
        rig.emulator.control.faults.add({"kind": "status", "status": status, "body": dead}, {"route": route})
    rig.run_for(10 * MINUTE)
    assert connection(rig, name)["state"] == "needs_reconnect"


def test_reconnecting_fills_the_gap(long_rig: Rig) -> None:
    """LGF-004, LGF-110: the same connection, by itself, within ten seconds of coming back."""
    rig = long_rig
    name = start(rig)
    rig.emulator.control.tokens.revoke(member=JANE)
    rig.run_for(2 * HOUR)
    rig.emulator.control.leads.generate(FORM, 150, since=rig.now() - HOUR, until=rig.now())
    rig.run_for(12 * HOUR)
    assert not all_there(rig)
    again = rig.api.post(f"/connections/{name}/reconnect").json()
    assert again["id"] == name
    rig.consent(again["authorization_url"])
    rig.run_for(10_000)
    assert connection(rig, name)["state"] == "active"
    assert all_there(rig)


@pytest.mark.parametrize("answer", ["403", "401"])
def test_a_lost_role_is_not_taken_for_a_dead_token(long_rig: Rig, answer: str) -> None:
    rig = long_rig
    name = start(rig)
    rig.advance(2 * MINUTE)
    rig.emulator.control.knobs.patch(role_loss=answer)
    rig.emulator.control.world.remove_page_role(11223344, JANE)
    rig.run_for(20 * MINUTE)
    assert connection(rig, name)["state"] == "active"
    rig.run_for(HOUR)
    shown = rig.api.get(f"/accounts/{MAIN}").json()
    assert shown["can_read_leads"] == "no"
    assert "page_role_missing" in {problem["code"] for problem in shown["problems"]}
    before = len(rig.api.all("/leads"))
    rig.emulator.control.world.set_page_role(11223344, JANE, "ADMINISTRATOR")
    rig.emulator.control.leads.generate(FORM, 20, since=rig.now() - HOUR, until=rig.now())
    rig.run_for(HOUR + 10_000)
    assert len(rig.api.all("/leads")) == before + 20


def test_a_token_just_minted_is_doubted_not_buried(rig: Rig) -> None:
    """F109: 65601 for twenty seconds after minting is no revocation."""
    rig.emulator.control.knobs.patch(fresh_token_401_seconds=20)
    begun = rig.api.post("/connections").json()
    rig.consent(begun["authorization_url"])
    rig.run_for(MINUTE)
    assert connection(rig, begun["id"])["state"] == "active"
    assert len(rig.api.all("/accounts")) > 3


@pytest.mark.parametrize(
    "action",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 429},
        {"kind": "html_200"},
        {"kind": "cut_body", "keep": 0.5},
        {"kind": "reset"},
        {"kind": "timeout"},
    ],
    ids=lambda action: f"{action['kind']} {action.get('status', '')}".strip(),
)
def test_a_passing_trouble_is_tried_again_inside_the_run(rig: Rig, action: dict[str, Any]) -> None:
    """F26, F29, F30, F31: two bad answers cost no failed run and no lead."""
    rig.connect_member()
    rig.emulator.control.leads.generate(FORM, 300)
    rig.emulator.control.faults.add(action, {"route": FINDER, "nth": [2, 3]})
    rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True})
    rig.run_for(MINUTE)
    (run,) = [run for run in rig.api.all("/runs") if run["kind"] == "backfill"]
    assert run["state"] == "done"
    assert all_there(rig)


def test_hours_of_outage(long_rig: Rig) -> None:
    """F28: a probe at most every minute, and all of it made good after."""
    rig = long_rig
    start(rig)
    rig.emulator.control.knobs.patch(down="503")
    rig.emulator.control.watch.clear_calls()
    rig.run_for(2 * HOUR)
    probes = counts(rig, FINDER)
    assert 2 * 12 * 0.5 <= probes <= 2 * 60
    rig.emulator.control.leads.generate(FORM, 50, since=rig.now() - HOUR, until=rig.now())
    rig.emulator.control.knobs.patch(down="")
    rig.run_for(10 * MINUTE)
    assert all_there(rig)


def test_a_used_up_daily_quota_stops_that_endpoint_until_after_midnight(long_rig: Rig) -> None:
    rig = long_rig
    start(rig)
    rig.emulator.control.knobs.patch(quota_by_endpoint={FINDER: 0})
    rig.run_for(10 * MINUTE)
    rig.emulator.control.watch.clear_calls()
    midnight = rig.now() - rig.now() % DAY + DAY
    rig.run_for(midnight - rig.now() - MINUTE)
    assert counts(rig, FINDER) == 0
    rig.emulator.control.knobs.patch(quota_by_endpoint={})
    rig.emulator.control.leads.submit(FORM)
    rig.run_for(HOUR)
    assert all_there(rig)


def test_a_quota_that_another_process_used_up_counts_a_second_later(rig: Rig) -> None:
    start(rig)
    rig.run_for(10 * MINUTE)
    rig.store.deployment.pause("leadFormResponses.FINDER", rig.now() + HOUR, "daily quota used up")
    rig.advance(1_000)
    rig.emulator.control.watch.clear_calls()
    rig.run_for(HOUR - MINUTE)
    assert counts(rig, FINDER) == 0


def test_a_failed_back_fill_goes_on_at_its_page(rig: Rig) -> None:
    """A new run takes over where the failed one stopped: an outage does not cost the pages before it."""
    rig.connect_member()
    rig.emulator.control.leads.generate(FORM, 2_000)
    rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True})
    rig.emulator.control.faults.add(
        {"kind": "status", "status": 500}, {"route": FINDER, "nth": list(range(13, 20))}
    )
    rig.run_for(20 * MINUTE)
    runs = [run for run in rig.api.all("/runs") if run["kind"] == "backfill"]
    assert [run["state"] for run in runs] == ["done", "failed"]
    assert runs[0]["read"] < 1_600
    assert all_there(rig)
