"""20,000 inputs, always the same; `make fuzz` tries as many others as one likes."""

import pytest
from tests.fuzz.engine import Score, shares, storm
from tests.fuzz.targets import ALL, TARGETS

INPUTS = 20_000
PARTS = shares(ALL, INPUTS)


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_nothing_that_comes_from_outside_breaks_anything(name: str) -> None:
    score = Score()
    found = list(storm(TARGETS[name], 0, PARTS[name], score))
    assert not found, "\n".join(map(str, found[:5]))
    assert score.inputs == PARTS[name] > 0


def test_all_of_them_are_tried() -> None:
    assert sum(PARTS.values()) == INPUTS
