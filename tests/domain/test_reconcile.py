"""Slices cover a window without a hole, and what is suddenly absent is believed only in small numbers."""

from hypothesis import given
from hypothesis import strategies as st

from leadwire.domain.reconcile import DAILY, WEEKLY, Tally, day_of, first_day, slice_end, worst
from leadwire.domain.times import DAY, HOUR

moments = st.integers(0, 400 * DAY)


@given(since=moments, length=st.integers(1, 90 * DAY), full=st.none() | st.integers(0, 90 * DAY))
def test_a_slice_goes_on_and_stays_inside_and_ends_with_a_day_where_it_can(since, length, full):
    end, full_at = since + length, None if full is None else since + full
    until = slice_end(since, end, full_at)
    assert since < until <= end
    assert until - since <= 7 * DAY
    busy = full_at is not None and day_of(full_at) <= since
    assert until == end or until % DAY == 0 or (busy and until == full_at + 1)


def test_a_week_is_looked_back_and_once_a_week_eighty_days():
    now = 1000 * DAY + 7 * HOUR
    assert first_day(now, None) == day_of(now - WEEKLY)
    assert first_day(now, now - 6 * DAY) == day_of(now - DAILY)
    assert first_day(now, now - 7 * DAY) == day_of(now - WEEKLY)


def test_a_row_names_the_first_hundred_and_counts_all():
    tally = Tally()
    for number in range(150):
        tally.differs("repaired", str(number))
    assert (tally.repaired, len(tally.ids["repaired"]), tally.state) == (150, 100, "amber")
    tally.differs("extra", "1")
    assert worst(["green", tally.state, "amber"]) == "red"
    assert Tally(pushed=5, pulled=3, stored=3).state == worst([]) == "green"
