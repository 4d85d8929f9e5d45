"""Figures per day as bars, drawn by the server: no script, the colours of the page, and readable without either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from leadwire.domain.owners import Owner
from leadwire.domain.times import DAY, MINUTE, SECOND, Millis, iso
from leadwire.store import Tx
from leadwire.web.pages.show import counted, span

DAYS = 30
HEIGHT = 100  # of a drawing, in its own units; a day is DAY_WIDE
DAY_WIDE = 10
THINNEST = 2  # what is there must be seen, however little it is
PUSHES = 100  # of a day, that stand for all of it

LEADS = {"sponsoredAccount": "from ad accounts", "organization": "from Pages"}


class Bar(NamedTuple):
    """A piece of a day's bar, from `y` down."""

    kind: str
    y: int
    height: int


class Column(NamedTuple):
    """One day; `told` is all of it in words."""

    x: int
    told: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Chart:
    """Days from left to right. `top` is what a bar of full height means; `keys` are kinds and their names."""

    since: Millis
    until: Millis
    top: str
    told: str
    keys: Mapping[str, str]
    columns: tuple[Column, ...]


class Charts(NamedTuple):
    """What the overview draws; None where there is nothing to draw yet."""

    leads: Chart | None
    delays: Chart | None


def draw(tx: Tx, owners: Sequence[str], now: Millis) -> Charts:
    """The last 30 days, up to and with today (UTC)."""
    days = [(now // DAY - back) * DAY for back in reversed(range(DAYS))]
    return Charts(_leads(tx, owners, days), _delays(tx, days))


def _leads(tx: Tx, owners: Sequence[str], days: Sequence[Millis]) -> Chart | None:
    found = tx.figures.submitted(owners, days[0])
    counts: dict[Millis, dict[str, int]] = {day: {} for day in days}
    for (owner, day), count in found.items():
        if day in counts:  # LinkedIn's clock may be ahead of ours
            kind = Owner.parse(owner).kind
            counts[day][kind] = counts[day].get(kind, 0) + count
    total = sum(sum(each.values()) for each in counts.values())
    kinds = {kind: name for kind, name in LEADS.items() if any(kind in each for each in counts.values())}

    def tell(each: Mapping[str, int]) -> str:
        parts = [f"{each[kind]:,} {name}" for kind, name in kinds.items() if each.get(kind)]
        return counted(sum(each.values()), "lead") + (
            f": {', '.join(parts)}" if len(kinds) > 1 and parts else ""
        )

    top = max(sum(each.values()) for each in counts.values())
    columns = [
        _column(i, day, tell(counts[day]), _stacked(counts[day], kinds, top)) for i, day in enumerate(days)
    ]
    told = f"{counted(total, 'lead')} submitted in the last {DAYS} days, at most {top:,} a day"
    return Chart(days[0], days[-1], f"{top:,}", told, kinds, tuple(columns)) if total else None


def _delays(tx: Tx, days: Sequence[Millis]) -> Chart | None:
    found = {day: tx.figures.push_delays(day, day + DAY, PUSHES) for day in days}
    if not any(found.values()):
        return None
    middle = {day: (quantile(each, 50), quantile(each, 95)) for day, each in found.items() if each}
    top = max(1, *(most for _, most in middle.values()))

    def tell(day: Millis) -> str:
        if day not in middle:
            return "no push"
        half, most = middle[day]
        return f"half within {wait(half)}, 95 of 100 within {wait(most)}"

    columns = [
        _column(i, day, tell(day), _layered(middle[day], top) if day in middle else ())
        for i, day in enumerate(days)
    ]
    last = max(middle)
    told = f"From push to stored lead, on the last day with pushes: {tell(last)}"
    return Chart(
        days[0], days[-1], wait(top), told, {"half": "half of them", "most": "95 of 100"}, tuple(columns)
    )


def quantile(ascending: Sequence[Millis], percent: int) -> Millis:
    """The value that so many of 100 do not exceed."""
    return ascending[max(0, -(-len(ascending) * percent // 100) - 1)]


def wait(ms: Millis) -> str:
    """`0.34 s`, `12.5 s`, `3 minutes`."""
    if ms >= MINUTE:
        return span(ms)
    return f"{ms / SECOND:.1f} s" if ms >= 10 * SECOND else f"{ms / SECOND:.2f} s"


def _column(place: int, day: Millis, told: str, bars: Sequence[Bar]) -> Column:
    return Column(place * DAY_WIDE, f"{iso(day)[:10]}: {told}", tuple(bars))


def _stacked(each: Mapping[str, int], kinds: Mapping[str, str], top: int) -> tuple[Bar, ...]:
    bars, below = [], HEIGHT
    for kind in kinds:
        if each.get(kind):
            height = min(below, _height(each[kind], top))
            below -= height
            bars.append(Bar(kind, below, height))
    return tuple(bars)


def _layered(values: tuple[Millis, Millis], top: int) -> tuple[Bar, ...]:
    heights = [_height(value, top) for value in values]
    return tuple(
        Bar(kind, HEIGHT - height, height)
        for kind, height in zip(("most", "half"), reversed(heights), strict=True)
    )


def _height(value: int, top: int) -> int:
    return max(THINNEST, value * HEIGHT // top)
