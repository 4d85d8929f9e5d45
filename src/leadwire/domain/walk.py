"""A walk: reading a list that moves, by offset, until nothing of what stays in it can be unread.

LinkedIn's pages come short with more behind them, `total` may be overall, the page's size, 0 or absent, and
`next` links come and go, so only an empty page ends a walk (airbyte #60996, MicrosoftDocs/feedback #972).

The list is newest first. What is added shifts rows down, which only shows some twice; what is taken away
shifts rows up, past the reader. So after a full page the next one begins with the last row read, the anchor;
where it is missing, rows may have been passed, and the walk starts over. A short page, too, leaves an anchor
once it is known not to be the last one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, NamedTuple

HOLES = 3  # so often a walk starts over for the same empty page; rows that were withdrawn empty it once


@dataclass(frozen=True, slots=True)
class Cursor:
    """What to ask next: `count` elements from `start`, at least 2. JSON-able: a walk outlives a process.

    `anchor`: the id that this page must show. `behind`: the last row of a short page taken for the end; where
    rows follow after all, it is asked for again as anchor, and the walk is `wary`: short pages are no end any
    more. `pages` and `restarts` count what was read. `probing`: the page before was empty, and this one is
    asked for because LinkedIn spoke of more. `hole`: where the anchor's page was empty, `holes` times in a row.
    `promised`: the page before spoke of more, but had no row to be the anchor of this one.
    """

    start: int = 0
    count: int = 100
    anchor: str | None = None
    pages: int = 0
    restarts: int = 0
    probing: bool = False
    behind: str | None = None
    wary: bool = False
    hole: int | None = None
    holes: int = 0
    promised: bool = False

    def __post_init__(self) -> None:
        if self.count < 2:
            raise ValueError("a page of one element holds nothing but its anchor")

    def as_dict(self) -> dict[str, Any]:
        """The cursor as a JSON object."""
        return asdict(self)

    @staticmethod
    def from_dict(said: Mapping[str, Any]) -> "Cursor":
        """The cursor again; members of another release's cursor are left out."""
        return Cursor(**{one.name: said[one.name] for one in fields(Cursor) if one.name in said})


class PageFacts(NamedTuple):
    """What a page said. `ids`: one per element in their order, None for an element without an id.

    `received` counts all elements; where `ids` are fewer, their places are unknown and none can be an anchor.
    """

    ids: Sequence[str | None]
    received: int
    total: int | None
    has_next: bool


class Step(NamedTuple):
    """What to do next. `anchors`: elements of this page read twice on purpose, which are no duplicates.

    `done`: all was read, `next` is None. `page_cap`: the walk does not end; `hole`: it ends each time where rows
    are known to be; `next` is where it stands.
    """

    next: Cursor | None
    done: bool
    anchors: int
    problem: Literal["page_cap", "hole"] | None


def advance(cursor: Cursor, page: PageFacts, cap: int) -> Step:
    """The step behind a page. A walk reads at most `cap` pages, restarts included.

    Full pages cost at most ceil(N / (count - 1)) + 2 calls for N rows.
    """
    anchors = int(cursor.anchor is not None and cursor.anchor in page.ids)
    following = _behind_rows(cursor, page, anchors) if page.received else _behind_nothing(cursor, page)
    if following is None:
        return Step(None, True, anchors, None)
    following = replace(following, pages=cursor.pages + 1)
    if following.holes >= HOLES:
        return Step(replace(following, hole=None, holes=0), False, anchors, "hole")
    return Step(following, False, anchors, "page_cap" if following.pages >= cap else None)


def _behind_rows(cursor: Cursor, page: PageFacts, anchors: int) -> Cursor:
    if cursor.anchor is not None and not anchors and not cursor.probing:
        return over(cursor)
    if cursor.behind is not None and cursor.behind not in page.ids and not cursor.probing:
        return replace(
            cursor, start=cursor.start - 1, anchor=cursor.behind, behind=None, wary=True, promised=False
        )
    known = replace(cursor, behind=None, probing=False, promised=False)
    place = _last_known(page)
    if place and _has_more(cursor, page):
        return replace(known, start=cursor.start + place, anchor=page.ids[place])
    last = page.ids[-1] if len(page.ids) == page.received > anchors else None
    following = replace(known, start=cursor.start + page.received, anchor=None, behind=last)
    return replace(following, promised=_speaks(cursor, page))


def _last_known(page: PageFacts) -> int:
    """Where the last row with an id stands on the page; 0 where the page has none behind its first."""
    if len(page.ids) != page.received:
        return 0
    return next((place for place in range(page.received - 1, 0, -1) if page.ids[place] is not None), 0)


def _has_more(cursor: Cursor, page: PageFacts) -> bool:
    """Whether rows are to be expected behind this page, so that the next one must show its last row.

    A short page is taken for the last one, unless it speaks of more, or a short page of this walk has turned
    out not to be the last: so a poll of a few leads costs two calls.
    """
    if page.received >= cursor.count:
        return True
    return page.received > 1 and (_speaks(cursor, page) or cursor.wary)


def _speaks(cursor: Cursor, page: PageFacts) -> bool:
    return page.has_next or (page.total or 0) > cursor.start + page.received


def _behind_nothing(cursor: Cursor, page: PageFacts) -> Cursor | None:
    """None: the walk is over.

    An empty page where an anchor should be means that rows went away, or that the list has a hole. The first
    is cured by starting over, the second only by stepping across; so starting over is tried first, once.
    """
    if _speaks(cursor, page) and not cursor.probing and (cursor.anchor is None or cursor.restarts):
        return replace(cursor, start=cursor.start + cursor.count, probing=True, promised=False)
    if cursor.anchor is None:
        # What was spoken of went away, or moved up past the reader; where it says so again, it is a lie.
        moved = cursor.promised and cursor.hole != cursor.start
        return replace(over(cursor), hole=cursor.start) if moved else None
    again = cursor.holes + 1 if cursor.hole == cursor.start else 1
    return replace(over(cursor), hole=cursor.start, holes=again)


def over(cursor: Cursor) -> Cursor:
    """Once more from the first row."""
    return Cursor(count=cursor.count, restarts=cursor.restarts + 1, hole=cursor.hole, holes=cursor.holes)
