import pytest

from leadwire.domain.errors import InvalidInput
from leadwire.domain.intervals import check, resolve
from leadwire.domain.times import DAY, HOUR, MINUTE


@pytest.mark.parametrize(
    ("levels", "resolved"),
    [
        ([("form", 7), ("account", 8), ("deployment", 9)], (7, "form")),
        ([("form", None), ("account", 8), ("deployment", 9)], (8, "account")),
        ([("form", None), ("account", None), ("deployment", 9)], (9, "deployment")),
        ([("form", 0), ("deployment", 9)], (0, "form")),
    ],
)
def test_the_nearest_level_wins_and_says_so(
    levels: list[tuple[str, int | None]], resolved: tuple[int, str]
) -> None:
    assert resolve(levels) == resolved


@pytest.mark.parametrize("levels", [[], [("deployment", None)]])
def test_the_deployment_always_sets_one(levels: list[tuple[str, int | None]]) -> None:
    with pytest.raises(ValueError, match="no level"):
        resolve(levels)


@pytest.mark.parametrize("interval", [MINUTE, 5 * MINUTE, 24 * HOUR])
def test_a_minute_to_a_day_may_be_set(interval: int) -> None:
    assert check(interval) == interval


@pytest.mark.parametrize("interval", [0, MINUTE - 1, DAY + 1, -MINUTE])
def test_anything_else_is_refused_with_the_bounds(interval: int) -> None:
    with pytest.raises(InvalidInput, match="from 1m to 24h") as caught:
        check(interval)
    assert caught.value.code == "bad_interval"
