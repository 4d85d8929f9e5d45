"""A second reading, sliced otherwise than the first, and what its comparison with the store means.

Per form and UTC day: red while ids differ, amber after a repair or with open quarantine, else green.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from leadwire.domain.errors import Problem
from leadwire.domain.times import DAY, Millis

State = Literal["green", "amber", "red"]
STATES: tuple[State, ...] = ("green", "amber", "red")  # the worse, the later

SLICE_ROWS = 300  # what the store holds of a slice: a few pages
WIDEST: Millis = 7 * DAY
DAILY: Millis = 7 * DAY
WEEKLY: Millis = 80 * DAY
LISTED = 100  # ids of a kind that a row names; the number says how many there are


MASS, UNSURE = "mass_absence", "cannot_tell"
# Why nothing was concluded from what is not shown.
REASONS = {
    MASS: Problem(
        MASS,
        "Suddenly LinkedIn does not show more leads than are believed to be gone without a person: more than 20, "
        "and more than 5 % of those compared. None of them was marked.",
        "Look in Campaign Manager whether they are there, and on the account's page whether its roles still stand; "
        "then reconcile again. If they really are gone, reconcile with accept_missing.",
    ),
    UNSURE: Problem(
        UNSURE,
        "LinkedIn does not show all leads, and not everybody over whom this account is read is known to be able to "
        "see them. None of them was marked.",
        "Follow the remedies on the account's page, then reconcile again.",
    ),
}


@dataclass
class Tally:
    """What was found of one form on one UTC day. `stored`: living leads; `erased`: shown, but forgotten on request.

    `pushed` is never a reason for anything: it counts only since LinkedIn took the subscription.
    """

    pushed: int = 0
    pulled: int = 0
    stored: int = 0
    quarantined: int = 0
    erased: int = 0
    missing: int = 0
    extra: int = 0
    repaired: int = 0
    ids: dict[str, list[str]] = field(default_factory=dict)  # kind -> the first LISTED of them

    def differs(self, kind: str, lead_id: str) -> None:
        """Count a lead that is `missing`, `extra` or `repaired`."""
        setattr(self, kind, getattr(self, kind) + 1)
        named = self.ids.setdefault(kind, [])
        if len(named) < LISTED:
            named.append(lead_id)

    @property
    def state(self) -> State:
        """What to think of it."""
        return state(self.missing + self.extra, self.repaired + self.quarantined)


def state(differing: int, noticed: int) -> State:
    """Red while ids differ; amber where something was repaired, or waits in quarantine."""
    return "red" if differing else "amber" if noticed else "green"


def worst(states: Iterable[State]) -> State:
    """The state of the whole; green where there is nothing."""
    return max(states, key=STATES.index, default="green")


def day_of(moment: Millis) -> Millis:
    """The beginning of its UTC day."""
    return moment - moment % DAY


def slice_end(since: Millis, end: Millis, full_at: Millis | None) -> Millis:
    """Where the slice that begins at `since` ends: whole UTC days of a few pages, or a part of a busy day.

    `full_at`: when the store's SLICE_ROWS-th lead from `since` on was submitted; None where there are fewer.
    """
    until = min(end, day_of(since) + WIDEST)
    if full_at is None or full_at >= until:
        return until
    day = day_of(full_at)
    return day if day > since else full_at + 1


def first_day(now: Millis, wide_since: Millis | None) -> Millis:
    """Where a reconciliation by itself begins: a week back, and once a week 80 days.

    `wide_since`: when the last one that went so far back was done; None: never.
    """
    back = DAILY if wide_since is not None and now - wide_since < DAILY else WEEKLY
    return day_of(now - back)
