"""Every paging behaviour of LinkedIn, also while the list moves: every lead, each once, within the bound of calls."""

from __future__ import annotations

from itertools import product
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from tests.databases import SqliteHomes
from tests.rig import MAIN, Rig, rig_on

from leadwire.domain.times import HOUR

OWNER = f"urn:li:sponsoredAccount:{MAIN}"
FINDER = "leadFormResponses.FINDER-owner"
FORM = 7992706
COUNT = 100

TOTALS = ("overall", "page_size", "zero_on_empty", "absent")
# An empty page in the middle can only be there where something in the answer says that more follows.
BEHAVIOURS = [
    {"page_fullness": full, "page_total": total, "page_links": links, "empty_page_after": hole}
    for full, total, links, hole in product(("full", "short"), TOTALS, (True, False), (0, 150))
    if not hole or links or total == "overall"
]


def behaviour_name(knobs: dict[str, Any]) -> str:
    return "-".join(str(value) for value in knobs.values())


@pytest.fixture(scope="module")
def town(sqlite_homes: SqliteHomes, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One connected member for all behaviours; each test reads the window anew in a workspace of its own."""
    with rig_on(sqlite_homes, tmp_path_factory.mktemp("paging")) as rig:
        rig.emulator.control.leads.generate(FORM, 400)
        yield rig


def read_all(rig: Rig, knobs: dict[str, Any], name: str) -> tuple[dict[str, Any], list[str]]:
    """Connect, switch on and read with these knobs; the back-fill's run and the stored ids."""
    api = rig.tenant(name)
    rig.connect_member(api)
    rig.emulator.control.knobs.patch(**knobs)
    try:
        rig.sync(api=api)
    finally:
        rig.emulator.control.knobs.patch(
            page_fullness="full", page_total="overall", page_links=True, empty_page_after=0
        )
        rig.emulator.control.faults.remove()
    (run,) = [run for run in api.all("/runs") if run["kind"] == "backfill"]
    return run, [lead["id"] for lead in api.all("/leads")]


def readable(rig: Rig) -> set[str]:
    return set(rig.emulator.control.leads.ids(owner=OWNER, readable=True))


@pytest.mark.parametrize("knobs", BEHAVIOURS, ids=behaviour_name)
def test_every_lead_each_once(town: Rig, knobs: dict[str, Any]) -> None:
    run, stored = read_all(town, knobs, f"p {BEHAVIOURS.index(knobs)}")
    assert run["state"] == "done"
    assert len(stored) == len(set(stored))
    assert set(stored) == readable(town)
    assert run["stored"] == len(stored)
    if knobs["page_fullness"] == "full" and not knobs["empty_page_after"]:
        assert run["duplicates"] == 0
        learned = 2  # two old versions of a form, each one call to the finder
        assert run["calls"] <= ceil(len(stored) / (COUNT - 1)) + 2 + learned


@pytest.mark.parametrize("fullness", ["full", "short"])
@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize(
    "move",
    [{"submit": 3, "form": FORM}, {"withdraw": 2}, {"submit": 2, "withdraw": 2, "form": FORM}, {"hide": 1}],
    ids=lambda move: "+".join(name for name in move if name != "form"),
)
def test_a_list_that_moves_while_it_is_read(
    town: Rig, fullness: str, total: str, move: dict[str, Any]
) -> None:
    before = readable(town)
    rule = {"route": FINDER, "nth": [2, 4, 5]}
    town.emulator.control.faults.add({"kind": "move", **move}, rule)
    name = f"m {fullness} {total} {'+'.join(move)}"
    run, stored = read_all(town, {"page_fullness": fullness, "page_total": total}, name)
    stayed = before & readable(town)
    assert run["state"] == "done"
    assert stayed <= set(stored)
    assert len(stored) == len(set(stored))


def test_what_becomes_visible_late_is_read_by_the_next_poll(rig: Rig) -> None:
    """A lead submitted before a walk and readable only after it lies behind the horizon, so it is asked for again."""
    rig.emulator.control.knobs.patch(readable_after_ms=20 * 60_000)
    rig.connect_member()
    late = rig.emulator.control.leads.submit(FORM)["id"]
    rig.sync()
    assert late not in {lead["id"] for lead in rig.api.all("/leads")}
    rig.run_for(30 * 60_000)
    assert late in {lead["id"] for lead in rig.api.all("/leads")}


@pytest.mark.parametrize("skew", [-86_400_000, 86_400_000], ids=["behind", "ahead"])
def test_a_clock_that_is_a_day_wrong_loses_nothing(
    sqlite_homes: SqliteHomes, tmp_path: Path, skew: int
) -> None:
    """F90. LinkedIn's clock is the emulator's `Date`; ours is off by a day."""
    with rig_on(sqlite_homes, tmp_path, knobs={"date_offset_ms": skew}) as rig:
        rig.connect_member()
        rig.sync()
        for _ in range(12):
            rig.emulator.control.leads.submit(FORM)
            rig.run_for(17 * 60_000)
        rig.run_for(6 * 60_000)
        assert {lead["id"] for lead in rig.api.all("/leads")} == readable(rig)


def test_a_list_that_never_ends_stops_at_the_cap(sqlite_homes: SqliteHomes, tmp_path: Path) -> None:
    """F24: the same page for ever. The run fails with words, its cursor is kept, nothing is credited."""
    with rig_on(sqlite_homes, tmp_path) as rig:
        rig.connect_member()
        rig.app.walker.page_cap = 50
        rig.emulator.control.faults.add({"kind": "same_page"}, {"route": FINDER})
        rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True})
        rig.drain()
        failed = [run for run in rig.api.all("/runs") if run["state"] == "failed"]
        assert failed and "does not end" in failed[0]["error"]
        (ledger,) = rig.api.get(f"/accounts/{MAIN}/coverage").json()["lead_types"]
        assert ledger["covered"] == []


def test_a_walk_held_up_behind_an_empty_page_does_not_trust_where_rows_were(town: Rig) -> None:
    """What was stepped across is nowhere an anchor: an hour later the rows may have moved into it."""
    api = town.tenant("held-up")
    town.connect_member(api)
    town.emulator.control.knobs.patch(empty_page_after=150)
    # Four calls show the rows up to the empty page, and that one; the fifth looks behind it.
    town.emulator.control.faults.add(
        {"kind": "status", "status": 503}, {"route": FINDER, "nth": list(range(5, 60))}
    )
    town.sync(api=api)
    stored = {lead["id"] for lead in api.all("/leads")}
    assert 100 < len(stored) < len(readable(town))
    town.emulator.control.knobs.patch(empty_page_after=0)
    town.emulator.control.faults.remove()
    town.run_for(HOUR)
    assert {lead["id"] for lead in api.all("/leads")} == readable(town)
