from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.domain.coverage import Gap, Interval, credit, gaps, horizon, retention_of, subtract, union
from leadwire.domain.times import DAY, HOUR, MINUTE

MOMENTS = st.integers(-20, 20)
INTERVALS = st.builds(Interval, MOMENTS, MOMENTS)
LISTS = st.lists(INTERVALS, max_size=8)


def moments(*intervals: Interval) -> set[int]:
    return {moment for one in intervals for moment in range(one.since, one.until)}


@given(LISTS)
def test_a_union_holds_the_same_moments_in_the_fewest_intervals(intervals: list[Interval]) -> None:
    merged = union(intervals)
    assert moments(*merged) == moments(*intervals)
    assert all(one.since < one.until for one in merged)
    assert all(one.until < other.since for one, other in pairwise(merged))


@given(LISTS, LISTS)
def test_a_union_is_idempotent_and_blind_to_order(one: list[Interval], other: list[Interval]) -> None:
    assert union(union(one)) == union(one)
    assert union([*one, *other]) == union([*union(other), *union(one)])


@given(INTERVALS, LISTS)
def test_what_is_left_is_what_is_not_covered(window: Interval, covered: list[Interval]) -> None:
    left = subtract(window, covered)
    assert moments(*left) == moments(window) - moments(*covered)
    assert left == union(left)


def test_half_open_intervals_that_touch_leave_no_gap() -> None:
    assert union([Interval(5, 9), Interval(0, 5)]) == (Interval(0, 9),)
    assert subtract(Interval(0, 9), [Interval(0, 5), Interval(5, 9)]) == ()


@pytest.mark.parametrize(
    ("window", "end", "proven"),
    [
        (Interval(0, 10), 4, Interval(0, 4)),
        (Interval(0, 10), 10, Interval(0, 10)),
        (Interval(0, 10), 99, Interval(0, 10)),
        (Interval(4, 10), 4, None),
        (Interval(4, 10), 1, None),
    ],
)
def test_a_walk_proves_nothing_behind_its_horizon(
    window: Interval, end: int, proven: Interval | None
) -> None:
    assert credit(window, end) == proven


@pytest.mark.parametrize(
    ("ours", "theirs", "seen"),
    [(10 * HOUR, 9 * HOUR, 8 * HOUR), (9 * HOUR, 10 * HOUR, 8 * HOUR), (10 * HOUR, None, 9 * HOUR)],
)
def test_the_slower_clock_sets_the_horizon(ours: int, theirs: int | None, seen: int) -> None:
    assert horizon(ours, theirs, settle=60 * MINUTE) == seen


def test_retention_is_by_type_with_one_for_all_others() -> None:
    table = {"SPONSORED": 365 * DAY, "*": 90 * DAY}
    assert retention_of("SPONSORED", table) == 365 * DAY
    assert retention_of("EVENT", table) == 90 * DAY


def test_gaps_are_what_linkedin_still_has_and_we_do_not() -> None:
    now, kept = 100 * DAY, 90 * DAY
    covered = [Interval(0, 20 * DAY), Interval(30 * DAY, 95 * DAY)]
    assert gaps(covered, now, kept, now - HOUR) == [
        Gap(20 * DAY, 30 * DAY, lost_on=110 * DAY),
        Gap(95 * DAY, now - HOUR, lost_on=185 * DAY),
    ]
    assert gaps([], now, kept, now) == [Gap(10 * DAY, now, lost_on=now)]
    assert gaps([Interval(0, now)], now, kept, now - HOUR) == []


@given(LISTS, st.integers(1, 15), st.integers(0, 5))
def test_reading_every_gap_leaves_none(covered: list[Interval], retention: int, settle: int) -> None:
    found = gaps(covered, 10, retention, 10 - settle)
    assert all(gap.lost_on - gap.since == retention for gap in found)
    read = [Interval(gap.since, gap.until) for gap in found]
    assert gaps([*covered, *read], 10, retention, 10 - settle) == []
