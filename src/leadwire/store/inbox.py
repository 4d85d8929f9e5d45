"""What LinkedIn pushed: stored before it is answered, worked off later.

Writing goes to the driver as it is, a statement for all pushes of a moment: the SQL library would look at
every value.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import Connection, and_, exists, func, select
from sqlalchemy import Row as Found

from leadwire.domain.texts import storable
from leadwire.domain.times import Millis
from leadwire.store import schema
from leadwire.store.errors import nothing
from leadwire.store.ground import DEPLOYMENT, Desk
from leadwire.store.hook_rows import InboxDue, InboxFacts, InboxItem, InboxRow
from leadwire.store.hooks import Hooks
from leadwire.store.ids import spell
from leadwire.store.landing import DIALECTS, WRITING, Upsert
from leadwire.store.paging import page
from leadwire.store.rows import Page
from leadwire.store.scope import Scope

DONE_LIVES: Millis = 30 * 86_400_000
PARKED_LIVES: Millis = 90 * 86_400_000  # by then LinkedIn has dropped the youngest kind of lead
LONGEST_REASON = 200
COUNTED = 4  # digits of an id that count within one transaction
SIZES = (64, 8, 1)  # rows to a statement of SQLite; each size is prepared once
Row: TypeAlias = tuple[object, ...]
FACTS = tuple(InboxItem.__slots__)


class Inbox:
    """The pushes of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._rows, self._hooks = scope.own("inbox"), Hooks(scope)

    def due(self, owner: str, now: Millis, limit: int = 100) -> tuple[InboxItem, ...]:
        """What waits to be fetched and may be by now, longest due first."""
        c = self._rows.c
        due = self._rows.select().where(c.state == "waiting", c.owner == owner, c.due_at <= now)
        found = self._rows.connection.execute(due.order_by(c.due_at, c.id).limit(limit))
        return tuple(map(_item, found))

    def waiting(self, owner: str, now: Millis) -> int:
        """How many wait that are due."""
        c = self._rows.c
        return self._count(c.state == "waiting", c.owner == owner, c.due_at <= now)

    def done(self, ids: Collection[str], outcome: str, now: Millis) -> int:
        """They are seen to. How many were not before."""
        return self._end(ids, "done", outcome, now)

    def park(self, ids: Collection[str], reason: str, now: Millis) -> int:
        """Nothing can be done with them. How many were still waiting."""
        return self._end(ids, "parked", reason, now)

    def later(self, ids: Collection[str], due_at: Millis, reason: str) -> int:
        """They were tried and are tried again at `due_at`. How many still wait."""
        c = self._rows.c
        return self._rows.change(
            c.id.in_(ids),
            c.state == "waiting",
            due_at=due_at,
            attempts=c.attempts + 1,
            outcome=_reason(reason),
        )

    def wait(self, ids: Collection[str], due_at: Millis, reason: str) -> int:
        """They could not be tried, and are due at `due_at`: no attempt counts. How many still wait."""
        c = self._rows.c
        return self._rows.change(c.id.in_(ids), c.state == "waiting", due_at=due_at, outcome=_reason(reason))

    def get(self, push_id: str) -> InboxItem:
        """One push. NotFound."""
        row = self._rows.one(self._rows.c.id == push_id)
        if row is None:
            raise nothing("push", push_id)
        return _item(row)

    def page(
        self, limit: int = 50, after: str | None = None, owner: str | None = None, state: str | None = None
    ) -> Page[InboxItem]:
        """Pushes, newest first; None does not narrow. BadCursor."""
        c = self._rows.c
        wanted = ((c.owner, owner), (c.state, state))
        statement = self._rows.select().where(
            *(column == value for column, value in wanted if value is not None)
        )
        return page(self._rows.connection, statement, [c.id], limit, after, _item)

    def of(self, lead_id: str, limit: int) -> tuple[InboxItem, ...]:
        """What was pushed about one lead, oldest first."""
        c = self._rows.c
        found = self._rows.select().where(c.lead_id == lead_id).order_by(c.id).limit(limit)
        return tuple(map(_item, self._rows.connection.execute(found)))

    def facts(self, owner: str) -> InboxFacts:
        """How an owner's inbox stands."""
        c = self._rows.c
        return InboxFacts(
            self._hooks.last_push(owner),
            self._count(c.state == "waiting", c.owner == owner),
            self._count(c.state == "parked", c.owner == owner),
        )

    def _count(self, *where: Any) -> int:
        return int(self._rows.connection.scalar(self._rows.select(func.count()).where(*where)) or 0)

    def _end(self, ids: Collection[str], state: str, outcome: str, now: Millis) -> int:
        c = self._rows.c
        return self._rows.change(
            c.id.in_(ids), c.state == "waiting", state=state, outcome=_reason(outcome), finished_at=now
        )


class InboxDesk(Desk):
    """Pushes of all workspaces: taken in, found, and forgotten."""

    def receive(self, pushes: Sequence[InboxRow]) -> None:
        """Store all of them or none, before anybody else writes. One known already is counted. TryLater."""
        if not pushes:
            return
        dialect = self._ground.database.dialect
        rows = list(self._once(pushes, WRITING[dialect].binary))
        with self._ground.database.write(DEPLOYMENT, urgent=True) as connection:
            SENDING[dialect](connection, rows)

    def _once(
        self, pushes: Sequence[InboxRow], binary: Callable[[bytes], object]
    ) -> Iterator[tuple[object, ...]]:
        """A row for each that differs from the others."""
        once: dict[tuple[str, bytes], tuple[InboxRow, int]] = {}
        for push in pushes:
            first, copies = once.get(push[:2], (push, 0))
            once[push[:2]] = first, copies + 1
        # Chance once for all: to ask for it is a call to the system, and gives the other threads their turn.
        stem = self._ground.new_id(pushes[0].received_at)[:-COUNTED]
        # In one order, so that two processes cannot wait for each other.
        for number, (_, (push, copies)) in enumerate(sorted(once.items())):
            parked = push.parked is not None
            yield (
                push.workspace_id,
                stem + spell(number, COUNTED),
                binary(push.key),
                push.owner,
                push.received_at,
                binary(push.raw),
                *push[5:11],
                "parked" if parked else "waiting",
                push.received_at,
                push.parked,
                copies,
                0,
                push.received_at if parked else None,
            )

    def inbox_due(self, now: Millis, limit: int = 100) -> list[InboxDue]:
        """The owners with pushes that are due, longest first; not those of a workspace that is gone."""
        c, there = self._table("inbox").c, self._table("workspaces").c.id
        since = func.min(c.due_at)
        statement = (
            select(c.workspace_id, c.owner, since)
            .where(c.state == "waiting", c.due_at <= now, exists().where(there == c.workspace_id))
            .group_by(c.workspace_id, c.owner)
            .order_by(since)
            .limit(limit)
        )
        with self._ground.looking() as connection:
            return [InboxDue(*row) for row in connection.execute(statement)]

    def inbox_next_due(self, after: Millis) -> Millis | None:
        """When the next push falls due, later than `after`; None if none waits then."""
        c = self._table("inbox").c
        soonest = select(func.min(c.due_at)).where(c.state == "waiting", c.due_at > after)
        with self._ground.looking() as connection:
            at: Millis | None = connection.scalar(soonest)
        return at

    def inbox_counts(self) -> dict[str, int]:
        """How many wait and how many are parked, in all workspaces."""
        c = self._table("inbox").c
        counted = select(c.state, func.count()).where(c.state != "done").group_by(c.state)
        with self._ground.looking() as connection:
            return {"waiting": 0, "parked": 0, **dict(map(tuple, connection.execute(counted)))}

    def sweep_inbox(self, now: Millis) -> int:
        """Forget what was done 30 days ago or parked 90 days ago, and what no workspace has; how many."""
        table, there = self._table("inbox"), self._table("workspaces").c.id
        c = table.c
        over = [
            and_(c.state == state, c.finished_at <= now - lives)
            for state, lives in (("done", DONE_LIVES), ("parked", PARKED_LIVES))
        ]
        orphaned = and_(c.state.in_(["waiting", "parked"]), ~exists().where(there == c.workspace_id))
        with self._ground.changing() as connection:
            return sum(connection.execute(table.delete().where(one)).rowcount for one in (*over, orphaned))


def _send_to_sqlite(connection: Connection, rows: Sequence[Row]) -> None:
    # Many rows to a statement: between two statements another thread may take its turn, and keep it.
    start = 0
    for size in SIZES:
        while len(rows) - start >= size:
            values = [value for row in rows[start : start + size] for value in row]
            connection.exec_driver_sql(_insert("sqlite", size), tuple(values))
            start += size


def _send_to_postgres(connection: Connection, rows: Sequence[Row]) -> None:
    upsert = Upsert(_insert("postgresql"), tuple(schema.internal("postgresql")["inbox"].c.keys()))
    WRITING["postgresql"].send(connection, upsert, rows)


SENDING: Mapping[str, Callable[[Connection, Sequence[Row]], None]] = {
    "sqlite": _send_to_sqlite,
    "postgresql": _send_to_postgres,
}


@cache
def _insert(dialect: str, rows: int = 1) -> str:
    table, quote = schema.internal(dialect)["inbox"], DIALECTS[dialect].identifier_preparer
    names = ", ".join(map(quote.format_column, table.c))
    source = WRITING[dialect].source(table)
    more = source.removeprefix("VALUES")
    return (
        f"INSERT INTO {quote.format_table(table)} AS known ({names}) {source}{f',{more}' * (rows - 1)}"
        " ON CONFLICT (workspace_id, key) DO UPDATE SET copies = known.copies + excluded.copies"
    )


def _reason(text: str) -> str:
    return storable(text)[:LONGEST_REASON]


def _item(row: Found[Any]) -> InboxItem:
    facts = row._mapping
    return InboxItem(**{name: facts[name] for name in FACTS})
