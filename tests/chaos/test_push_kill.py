"""A small fixed part of `make chaos-kill`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.chaos.push_kill import kill_over_and_over
from tests.databases import Home

PUSHES, KILLS = 1_000, 2


@pytest.mark.timeout(180)
def test_no_push_that_was_acknowledged_is_lost(home: Home, tmp_path: Path) -> None:
    report = kill_over_and_over(tmp_path / "run", home, PUSHES, KILLS, seed=7)
    assert len(report.acknowledged) == PUSHES
    assert (report.lost, report.stored) == (0, PUSHES), report
    assert report.kills == KILLS
    assert report.answers.keys() - {"200", "503"}, "no answer was ever cut off"
