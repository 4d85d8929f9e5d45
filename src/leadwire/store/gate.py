"""The write gate of SQLite: one writer at a time, in the order of asking, urgent ones first.

SQLite's own waiters sleep and poll, so that one of them can starve for seconds; here each is woken by name.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from leadwire.store.errors import TryLater


class Gate:
    """Hands a turn from writer to writer. Not re-entrant: a writer that asks again is a defect."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._mutex = threading.Lock()
        self._holder: int | None = None
        self._urgent: deque[_Waiter] = deque()
        self._steady: deque[_Waiter] = deque()

    @contextmanager
    def turn(self, urgent: bool = False) -> Iterator[None]:
        """Hold the only turn. TryLater if it does not come within the gate's patience (seconds)."""
        self._enter(self._urgent if urgent else self._steady)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, queue: "deque[_Waiter]") -> None:
        me = _Waiter()
        with self._mutex:
            if self._holder == me.thread:
                raise RuntimeError("a write transaction was opened inside another one")
            if self._holder is None:
                self._holder = me.thread
                return
            queue.append(me)
        if not me.called.wait(self._patience):
            self._give_up(me, queue)

    def _give_up(self, me: "_Waiter", queue: "deque[_Waiter]") -> None:
        with self._mutex:
            if me.called.is_set():  # the turn came while we stopped waiting
                return
            queue.remove(me)
        raise TryLater(f"no turn to write within {self._patience:g} s")

    def _leave(self) -> None:
        with self._mutex:
            queue = self._urgent or self._steady
            if not queue:
                self._holder = None
                return
            following = queue.popleft()
            self._holder = following.thread
            following.called.set()


class _Waiter:
    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.called = threading.Event()
