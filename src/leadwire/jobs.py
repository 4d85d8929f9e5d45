"""What can be done, and when: no engine, no clock, no thread.

`worker.py` runs it on DBOS, the tests on a heap in virtual time. A handler is called at least once per
job, so its effect must be idempotent; it returns the jobs that follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Job:
    kind: str  # key into Work.handlers; never renamed, jobs outlive a release
    id: str  # submitted twice is run once
    lane: str  # one at a time within a lane, across all processes
    args: tuple[str | int, ...] = ()  # JSON scalars only: they outlive this code


class Run(Protocol):
    """What a handler may know of its execution."""

    def alive(self) -> bool:
        """False: the process is stopping or another may have taken over; stop between two items."""
        ...


Handler = Callable[..., Iterable[Job]]  # handler(run, *job.args) -> follow-up jobs
Tick = Callable[[], Iterable[Job]]  # reads the store, returns what is due now


@dataclass(frozen=True)
class Work:
    handlers: Mapping[str, Handler]
    ticks: tuple[Tick, ...] = ()


class Engine(Protocol):
    """Runs `Work`. `submit` is durable when it returns."""

    def submit(self, jobs: Iterable[Job]) -> None: ...

    def start(self) -> None: ...

    def wind_down(self) -> None:
        """Tell running jobs to end at their next safe point; `stop` follows."""
        ...

    def stop(self, within: float) -> None:
        """Take no new job, give running ones `within` seconds, hand the rest over."""
        ...
