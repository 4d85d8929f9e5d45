"""The emulator's own time: real or injected, moved by an offset, or standing still."""

from __future__ import annotations

import time
from collections.abc import Callable

Millis = int

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def system_time() -> Millis:
    """Real time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


class Clock:
    """Epoch milliseconds: a base (the system's time or the caller's) plus an offset that can be moved."""

    def __init__(self, base: Callable[[], Millis] | None = None) -> None:
        self._base = base or system_time
        self._offset: Millis = 0
        self._frozen: Millis | None = None

    def now(self) -> Millis:
        """The present moment; whole epoch milliseconds."""
        return self._base() + self._offset if self._frozen is None else self._frozen

    def advance(self, milliseconds: int) -> Millis:
        """Move by so many milliseconds (backwards if negative) and return the new time."""
        return self.set(self.now() + milliseconds)

    def set(self, at: Millis) -> Millis:
        """Make the present moment `at`; a frozen clock stays frozen there."""
        if self._frozen is not None:
            self._frozen = at
        else:
            self._offset = at - self._base()
        return at

    def freeze(self) -> None:
        """Stand still until `run`; `advance` and `set` still move the hands."""
        self._frozen = self.now()

    def run(self) -> None:
        """Go on from where the hands stand."""
        at, self._frozen = self.now(), None
        self._offset = at - self._base()

    @property
    def frozen(self) -> bool:
        return self._frozen is not None
