"""Every way of cutting pages, and that a careful reader loses nothing in any of them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedin_emulator.knobs import Knobs
from linkedin_emulator.protocol.paging import HOLE_EVERY, Page, cut

FULLNESS = ("full", "short", "short_tail_gap")
TOTALS = ("overall", "page_size", "zero_on_empty", "absent")

shapes = st.builds(
    Knobs,
    page_fullness=st.sampled_from(FULLNESS),
    page_total=st.sampled_from(TOTALS),
    page_links=st.booleans(),
    empty_page_after=st.integers(0, 60),
)


def says_more(page: Page, knobs: Knobs) -> bool:
    return (knobs.page_links and page.more) or (knobs.page_total == "overall" and page.total > page.start)


def walk(total: int, count: int, knobs: Knobs, seed: int, step: Callable[[Page], int]) -> list[int]:
    """Read like a careful client: an empty page ends it, unless total or a next link speak for more."""
    dice, start, read, skipped = random.Random(seed), 0, [], 0
    for _ in range(4 * (total + 10)):
        page = cut(total, start, count, knobs, dice)
        assert page.rows <= count
        read += range(page.first, page.first + page.rows)
        if page.rows:
            start, skipped = step(page), 0
        elif says_more(page, knobs) and not skipped:
            start, skipped = start + count, 1
        else:
            return read
    raise AssertionError("the walk never ends")


@given(st.integers(0, 90), st.integers(2, 20), shapes, st.integers())
def test_advancing_by_what_was_received_reads_every_row(
    total: int, count: int, knobs: Knobs, seed: int
) -> None:
    read = walk(total, count, knobs, seed, lambda page: page.start + page.rows)
    assert set(read) == set(range(total))
    if knobs.page_fullness != "short_tail_gap" and not knobs.empty_page_after:
        assert read == list(range(total))


@given(st.integers(0, 90), st.integers(2, 20), shapes, st.integers())
def test_rereading_the_last_row_of_full_pages_reads_every_row(
    total: int, count: int, knobs: Knobs, seed: int
) -> None:
    def step(page: Page) -> int:
        return page.start + page.rows - (page.rows == page.count)

    assert set(walk(total, count, knobs, seed, step)) == set(range(total))


@given(st.integers(0, 90), st.integers(2, 20), shapes, st.integers())
def test_following_next_links_reads_every_row_once(total: int, count: int, knobs: Knobs, seed: int) -> None:
    knobs.page_links = True
    dice, start, read = random.Random(seed), 0, []
    while True:
        page = cut(total, start, count, knobs, dice)
        read += range(page.first, page.first + page.rows)
        if not page.more:
            break
        assert page.next_start > start
        start = page.next_start
    assert read == list(range(total))


@given(st.integers(0, 200), st.integers(0, 220), st.integers(0, 50))
def test_full_pages_are_what_was_asked(total: int, start: int, count: int) -> None:
    page = cut(total, start, count, Knobs(), random.Random(1))
    assert list(range(total))[start : start + count] == list(range(page.first, page.first + page.rows))
    assert (page.start, page.count, page.total) == (start, count, total)


def test_pages_with_holes_deliver_96_of_100() -> None:
    page = cut(1_000, 100, 100, Knobs(page_fullness="short_tail_gap"), random.Random(1))
    assert (page.rows, page.first, page.next_start) == (96, 96, 200)
    assert HOLE_EVERY == 25


def test_short_pages_are_short_by_the_dice_and_never_empty() -> None:
    knobs = Knobs(page_fullness="short", short_page_share=1.0)
    rows = [cut(1_000, 0, 100, knobs, random.Random(seed)).rows for seed in range(50)]
    assert 75 <= min(rows) < max(rows) <= 99
    assert cut(1_000, 999, 100, knobs, random.Random(1)).rows == 1


def test_an_empty_page_stands_where_the_knob_says_if_the_answer_says_more() -> None:
    knobs = Knobs(empty_page_after=200)
    empty = cut(1_000, 200, 100, knobs, random.Random(1))
    assert (empty.rows, empty.total, empty.more) == (0, 1_000, True)
    assert cut(1_000, 300, 100, knobs, random.Random(1)).first == 200
    assert cut(1_000, 150, 100, knobs, random.Random(1)).rows == 50
    assert cut(200, 200, 100, knobs, random.Random(1)).more is False
    silent = Knobs(empty_page_after=200, page_links=False, page_total="absent")
    assert cut(1_000, 200, 100, silent, random.Random(1)).rows == 100


def test_the_paging_block(partner: Any) -> None:
    first = partner.leads("&start=0&count=2")["paging"]
    assert first["total"] == partner.leads("&start=100&count=1")["paging"]["total"]
    href = (
        "/rest/leadFormResponses?count=2&leadType=(leadType:SPONSORED)"
        "&owner=(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A1234567)&q=owner&start=2"
    )
    assert first["links"] == [{"type": "application/json", "rel": "next", "href": href}]
    second = partner.ok(href)
    assert [link["rel"] for link in second["paging"]["links"]] == ["prev", "next"]
    assert [lead["id"] for lead in partner.leads("&count=4")["elements"]][2:] == [
        lead["id"] for lead in second["elements"]
    ]


def test_links_carry_fields_and_all_parameters(partner: Any) -> None:
    asked = "&count=1&fields=id,form:(name)&submittedAtTimeRange=(start:5)"
    href = partner.leads(asked)["paging"]["links"][0]["href"]
    assert "fields=id,form:(name)&" in href
    assert "submittedAtTimeRange=(start:5)" in href
    assert partner.ok(href)["elements"][0].keys() == {"id", "form"}


@pytest.mark.parametrize("total", TOTALS)
def test_total_in_four_ways(partner: Any, total: str) -> None:
    overall = partner.leads("&count=3")["paging"]["total"]
    partner.emulator.control.knobs.patch(page_total=total)
    full, beyond = partner.leads("&count=3")["paging"], partner.leads("&start=5000&count=3")["paging"]
    expected = {
        "overall": (overall, overall),
        "page_size": (3, 0),
        "zero_on_empty": (overall, 0),
        "absent": (None, None),
    }
    assert (full.get("total"), beyond.get("total")) == expected[total]


def test_links_can_be_off(partner: Any) -> None:
    partner.emulator.control.knobs.patch(page_links=False)
    assert partner.leads("&start=2&count=2")["paging"]["links"] == []


def test_defaults_are_ten_from_zero(partner: Any) -> None:
    answer = partner.leads()
    assert (answer["paging"]["start"], answer["paging"]["count"], len(answer["elements"])) == (0, 10, 10)


@pytest.mark.parametrize(
    ("fullness", "total", "links"), list(itertools.product(FULLNESS, TOTALS, (True, False)))
)
def test_every_combination_over_the_wire(partner: Any, fullness: str, total: str, links: bool) -> None:
    everyone = [lead["id"] for lead in partner.leads("&count=1000")["elements"]]
    partner.emulator.control.knobs.patch(page_fullness=fullness, page_total=total, page_links=links)
    start, read = 0, []
    while elements := partner.leads(f"&start={start}&count=40")["elements"]:
        read += [lead["id"] for lead in elements]
        start += len(elements)
    assert set(read) == set(everyone)


def test_forms_are_cut_like_leads(partner: Any) -> None:
    partner.emulator.control.knobs.patch(page_total="absent", page_fullness="short", short_page_share=1.0)
    owner = "owner=(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A1234567)"
    answer = partner.ok(f"/rest/leadForms?q=owner&{owner}")
    assert len(answer["elements"]) < 6
    assert "total" not in answer["paging"]
