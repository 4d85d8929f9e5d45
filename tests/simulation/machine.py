"""Leadwire under test: assembled by its own composition root on a database file, dropped and assembled anew.

No thread runs: jobs, the drain and the group commit work in the caller's own time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from prometheus_client import CollectorRegistry
from tests.simulation.points import Crash, Points

from leadwire.app import App
from leadwire.connect.hook_tokens import HookName
from leadwire.jobs import Job
from leadwire.linkedin.answers import Answer
from leadwire.linkedin.client import CONNECTED, Request
from leadwire.rooms import Ways
from leadwire.settings import Settings
from leadwire.store import Workspace
from leadwire.store.ids import spell
from leadwire.web.group_commit import GroupCommit, Pushed
from leadwire.web.hook import Hook

WATCH_EVERY = 6 * 3_600_000
ROUNDS = 60
# What a mode takes away: kinds of due work that do nothing.
STILL = {"all": (), "poll": ("reconcile", "confirm"), "hook": ("poll", "form", "reconcile")}


class Inline(GroupCommit):
    """The group commit, writing in the caller's thread: each push is a batch of its own."""

    async def store(self, name: HookName, raw: bytes, patience: float = 0) -> bool:
        push = Pushed(name, raw, None)  # type: ignore[arg-type]
        ((_, stored),) = self._outcomes([push])
        if stored:
            self._written([push])
        return stored


@dataclass
class Shift:
    """A worker's run; it is told to stop after so many questions."""

    questions: int

    def alive(self) -> bool:
        self.questions -= 1
        return self.questions >= 0


class Machine:
    """One life after the other of a process on one database."""

    def __init__(
        self,
        settings: Settings,
        transport: Callable[[Request], Answer],
        points: Points,
        now: Callable[[], int],
        mode: str,
        page: int,
    ) -> None:
        self._settings, self._transport, self._points, self._now = settings, transport, points, now
        self._mode, self._page = mode, page
        self._numbers = count(1)
        self.boot()

    def boot(self) -> None:
        """Assemble everything anew on what the database holds."""
        self._points.revive()
        self.app = App(
            self._settings,
            Ways(
                linkedin=self._transport,
                knock=self._knock,
                tell=lambda request: Answer(204, {}, b""),
                now=self._now,
                dice=lambda: 0.5,
                new_id=self._new_id,
            ),
        )
        app, ground = self.app, self.app.store._ground
        ground.database._names._patience = 0.0  # type: ignore[attr-defined]
        self._points.watch(ground.database)
        app.watch.every = WATCH_EVERY
        app.agenda._threads = 1
        self._shorten_pages()
        self._still()
        self._bring_up()
        self.hook = Hook(app.services(), CollectorRegistry())
        self.hook._commit = Inline(self.hook._write, self.hook._written)
        self._learn_by_asking()

    def crash(self) -> None:
        """All Python objects are gone; what was committed stays."""
        self._points.dead = False
        self.app.store.close()
        self.boot()

    def close(self) -> None:
        self.app.store.close()

    def workspace(self, slug: str) -> Workspace:
        found = {one.slug: one.id for one in self.app.store.deployment.all_workspaces()}
        return self.app.store.workspace(found[slug])

    def drain(self) -> int:
        """See to all pushes that are due."""
        return self.app.drain.once()

    def work(self, questions: int = 10_000) -> None:
        """Do all that is due, and what becomes due by it, unless told to stop."""
        shift = Shift(questions)
        for _ in range(ROUNDS):
            pushed, jobs = self.app.drain.once(), list(self.app.agenda.tick())
            if not pushed and not jobs:
                return
            for job in jobs:
                self._job(shift, job)
                if shift.questions < 0:
                    return

    def turn(self, part: float) -> None:
        """One turn of one due item."""
        due = [
            item
            for shard, _ in self.app.store.deployment.due_shards(self._now())
            for item in self.app.store.deployment.due(shard, self._now(), 200)
        ]
        if due:
            due.sort(key=lambda item: (item.workspace_id, item.kind, item.key))
            self.app.agenda._turn(Shift(10_000), due[int(part * len(due)) % len(due)])

    def only(self, kinds: tuple[str, ...]) -> None:
        """The due items of these kinds."""
        for shard, _ in list(self.app.store.deployment.due_shards(self._now())):
            for item in self.app.store.deployment.due(shard, self._now(), 200):
                if item.kind in kinds:
                    self.app.agenda._turn(Shift(10_000), item)

    def beat(self) -> None:
        """What else a process does every few seconds."""
        self.hook._book._read()
        self.hook.flush()
        self.app.board.flush()

    def reach_out(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[Any, ...]:
        """A request to the hook; ConnectionError where nobody is at the address."""
        if not url.startswith(f"{self._settings.base_url}/"):
            raise ConnectionError(f"nobody answers at {url}")
        parts = urlsplit(url)
        scope = {
            "type": "http",
            "method": method,
            "path": parts.path,
            "query_string": parts.query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body}

        async def send(message: Any) -> None:
            sent.append(message)

        _finish(self.hook(scope, receive, send))
        answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], answered, sent[1].get("body", b"")

    def addresses(self) -> dict[tuple[str, str], frozenset[int]]:
        """The addresses in force, by workspace id and owner."""
        return self.hook._book._serials

    def consent(self, link: str, code: Callable[[list[str], str], str]) -> str:
        """Go through the dance; `code(scopes, redirect_uri)` is LinkedIn's consent screen. How it ended."""
        departure = self.app.consent.depart(link.rpartition("/")[2])
        asked = parse_qs(urlsplit(departure.url).query)
        answer = code(asked["scope"][0].split(" "), asked["redirect_uri"][0])
        arrival = self.app.consent.arrive({"code": answer, "state": asked["state"][0]}, departure.cookie)
        return arrival.result

    def _job(self, shift: Shift, job: Job) -> None:
        list(self.app.agenda.shard(shift, *job.args))  # type: ignore[arg-type]

    def _bring_up(self) -> None:
        """As `App.open`, on a schema that is there: migrations have tests of their own, and take longer than a run."""
        self.app._keep_buried()
        self.app.watch.everywhere()

    def sweep_whole_pages(self) -> None:
        """Compare in pages of the usual size until the next crash; small ones take longest of all."""
        self._sweep_pages(100)

    def _shorten_pages(self) -> None:
        self.app.walker.page, self.app.walker.page_cap = (
            self._page,
            400,
        )  # at two rows a page a long list ends, too
        self._sweep_pages(self._page)

    def _sweep_pages(self, size: int) -> None:
        for carry in self.app.reader._carries.values():
            carry.__self__._sweep.page = size  # type: ignore[attr-defined]

    def _still(self) -> None:
        kinds = dict(self.app.agenda._kinds)
        for kind in STILL[self._mode]:
            kinds[kind] = lambda workspace, key, turn: self._now() + 86_400_000
        self.app.agenda._kinds = kinds

    def _learn_by_asking(self) -> None:
        book = self.hook._book

        async def learn() -> bool:
            book._read()
            return True

        book.learn = learn  # type: ignore[method-assign]
        book._read()

    def _new_id(self, now: int) -> str:
        return spell(now & (1 << 48) - 1, 10) + spell(
            next(self._numbers) << 24, 16
        )  # one may be the first of many

    def _knock(self, request: Request, note: Callable[[str], None]) -> Answer:
        note(CONNECTED)
        return Answer(*self.reach_out(request.method, request.url, request.headers, request.body or b""))


def _finish(work: Awaitable[None]) -> None:
    """Run what never waits for anything."""
    steps: Iterator[Any] = work.__await__()
    for _ in steps:
        raise AssertionError("the hook waited, though everything it waits for is at hand")


__all__ = ["Crash", "Inline", "Machine", "Shift"]
