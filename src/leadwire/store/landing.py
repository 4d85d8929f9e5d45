"""Writing a page of leads: ledger, canonical table and form table, a statement each for the page.

This is the hot path. The statements are written once per form table and go to the driver as they are: the SQL
library would look at every value of every row.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite

from leadwire.domain.project import Cell
from leadwire.domain.texts import storable
from leadwire.domain.times import Millis, iso
from leadwire.store import schema
from leadwire.store.place import Place, form_table
from leadwire.store.rows import FormTable, LandedLead
from leadwire.store.scope import Scope
from leadwire.store.types import to_json

Row: TypeAlias = tuple[object, ...]
# What `q` looks at, by the predefined fields that may hold it.
SEARCHED: Mapping[str, str] = {
    "EMAIL": "email",
    "WORK_EMAIL": "work_email",
    "FIRST_NAME": "first_name",
    "LAST_NAME": "last_name",
    "COMPANY_NAME": "company",
    "ORGANIZATION": "company",
}
# No e-mail address is longer (RFC 5321: 64 + 1 + 255), and an index of PostgreSQL cannot take long texts.
LONGEST_SEARCHED = 320
FIRST_COUNTS = ("received_via", "stored_at")
# A tombstone of a lead that never was here has nothing that could count as first.
OF_A_TOMBSTONE = "CASE WHEN known.stored_at = 0 THEN excluded.{name} ELSE known.{name} END"
# Only a later reading shows that a lead is there again; one projected anew is the reading that it was.
STILL_MISSING = "CASE WHEN known.issued_at < excluded.issued_at THEN NULL ELSE known.missing_since END"
DIALECTS: Mapping[str, Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(),  # type: ignore[no-untyped-call]
}


class Upsert(NamedTuple):
    """INSERT rows of every column, or write over what is there."""

    statement: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Writing:
    """How a database takes a page of rows, and in them what is no text."""

    source: Callable[[Table], str]
    binary: Callable[[bytes], object]
    json: Callable[[Any], object]
    send: Callable[[Connection, Upsert, Sequence[Row]], object]


def _values(table: Table) -> str:
    return f"VALUES ({', '.join('?' for _ in table.c)})"


def _send_each(connection: Connection, upsert: Upsert, rows: Sequence[Row]) -> None:
    connection.exec_driver_sql(upsert.statement, list(rows))


def _records(table: Table) -> str:
    quote = DIALECTS["postgresql"].identifier_preparer
    names = ", ".join(map(quote.format_column, table.c))
    return f"SELECT {names} FROM json_populate_recordset(NULL::{quote.format_table(table)}, %s)"  # noqa: S608


def _send_all(connection: Connection, upsert: Upsert, rows: Sequence[Row]) -> None:
    # One document: a message to the server and back for each row costs more than the rows.
    page = to_json([dict(zip(upsert.columns, row, strict=True)) for row in rows])
    connection.exec_driver_sql(upsert.statement, (page,))


WRITING = {
    "sqlite": Writing(_values, bytes, to_json, _send_each),
    "postgresql": Writing(_records, lambda raw: f"\\x{raw.hex()}", lambda value: value, _send_all),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How leads of one form are written. `own` are its table's columns, `lists` the places of JSON among them."""

    how: Writing
    ledger: Upsert
    leads: Upsert
    form: Upsert
    own: tuple[str, ...]
    lists: tuple[int, ...]
    searched: tuple[tuple[str, ...], ...]  # for each word of the ledger, the columns it may come from


def put(scope: Scope, form: FormTable, rows: Collection[LandedLead], now: Millis) -> None:
    """Write leads of one form, each once, over what is known of them."""
    if not rows:
        return
    plan, connection, stored_at = _plan(scope, form), scope.connection, iso(now)
    written = [_written(row, plan, stored_at) for row in rows]
    send = plan.how.send
    send(connection, plan.ledger, [_ledger_row(scope.workspace_id, row, now, plan) for row in rows])
    send(connection, plan.leads, [lead for lead, _ in written])
    send(connection, plan.form, [own for _, own in written])


def folded(text: str) -> str:
    """How a text is kept for search, and looked for."""
    return storable(text).strip().casefold()[:LONGEST_SEARCHED]


def _ledger_row(workspace: str, row: LandedLead, now: Millis, plan: Plan) -> Row:
    lead, binary = row.lead, plan.how.binary
    about = (lead.owner, lead.lead_type, lead.form_id, lead.form_version, lead.submitted_at, lead.test_lead)
    read = (binary(row.digest), binary(row.raw), row.issued_at, row.received_via, now, None, None)
    return (workspace, lead.id, *about, *read, *_words(row.cells, plan.searched))


def _written(row: LandedLead, plan: Plan, stored_at: str) -> tuple[Row, Row]:
    """The row in `leads`, and the one in the form's own table."""
    lead, cells, write_json = row.lead, row.cells, plan.how.json
    at = iso(lead.submitted_at)
    extras = write_json(row.extras) if row.extras else None
    named = [text and storable(text) for text in (lead.campaign_id, lead.creative_id, lead.associated_entity)]
    first = (row.received_via, stored_at, None)
    about = (lead.form_id, lead.form_version, lead.owner, lead.lead_type)
    values: list[object] = [cells.get(name) for name in plan.own]
    for place in plan.lists:
        if values[place] is not None:
            values[place] = write_json(values[place])
    return (
        (lead.id, *about, at, lead.test_lead, *named, *first, write_json(cells), extras),
        (lead.id, at, lead.test_lead, lead.lead_type, lead.form_version, *named, *first, extras, *values),
    )


def _words(cells: Mapping[str, Cell], searched: Sequence[Sequence[str]]) -> Iterator[str | None]:
    """For each word of the ledger the first answer that there is, `folded`: cells are storable as they are."""
    for columns in searched:
        for column in columns:
            value = cells.get(column)
            if value and isinstance(value, str):
                yield value.strip().casefold()[:LONGEST_SEARCHED]
                break
        else:
            yield None


def _plan(scope: Scope, form: FormTable) -> Plan:
    typed = [column for column in form.columns if column.kind != "fixed"]
    searched = tuple(
        tuple(
            one.name
            for one in typed
            if one.type == "text" and SEARCHED.get(one.predefined_field or "") == word
        )
        for word in schema.WORDS
    )
    return _compiled(
        scope.place, form.table_name, tuple((column.name, column.type) for column in typed), searched
    )


@lru_cache(maxsize=4096)
def _compiled(
    place: Place, name: str, columns: tuple[tuple[str, str], ...], searched: tuple[tuple[str, ...], ...]
) -> Plan:
    internal, how = schema.internal(place.dialect), WRITING[place.dialect]
    first = {name: f"known.{name}" for name in FIRST_COUNTS}
    of_ledger = {name: OF_A_TOMBSTONE.format(name=name) for name in FIRST_COUNTS}
    return Plan(
        how=how,
        ledger=_upsert(internal["ledger"], how, {**of_ledger, "missing_since": STILL_MISSING}),
        leads=_upsert(place.tables["leads"], how, first),
        form=_upsert(form_table(place, name, columns), how, first),
        own=tuple(column for column, _ in columns),
        lists=tuple(number for number, (_, kind) in enumerate(columns) if kind == "list"),
        searched=searched,
    )


def _upsert(table: Table, how: Writing, kept: Mapping[str, str]) -> Upsert:
    """INSERT rows of every column in order, or write over what is there, but for what `kept` says."""
    quote = DIALECTS[schema.dialect_of(table)].identifier_preparer
    columns = {column.name: quote.format_column(column) for column in table.c}
    names = ", ".join(columns.values())
    keys = [columns.pop(column.name) for column in table.primary_key]
    changes = [f"{column} = {kept.get(name, f'excluded.{column}')}" for name, column in columns.items()]
    return Upsert(
        f"INSERT INTO {quote.format_table(table)} AS known ({names}) {how.source(table)}"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changes)}",
        tuple(table.c.keys()),
    )
