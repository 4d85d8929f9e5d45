"""The job engine: DBOS as queue, lanes and restart recovery, and nothing else of it.

The only module that knows DBOS. Jobs have no DBOS steps and one application version for ever, so no deploy
strands a job; their truth is in our own tables, so the engine's database may be dropped at any time.
On SQLite the engine keeps a file of its own and a constant executor id (one process). On PostgreSQL every
boot has its own id, and `presence.Presence` moves the jobs of a dead process to a living one.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetEnqueueOptions, SetWorkflowID

from leadwire.jobs import Job, Work
from leadwire.presence import Presence, by_queue

QUEUE = "shards"
TICK_SECONDS = 1.0
KEEP_SECONDS = 86_400  # finished jobs; longer than any id must stay known
SWEEP_SECONDS = 3_600.0
FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]

log = structlog.get_logger()


class DbosEngine:
    """`jobs.Engine` on DBOS. One per process: DBOS keeps its registry in a global."""

    def __init__(
        self,
        work: Work,
        url: str,
        executor_id: str,
        completed_before: Callable[[int], str],
        *,
        at_once: int = 8,
        grace: float = 10.0,
    ) -> None:
        """`completed_before(seconds)` is the RFC 3339 time that many seconds ago.

        `grace`: see `Presence`; after so many seconds, too, a job of ours that nobody carries goes back to its lane.
        """
        self._work = work
        self._url = url
        self._executor_id = executor_id
        self._completed_before = completed_before
        self._at_once = at_once
        self._grace = grace
        self._stopping = threading.Event()
        self._ticker: threading.Thread | None = None
        self._presence: Presence | None = None
        self._job: Callable[..., None] | None = None
        self._idle = threading.Condition()
        self._running: list[str | None] = []  # ids of jobs
        self._stranded: dict[str, float] = {}  # id -> since when

    def alive(self) -> bool:
        return not self._stopping.is_set() and (self._presence is None or self._presence.held.is_set())

    def start(self) -> None:
        _write_ahead(self._url)
        DBOS(config=_config(self._url, self._executor_id))
        self._job = DBOS.workflow(name="job")(self._plain())
        quiet()
        DBOS.launch()
        DBOS.register_queue(
            QUEUE, worker_concurrency=self._at_once, partition_concurrency=1, polling_interval_sec=0.2
        )
        if self._url.startswith("postgresql"):
            tick, lease = min(2.0, self._grace / 4), 3 * self._grace
            self._presence = Presence(self._url, self._executor_id, tick, self._grace, lease)
            self._presence.start()
        self._ticker = threading.Thread(target=self._tick_on, name="ticker", daemon=True)
        self._ticker.start()

    def wind_down(self) -> None:
        """Tick no more, and tell running jobs to end at their next safe point."""
        self._stopping.set()

    def stop(self, within: float) -> None:
        self.wind_down()
        end = time.monotonic() + within
        if self._ticker is not None:
            self._ticker.join(timeout=within)
        with self._idle:
            self._idle.wait_for(lambda: not self._running, timeout=max(0.0, end - time.monotonic()))
        DBOS.destroy(destroy_registry=True)
        if self._presence is not None:
            self._presence.leave()

    def submit(self, jobs: Iterable[Job]) -> None:
        assert self._job is not None, "start() comes first"
        for job in jobs:
            with SetWorkflowID(job.id), SetEnqueueOptions(queue_partition_key=job.lane):
                DBOS.enqueue_workflow(QUEUE, self._job, job.kind, list(job.args))

    def _plain(self) -> Callable[[str, list[Any]], None]:
        """`_run` as DBOS wants it: it writes attributes on what it is given, which a bound method refuses."""

        def job(kind: str, args: list[Any]) -> None:
            self._run(kind, args)

        return job

    def _run(self, kind: str, args: list[Any]) -> None:
        job = DBOS.workflow_id
        with self._idle:
            self._running.append(job)
        try:
            self.submit(self._work.handlers[kind](self, *args))
        finally:
            with self._idle:
                self._running.remove(job)
                self._idle.notify_all()

    def _tick_on(self) -> None:
        next_sweep = 0.0
        waited = 0.0
        while not self._stopping.is_set():
            try:
                for tick in self._work.ticks:
                    self.submit(tick())
                self._take_up()
                if waited >= next_sweep:
                    self._sweep()
                    next_sweep = waited + SWEEP_SECONDS
            except Exception as error:  # the database may be away: the next tick tries again
                log.warning("tick_failed", error=type(error).__name__)
            self._stopping.wait(TICK_SECONDS)
            waited += TICK_SECONDS

    def _take_up(self) -> None:
        """Give back what is ours by the books and carried by nobody: the database went away while a job was being
        taken or ended. Its lane would wait for it for ever.
        """
        ours = DBOS.list_workflows(
            status="PENDING", executor_id=self._executor_id, load_input=False, load_output=False
        )
        now, carried = time.monotonic(), {*self._running}
        left = [job for job in ours if job.workflow_id not in carried]
        self._stranded = {job.workflow_id: self._stranded.get(job.workflow_id, now) for job in left}
        long = [job for job in left if now - self._stranded[job.workflow_id] >= self._grace]
        for queue, ids in by_queue(long).items():
            log.warning("taking_up_jobs", count=len(ids))
            DBOS.resume_workflows(ids, queue_name=queue)

    def _sweep(self) -> None:
        """Forget finished jobs, in small bites."""
        before = self._completed_before(KEEP_SECONDS)
        while not self._stopping.is_set():
            old = DBOS.list_workflows(
                status=FINISHED, completed_before=before, limit=500, load_input=False, load_output=False
            )
            if not old:
                return
            DBOS.delete_workflows([job.workflow_id for job in old])


def _write_ahead(url: str) -> None:
    """Readers of the engine's own file then never wait for its writer; DBOS leaves that to us."""
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.touch(0o600)
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()


def _config(url: str, executor_id: str) -> DBOSConfig:
    return {
        "name": "leadwire",
        "system_database_url": url,
        "executor_id": executor_id,
        "application_version": "1",
        "log_level": "WARNING",
        "serializer": DBOSPortableJSONSerializer(),
        "db_engine_kwargs": {"hide_parameters": True},
    }


def quiet() -> None:
    """Send the engine's warnings through our own log handlers instead of its console format."""
    engine_log = logging.getLogger("dbos")
    engine_log.handlers.clear()
    engine_log.propagate = True
    engine_log.setLevel(logging.WARNING)
