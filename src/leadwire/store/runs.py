"""Pulls: what they are to do, how far they came, how they ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Row, Table, Update, bindparam, func

from leadwire.domain import project
from leadwire.domain.times import Millis
from leadwire.store.errors import Overtaken, nothing
from leadwire.store.paging import page
from leadwire.store.rows import Page, Run, RunCounters, RunPlan
from leadwire.store.scope import Scope
from leadwire.store.types import Json

OPEN = ("queued", "running")
COUNTERS = ("read", "stored", "duplicates", "quarantined", "calls")


class Runs:
    """The runs of one workspace.

    Whoever begins a run, or goes on with it, gets it with an epoch of its own; what is written with an older one,
    or to a run that has ended, raises Overtaken and takes its transaction with it.
    """

    def __init__(self, scope: Scope) -> None:
        self._rows = scope.own("runs")
        self._new_id = scope.new_id

    def create(
        self,
        plan: RunPlan,
        now: Millis,
        cursor: Mapping[str, project.Json] | None = None,
        horizon: Millis | None = None,
    ) -> Run:
        """Queue a run; `cursor` and `horizon` where it goes on at another one's place."""
        run_id = self._new_id(now)
        self._rows.insert(
            id=run_id,
            state="queued",
            attempts=0,
            epoch=0,
            created_at=now,
            cursor=None if cursor is None else dict(cursor),
            horizon=horizon,
            **{name: getattr(plan, name) for name in RunPlan.__slots__},
            **dict.fromkeys(COUNTERS, 0),
        )
        return self.get(run_id)

    def record(
        self, plan: RunPlan, more: RunCounters, started_at: Millis, now: Millis, error: str | None = None
    ) -> None:
        """One that began and ended in one go; with `error` it failed."""
        self._rows.insert(
            id=self._new_id(started_at),
            state="done" if error is None else "failed",
            error=error,
            attempts=0,
            epoch=0,
            created_at=started_at,
            started_at=started_at,
            finished_at=now,
            **{name: getattr(plan, name) for name in RunPlan.__slots__},
            **{name: getattr(more, name) for name in COUNTERS},
        )

    def get(self, run_id: str) -> Run:
        """One run. NotFound."""
        row = self._rows.row(id=run_id)
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

    def newest(self, owner: str, kinds: Sequence[str], limit: int, **same: Any) -> tuple[Run, ...]:
        """The newest of these kinds, newest first; `same` narrows by `lead_type`, `form_id` or `until`."""
        c = self._rows.c
        where = [
            c.owner == owner,
            c.kind.in_(kinds),
            *(c[name].is_not_distinct_from(same[name]) for name in same),
        ]
        statement = self._rows.select().where(*where).order_by(c.id.desc()).limit(limit)
        return tuple(map(_run, self._rows.connection.execute(statement)))

    def open(self, owner: str | None = None) -> tuple[Run, ...]:
        """Queued and running ones, oldest first."""
        c = self._rows.c
        statement = self._rows.select().where(c.state.in_(OPEN)).order_by(c.id)
        if owner is not None:
            statement = statement.where(c.owner == owner)
        return tuple(map(_run, self._rows.connection.execute(statement)))

    def start(self, run_id: str, now: Millis) -> Run:
        """Begin, or go on: whoever had it before is overtaken. `started_at` is that of the first beginning."""
        c = self._rows.c
        begun = {"epoch": c.epoch + 1, "started_at": func.coalesce(c.started_at, now)}
        self._write(run_id, None, state="running", next_try_at=None, error=None, **begun)
        return self.get(run_id)

    def progress(
        self,
        run: Run,
        more: RunCounters,
        cursor: Mapping[str, project.Json] | None = None,
        horizon: Millis | None = None,
    ) -> None:
        """Add to the counters; remember where the walk stands, and its horizon, if they are given.

        A run that gets on has no failed attempts behind it.
        """
        now = {"now_at": None if cursor is None else dict(cursor), "now_seen": horizon}
        counted = {f"more_{name}": getattr(more, name) for name in COUNTERS}
        if not self._rows.ask(_progress, run=run.id, mine=run.epoch, **now, **counted).rowcount:
            raise self._lost(run.id)

    def retry(self, run: Run, error: str, next_try_at: Millis, calls: int = 0) -> None:
        """Back into the queue until `next_try_at`: one failed attempt more since it last got on."""
        c = self._rows.c
        tried = {"attempts": c.attempts + 1, "calls": c.calls + calls}
        self._write(run.id, run.epoch, state="queued", error=error, next_try_at=next_try_at, **tried)

    def finish(self, run: Run, now: Millis) -> None:
        """It is done."""
        done = {"finished_at": now, "next_try_at": None, "cursor": None}  # which names a lead
        self._write(run.id, run.epoch, state="done", error=None, **done)

    def fail(self, run: Run, error: str, now: Millis, calls: int = 0) -> None:
        """It failed; its gap is another run's."""
        failed = {"finished_at": now, "next_try_at": None, "calls": self._rows.c.calls + calls}
        self._write(run.id, run.epoch, state="failed", error=error, **failed)

    def end(self, runs: Sequence[Run], reason: str, now: Millis) -> None:
        """Nobody carries these on any more, whoever is at work on them."""
        ended = {"state": "failed", "error": reason, "finished_at": now, "next_try_at": None}
        self._rows.change(
            self._rows.c.id.in_([run.id for run in runs]), self._rows.c.state.in_(OPEN), **ended
        )

    def _write(self, run_id: str, mine: int | None, /, **values: Any) -> None:
        c = self._rows.c
        where = [c.id == run_id, c.state.in_(OPEN)]
        if mine is not None:
            where.append(c.epoch == mine)
        if not self._rows.change(*where, **values):
            raise self._lost(run_id)

    def _lost(self, run_id: str) -> Overtaken:
        return Overtaken(f"run {self.get(run_id).id} has ended or is another worker's now")


def _progress(runs: Table) -> Update:
    c = runs.c
    counted = {name: c[name] + bindparam(f"more_{name}", type_=BigInteger) for name in COUNTERS}
    cursor = func.coalesce(bindparam("now_at", type_=Json), c.cursor)
    horizon = func.coalesce(bindparam("now_seen", type_=BigInteger), c.horizon)
    return (
        runs.update()
        .where(c.id == bindparam("run"), c.epoch == bindparam("mine", type_=BigInteger), c.state.in_(OPEN))
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
    "epoch",
    "created_at",
    "started_at",
    "finished_at",
    "next_try_at",
)
