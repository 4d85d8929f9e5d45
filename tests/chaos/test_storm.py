"""A small fixed part of `make chaos`, and that plans replay."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.chaos.__main__ import play
from tests.chaos.plan import CASTS, plan
from tests.chaos.stage import Stage

SEEDS = {"sqlite": 34, "postgresql": 20}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("dialect", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_after_a_storm_everything_comes_right(dialect: str, tmp_path: Path) -> None:
    with Stage(tmp_path, dialect).open() as stage:
        report = play(stage, SEEDS[dialect])
    assert not report.wrong, "\n".join([str(report), *report.trace, *report.wrong])
    assert report.acks and report.leads and report.plan.count("kill")


def test_a_plan_replays_and_every_act_is_drawn() -> None:
    for dialect in CASTS:
        plans = [plan(seed, dialect) for seed in range(200)]
        assert plans == [plan(seed, dialect) for seed in range(200)]
        acts = {step.act for one in plans for step in one.steps}
        assert {"kill", "end", "freeze", "weather", "withdraw secretly", "publish", "hours"} <= acts
        assert ("kill database" in acts) == (dialect == "postgresql")
