"""The inbox is drained by a thread that its commits wake: a job per push would cost more than the lead.

Any number of processes may drain one database: an owner is one's at a time, and what is done twice ends the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from leadwire.domain.errors import NotFound
from leadwire.domain.times import MINUTE, Millis
from leadwire.store import InboxDue, Store, Workspace
from leadwire.store.errors import StoreError

LOOK_SECONDS = 0.5  # for what another process took in, and for what was to be tried again
OWNERS = 50
REST: Millis = MINUTE

log = structlog.get_logger()


class Drain:
    """`turn(workspace, owner)` sees to some of an owner's pushes; False: none is due."""

    def __init__(
        self,
        store: Store,
        turn: Callable[[Workspace, str], bool],
        now: Callable[[], Millis],
        threads: int = 8,
    ) -> None:
        self._store, self._turn, self._now, self._threads = store, turn, now, threads
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._resting: dict[tuple[str, str], Millis] = {}
        self._busy: set[tuple[str, str]] = set()

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="drain", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something has just come in."""
        self._wake.set()

    def wind_down(self) -> None:
        self._stopping.set()
        self._wake.set()

    def stop(self, within: float) -> None:
        """End behind the call that is being made."""
        self.wind_down()
        if self._thread is not None:
            self._thread.join(within)

    def once(self) -> int:
        """See to all that is due now, each owner in its turn; how many owners there were."""
        due = self._due()
        for one in due:
            self._owner(one)
        return len(due)

    def _run(self) -> None:
        with ThreadPoolExecutor(self._threads, "drain") as pool:
            while not self._stopping.is_set():
                self._wake.wait(LOOK_SECONDS)
                self._wake.clear()
                try:
                    for one in self._due():
                        self._busy.add((one.workspace_id, one.owner))
                        pool.submit(self._carry, one)
                except StoreError as error:  # the database is away: look again
                    log.warning("drain_waits", error=str(error))
                    self._stopping.wait(LOOK_SECONDS)

    def _carry(self, due: InboxDue) -> None:
        """An owner's turn beside the others': one whose call hangs delays nobody else."""
        more = self._owner(due)
        self._busy.discard((due.workspace_id, due.owner))
        if more:  # what came in meanwhile was passed over
            self._wake.set()

    def _due(self) -> list[InboxDue]:
        """Who is due and neither being seen to nor resting. Only this thread adds to either."""
        now = self._now()
        for key, until in list(self._resting.items()):
            if not now < until <= now + REST:
                self._resting.pop(key, None)
        aside = {*self._busy.copy(), *self._resting.copy()}
        due = self._store.deployment.inbox_due(now, OWNERS + len(aside))
        return [one for one in due if (one.workspace_id, one.owner) not in aside]

    def _owner(self, due: InboxDue) -> bool:
        """See to all that one owner has due. False: it could not be, and is looked for again in a while."""
        try:
            workspace = self._store.workspace(due.workspace_id)
            with workspace.alone(f"push:{due.owner}"):
                while not self._stopping.is_set() and self._turn(workspace, due.owner):
                    pass
        except NotFound:  # deleted since
            return True
        except StoreError as error:
            log.warning("drain_waits", error=str(error))
            return False
        except Exception as error:  # a bug must not take the other owners with it; the pushes still wait
            log.exception("drain_failed", error=type(error).__name__)
            self._resting[due.workspace_id, due.owner] = self._now() + REST
            return False
        return True
