"""Who is alive, and whose jobs must move (PostgreSQL, several processes).

One thread and one direct session per process. Holding the advisory lock of an executor id means "I answer
for its jobs": a live process holds its own; a reaper may take a dead one's, and only under it resumes that
executor's jobs. The server ends a session that is silent for `lease` seconds (SIGSTOP, swap death, pulled
cable), which frees the lock.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import psycopg
import structlog
from dbos import DBOSClient

log = structlog.get_logger()


def lock_key(executor: str) -> int:
    """The advisory lock that stands for one executor id."""
    digest = hashlib.sha256(b"leadwire:" + executor.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def by_queue(jobs: Iterable[Any]) -> dict[str | None, list[str]]:
    """Job ids per queue: resumed without its queue's name, a job would leave its lane."""
    queues: dict[str | None, list[str]] = defaultdict(list)
    for job in jobs:
        queues[job.queue_name].append(job.workflow_id)
    return queues


class Presence(threading.Thread):
    """`tick` < `grace`: seconds between looks. `grace`: how long a lock must be free, seen by one unbroken
    session, before its owner counts as dead. `lease`: see the module."""

    def __init__(self, url: str, executor: str, tick: float, grace: float, lease: float) -> None:
        super().__init__(name="presence", daemon=True)
        self._url, self._me = url.replace("+psycopg", ""), executor
        self._tick, self._grace, self._lease = tick, grace, lease
        self._stopping, self.held = threading.Event(), threading.Event()
        self.held.set()  # a fresh, unique id: nobody else can hold its lock yet
        # Raises when PostgreSQL is away; the engine's own handle would sleep longer than `grace`.
        self._client = DBOSClient(system_database_url=url, retry_connection_errors=False)

    def run(self) -> None:
        options = f"-c idle_session_timeout={int(self._lease * 1000)}"
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=5, options=options) as pg:
                    self._watch(pg)
            except Exception as error:  # nothing may end this thread: a process without it looks dead
                log.warning("presence_lost", error=type(error).__name__)
            self.held.clear()
            self._stopping.wait(1.0)

    def leave(self) -> None:
        """After the engine has stopped: what did not finish goes back to the queue at once."""
        self._stopping.set()
        try:
            self._resume(self._me)
        except Exception as error:  # PostgreSQL is away: who lives then finds us dead, and does it
            log.warning("presence_lost", error=type(error).__name__)

    def _watch(self, pg: psycopg.Connection[Any]) -> None:
        # Forgotten with the session: after a restart of PostgreSQL everybody looks dead for a moment.
        free_since: dict[str, float] = {}
        owned = False
        while not self._stopping.is_set():
            if not owned and _lock(pg, self._me):
                owned = True  # not always at once: our own ghost session, or a reaper, may still hold it
            if owned:
                self.held.set()
            self._reap(pg, free_since)
            pg.execute("select 1")  # renews the lease
            self._stopping.wait(self._tick)

    def _reap(self, pg: psycopg.Connection[Any], free_since: dict[str, float]) -> None:
        suspects = {job.executor_id for job in self._pending()} - {self._me, None}
        for gone in set(free_since) - suspects:
            del free_since[gone]
        for executor in suspects:
            if not _lock(pg, executor):
                free_since.pop(executor, None)
                continue
            try:
                if time.monotonic() - free_since.setdefault(executor, time.monotonic()) >= self._grace:
                    self._resume(executor)
            finally:
                pg.execute("select pg_advisory_unlock(%s)", [lock_key(executor)])

    def _resume(self, executor: str) -> None:
        for queue, ids in by_queue(self._pending(executor)).items():  # read again, under the lock
            log.warning("resuming_jobs", count=len(ids), executor=executor)
            self._client.resume_workflows(ids, queue_name=queue)

    def _pending(self, executor: str | None = None) -> list[Any]:
        return list(self._client.list_workflows(status="PENDING", executor_id=executor, load_input=False))


def _lock(pg: psycopg.Connection[Any], executor: str) -> bool:
    row = pg.execute("select pg_try_advisory_lock(%s)", [lock_key(executor)]).fetchone()
    return bool(row and row[0])
