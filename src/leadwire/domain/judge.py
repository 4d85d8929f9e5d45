"""What to do with a lead that came in, given what is known of its id.

A lead comes by push, pull and repair in any order, more than once, and by answers asked for long before they
arrive. What decides is the moment at which the call was sent (`issued_at`), never the moment of arrival.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from leadwire.domain.times import Millis


class Decision(StrEnum):
    """What a reading of a lead means for the store."""

    NEW = "new"  # write it
    SAME = "same"  # nothing but the moment it was read is news
    NEWER = "newer"  # write over what is there; a deleted lead has come again
    STALE = "stale"  # an older reading than what is known: leave everything
    ERASED = "erased"  # a person asked for it to be forgotten: never again


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an id: its newest reading or its tombstone; `issued_at` of the call that proved it."""

    digest: bytes | None
    issued_at: Millis
    state: Literal["live", "deleted", "erased"] = "live"


def judge(known: Known | None, digest: bytes, issued_at: Millis) -> Decision:
    """Decide about a lead that LinkedIn showed with this digest to a call sent at `issued_at`.

    A tombstone gives way only to a call sent later. Of two readings sent at the same moment the one with the
    greater digest counts, so that no order of arrival matters.
    """
    if known is None:
        return Decision.NEW
    if known.state == "erased":
        return Decision.ERASED
    if known.state == "deleted":
        return Decision.NEWER if issued_at > known.issued_at else Decision.STALE
    if digest == known.digest:
        return Decision.SAME
    return Decision.NEWER if (issued_at, digest) > (known.issued_at, known.digest or b"") else Decision.STALE


def may_bury(known: Known | None, issued_at: Millis) -> bool:
    """Whether a call sent at `issued_at` that found no lead makes a tombstone of what is known."""
    if known is None:
        return True
    return known.state != "erased" and issued_at >= known.issued_at
