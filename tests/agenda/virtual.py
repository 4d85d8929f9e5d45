"""An engine without threads or time: jobs one after the other, a clock that jumps, processes that die."""

from collections.abc import Callable, Iterable

from leadwire.agenda import Agenda, ItemHandler
from leadwire.domain.times import MINUTE, Millis
from leadwire.jobs import Job, Run
from leadwire.store import Store


class Killed(BaseException):
    """The process died here; nobody catches it."""


class Clock:
    def __init__(self, now: Millis) -> None:
        self.now = now

    def __call__(self) -> Millis:
        return self.now


class Stoppable:
    """A `Run` that ends after so many looks at it."""

    def __init__(self, looks: int = 10**9) -> None:
        self.looks = looks

    def alive(self) -> bool:
        self.looks -= 1
        return self.looks >= 0


class Simulation:
    """Processes one after the other over one database: each has an agenda, ids of jobs outlive them."""

    def __init__(self, store: Store, clock: Clock, kinds: dict[str, ItemHandler]) -> None:
        self.store, self.clock, self.kinds = store, clock, kinds
        self.ids: set[str] = set()
        self.waiting: list[Job] = []
        self.boots = 0
        self.boot()

    def boot(self) -> None:
        self.boots += 1
        self.agenda = Agenda(self.store, self.kinds, self.clock, lambda: self.clock() / 1000, threads=1)

    def submit(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if job.id not in self.ids:
                self.ids.add(job.id)
                self.waiting.append(job)

    def drain(self, run: Run | None = None) -> None:
        """Run what waits; a job that its process dies in comes first in the next process."""
        while self.waiting:
            job = self.waiting[0]
            try:
                followers = list(self.agenda.work().handlers[job.kind](run or Stoppable(), *job.args))
            except Killed:
                self.boot()
                continue
            self.waiting.pop(0)
            self.submit(followers)

    def tick(self) -> None:
        self.submit(self.agenda.tick())
        self.drain()

    def run_until(self, end: Millis, wake: Callable[[], Millis | None] | None = None) -> None:
        """From one due time to the next, as a ticker that looks every second would see them."""
        while self.clock.now < end:
            self.tick()
            next_due = self.store.deployment.next_due(self.clock.now)
            overdue = any(True for _ in self.store.deployment.due_shards(self.clock.now))
            step = MINUTE - self.clock.now % MINUTE if overdue else end - self.clock.now
            later = min(end, self.clock.now + step)
            self.clock.now = min(later, -(-next_due // 1000) * 1000) if next_due else later
