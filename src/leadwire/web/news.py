"""Requests that are held until leads have come: an open page asks once, and is answered when it would differ.

A landing of this process wakes them; what another process landed is found by looking once a second. The pages
are for the people of this machine, so few are held; one too many is answered at once, and asks again.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress

HELD = 20.0  # seconds
LOOK_EVERY = 1.0
MOST_HELD = 4  # a browser has six connections to a host, and pages need some of them


class News:
    """Who waits for the leads of which workspace."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[asyncio.Event, tuple[asyncio.AbstractEventLoop, str]] = {}
        self._closed = threading.Event()

    def tell(self, workspace_id: str) -> None:
        """Leads of a workspace may have changed; from any thread, after the commit."""
        self._wake(lambda waits_for: waits_for == workspace_id)

    def close(self) -> None:
        """Let everybody go; nobody is held any more."""
        self._closed.set()
        self._wake(lambda waits_for: True)

    async def hold(
        self,
        workspace_id: str,
        unchanged: Callable[[], Awaitable[bool]],
        gone: Callable[[], Awaitable[bool]],
    ) -> None:
        """Return when something has changed, when who asked is gone, or after 20 s."""
        if self._closed.is_set() or len(self._waiting) >= MOST_HELD:
            return
        loop, news = asyncio.get_running_loop(), asyncio.Event()
        until = loop.time() + HELD
        with self._lock:
            self._waiting[news] = loop, workspace_id
        try:
            while not self._closed.is_set() and loop.time() < until and not await gone():
                news.clear()  # before the look: what comes behind it wakes us
                if not await unchanged():
                    return
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), LOOK_EVERY)
        finally:
            with self._lock:
                del self._waiting[news]

    def _wake(self, whom: Callable[[str], bool]) -> None:
        with self._lock:
            waiting = list(self._waiting.items())
        for news, (loop, waits_for) in waiting:
            if whom(waits_for):
                with suppress(RuntimeError):  # the server has ended meanwhile
                    loop.call_soon_threadsafe(news.set)
