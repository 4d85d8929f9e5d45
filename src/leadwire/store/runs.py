"""Pulls: what they are to do, how far they came, how they ended."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Row, Table, Update, bindparam, func

from leadwire.domain import project
from leadwire.domain.times import Millis
from leadwire.store.errors import nothing
from leadwire.store.paging import page
from leadwire.store.rows import Page, Run, RunCounters, RunPlan
from leadwire.store.scope import Scope
from leadwire.store.types import Json

OPEN = ("queued", "running")
COUNTERS = ("read", "stored", "duplicates", "quarantined", "calls")


class Runs:
    """The runs of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._rows = scope.own("runs")
        self._new_id = scope.new_id

    def create(self, plan: RunPlan, now: Millis) -> Run:
        """Queue a run."""
        run_id = self._new_id(now)
        self._rows.insert(
            id=run_id,
            state="queued",
            attempts=0,
            created_at=now,
            **{name: getattr(plan, name) for name in RunPlan.__slots__},
            **dict.fromkeys(COUNTERS, 0),
        )
        return self.get(run_id)

    def get(self, run_id: str) -> Run:
        """One run. NotFound."""
        row = self._rows.one(self._rows.c.id == run_id)
        if row is None:
            raise nothing("run", run_id)
        return _run(row)

    def page(
        self, limit: int = 50, after: str | None = None, owner: str | None = None, kind: str | None = None
    ) -> Page[Run]:
        """Runs, newest first; all, of one owner, or of one kind."""
        c = self._rows.c
        wanted = [
            column == value for column, value in ((c.owner, owner), (c.kind, kind)) if value is not None
        ]
        return page(self._rows.connection, self._rows.select().where(*wanted), [c.id], limit, after, _run)

    def open(self, owner: str | None = None) -> tuple[Run, ...]:
        """Queued and running ones, oldest first."""
        c = self._rows.c
        statement = self._rows.select().where(c.state.in_(OPEN)).order_by(c.id)
        if owner is not None:
            statement = statement.where(c.owner == owner)
        return tuple(map(_run, self._rows.connection.execute(statement)))

    def start(self, run_id: str, now: Millis) -> Run:
        """Begin, or go on; `started_at` is that of the first beginning."""
        first = self.get(run_id).started_at
        started = now if first is None else first
        self._set(run_id, state="running", started_at=started, next_try_at=None, error=None)
        return self.get(run_id)

    def progress(
        self,
        run_id: str,
        more: RunCounters,
        cursor: Mapping[str, project.Json] | None = None,
        horizon: Millis | None = None,
    ) -> None:
        """Add to the counters; remember where the walk stands, and its horizon, if they are given.

        A run that gets on has no failed attempts behind it.
        """
        now = {"now_at": None if cursor is None else dict(cursor), "now_seen": horizon}
        counted = {f"more_{name}": getattr(more, name) for name in COUNTERS}
        if not self._rows.ask(_progress, run=run_id, **now, **counted).rowcount:
            raise nothing("run", run_id)

    def retry(self, run_id: str, error: str, next_try_at: Millis) -> None:
        """Back into the queue until `next_try_at`: one failed attempt more since it last got on."""
        c = self._rows.c
        self._set(run_id, state="queued", attempts=c.attempts + 1, error=error, next_try_at=next_try_at)

    def finish(self, run_id: str, now: Millis) -> None:
        """It is done."""
        self._set(run_id, state="done", error=None, finished_at=now, next_try_at=None)

    def fail(self, run_id: str, error: str, now: Millis) -> None:
        """It failed; its gap is another run's."""
        self._set(run_id, state="failed", error=error, finished_at=now, next_try_at=None)

    def _set(self, run_id: str, **values: Any) -> None:
        if not self._rows.change(self._rows.c.id == run_id, **values):
            raise nothing("run", run_id)


def _progress(runs: Table) -> Update:
    c = runs.c
    counted = {name: c[name] + bindparam(f"more_{name}", type_=BigInteger) for name in COUNTERS}
    cursor = func.coalesce(bindparam("now_at", type_=Json), c.cursor)
    horizon = func.coalesce(bindparam("now_seen", type_=BigInteger), c.horizon)
    return (
        runs.update()
        .where(c.id == bindparam("run"))
        .values(attempts=0, cursor=cursor, horizon=horizon, **counted)
    )


def _run(row: Row[Any]) -> Run:
    facts = row._mapping
    return Run(
        id=row.id,
        plan=RunPlan(**{name: facts[name] for name in RunPlan.__slots__}),
        state=row.state,
        counters=RunCounters(**{name: facts[name] for name in COUNTERS}),
        **{name: facts[name] for name in RUN_FACTS},
    )


RUN_FACTS = (
    "error",
    "cursor",
    "horizon",
    "attempts",
    "created_at",
    "started_at",
    "finished_at",
    "next_try_at",
)
