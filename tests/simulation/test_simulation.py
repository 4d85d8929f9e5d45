"""A fixed part of the simulation: seeds in three modes, kept plans that once went wrong, a few planted bugs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.simulation import runs
from tests.simulation.mutants import MUTANTS, QUICK
from tests.simulation.plan import plan_of
from tests.simulation.runs import MODES, play

SEEDS = 8
KEPT = sorted((Path(__file__).parent / "seeds").glob("*.json"))
UNTIL_FOUND = 25


@pytest.fixture(autouse=True, scope="module")
def stage() -> Iterator[None]:
    """Made with the first run, for all of them."""
    yield
    runs.close()


@pytest.mark.parametrize("mode", MODES)
def test_nothing_is_lost_and_nothing_comes_back(mode: str) -> None:
    for seed in range(SEEDS):
        result = play(plan_of(seed, mode))
        assert not result.wrong, (
            f"make simulate ARGS='--seed {seed} --mode {mode} --trace': {result.wrong[:3]}"
        )


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_what_once_went_wrong_does_not_any_more(path: Path) -> None:
    result = play(json.loads(path.read_text())["plan"])
    assert not result.wrong, result.wrong[:3]


@pytest.mark.parametrize(("seed", "mode"), [(3, "all"), (1858, "poll")])
def test_a_seed_is_the_same_run_again(seed: int, mode: str) -> None:
    """Also behind another run in the same process."""
    runs.close()
    first = play(plan_of(seed, mode), trace=True)
    play(plan_of(4, "hook"))
    again = play(plan_of(seed, mode), trace=True)
    assert (first.digest, first.trace) == (again.digest, again.trace)


@pytest.mark.parametrize("name", QUICK)
def test_planted_bugs_are_found(name: str) -> None:
    mode = MUTANTS[name].mode
    assert any(play(plan_of(seed, mode), mutant=name).wrong for seed in range(UNTIL_FOUND))
