"""An open page is answered when it would differ: at once, once a second, or after a while."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from tests.web_pages.conftest import Person

from leadwire.web.news import MOST_HELD, News

WEBINAR = 11780444  # a form of the account that is read


async def no() -> bool:
    return False


async def yes() -> bool:
    return True


def tells(truth: list[bool]) -> Callable[[], Awaitable[bool]]:
    async def unchanged() -> bool:
        return truth[0]

    return unchanged


@contextmanager
def acting(act: Callable[[], None], after: float) -> Iterator[None]:
    """Somebody in another thread."""
    timer = threading.Timer(after, act)
    timer.start()
    yield
    timer.join()


def took(
    news: News, unchanged: Callable[[], Awaitable[bool]], gone: Callable[[], Awaitable[bool]] = no
) -> float:
    began = time.monotonic()
    asyncio.run(asyncio.wait_for(news.hold("here", unchanged, gone), 10))
    return time.monotonic() - began


def test_who_waits_is_woken_by_what_landed_here_and_finds_what_landed_elsewhere() -> None:
    news, truth = News(), [True]

    def land(told: str) -> None:
        truth[0] = False
        news.tell(told)

    with acting(lambda: land("here"), 0.2):
        assert 0.15 <= took(news, tells(truth)) < 0.8
    truth[0] = True
    with acting(lambda: land("elsewhere"), 0.2):  # of which nothing is told here
        assert 0.8 <= took(news, tells(truth)) < 1.9


def test_nobody_is_held_for_what_changed_before_or_who_left_or_at_the_end() -> None:
    news = News()
    assert took(news, no) < 0.2
    assert took(news, yes, gone=yes) < 0.2
    with acting(news.close, 0.2):
        assert 0.15 <= took(news, yes) < 0.8
    assert took(news, yes) < 0.2


def test_one_too_many_is_answered_at_once_and_makes_room_for_nobody() -> None:
    news = News()

    async def crowd() -> list[bool]:
        held = [asyncio.create_task(news.hold("here", yes, no)) for _ in range(MOST_HELD + 2)]
        await asyncio.sleep(0.2)
        done = [task.done() for task in held]
        news.close()
        await asyncio.gather(*held)
        return done

    assert asyncio.run(crowd()) == [False] * MOST_HELD + [True] * 2


def test_a_page_of_leads_is_held_until_one_lands(reader: Person) -> None:
    before = reader.sees("/leads").all("div", id="found")[0].attributes["hx-get"]

    def come() -> None:
        reader.rig.emulator.control.leads.submit(WEBINAR)
        reader.rig.run_for(600_000)

    began = time.monotonic()
    with acting(come, 0.3):
        after = reader.sees(before).all("div", id="found")[0].attributes["hx-get"]
    assert after != before
    assert time.monotonic() - began < 8
    assert reader.sees(before).all("div", id="found")[0].attributes["hx-get"] == after
