"""A small part of `make chaos-kill`: from a burst of pushes to rows, with a kill in between."""

from pathlib import Path

import pytest
from tests.chaos.burst_kill import burst_and_kill
from tests.databases import Home
from tests.rig import sqlite_only


@sqlite_only
@pytest.mark.timeout(240)
def test_every_push_that_was_acknowledged_becomes_a_row_in_few_calls(home: Home, tmp_path: Path) -> None:
    report = burst_and_kill(tmp_path / "run", home, pushes=1_000, kills=1, seed=7)
    assert report.answers.keys() <= {"200", "503"}, report
    assert (report.lost, report.kills, report.calls <= 200) == (0, 1, True), report
