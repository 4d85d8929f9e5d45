"""A sorted list of (time, number) pairs in two flat arrays: 16 bytes a pair, found by bisection."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from linkedin_emulator.clock import Millis


class Shelf:
    """Pairs in ascending order; pairs of equal time are ordered by number, so the order is total."""

    __slots__ = ("_numbers", "_times")

    def __init__(self) -> None:
        self._times: array[int] = array("q")
        self._numbers: array[int] = array("q")

    def __len__(self) -> int:
        return len(self._times)

    def add(self, time: Millis, number: int) -> None:
        """Put one pair in its place."""
        at = self._place(time, number)
        self._times.insert(at, time)
        self._numbers.insert(at, number)

    def remove(self, time: Millis, number: int) -> None:
        """Take one pair out; KeyError if it is not there."""
        at = self._place(time, number)
        if at >= len(self) or self._times[at] != time or self._numbers[at] != number:
            raise KeyError(number)
        del self._times[at]
        del self._numbers[at]

    def extend(self, pairs: Iterable[tuple[Millis, int]]) -> None:
        """Put many pairs in their places."""
        merged = sorted([*zip(self._times, self._numbers, strict=True), *pairs])
        self._times = array("q", (time for time, _ in merged))
        self._numbers = array("q", (number for _, number in merged))

    def between(self, start: Millis, end: Millis) -> range:
        """The positions whose time is in [start, end)."""
        return range(bisect_left(self._times, start), bisect_left(self._times, end))

    def backwards(self) -> Iterator[tuple[Millis, int]]:
        """The pairs from the last to the first."""
        return zip(reversed(self._times), reversed(self._numbers), strict=True)

    def number_at(self, position: int) -> int:
        return self._numbers[position]

    def _place(self, time: Millis, number: int) -> int:
        low, high = bisect_left(self._times, time), bisect_right(self._times, time)
        return bisect_left(self._numbers, number, low, high)
