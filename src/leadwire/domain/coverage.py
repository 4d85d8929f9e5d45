"""Which moments of submission time have been read completely, and which have not."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from leadwire.domain.times import Millis


class Interval(NamedTuple):
    """From `since` up to, but without, `until`; empty where `until` is not later."""

    since: Millis
    until: Millis


class Gap(NamedTuple):
    """An interval not read. LinkedIn drops the first of its leads at `lost_on`."""

    since: Millis
    until: Millis
    lost_on: Millis


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same moments as the fewest intervals, in order; neighbours that touch become one."""
    merged: list[Interval] = []
    for since, until in sorted(intervals):
        if until <= since:
            continue
        if merged and since <= merged[-1].until:
            merged[-1] = Interval(merged[-1].since, max(until, merged[-1].until))
        else:
            merged.append(Interval(since, until))
    return tuple(merged)


def subtract(window: Interval, covered: Iterable[Interval]) -> tuple[Interval, ...]:
    """What of the window is not covered, in order."""
    left: list[Interval] = []
    since = window.since
    for one in union(covered):
        if since < min(one.since, window.until):
            left.append(Interval(since, min(one.since, window.until)))
        since = max(since, one.until)
    if since < window.until:
        left.append(Interval(since, window.until))
    return tuple(left)


def credit(window: Interval, horizon: Millis) -> Interval | None:
    """What a complete walk of the window proves: nothing behind the horizon, and None where that is all."""
    proven = Interval(window.since, min(window.until, horizon))
    return proven if proven.since < proven.until else None


def horizon(our_now: Millis, linkedin_date: Millis | None, settle: Millis) -> Millis:
    """Up to when a walk that begins now sees every lead.

    The earlier of our clock and LinkedIn's `Date`, so that neither being wrong hides a lead, less the time
    in which a lead may still become visible.
    """
    return min(our_now, our_now if linkedin_date is None else linkedin_date) - settle


def retention_of(lead_type: str, table: Mapping[str, Millis]) -> Millis:
    """How long LinkedIn keeps leads of a type; `*` stands for all types the table does not name."""
    return table[lead_type if lead_type in table else "*"]


def gaps(covered: Iterable[Interval], now: Millis, retention: Millis, horizon: Millis) -> list[Gap]:
    """What could still be read and has not been, oldest first."""
    open_ = subtract(Interval(now - retention, horizon), covered)
    return [Gap(since, until, since + retention) for since, until in open_]
