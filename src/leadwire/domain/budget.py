"""Calls to LinkedIn as a budget: what a day of scheduled work costs, and whether it fits LinkedIn's quotas.

The quotas are daily, per endpoint, for the app and for each member in it, unpublished, and start anew at 00:00 UTC:
learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/rate-limits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from leadwire.domain.errors import InvalidInput
from leadwire.domain.times import DAY, Millis, duration_text

Source = Literal["set", "learned"]


@dataclass(frozen=True, slots=True)
class Chore:
    """Something done again and again: so many calls to an endpoint, every so often, in a member's name."""

    endpoint: str
    calls: int
    every: Millis
    member: str


@dataclass(frozen=True, slots=True)
class Limit:
    """How many calls a day LinkedIn allows; `set` by the operator, or `learned` from an answer of LinkedIn's."""

    calls: int
    source: Source
    learned_at: Millis | None = None


def per_day(chores: Iterable[Chore]) -> Counter[str]:
    """Calls of a day by endpoint, rounded up."""
    total: Counter[str] = Counter()
    for one in chores:
        total[one.endpoint] += -(-one.calls * DAY // one.every)
    return total


def heaviest(chores: Iterable[Chore]) -> Counter[str]:
    """Calls of a day by endpoint, of the member who makes the most of each."""
    by_member: dict[str, list[Chore]] = {}
    for one in chores:
        by_member.setdefault(one.member, []).append(one)
    most: Counter[str] = Counter()
    for theirs in by_member.values():
        most |= per_day(theirs)
    return most


def check_fits(
    before: Mapping[str, int], after: Mapping[str, int], limits: Mapping[str, Limit], interval: Millis | None
) -> None:
    """InvalidInput `over_budget`, with the arithmetic, where a change asks for more calls of an endpoint than before
    and than LinkedIn allows. What is over a limit already may always ask for less.
    """
    for endpoint, limit in limits.items():
        wanted, now = after.get(endpoint, 0), before.get(endpoint, 0)
        if wanted > limit.calls and wanted > now:
            every = f" with an interval of {duration_text(interval)}" if interval else ""
            raise InvalidInput(
                "over_budget",
                f"{endpoint}: at least {now:,} calls a day now, {wanted:,}{every}, and LinkedIn allows {limit.calls:,}"
                f" ({'as set' if limit.source == 'set' else 'as it has shown'}).",
                f"Choose a longer interval: {wanted:,} is {wanted / limit.calls:.1f} times too many. If LinkedIn allows"
                " more, say so in LEADWIRE_CALL_LIMITS.",
            )
