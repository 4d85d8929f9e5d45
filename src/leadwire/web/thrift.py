"""Dear figures on pages that stay open: what took long to make is shown for longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
SHARE = 50  # a figure that is asked for all the time costs at most one part in so many of a processor
MOST = 1_000


class Thrift:
    """Remembers values; what took a second to make is made again after 50 s at the earliest."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: dict[Hashable, tuple[float, Any]] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value for `key`; made now if there is none, or an old one."""
        began = self._monotonic()
        until, value = self._kept.get(key, (began, None))
        if began < until:
            kept: T = value
            return kept
        made = make()
        ended = self._monotonic()
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = ended + SHARE * (ended - began), made
            while len(self._kept) > MOST:
                del self._kept[next(iter(self._kept))]
        return made
