"""Reconciliations over days, cut off, beside a back-fill, and against every way in which LinkedIn pages."""

from __future__ import annotations

import tracemalloc
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.databases import SqliteHomes
from tests.reconcile.conftest import FORM, OWNER, PATH, Account, Killed, Watched, named
from tests.rig import MAIN, Rig, rig_on

from leadwire.domain.times import DAY, HOUR, MINUTE, parse_iso
from leadwire.ingest.reconcile import compare
from leadwire.store import Judged, Shown

PAGING = [
    {"page_fullness": "short", "page_total": "absent", "page_links": False},
    {"page_fullness": "short", "page_total": "page_size", "page_links": False},
    {"page_fullness": "short", "page_total": "overall", "page_links": True},
    {"page_fullness": "full", "page_total": "zero_on_empty", "page_links": False},
    {"page_fullness": "full", "page_total": "overall", "page_links": True, "empty_page_after": 50},
]


def runs(account: Account) -> list[dict[str, Any]]:
    return account.api.all("/runs", account=MAIN, kind="reconcile")


def test_it_happens_every_day_a_week_back_and_at_first_eighty_days(alone: Account) -> None:
    alone.api.patch("/settings", {"poll_interval": "6h", "forms_interval": "24h", "verdict_interval": "24h"})
    alone.rig.run_for(2 * DAY)
    second, first = runs(alone)
    spans = [parse_iso(run["created_at"]) - parse_iso(run["window"]["since"]) for run in (first, second)]
    assert [span // DAY for span in spans] == [80, 7]
    assert parse_iso(second["created_at"]) - parse_iso(first["created_at"]) == DAY
    alone.api.patch("/settings", {"reconcile_interval": "1h"})
    alone.rig.run_for(3 * HOUR)
    assert len(runs(alone)) == 5
    assert alone.certificate()["state"] == "green"
    alone.api.put(f"{PATH}/sync", {"enabled": False})
    alone.rig.run_for(3 * HOUR)
    assert len(runs(alone)) == 5


def test_one_that_failed_is_followed_by_another_within_the_hour(alone: Account) -> None:
    fault = {"kind": "status", "status": 403}
    alone.rig.emulator.control.faults.add(fault, {"route": "leadFormResponses.FINDER-owner"})
    order = alone.order()
    alone.rig.run_for(MINUTE)
    assert alone.api.get(f"/runs/{order}").json()["state"] == "failed"
    alone.rig.emulator.control.faults.remove()
    alone.rig.run_for(HOUR)
    assert runs(alone)[0]["state"] == "done"


def test_one_that_is_killed_goes_on_behind_its_last_page(alone: Account) -> None:
    rig = alone.rig
    assert isinstance(rig, Watched)
    lost = alone.stored()[-1]
    alone.take_out(lost)
    order = alone.order()
    rig.dies_at = 20
    with pytest.raises(Killed):
        rig.drain()
    rig.dies_at = None
    before = alone.api.get(f"/runs/{order}").json()
    assert (before["state"], alone.certificate()["state"]) == ("running", None)
    with rig.workspace.write() as tx:  # as the next start finds it
        (due,) = [one for one in tx.schedule.all("run") if one.key == order]
        tx.schedule.put("run", due.key, due.shard, rig.now())
    rig.drain()
    after = alone.api.get(f"/runs/{order}").json()
    assert (after["state"], after["calls"] - before["calls"] < after["calls"]) == ("done", True)
    certificate = alone.certificate()
    assert (certificate["state"], certificate["run"], after["repaired"]) == ("amber", order, 1)


def test_it_waits_for_the_back_fill(sqlite_homes: SqliteHomes, tmp_path: Path) -> None:
    with rig_on(sqlite_homes, tmp_path) as rig:
        rig.connect_member()
        rig.api.put(f"{PATH}/sync", {"enabled": True})
        order = rig.api.post(f"{PATH}/reconcile").json()["run"]
        rig.drain()
        assert rig.api.get(f"/runs/{order}").json()["state"] == "queued"
        rig.run_for(2 * MINUTE)
        assert rig.api.get(f"/runs/{order}").json() | {"state": "done", "stored": 0, "repaired": 0} == (
            rig.api.get(f"/runs/{order}").json()
        )


def test_what_linkedin_drops_by_age_is_not_missing(sqlite_homes: SqliteHomes, tmp_path: Path) -> None:
    retention = {"SPONSORED": 30 * DAY, "*": 90 * DAY}
    with (
        sqlite_homes.home(tmp_path / "home") as home,
        closing(Rig(home, tmp_path, retention=retention)) as rig,
    ):
        account = Account(rig, home)
        old, young = account.stored(older_than=32 * DAY)[0], account.stored()[0]
        account.leads.hide(old)
        assert account.reconcile()["state"] == "green"
        account.leads.hide(young)
        assert named(account.reconcile(), "extra") == [young]


@pytest.fixture(scope="module")
def town(sqlite_homes: SqliteHomes, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("paging")
    with sqlite_homes.home(folder / "home") as home, closing(Rig(home, folder)) as rig:
        rig.emulator.control.leads.generate(FORM, 250, since=rig.now() - 3 * DAY)
        yield Account(rig, home)


@pytest.mark.parametrize("knobs", PAGING, ids=lambda knobs: "-".join(map(str, knobs.values())))
def test_no_way_of_paging_makes_it_red(town: Account, knobs: dict[str, Any]) -> None:
    usual = {"page_fullness": "full", "page_total": "overall", "page_links": True, "empty_page_after": 0}
    town.rig.emulator.control.knobs.patch(**knobs)
    try:
        certificate = town.reconcile()
    finally:
        town.rig.emulator.control.knobs.patch(**usual)
    assert certificate["state"] == "green"
    assert sum(row["pulled"] for row in certificate["rows"]) > 250


def test_a_list_that_moves_while_it_is_compared_is_not_red(town: Account) -> None:
    rule = {"route": "leadFormResponses.FINDER-owner", "nth": [2, 4]}
    town.rig.emulator.control.faults.add({"kind": "move", "submit": 3, "form": FORM}, rule)
    assert town.reconcile()["state"] == "green"
    town.rig.emulator.control.faults.remove()


def test_comparing_takes_the_same_room_for_any_number_of_leads(alone: Account) -> None:
    """What differs is counted part by part: ten times as much of it takes as much memory."""
    few, many = (_room(alone, number) for number in (2_000, 20_000))
    assert many < few * 1.5


def _room(account: Account, differing: int) -> int:
    """Bytes that a comparison held at most, where LinkedIn showed so many leads that are not here."""
    run, now = f"run {differing}", account.rig.now()
    seen = [Shown(f"{differing}-{number}", "1", now - DAY) for number in range(differing)]
    with account.rig.workspace.write() as tx:
        tx.checks.show(run, OWNER, seen)
    of = Judged(run, OWNER, now - 2 * DAY, now, {"SPONSORED": 0}, started_at=0)
    tracemalloc.start()
    try:
        with account.rig.workspace.read() as tx:
            found = compare(tx, of, accepted=False)
        assert sum(tally.missing for tally in found.days.values()) == differing
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_pushes_are_counted_and_never_a_reason_for_red(sqlite_homes: SqliteHomes, tmp_path: Path) -> None:
    options = {"knobs": {"allow_http_webhooks": True}, "allow_http_webhooks": True}
    with sqlite_homes.home(tmp_path / "home") as home, closing(Rig(home, tmp_path, **options)) as rig:
        account = Account(rig, home)
        rig.api.post("/webhooks", {"account": MAIN})
        rig.run_for(MINUTE)
        for _ in range(3):
            account.leads.submit(FORM)
            rig.emulator.tick()
            rig.drain()
        rig.run_for(3 * HOUR)
        certificate = account.reconcile()
        assert (certificate["state"], sum(row["pushed"] for row in certificate["rows"])) == ("green", 3)
