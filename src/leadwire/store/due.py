"""What happens later or again: per workspace it is written, across workspaces it is found."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Row,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
)

from leadwire.domain.times import Millis
from leadwire.store.desk_rows import DueItem, Scheduled
from leadwire.store.ground import Desk
from leadwire.store.scope import Scope, insert_into


class Schedule:
    """The schedule of one workspace. A claim does not lock; it marks what was begun."""

    def __init__(self, scope: Scope) -> None:
        self._rows = scope.own("schedule")

    def put(self, kind: str, key: str, shard: int, due_at: Millis) -> None:
        """Make it due at `due_at`; what is at work on it meanwhile ends without moving it."""
        self._place(kind, key, shard, due_at, {"due_at": due_at, "claimed_at": None, "shard": shard})

    def ensure(self, kind: str, key: str, shard: int, due_at: Millis) -> None:
        """Make it due at `due_at` unless it is scheduled already."""
        self._place(kind, key, shard, due_at, {})

    def hasten(self, kind: str, key: str, shard: int, due_at: Millis) -> None:
        """Make it due at `due_at` at the latest. While it is worked on: once more, at `due_at`."""
        c = self._rows.c
        sooner = case((and_(c.claimed_at.is_(None), c.due_at < due_at), c.due_at), else_=due_at)
        self._place(kind, key, shard, due_at, {"due_at": sooner, "claimed_at": None})

    def claim(self, kind: str, key: str, now: Millis) -> int:
        """Note that it is begun; how often it was begun without an end, this time included. 0: it is gone."""
        return int(self._rows.ask(_claim, of_kind=kind, of_key=key, now=now).scalar() or 0)

    def done(self, kind: str, key: str, due_at: Millis, next_due: Millis | None, attempts: int = 0) -> None:
        """What was due at `due_at` is done: due again at `next_due`, or gone; as it is, if it was moved."""
        mine = {"of_kind": kind, "of_key": key, "was": due_at}
        if next_due is not None:
            self._rows.ask(_done, then=next_due, tried=attempts, **mine)
        elif not self._rows.ask(_gone, **mine).rowcount:
            self._rows.set({"kind": kind, "key": key}, attempts=attempts)

    def absolve(self, kind: str, key: str) -> None:
        """It got on: what was begun before and never ended does not count against it."""
        self._rows.set({"kind": kind, "key": key}, attempts=0)

    def get(self, kind: str, key: str) -> Scheduled | None:
        """One item, None if it is not scheduled."""
        row = self._rows.row(kind=kind, key=key)
        return None if row is None else _scheduled(row)

    def all(self, kind: str | None = None) -> tuple[Scheduled, ...]:
        """Everything scheduled, or all of one kind; soonest first."""
        c = self._rows.c
        statement = self._rows.select().order_by(c.due_at, c.kind, c.key)
        if kind is not None:
            statement = statement.where(c.kind == kind)
        return tuple(map(_scheduled, self._rows.connection.execute(statement)))

    def drop(self, kind: str, key: str) -> bool:
        """Take it off the schedule; False if it was not on it."""
        return self._rows.remove(self._is(kind, key)) > 0

    def _is(self, kind: str, key: str) -> ColumnElement[bool]:
        return and_(self._rows.c.kind == kind, self._rows.c.key == key)

    def _place(self, kind: str, key: str, shard: int, due_at: Millis, changes: dict[str, Any]) -> None:
        connection, table = self._rows.connection, self._rows.table
        statement = insert_into(table, connection.dialect.name).values(
            workspace_id=self._rows.workspace_id, kind=kind, key=key, shard=shard, due_at=due_at, attempts=0
        )
        names = list(table.primary_key)
        connection.execute(
            statement.on_conflict_do_update(index_elements=names, set_=changes)
            if changes
            else statement.on_conflict_do_nothing(index_elements=names)
        )


def _one(schedule: Table) -> ColumnElement[bool]:
    return and_(schedule.c.kind == bindparam("of_kind"), schedule.c.key == bindparam("of_key"))


def _unmoved(schedule: Table) -> ColumnElement[bool]:
    return and_(schedule.c.due_at == bindparam("was"), schedule.c.claimed_at.is_not(None))


def _claim(schedule: Table) -> Update:
    begun = schedule.update().where(_one(schedule))
    return begun.values(attempts=schedule.c.attempts + 1, claimed_at=bindparam("now")).returning(
        schedule.c.attempts
    )


def _gone(schedule: Table) -> Delete:
    return schedule.delete().where(_one(schedule), _unmoved(schedule))


def _done(schedule: Table) -> Update:
    """What was moved meanwhile stays, but never away from what its work asks for."""
    c, then = schedule.c, bindparam("then", type_=schedule.c.due_at.type)
    over = or_(_unmoved(schedule), c.due_at > then)
    return (
        schedule.update()
        .where(_one(schedule))
        .values(
            due_at=case((over, then), else_=c.due_at),
            claimed_at=case((_unmoved(schedule), null()), else_=c.claimed_at),
            attempts=bindparam("tried", type_=c.attempts.type),
        )
    )


@cache
def _due_shards(schedule: Table, one: bool) -> Select[Any]:
    c = schedule.c
    statement = select(c.shard, func.min(c.due_at)).where(c.due_at <= bindparam("now"))
    if one:
        statement = statement.where(c.shard == bindparam("only"))
    return statement.group_by(c.shard).order_by(c.shard)


@cache
def _due(schedule: Table) -> Select[Any]:
    c = schedule.c
    mine = (c.shard == bindparam("in_shard"), c.due_at <= bindparam("now"))
    return select(schedule).where(*mine).order_by(c.due_at).limit(bindparam("at_most"))


class Agenda(Desk):
    """What is due in all workspaces."""

    @property
    def _schedule(self) -> Table:
        return self._table("schedule")

    def due_shards(self, now: Millis, only: int | None = None) -> list[tuple[int, Millis]]:
        """The shards in which something is due, each with the time since which."""
        statement = _due_shards(self._schedule, only is not None)
        with self._ground.looking() as connection:
            found = connection.execute(statement, {"now": now, "only": only})
            return [(shard, due_at) for shard, due_at in found]

    def due(self, shard: int, now: Millis, limit: int = 100) -> list[DueItem]:
        """What is due in one shard, longest first."""
        asked = {"in_shard": shard, "now": now, "at_most": limit}
        with self._ground.looking() as connection:
            return _items(connection.execute(_due(self._schedule), asked).all())

    def not_later(self, limit: Millis, now: Millis) -> int:
        """Make due now what is due behind `limit`, in all workspaces; how many."""
        late = self._schedule.update().where(self._schedule.c.due_at > limit).values(due_at=now)
        with self._ground.changing() as connection:
            return connection.execute(late).rowcount

    def next_due(self, after: Millis) -> Millis | None:
        """When the next thing falls due, later than `after`; None if nothing is scheduled then."""
        due_at = self._schedule.c.due_at
        with self._ground.looking() as connection:
            soonest: Millis | None = connection.scalar(select(func.min(due_at)).where(due_at > after))
        return soonest


def _items(rows: Sequence[Row[Any]]) -> list[DueItem]:
    return [DueItem(row.workspace_id, row.kind, row.key, row.due_at, row.attempts) for row in rows]


def _scheduled(row: Row[Any]) -> Scheduled:
    return Scheduled(row.kind, row.key, row.shard, row.due_at, row.attempts, row.claimed_at)
