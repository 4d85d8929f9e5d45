"""LinkedIn as it should not be: JSON that breaks readers, one endpoint refused, leads shown late, months of silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.databases import SqliteHomes
from tests.rig import MAIN, Rig, staged, synced
from tests.tokens.outage import Crowd, people

from leadwire.domain.times import DAY, HOUR, MINUTE, parse_iso

FORM, FINDER = 7234246, "leadFormResponses.FINDER-owner"
IMPOSSIBLE = (
    "zero_submitted_at",
    "seconds_submitted_at",
    "negative_submitted_at",
    "year_9999_submitted_at",
)
BREAKING = {
    "not a number": '{"answers":NaN}',
    "5,000 digits": '{"answers":' + "9" * 5_000 + "}",
    "a hundred thousand deep": '{"answers":' + "[" * 100_000 + "]" * 100_000 + "}",
    "unfinished": '{"answers":[',
    "one member twice": '{"answers":[],"answers":7,"answers":[]}',
}


@pytest.fixture
def rig(sqlite_homes: SqliteHomes, tmp_path: Path) -> Iterator[Rig]:
    with staged(sqlite_homes, tmp_path, synced, Rig) as rig:
        yield rig


def stored(rig: Rig) -> set[str]:
    return {one["id"] for one in rig.api.all("/leads", account=MAIN)}


@pytest.mark.parametrize("how", BREAKING)
def test_json_that_breaks_readers_costs_nobody_else(rig: Rig, how: str) -> None:
    """Where one element spoils the page's JSON, the page is cut by hand: the lead is stored or in quarantine."""
    leads = rig.emulator.control.leads
    before, odd, after = (str(leads.submit(FORM)["id"]) for _ in range(3))
    leads.spoil(odd, "raw", "formResponse", BREAKING[how])
    rig.run_for(6 * MINUTE)
    rest = str(leads.submit(FORM)["id"])
    rig.run_for(6 * MINUTE)
    if how == "unfinished":  # no page at all: asked again until LinkedIn sends one
        assert rest not in stored(rig)
        leads.mend(odd)
        rig.run_for(10 * MINUTE)
    assert {before, after, rest} <= stored(rig)
    assert odd in stored(rig) or [odd in one["raw"] for one in rig.api.all("/quarantine")] == [True]


def test_a_time_that_cannot_be_moves_no_book_and_hides_no_lead(rig: Rig) -> None:
    leads = rig.emulator.control.leads
    odd = {kind: str(leads.submit(FORM)["id"]) for kind in IMPOSSIBLE}
    for kind, lead in odd.items():
        leads.spoil(lead, kind)
    rig.run_for(6 * MINUTE)
    assert {one["lead"] for one in rig.api.all("/quarantine")} == set(odd.values())
    assert parse_iso(ledger(rig)["covered"][-1]["until"]) <= rig.now() - HOUR + MINUTE
    rest = str(leads.submit(FORM)["id"])
    rig.run_for(6 * MINUTE)
    assert rest in stored(rig) and not stored(rig) & set(odd.values())


def test_an_account_that_is_closed_keeps_its_leads_and_goes_on_when_it_is_opened(rig: Rig) -> None:
    kept, world = stored(rig), rig.emulator.control.world
    world.patch_account(int(MAIN), status="CANCELED")
    rig.emulator.control.faults.add({"kind": "status", "status": 403}, {"route": FINDER})
    rig.run_for(65 * MINUTE)
    shown = rig.api.get(f"/accounts/{MAIN}").json()
    assert "account_closed" in {one["code"] for one in shown["problems"]}
    assert not [one for one in rig.api.all("/leads") if one["deleted_at"] or one["missing_since"]]
    lead = str(rig.emulator.control.leads.submit(FORM)["id"])
    world.patch_account(int(MAIN), status="ACTIVE")
    rig.emulator.control.faults.remove()
    rig.run_for(65 * MINUTE)
    assert stored(rig) == kept | {lead}


def test_while_the_api_version_is_refused_nothing_changes_and_afterwards_nothing_is_missing(rig: Rig) -> None:
    kept, knobs = stored(rig), rig.emulator.control.knobs
    before = knobs.read()
    knobs.patch(version_oldest="209901", version_newest="209912")
    lead = str(rig.emulator.control.leads.submit(FORM)["id"])
    rig.run_for(30 * MINUTE)
    assert stored(rig) == kept
    assert not [one for one in rig.api.all("/leads") if one["deleted_at"] or one["missing_since"]]
    (connection,) = rig.api.all("/connections")
    assert connection["state"] == "active"
    rig.look()
    with rig.workspace.read() as tx:
        assert "version_refused" in {one.code for one in tx.alerts.open()}
    knobs.patch(**{name: before[name] for name in ("version_oldest", "version_newest")})
    rig.run_for(10 * MINUTE)
    assert stored(rig) == kept | {lead}


def test_where_leads_alone_are_refused_everything_else_goes_on(rig: Rig) -> None:
    body = {
        "status": 403,
        "serviceErrorCode": 100,
        "code": "ACCESS_DENIED",
        "message": "Not enough permissions",
    }
    rig.emulator.control.faults.add({"kind": "status", "status": 403, "body": body}, {"route": FINDER})
    rig.emulator.control.forms.publish(FORM, questions=[{"predefined": "EMAIL"}, {"text": "Which day?"}])
    (connection,) = rig.api.all("/connections")
    kept, beat = stored(rig), connection["last_heartbeat"]
    lead = str(rig.emulator.control.leads.submit(FORM)["id"])
    rig.run_for(3 * HOUR)
    (connection,) = rig.api.all("/connections")
    assert (connection["state"], stored(rig)) == ("active", kept)
    assert connection["last_heartbeat"] != beat and connection["last_heartbeat"]["result"] == "ok"
    assert "which_day" in {one["name"] for one in rig.api.get(f"/forms/{FORM}").json()["columns"]}
    assert not [one for one in rig.api.all("/leads") if one["deleted_at"] or one["missing_since"]]
    rig.emulator.control.faults.remove()
    rig.run_for(10 * MINUTE)
    assert stored(rig) == kept | {lead}


def test_what_becomes_visible_later_than_is_waited_for_is_found_by_a_reconciliation(rig: Rig) -> None:
    late = str(rig.emulator.control.leads.submit(FORM, push=False, readable_after_ms=3 * HOUR)["id"])
    rig.run_for(5 * HOUR)
    assert late not in stored(rig)
    rig.api.post(f"/accounts/{MAIN}/reconcile")
    rig.run_for(5 * MINUTE)
    assert rig.api.get(f"/leads/{late}").json()["received_via"] == "reconcile"
    assert late in [
        one for row in rig.api.get(f"/accounts/{MAIN}/certificate").json()["rows"] for one in row["repaired"]
    ]


def ledger(rig: Rig) -> Any:
    (found,) = rig.api.get(f"/accounts/{MAIN}/coverage").json()["lead_types"]
    return found


def test_silence_for_longer_than_linkedin_keeps_leads_leaves_a_gap_with_its_dates(
    sqlite_homes: SqliteHomes, tmp_path: Path
) -> None:
    days = {"retention_sponsored_days": 30}
    kept = {"SPONSORED": 30 * DAY, "*": 30 * DAY}
    with (
        sqlite_homes.home(tmp_path / "h") as home,
        closing(Rig(home, tmp_path, knobs=days, retention=kept)) as rig,
    ):
        synced(rig)
        before = parse_iso(ledger(rig)["covered"][-1]["until"])
        rig.emulator.control.knobs.patch(down="503")
        rig.advance(20 * DAY)
        rig.run_for(HOUR)
        (gap,) = ledger(rig)["gaps"]
        assert (parse_iso(gap["since"]), parse_iso(gap["lost_on"])) == (before, before + 30 * DAY)
        rig.look()
        with rig.workspace.read() as tx:
            assert "gap_lost_soon" in {one.code for one in tx.alerts.open()}
        rig.advance(20 * DAY)
        rig.emulator.control.knobs.patch(down="")
        back = rig.now()
        rig.run_for(HOUR)
        whole = [(parse_iso(one["since"]), parse_iso(one["until"])) for one in ledger(rig)["covered"]]
        assert ledger(rig)["gaps"] == []
        assert whole[-2][1] == before  # and what nobody read in time is never shown as read
        assert back - 30 * DAY <= whole[-1][0] + HOUR and whole[-1][0] > before


def test_after_midnight_many_accounts_come_back_one_after_the_other(
    sqlite_homes: SqliteHomes, tmp_path: Path
) -> None:
    with sqlite_homes.home(tmp_path / "h") as home, closing(Crowd(home, tmp_path)) as rig:
        people(rig, 24)
        rig.run_for(2 * MINUTE)
        midnight = rig.now() - rig.now() % DAY + DAY
        rig.advance(midnight - 11 * MINUTE - rig.now())
        rig.emulator.control.knobs.patch(quota_by_endpoint={FINDER: 0})
        rig.run_for(midnight - rig.now())
        rig.emulator.control.knobs.patch(quota_by_endpoint={})
        rig.run_for(30 * MINUTE)
        first: dict[str, int] = {}
        for minute, name in sorted(rig.minutes(midnight, rig.now())):
            if name:
                first.setdefault(name, minute - midnight // MINUTE)
        assert len(first) == 24
        assert max(first.values()) - min(first.values()) >= 15
        assert max(Counter(first.values()).values()) <= 6
