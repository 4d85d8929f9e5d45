"""I/O points: before and after each call and each commit. At an armed one the process dies, or the disk fails."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Engine

IOERR, BUSY, FULL = 10, 5, 13
DISK = {
    "lost_commit": ("commit_after", IOERR),
    "busy": ("commit_before", BUSY),
    "full": ("commit_before", FULL),
}


class Crash(BaseException):
    """The process is gone; no `except Exception` holds that up."""


class Points:
    """Counts the points of one life after the other; `dead` until the next `revive`."""

    def __init__(self, reach: Counter[str]) -> None:
        self.reach, self.passed = reach, 0
        self.dead = False
        self.strikes = 0
        self._left, self._how = 0, ""

    def arm(self, in_points: int, how: str) -> None:
        """Strike at the n-th point from now on: `kill`, `lost_commit`, `busy` or `full`."""
        self._left, self._how = max(1, in_points), how

    def disarm(self) -> None:
        self._left = 0

    def revive(self) -> None:
        self.dead = False

    def at(self, name: str) -> None:
        """Here is I/O."""
        if self.dead:
            raise Crash(name)
        self.passed += 1
        if not self._left:
            return
        if self._how != "kill" and not name.startswith("commit"):
            return
        self._left -= 1
        if self._left:
            return
        if self._how == "kill":
            self.dead = True
            self.strikes += 1
            self.reach[f"crash {name}"] += 1
            raise Crash(name)
        place, code = DISK[self._how]
        if name != place:
            self._left = 1
            return
        self.strikes += 1
        self.reach[f"disk {self._how}"] += 1
        raise disk_error(code)

    def watch(self, database: object) -> None:
        """Have the commits of a store's engines pass here from now on."""
        for engine in [one for one in vars(database).values() if isinstance(one, Engine)]:
            self._wrap(engine.dialect)

    def _wrap(self, dialect: Any) -> None:
        commit: Callable[[Any], None] = partial(type(dialect).do_commit, dialect)
        begin: Callable[[Any], None] = getattr(dialect.do_begin, "unwatched", dialect.do_begin)
        marks: dict[int, int] = {}

        def begun(connection: Any) -> None:
            begin(connection)
            marks[id(connection)] = (
                connection.total_changes
            )  # of this transaction: the next is lent by another object

        def watched(connection: Any) -> None:
            if marks[id(connection)] == connection.total_changes:
                commit(connection)
                return
            self.at("commit_before")
            commit(connection)
            self.at("commit_after")

        begun.unwatched = begin  # type: ignore[attr-defined]
        dialect.do_begin, dialect.do_commit = begun, watched


def disk_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("the disk of the simulation fails")
    error.sqlite_errorcode = code
    return error
