"""The shapes of the tables people read: planned as DDL, shown, then run."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Column, Connection, Table, inspect
from sqlalchemy.schema import CreateTable

from leadwire.store import contacts, walls
from leadwire.store.place import Place
from leadwire.store.rows import FormTable


def plan_form(connection: Connection, place: Place, workspace_id: str, form: FormTable) -> list[str]:
    """The DDL that is missing for the form's table: none of it, its new columns, or all."""
    table = place.form_table(form)
    if table.name not in _tables_there(connection, place):
        return list(_make(connection, table, workspace_id))
    there = {column["name"] for column in inspect(connection).get_columns(table.name, schema=table.schema)}
    return [_add(connection, table, column) for column in table.c if column.name not in there]


def make_place(connection: Connection, place: Place, workspace_id: str, grantee: str | None) -> Iterator[str]:
    """The DDL that is missing for a workspace's place and its canonical tables."""
    if place.schema:
        yield f'CREATE SCHEMA IF NOT EXISTS "{place.schema}"'
        yield from walls.admit(place.schema, grantee) if grantee else ()
    there = _tables_there(connection, place)
    for table in place.tables.values():
        if table.name not in there:
            yield from _make(connection, table, workspace_id)


def run(connection: Connection, statements: Iterable[str]) -> list[str]:
    """Run DDL, one by one; what was run."""
    done = list(statements)
    for statement in done:
        connection.exec_driver_sql(statement)
    return done


def drop_place(connection: Connection, place: Place) -> Iterator[str]:
    """The DDL that removes a workspace's place with all that is in it."""
    if place.schema:
        yield f'DROP SCHEMA IF EXISTS "{place.schema}" CASCADE'
        return
    if not place.prefix:
        raise ValueError("the default workspace shares its place with everything else")
    yield contacts.drop(connection, place)
    for name in _tables_there(connection, place):
        if name.startswith(place.prefix):
            yield f'DROP TABLE "{name}"'


def drop_form(connection: Connection, place: Place, table_name: str) -> Iterator[str]:
    """The DDL that removes one form's table."""
    table = place.form_table(FormTable("", table_name, ()))
    yield f"DROP TABLE IF EXISTS {full_name(connection, table)}"


def full_name(connection: Connection, table: Table) -> str:
    """The name to type into an SQL tool, quoted only where it must be."""
    return connection.dialect.identifier_preparer.format_table(table)


def _make(connection: Connection, table: Table, workspace_id: str) -> Iterator[str]:
    yield str(CreateTable(table).compile(dialect=connection.dialect)).strip()
    if table.schema:
        yield from walls.enclose_own(full_name(connection, table), workspace_id)


def _add(connection: Connection, table: Table, column: Column[Any]) -> str:
    compiler = connection.dialect.ddl_compiler(connection.dialect, None)  # type: ignore[arg-type]
    specification = compiler.get_column_specification(column)
    return f"ALTER TABLE {full_name(connection, table)} ADD COLUMN {specification}"


def _tables_there(connection: Connection, place: Place) -> set[str]:
    return set(inspect(connection).get_table_names(schema=place.schema))
