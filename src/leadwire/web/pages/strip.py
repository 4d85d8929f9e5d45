"""The coverage of one lead type as a drawing: a year from left to right, in thousandths of its length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from leadwire.domain.coverage import Gap, Interval
from leadwire.domain.times import DAY, Millis
from leadwire.orders import Covered

SHOWN: Millis = 365 * DAY
LENGTH = 1000
THINNEST = 2  # what is there must be seen, however short it was


class Block(NamedTuple):
    """A piece of the strip: where it begins and how long it is."""

    x: int
    width: int
    kind: str


@dataclass(frozen=True)
class Strip:
    """One lead type's ledger, drawn and told."""

    lead_type: str
    since: Millis
    until: Millis
    blocks: tuple[Block, ...]
    covered: tuple[Interval, ...]
    gaps: tuple[Gap, ...]


def draw(ledger: Covered, now: Millis) -> Strip:
    """The last 365 days of a ledger."""
    since = now - SHOWN
    pieces = [(one.since, one.until, "covered") for one in ledger.covered]
    pieces += [(gap.since, gap.until, "gap") for gap in ledger.gaps]
    blocks = (_block(a, b, kind, since) for a, b, kind in pieces if b > since and a < now)
    return Strip(ledger.lead_type, since, now, tuple(blocks), ledger.covered, ledger.gaps)


def _block(since: Millis, until: Millis, kind: str, start: Millis) -> Block:
    left = _place(since, start)
    return Block(left, max(THINNEST, _place(until, start) - left), kind)


def _place(moment: Millis, start: Millis) -> int:
    return max(0, min(LENGTH, (moment - start) * LENGTH // SHOWN))
