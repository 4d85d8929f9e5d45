"""Offset pages of a finder, in every way LinkedIn is seen to cut them.

A page asks for the slots [start, start + count). Usually slot n is row n; with holes (`short_tail_gap`,
`empty_page_after`) some slots hold no row, so a page may deliver fewer rows than it consumes. In no way of
cutting are rows skipped by a reader who advances by what it received, or by `count` after an empty page.
Source: learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/pagination and reports of short pages
(airbyte #60996, MicrosoftDocs/feedback #972).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from linkedin_emulator.knobs import Knobs
from linkedin_emulator.protocol.restli import Value, encode
from linkedin_emulator.protocol.wire import Json, to_json

# 4 of 100 slots empty is what was reported: "96 of 100 without a next link".
HOLE_EVERY = 25


@dataclass(frozen=True, slots=True)
class Page:
    """Rows [first, first + rows) of the list, delivered for the slots [start, next_start)."""

    start: int
    count: int
    first: int
    rows: int
    next_start: int
    total: int

    @property
    def more(self) -> bool:
        return self.first + self.rows < self.total


def cut(total: int, start: int, count: int, knobs: Knobs, dice: random.Random) -> Page:
    """Decide which rows of a list of `total` answer the slots [start, start + count)."""
    holes = knobs.page_fullness == "short_tail_gap" and count > 1
    gap = _gap(total, count, knobs)
    first = min(total, _rows_before(start, gap, count, holes))
    rows = min(total, _rows_before(start + count, gap, count, holes)) - first
    end = start + count
    if knobs.page_fullness == "short" and rows > 1 and dice.random() < knobs.short_page_share:
        rows -= dice.randint(1, max(1, min(rows - 1, count // 4)))
        last = first + rows - 1
        end = last + 1 + (count if gap is not None and last >= gap else 0)
    return Page(start, count, first, rows, end, total)


def _gap(total: int, count: int, knobs: Knobs) -> int | None:
    """Where an empty page stands, if the answer itself can say that more follows."""
    says_more = knobs.page_links or knobs.page_total == "overall"
    at = knobs.empty_page_after
    return at if at and count and total > at and says_more else None


def _rows_before(slot: int, gap: int | None, width: int, holes: bool) -> int:
    if gap is not None and slot > gap:
        slot = max(gap, slot - width)
    return slot - (slot // HOLE_EVERY) if holes else slot


def body(page: Page, elements: Sequence[bytes], knobs: Knobs, href: str, query: dict[str, Value]) -> bytes:
    """The finder's answer: the paging block as the knobs want it, and the elements as they are."""
    paging: dict[str, Json] = {"start": page.start, "count": page.count, "links": []}
    if knobs.page_links:
        paging["links"] = _links(page, href, query)
    shown = {
        "overall": page.total,
        "page_size": page.rows,
        "zero_on_empty": page.total if page.rows else 0,
    }
    if knobs.page_total in shown:
        paging["total"] = shown[knobs.page_total]
    return b'{"paging":' + to_json(paging) + b',"elements":[' + b",".join(elements) + b"]}"


def _links(page: Page, href: str, query: dict[str, Value]) -> list[dict[str, str]]:
    links = []
    if page.start > 0:
        links.append(_link("prev", max(0, page.start - page.count), page, href, query))
    if page.more:
        links.append(_link("next", page.next_start, page, href, query))
    return links


def _link(rel: str, start: int, page: Page, href: str, query: dict[str, Value]) -> dict[str, str]:
    params = query | {"start": str(start), "count": str(page.count)}
    text = "&".join(f"{k}={v if k == 'fields' else encode(v)}" for k, v in sorted(params.items()))
    return {"type": "application/json", "rel": rel, "href": f"{href}?{text}"}
