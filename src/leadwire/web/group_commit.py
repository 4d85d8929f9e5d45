"""Group commit: whatever waits to be stored goes into one transaction, and is answered after its commit.

Two threads: requests wait on the server's event loop, one thread of ours writes. While it writes, the next
batch gathers; an idle one writes at once.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue

import structlog

from leadwire.connect.hook_tokens import HookName
from leadwire.store.errors import TryLater

PATIENCE = 2.0  # seconds; LinkedIn's own is 3, and an answer is due within 2.5
MOST_AT_ONCE = 1_000
MOST_WAITING = 32 * 1024 * 1024  # bytes
OVERHEAD = 1_000  # bytes that a waiting push takes besides its body

log = structlog.get_logger()


class Pushed:
    """One verified push that waits to be stored."""

    __slots__ = ("future", "name", "raw")

    def __init__(self, name: HookName, raw: bytes, future: asyncio.Future[bool]) -> None:
        self.name, self.raw, self.future = name, raw, future


class GroupCommit:
    """`write` stores all of a batch or nothing; `written` is told after those who wait were.

    It starts with the first push, and ends with `stop`.
    """

    def __init__(
        self, write: Callable[[Sequence[Pushed]], None], written: Callable[[Sequence[Pushed]], None]
    ) -> None:
        self._write, self._written = write, written
        self._queue: SimpleQueue[Pushed | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stopped = False
        # Each is written by one thread alone; the difference is what waits.
        self._put, self._taken = 0, 0

    async def store(self, name: HookName, raw: bytes, patience: float = PATIENCE) -> bool:
        """True when it is durable; False if that cannot be in so many seconds, and then nothing is promised."""
        if self._stopped or self._put - self._taken > MOST_WAITING:
            return False
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()
        self._put += len(raw) + OVERHEAD
        self._queue.put(Pushed(name, raw, future))
        too_late = loop.call_later(patience, _settle, ((future, False),))
        try:
            return await future
        finally:
            too_late.cancel()

    def stop(self, within: float = 2.0) -> None:
        """Take nothing more; write what waits."""
        self._stopped = True
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(within)

    def _run(self) -> None:
        ended = False
        while not ended:
            taken = self._take()
            ended = None in taken
            batch = [push for push in taken if push is not None]
            self._taken += sum(len(push.raw) + OVERHEAD for push in batch)
            outcomes = list(self._outcomes([push for push in batch if not push.future.done()]))
            _tell(outcomes)
            if stored := [push for push, well in outcomes if well]:
                self._written(stored)

    def _take(self) -> list[Pushed | None]:
        taken = [self._queue.get()]
        with suppress(Empty):
            while len(taken) < MOST_AT_ONCE:
                taken.append(self._queue.get_nowait())
        return taken

    def _outcomes(self, batch: Sequence[Pushed]) -> Iterator[tuple[Pushed, bool]]:
        """Write a batch; where one push spoils it, each alone, so that it spoils nothing for the others."""
        if not batch:
            return
        try:
            self._write(batch)
            yield from ((push, True) for push in batch)
        except TryLater:
            yield from ((push, False) for push in batch)
        except Exception as error:
            log.exception("push_not_stored", error=type(error).__name__, pushes=len(batch))
            if len(batch) == 1:
                yield batch[0], False
                return
            for push in batch:
                yield from self._outcomes([push])


def _tell(outcomes: Sequence[tuple[Pushed, bool]]) -> None:
    """Wake those who wait; a server has one event loop, tests have several."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[bool], bool]]] = {}
    for push, stored in outcomes:
        loops.setdefault(push.future.get_loop(), []).append((push.future, stored))
    for loop, settled in loops.items():
        with suppress(RuntimeError):  # the server has ended meanwhile
            loop.call_soon_threadsafe(_settle, settled)


def _settle(settled: Sequence[tuple[asyncio.Future[bool], bool]]) -> None:
    for future, stored in settled:
        if not future.done():
            future.set_result(stored)
