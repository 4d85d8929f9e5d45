"""The nights in which clocks are changed, and a leap day: days are UTC's, and nothing is done twice or left out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.databases import SqliteHomes
from tests.reconcile.conftest import FORM, OWNER, PATH
from tests.tokens.wire import Wired

from leadwire.domain.times import DAY, HOUR, iso, parse_iso

NIGHTS = {  # an hour before midnight of UTC; clocks are changed, or a day of its own begins, within the four after it
    "an hour twice": ("Europe/Stockholm", "2026-10-24T23:00:00Z"),
    "an hour left out": ("Europe/Stockholm", "2027-03-27T23:00:00Z"),
    "a year's end": ("Pacific/Kiritimati", "2026-12-31T23:00:00Z"),
    "a leap day": ("America/St_Johns", "2028-02-28T23:00:00Z"),
}
RARELY = dict.fromkeys(
    ("forms_interval", "heartbeat_interval", "verdict_interval", "reconcile_interval"), "24h"
)


@pytest.fixture(params=NIGHTS)
def evening(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, sqlite_homes: SqliteHomes, tmp_path: Path
) -> Iterator[Wired]:
    """A machine whose clock is on that place's wall; a grant that lives through the night."""
    zone, at = NIGHTS[request.param]
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    with sqlite_homes.home(tmp_path / "h") as home, closing(Wired(home, tmp_path)) as rig:
        rig.advance(parse_iso(at) - rig.now())
        rig.connect_member()
        rig.api.patch("/settings", RARELY)
        rig.sync()
        yield rig
    monkeypatch.undo()
    time.tzset()


def test_a_night_of_changed_clocks_is_a_night_like_any_other(evening: Wired) -> None:
    rig = evening
    began = rig.now()
    midnight = began - began % DAY + DAY
    for at in (midnight - 1, midnight):
        rig.emulator.control.leads.submit(FORM, submitted_at=at, readable_after_ms=0)
    rig.run_for(4 * HOUR)
    polls = sorted({one.at for one in rig.since(began) if one.path == "/rest/leadFormResponses"})
    hours = [sum(began + n * HOUR <= at < began + (n + 1) * HOUR for at in polls) for n in range(4)]
    assert set(hours) <= {12, 13}, hours
    rig.api.patch("/settings", {"poll_interval": "24h"})
    rig.run_for(2 * DAY - 4 * HOUR)
    daily = rig.api.all("/runs", kind="reconcile")
    assert [run["state"] for run in daily] == ["done"] * 2
    assert parse_iso(daily[0]["created_at"]) - parse_iso(daily[1]["created_at"]) == DAY
    rows = rig.api.get(f"{PATH}/certificate", form=FORM, limit=200).json()["rows"]
    counted = {row["day"]: row["pulled"] for row in rows}
    wanted = {day: sum(iso(one["lead"]["submittedAt"])[:10] == day for one in truth(rig)) for day in counted}
    assert counted == wanted and counted[iso(midnight)[:10]] >= 1 and counted[iso(midnight - 1)[:10]] >= 1


def truth(rig: Wired) -> list[Any]:
    return list(rig.emulator.control.leads.truth(form=FORM, owner=OWNER, readable=True, limit=2_000))
