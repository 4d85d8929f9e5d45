"""When a lead that LinkedIn does not show counts as deleted, and when a person must be asked first.

LinkedIn answers the same "not found" for a lead that was withdrawn, that grew too old, and that it fails to show. So
two looks must agree, some time apart, and each of them must have been able to see: the account's verdict was
good, and another lead of the owner was shown. Source on withdrawal and age:
learn.microsoft.com/en-us/linkedin/marketing/lead-sync/leadsync.
"""

from dataclasses import dataclass
from enum import StrEnum

from leadwire.domain.times import Millis

ALWAYS_FEW = 20  # so many may go missing at once without anybody being asked
SHARE = 20  # or every twentieth of an owner's leads, where that is more


class Finding(StrEnum):
    """What one more look says of a lead that was missing."""

    BACK = "back"  # LinkedIn shows it
    OLD = "old"  # it may just be too old: it stays missing, and is asked for no more
    UNSURE = "unsure"  # the look could not have seen it
    FIRST = "first"  # not found, for the first time
    EARLY = "early"  # not found again, but too soon after the first time
    GONE = "gone"  # deleted


@dataclass(frozen=True, slots=True)
class Suspect:
    """A lead that LinkedIn did not show. `gone_at`: when a look that counts first found nothing. `told_at`: when
    LinkedIn pushed that it was deleted. `submitted_at` None: it never was here, somebody only told of it.
    """

    lead_id: str
    lead_type: str
    since: Millis
    submitted_at: Millis | None = None
    told_at: Millis | None = None
    gone_at: Millis | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One question to LinkedIn, sent at `at`. `shown` None: it said nothing of this lead. `sound`: it could have."""

    at: Millis
    shown: bool | None
    sound: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """How far apart two looks must be, and up to which age absence may mean deletion."""

    confirm_after: Millis
    max_age: Millis

    def may_be_deleted(self, suspect: Suspect, at: Millis) -> bool:
        """Whether absence can mean deletion at all: the lead is young, or was when LinkedIn told of it."""
        if suspect.submitted_at is None:
            return suspect.told_at is not None
        return min(at, suspect.told_at or at) - suspect.submitted_at < self.max_age


def decide(suspect: Suspect, look: Look, rule: Rule) -> Finding:
    """What a look means for one lead."""
    if look.shown:
        return Finding.BACK
    if not rule.may_be_deleted(suspect, look.at):
        return Finding.OLD
    if look.shown is None or not look.sound:
        return Finding.UNSURE
    if suspect.gone_at is None:
        return Finding.FIRST
    return Finding.EARLY if look.at - suspect.gone_at < rule.confirm_after else Finding.GONE


def too_many(missing: int, living: int) -> bool:
    """Whether so many of an owner's leads are missing at once that a person must say what it means."""
    return missing > ALWAYS_FEW and missing * SHARE > living
