"""A model of a LinkedIn list that is read by offset: newest first, moving, and paged as it likes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf

from leadwire.domain.walk import Cursor, PageFacts, Step, advance


@dataclass(frozen=True)
class Behaviour:
    """How a list is paged. `shows` cuts a page short; `total`: overall, page, zero (when empty), absent."""

    name: str
    total: str = "overall"
    links: bool = False
    shows: float = inf

    def facts(self, rows: list[str | None], start: int, length: int) -> PageFacts:
        total = {"overall": length, "page": len(rows), "zero": length if rows else 0, "absent": None}[
            self.total
        ]
        return PageFacts(tuple(rows), len(rows), total, self.links and start + len(rows) < length)


FULL = [
    Behaviour("full, total overall"),
    Behaviour("full, total is the page's size", total="page"),
    Behaviour("full, total absent", total="absent"),
    Behaviour("full, total zero on the empty page, links", total="zero", links=True),
]
SHORT = [
    Behaviour("short, total overall, links", links=True, shows=4),
    Behaviour("short, total absent", total="absent", shows=3),
]


@dataclass
class LinkedInList:
    """Rows by place; None is a place whose row LinkedIn does not show."""

    rows: list[str | None]
    behaviour: Behaviour
    born: int = 0
    seen: set[str] = field(default_factory=set)

    def page(self, cursor: Cursor) -> PageFacts:
        shown = [row for row in self.rows[cursor.start : cursor.start + cursor.count] if row is not None]
        shown = shown[: int(min(self.behaviour.shows, cursor.count))]
        self.seen.update(shown)
        return self.behaviour.facts([*shown], cursor.start, len(self.rows))

    def grow(self) -> None:
        self.born += 1
        self.rows.insert(0, f"new{self.born}")

    def lose(self, place: int) -> str | None:
        return self.rows.pop(place)


def rows(count: int) -> list[str | None]:
    return [f"r{n}" for n in range(count)]


def walk(
    shown: LinkedInList,
    count: int,
    cap: int = 10_000,
    between: Callable[[Cursor], None] = lambda cursor: None,
) -> list[Step]:
    """All steps of a walk; `between` may move the list before each page, told what will be asked."""
    cursor: Cursor | None = Cursor(count=count)
    steps: list[Step] = []
    while cursor is not None and (not steps or steps[-1].problem is None):
        between(cursor)
        # What survives a process is what survives JSON.
        cursor = replace(cursor, **cursor.as_dict())
        steps.append(advance(cursor, shown.page(cursor), cap))
        cursor = steps[-1].next
    return steps
