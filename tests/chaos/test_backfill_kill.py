"""A small fixed part of `make chaos-kill`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.chaos.backfill_kill import kill_over_and_over
from tests.databases import Home

LEADS, KILLS = 6_000, 4


@pytest.mark.timeout(180)
def test_a_back_fill_that_is_killed_again_and_again_loses_nothing(home: Home, tmp_path: Path) -> None:
    report = kill_over_and_over(tmp_path / "run", home, LEADS, KILLS, seed=7)
    assert report.leads >= LEADS
    assert (report.missing, report.doubled, report.stored) == (0, 0, report.leads), report
    assert report.kills >= 2
