"""Everything that happens later or again: rows of the store's schedule, worked off shard by shard.

A row says "this (workspace, kind, key) is due at". It is written in the same transaction as the fact that
makes it due, so nothing is forgotten; the engine only carries shard numbers. Working a row off twice is
harmless: the second time it is no longer due, and what it does is idempotent anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog

from leadwire.domain.errors import NotFound
from leadwire.domain.times import HOUR, MINUTE, Millis
from leadwire.jobs import Job, Run, Work
from leadwire.store import DueItem, Store, Workspace
from leadwire.store.errors import TryLater

# Nothing waits longer: intervals end at 24 h, and a day's quota soon after midnight.
LATEST: Millis = 25 * HOUR
BURIED_AFTER = 5  # starts without end or progress: it kills its process, and waits an hour between tries
BURIED_FOR: Millis = HOUR
LAST_TRY = BURIED_AFTER - 1  # what only fails is never buried, and what was buried gets one try
SLICE_SECONDS = 20.0  # one item's turn; a long back-fill lets its neighbours of the shard through
AT_ONCE = 200

log = structlog.get_logger()


@dataclass
class Slice:
    """One item's turn. `over()` asks it to stop at its next safe point and come back.

    `progressed()` says that something of it is done for good: whatever ends the process now, the item is not what
    kills it. `note` writes that down, once a turn.
    """

    run: Run
    ends: float
    monotonic: Callable[[], float]
    note: Callable[[], None]
    noted: bool = False

    def over(self) -> bool:
        return not self.run.alive() or self.monotonic() >= self.ends

    def progressed(self) -> None:
        if not self.noted:
            self.noted = True
            self.note()


# (workspace, key, slice) -> when it is due again, or None when it is finished for good.
ItemHandler = Callable[[Workspace, str, Slice], Millis | None]


def retry_after(attempts: int) -> Millis:
    """How long an item that failed unexpectedly waits: 1 minute, growing to 5 (product rule for gaps)."""
    return MINUTE * min(max(attempts, 1), 5)


class Agenda:
    def __init__(
        self,
        store: Store,
        kinds: Mapping[str, ItemHandler],
        now: Callable[[], Millis],
        monotonic: Callable[[], float],
        threads: int = 4,
    ) -> None:
        self._store = store
        self._kinds = kinds
        self._now = now
        self._monotonic = monotonic
        self._threads = threads
        self._since = now()
        self._mended: Millis | None = None

    def work(self) -> Work:
        return Work(handlers={"shard": self.shard}, ticks=(self.tick,))

    def tick(self) -> Iterator[Job]:
        """One job per shard in which something is due."""
        now = self._now()
        self._mend_times(now)
        for shard, due_at in self._store.deployment.due_shards(now):
            # A job that an earlier process was stopped in is finished and its id is used up, so what was
            # due before this one began has an id of its own.
            yield job_for(shard, max(due_at, self._since), now)

    def _mend_times(self, now: Millis) -> None:
        """Hourly, at the start, and whenever the clock goes back: what a clock that was wrong put off is due now."""
        if self._mended is not None and 0 <= now - self._mended < HOUR:
            return
        self._mended = now
        moved = self._store.deployment.not_later(now + LATEST, now)
        if moved:
            log.warning("times_mended", items=moved)

    def shard(self, run: Run, shard: int, follows: int = 0) -> Iterable[Job]:
        """Work off what is due in one shard, a few items at a time; a job follows while more is due."""
        items = self._store.deployment.due(shard, self._now(), AT_ONCE)
        if self._threads == 1 or len(items) == 1:
            for item in items:
                self._turn(run, item)
        else:
            with ThreadPoolExecutor(min(self._threads, max(1, len(items))), "shard") as pool:
                list(pool.map(lambda item: self._turn(run, item), items))
        if not run.alive():
            return []
        now = self._now()
        more = self._store.deployment.due_shards(now, only=shard)
        return [job_for(shard, due_at, now, follows + 1) for _, due_at in more]

    def _turn(self, run: Run, item: DueItem) -> None:
        if not run.alive():
            return
        try:
            workspace = self._store.workspace(item.workspace_id)
        except NotFound:  # deleted since, and its schedule with it
            return
        try:
            with workspace.write() as tx:
                attempts = tx.schedule.claim(item.kind, item.key, self._now())
        except TryLater:  # the database is away or busy; the item is still due
            return
        if attempts == 0:
            return
        if attempts > BURIED_AFTER:
            log.error("buried", kind=item.kind, attempts=attempts)
            self._done(workspace, item, self._now() + BURIED_FOR, LAST_TRY)
            return
        try:
            ends = self._monotonic() + SLICE_SECONDS
            turn = Slice(run, ends, self._monotonic, lambda: self._absolve(workspace, item))
            next_due = self._kinds[item.kind](workspace, item.key, turn)
        except TryLater as error:
            log.warning("store_busy", kind=item.kind, error=str(error))
            self._done(workspace, item, self._now() + MINUTE, 0)
            return
        except Exception as error:  # a handler's bug must not take its shard with it
            log.exception("item_failed", kind=item.kind, error=type(error).__name__)
            self._done(workspace, item, self._now() + retry_after(attempts), min(attempts, LAST_TRY))
            return
        self._done(workspace, item, next_due, 0)

    @staticmethod
    def _absolve(workspace: Workspace, item: DueItem) -> None:
        with workspace.write() as tx:
            tx.schedule.absolve(item.kind, item.key)

    def _done(self, workspace: Workspace, item: DueItem, next_due: Millis | None, attempts: int) -> None:
        try:
            with workspace.write() as tx:
                tx.schedule.done(item.kind, item.key, item.due_at, next_due, attempts)
        except TryLater:  # it is still due, and done once more: nothing is lost by that
            log.warning("store_busy", kind=item.kind)


def job_for(shard: int, due_at: Millis, now: Millis, follows: int = 0) -> Job:
    """The job for a due shard.

    Its id names what is due, so that a tick repeated while the job runs adds nothing; the minute in it lets
    a shard whose job was lost start again by itself. One that `follows` others of its shard has an id of its
    own, because what it finds may be due since the same moment.
    """
    number = f":{follows}" if follows else ""
    return Job("shard", f"shard:{shard}:{due_at}:{now // MINUTE}{number}", f"shard:{shard}", (shard, follows))
