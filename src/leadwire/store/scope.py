"""What a repository works with: one transaction, in one workspace."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias, cast

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Delete,
    Row,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from leadwire.store.ids import NewId
from leadwire.store.place import Place
from leadwire.store.schema import dialect_of
from leadwire.store.types import Texts
from leadwire.store.vault import Vault

# From a table to a statement whose values are named parameters; which rows are whose is added.
Build: TypeAlias = Callable[[Table], "Select[Any] | Update | Delete"]


def insert_into(table: Table, dialect: str) -> sqlite.Insert:
    """An INSERT that can say ON CONFLICT, which both dialects spell alike."""
    return cast(sqlite.Insert, postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table))


def among(column: Column[str], ids: str) -> ColumnElement[bool]:
    """Whether a text is in the list that the parameter `ids` holds: one statement for every length."""
    listed = bindparam(ids, type_=Texts)
    if dialect_of(column.table) == "postgresql":
        each = select(func.json_array_elements_text(sql_cast(listed, JSON)))
        return column == func.any(func.array(each.scalar_subquery()))
    return column.in_(select(func.json_each(listed).table_valued("value").c.value))


@cache
def _built(build: Build, table: Table) -> Select[Any] | Update | Delete:
    return build(table).where(table.c.workspace_id == bindparam("workspace"))


@cache
def _with_key(names: tuple[str, ...]) -> Build:
    return lambda table: select(table).where(*(table.c[name] == bindparam(name) for name in names))


@cache
def _changed_with_key(names: tuple[str, ...]) -> Build:
    """What is written are the other parameters of the call."""
    return lambda table: update(table).where(*(table.c[name] == bindparam(f"of_{name}") for name in names))


@cache
def _upsert(table: Table, dialect: str, names: tuple[str, ...], keep: tuple[str, ...]) -> sqlite.Insert:
    statement = insert_into(table, dialect)
    keys = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in names if name not in keys and name not in keep}
    if not changes:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


@dataclass(slots=True)
class Scope:
    """One transaction of one workspace."""

    connection: Connection
    workspace_id: str
    place: Place
    tables: Mapping[str, Table]
    vault: Vault
    new_id: NewId
    writes: bool
    lands: bool = False  # leads may change in it

    def own(self, name: str) -> "Owned":
        """An internal table as this workspace sees it."""
        return Owned(self.connection, self.tables[name], self.workspace_id)

    def hold_landing(self) -> None:
        """Be the only one to judge and write leads of this workspace until the transaction ends.

        Two processes could otherwise both judge a lead new, and the older answer be written last.
        SQLite has one writer anyway.
        """
        if self.place.dialect == "postgresql" and not self.lands:
            lock = text("SELECT pg_advisory_xact_lock(hashtextextended('landing:' || :workspace, 0))")
            self.connection.execute(lock, {"workspace": self.workspace_id})
        self.lands = True


@dataclass(frozen=True, slots=True)
class Owned:
    """One internal table; every statement that it makes names the workspace."""

    connection: Connection
    table: Table
    workspace_id: str

    @property
    def c(self) -> ReadOnlyColumnCollection[str, Any]:
        """The columns."""
        return self.table.c

    @property
    def mine(self) -> ColumnElement[bool]:
        """The condition that a row is this workspace's."""
        return self.table.c.workspace_id == self.workspace_id

    def select(self, *columns: Any) -> Select[Any]:
        """SELECT columns (all, if none are named) of this workspace's rows."""
        return select(*(columns or (self.table,))).where(self.mine)

    def ask(self, build: "Build", **values: Any) -> CursorResult[*tuple[Any, ...]]:
        """Run on this workspace's rows what `build` makes of the table, once: to make a statement is dearer
        than to run it.
        """
        return self.connection.execute(_built(build, self.table), {"workspace": self.workspace_id, **values})

    def row(self, **key: Any) -> Row[Any] | None:
        """The row that has these values, None if there is none; the statement is made once for each set of columns."""
        return self.ask(_with_key(tuple(key)), **key).one_or_none()

    def set(self, key: Mapping[str, Any], **values: Any) -> int:
        """Write plain values into the rows that have those of `key`; how many there were. As `row`, made once."""
        of = {f"of_{name}": value for name, value in key.items()}
        return self.ask(_changed_with_key(tuple(key)), **of, **values).rowcount

    def rows(self, *where: ColumnElement[bool]) -> Sequence[Row[Any]]:
        """All of this workspace's rows that meet the conditions."""
        return self.connection.execute(self.select().where(*where)).all()

    def one(self, *where: ColumnElement[bool]) -> Row[Any] | None:
        """The row that meets the conditions, None if there is none."""
        return self.connection.execute(self.select().where(*where)).one_or_none()

    def any(self) -> bool:
        """Whether there is any row."""
        return self.connection.execute(self.select(self.c.workspace_id).limit(1)).first() is not None

    def insert(self, **values: Any) -> None:
        """INSERT one row."""
        self.connection.execute(self.table.insert(), {"workspace_id": self.workspace_id, **values})

    def upsert(self, rows: Sequence[Mapping[str, Any]], keep: Sequence[str] = ()) -> None:
        """INSERT rows; where the key is there already, write all but the columns in `keep`."""
        if not rows:
            return
        statement = _upsert(self.table, self.connection.dialect.name, tuple(rows[0]), tuple(keep))
        self.connection.execute(statement, [{"workspace_id": self.workspace_id, **row} for row in rows])

    def change(self, *where: ColumnElement[bool], **values: Any) -> int:
        """UPDATE the rows that meet the conditions; how many there were."""
        return self.run(update(self.table).where(*where).values(**values))

    def remove(self, *where: ColumnElement[bool]) -> int:
        """DELETE the rows that meet the conditions; how many there were."""
        return self.run(delete(self.table).where(*where))

    def run(self, statement: Update | Delete) -> int:
        """Run a statement on this workspace's rows; how many were touched."""
        return self.connection.execute(statement.where(self.mine)).rowcount
