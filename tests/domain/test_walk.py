import json
from dataclasses import replace
from math import ceil, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.linkedin_list import FULL, SHORT, Behaviour, LinkedInList, rows, walk

from leadwire.domain.walk import Cursor, PageFacts, Step, advance


def page(*ids: str | None, total: int | None = None, has_next: bool = False) -> PageFacts:
    return PageFacts(ids, len(ids), total, has_next)


EMPTY = page()
ANCHORED = Cursor(start=4, count=3, anchor="c", pages=2)


@pytest.mark.parametrize(
    ("cursor", "said", "following", "anchors"),
    [
        # rows
        (Cursor(count=3), page("a", "b", "c"), Cursor(2, 3, "c", 1), 0),
        (Cursor(count=3), page("a", "b"), Cursor(2, 3, None, 1, behind="b"), 0),
        (Cursor(count=3), page("a", "b", total=9), Cursor(1, 3, "b", 1), 0),  # it speaks of more
        (Cursor(count=3), page("a", "b", total=2), Cursor(2, 3, None, 1, behind="b"), 0),
        (Cursor(4, 3), page("a", "b", total=6), Cursor(6, 3, None, 1, behind="b"), 0),
        (Cursor(count=3), page("a", total=9), Cursor(1, 3, None, 1, behind="a", promised=True), 0),
        # rows behind a short page: it was no end, so did they stay in their places?
        (Cursor(2, 3, behind="b"), page("c"), Cursor(1, 3, "b", 1, wary=True), 0),
        (Cursor(2, 3, behind="b"), page("b", "c"), Cursor(4, 3, None, 1, behind="c"), 0),
        (Cursor(1, 3, "b", wary=True), page("b", "c"), Cursor(2, 3, "c", 1, wary=True), 1),
        (Cursor(1, 3, "b", wary=True), page("b"), Cursor(2, 3, None, 1, wary=True), 1),
        (Cursor(1, 3, "b", wary=True), page("c"), Cursor(0, 3, None, 1, 1), 0),
        (Cursor(count=3), page("a", "b", "c", "d"), Cursor(3, 3, "d", 1), 0),
        (ANCHORED, page("c", "d", "e"), Cursor(6, 3, "e", 3), 1),
        (ANCHORED, page("c", has_next=True), Cursor(5, 3, None, 3, promised=True), 1),
        (ANCHORED, page("b", "c", "d"), Cursor(6, 3, "d", 3), 1),  # the list has grown
        (ANCHORED, page("d", "e", "f"), Cursor(0, 3, None, 3, 1), 0),  # rows went away
        # elements without an id are received, but are no anchor
        (Cursor(count=3), page("a", None, "c"), Cursor(2, 3, "c", 1), 0),
        (Cursor(count=3), page("a", "b", None), Cursor(1, 3, "b", 1), 0),  # the last that has an id
        (Cursor(count=3), page("a", None, None), Cursor(3, 3, None, 1), 0),  # or it would not get on
        (Cursor(count=3), page(None, None, None), Cursor(3, 3, None, 1), 0),
        (Cursor(count=3), PageFacts(("a", "b"), 3, None, False), Cursor(3, 3, None, 1), 0),
        # an empty page
        (Cursor(5, 3), page(total=6), Cursor(8, 3, None, 1, 0, True), 0),
        (Cursor(5, 3), page(has_next=True), Cursor(8, 3, None, 1, 0, True), 0),
        (ANCHORED, EMPTY, Cursor(0, 3, None, 3, 1, hole=4, holes=1), 0),
        (ANCHORED, page(total=9), Cursor(0, 3, None, 3, 1, hole=4, holes=1), 0),
        (Cursor(4, 3, "c", 9, 1), page(total=9), Cursor(7, 3, "c", 10, 1, True), 0),
        # behind an empty page
        (Cursor(8, 3, None, 4, 0, True), page("x", "y", "z"), Cursor(10, 3, "z", 5), 0),
        (Cursor(8, 3, None, 4, 0, True), page("x"), Cursor(9, 3, None, 5, behind="x"), 0),
        (Cursor(8, 3, None, 4, 0, True, behind="b"), page("x"), Cursor(9, 3, None, 5, behind="x"), 0),
        (Cursor(7, 3, "c", 4, 1, True), page("x", "y", "z"), Cursor(9, 3, "z", 5, 1), 0),
        (
            Cursor(7, 3, "c", 4, 1, True),
            page(total=99, has_next=True),
            Cursor(0, 3, None, 5, 2, hole=7, holes=1),
            0,
        ),
    ],
)
def test_each_page_has_one_next_step(
    cursor: Cursor, said: PageFacts, following: Cursor, anchors: int
) -> None:
    assert advance(cursor, said, 1000) == Step(following, False, anchors, None)


@pytest.mark.parametrize(
    ("cursor", "said"),
    [
        (Cursor(), EMPTY),
        (Cursor(5, 3), page(total=5)),
        (Cursor(5, 3), page(total=0)),
        (Cursor(8, 3, None, 4, 0, True), EMPTY),
        (Cursor(8, 3, None, 4, 0, True), page(total=99, has_next=True)),
    ],
)
def test_an_empty_page_ends_a_walk_that_owes_nothing(cursor: Cursor, said: PageFacts) -> None:
    assert advance(cursor, said, 1000) == Step(None, True, 0, None)


def test_a_cap_stops_the_walk_and_keeps_its_place() -> None:
    step = advance(Cursor(start=8, count=3, anchor="c", pages=9), page("c", "d", "e"), cap=10)
    assert step == Step(Cursor(10, 3, "e", 10), False, 1, "page_cap")
    assert advance(Cursor(pages=9), EMPTY, cap=10).problem is None


def test_a_cursor_survives_json_and_another_release() -> None:
    cursor = Cursor(7, 50, "x-1", 3, 1, True)
    stored = json.loads(json.dumps(cursor.as_dict()))
    assert Cursor.from_dict(stored) == cursor
    assert Cursor.from_dict({"start": 7, "of_the_future": 1}) == Cursor(start=7)


def test_a_page_of_one_could_never_move_on() -> None:
    with pytest.raises(ValueError, match="anchor"):
        Cursor(count=1)


@pytest.mark.parametrize("behaviour", FULL + SHORT, ids=lambda one: one.name)
@given(length=st.integers(0, 60), count=st.integers(4, 12), grown=st.lists(st.integers(0, 3), max_size=30))
def test_a_list_that_grows_is_read_completely(
    behaviour: Behaviour, length: int, count: int, grown: list[int]
) -> None:
    shown = LinkedInList(rows(length), behaviour)
    pace = iter(grown)
    steps = walk(shown, count, between=lambda _: [shown.grow() for _ in range(next(pace, 0))] and None)
    assert steps[-1].done
    assert shown.seen >= {f"r{n}" for n in range(length)}
    if behaviour in FULL:
        assert steps[-1].next is None and all(step.next and step.next.restarts == 0 for step in steps[:-1])


@pytest.mark.parametrize("behaviour", [*FULL, SHORT[0]], ids=lambda one: one.name)
@given(st.integers(0, 60), st.integers(2, 12), st.data())
def test_a_list_that_grows_and_loses_rows_is_read_completely(
    behaviour: Behaviour, length: int, count: int, data: st.DataObject
) -> None:
    shown = LinkedInList(rows(length), behaviour)
    stays = set(rows(length))

    def move(_: Cursor) -> None:
        for place in data.draw(st.lists(st.integers(-1, 60), max_size=3)) if shown.born < 20 else []:
            if place < 0 or place >= len(shown.rows):
                shown.grow()
            else:
                shown.born += 1
                stays.discard(shown.lose(place))

    steps = walk(shown, count, between=move)
    assert steps[-1].done
    assert shown.seen >= stays


@pytest.mark.parametrize("behaviour", SHORT, ids=lambda one: one.name)
@given(st.integers(0, 60), st.integers(5, 12), st.data())
def test_short_pages_lose_nothing_where_rows_go_before_they_are_read(
    behaviour: Behaviour, length: int, count: int, data: st.DataObject
) -> None:
    """Where a last page looks like any other short one, rows that go from above the reader may carry the very
    last ones past it; what goes from below never does."""
    shown = LinkedInList(rows(length), behaviour)
    stays = set(rows(length))

    def move(cursor: Cursor) -> None:
        unread = len(shown.rows) - cursor.start
        for _ in range(data.draw(st.integers(0, 2)) if unread > 2 else 0):
            stays.discard(shown.lose(data.draw(st.integers(cursor.start, len(shown.rows) - 1))))
        if shown.born < 20:
            shown.grow()

    assert walk(shown, count, between=move)[-1].done
    assert shown.seen >= stays


@pytest.mark.parametrize("behaviour", FULL, ids=lambda one: one.name)
@given(length=st.integers(0, 400), count=st.integers(2, 100))
def test_full_pages_cost_no_more_than_promised(behaviour: Behaviour, length: int, count: int) -> None:
    steps = walk(LinkedInList(rows(length), behaviour), count)
    assert len(steps) <= ceil(length / (count - 1)) + 2
    anchored = [step.next for step in steps if step.next is not None and step.next.anchor is not None]
    assert sum(step.anchors for step in steps) == len(anchored)


@pytest.mark.parametrize(("length", "calls"), [(0, 2), (5, 4), (99, 4), (100, 4), (198, 5), (199, 5)])
def test_even_a_list_that_always_speaks_of_more_ends_after_one_look_behind(length: int, calls: int) -> None:
    shown = LinkedInList(rows(length), Behaviour("always more"))
    cursor, asked = Cursor(), 0
    while asked <= calls:
        step = advance(cursor, shown.page(cursor)._replace(has_next=True), 1000)
        asked += 1
        if step.next is None:
            break
        cursor = step.next
    assert (step.done, asked) == (True, calls)


@pytest.mark.parametrize("behaviour", [FULL[0], FULL[3], SHORT[0]], ids=lambda one: one.name)
@given(
    before=st.integers(0, 30), hole=st.integers(0, 20), behind=st.integers(1, 30), count=st.integers(5, 12)
)
def test_rows_behind_a_hole_are_read(
    behaviour: Behaviour, before: int, hole: int, behind: int, count: int
) -> None:
    """Places whose rows are not shown make short pages, and an empty one where they fill it."""
    hidden = min(hole, count)
    places = rows(before + hidden + behind)
    places[before : before + hidden] = [None] * hidden
    overall = Behaviour(behaviour.name, "overall", behaviour.links, behaviour.shows)
    shown = LinkedInList(places, overall)
    assert walk(shown, count)[-1].done
    assert shown.seen == {row for row in places if row is not None}


@pytest.mark.parametrize("times", [1, 10_000])
def test_an_empty_page_where_the_anchor_should_be_is_asked_again_before_it_is_stepped_across(
    times: int,
) -> None:
    """Once: a stumble of LinkedIn's, and nothing is lost. Always: a hole, and what is behind it is read."""
    shown = LinkedInList(rows(20), FULL[0])
    left, asked = times, 0

    def stumble(cursor: Cursor) -> PageFacts:
        nonlocal left
        said = shown.page(cursor)
        if cursor.start == 4 and left:
            left -= 1
            shown.seen.intersection_update(before)
            return FULL[0].facts([], cursor.start, 20)
        return said

    cursor: Cursor | None = Cursor(count=5)
    while cursor is not None:
        before = set(shown.seen)
        cursor = advance(cursor, stumble(cursor), 1000).next
        asked += 1
    missed = set() if times == 1 else {"r5", "r6", "r7", "r8"}
    assert shown.seen == set(rows(20)) - missed
    assert asked < 16


def test_a_list_that_loses_a_row_before_every_page_ends_at_the_cap() -> None:
    shown = LinkedInList(rows(500), FULL[0])

    def lose(cursor: Cursor) -> None:
        if cursor.start:
            shown.lose(0)

    steps = walk(shown, 5, cap=30, between=lose)
    assert (len(steps), steps[-1].problem, steps[-1].done) == (30, "page_cap", False)
    assert steps[-1].next is not None and steps[-1].next.restarts == 15


def test_a_list_with_a_hole_is_given_up_after_three_walks_into_it():
    cursor: Cursor | None = Cursor(count=3)
    shown = {0: page("a", "b", "c"), 2: page("c", "d", "e")}
    for pages in range(1, 10):
        assert cursor is not None
        step = advance(cursor, shown.get(cursor.start, EMPTY), cap=1000)
        cursor = step.next
        assert step.problem == (None if pages < 9 else "hole")
    assert cursor == Cursor(0, 3, None, 9, 3)


def test_a_row_that_moved_up_past_a_page_which_showed_nothing_but_its_anchor_is_read() -> None:
    """LinkedIn spoke of one row more; before it was asked for, one above it was withdrawn."""
    shown = LinkedInList(rows(6), Behaviour("cut in the middle", shows=1))

    def withdraw(cursor: Cursor) -> None:
        shown.behaviour = replace(shown.behaviour, shows=1 if cursor.start == 4 else inf)
        if cursor.start == 5 and not cursor.restarts:
            shown.lose(0)

    walk(shown, 3, between=withdraw)
    assert "r5" in shown.seen


@pytest.mark.parametrize("total", ["overall", "zero"])
def test_a_row_that_is_counted_and_never_shown_ends_no_walk_wrongly(total: str) -> None:
    shown = LinkedInList([*rows(5), None], Behaviour("one too many", total=total))
    steps = walk(shown, 3)
    assert steps[-1].done and shown.seen == {f"r{n}" for n in range(5)} and len(steps) <= 12
