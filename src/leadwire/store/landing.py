"""Writing a page of leads: ledger, canonical table and form table, a statement each for the page.

This is the hot path. The statements are written once per form table and go to the driver with plain tuples:
the SQL library would look at every value of every row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite

from leadwire.domain.project import Cell
from leadwire.domain.texts import storable
from leadwire.domain.times import Millis, iso
from leadwire.store import schema
from leadwire.store.place import Place, form_table
from leadwire.store.rows import FormTable, LandedLead
from leadwire.store.scope import Scope
from leadwire.store.types import as_datetime, encode, to_json

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
DIALECTS: Mapping[str, Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(),  # type: ignore[no-untyped-call]
}


@dataclass(frozen=True, slots=True)
class Writing:
    """How a driver takes what is no text."""

    mark: str
    instant: Callable[[Millis], object]
    json: Callable[[Any], object]


WRITING = {
    "sqlite": Writing("?", iso, to_json),
    "postgresql": Writing("%s", as_datetime, partial(Jsonb, dumps=encode)),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to say to the driver for leads of one form table."""

    ledger: str
    leads: str
    own: str
    columns: tuple[tuple[str, bool], ...]  # name, and whether it is written as JSON
    searched: tuple[tuple[str, ...], ...]  # for each word of the ledger, the columns it may come from


def put(scope: Scope, form: FormTable, rows: Sequence[LandedLead], now: Millis) -> None:
    """Write leads of one form over what is known of them."""
    if not rows:
        return
    plan, how = _plan(scope, form), WRITING[scope.place.dialect]
    run, workspace = scope.connection.exec_driver_sql, scope.workspace_id
    stored_at = how.instant(now)
    written = [_written(row, plan, how, stored_at) for row in rows]
    run(plan.ledger, [_ledger_row(workspace, row, now, plan.searched) for row in rows])
    run(plan.leads, [leads for leads, _ in written])
    run(plan.own, [own for _, own in written])


def folded(text: str) -> str:
    """How a text is kept for search, and looked for."""
    return storable(text).strip().casefold()[:LONGEST_SEARCHED]


def _ledger_row(
    workspace: str, row: LandedLead, now: Millis, searched: Sequence[Sequence[str]]
) -> tuple[object, ...]:
    lead = row.lead
    about = (lead.owner, lead.lead_type, lead.form_id, lead.form_version, lead.submitted_at, lead.test_lead)
    read = (row.digest, row.raw, row.issued_at, row.received_via, now, None, None)
    return (workspace, lead.id, *about, *read, *(_word(row.cells, columns) for columns in searched))


def _written(
    row: LandedLead, plan: Plan, how: Writing, stored_at: object
) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """The row in `leads`, and the one in the form's own table."""
    lead, cells, write_json = row.lead, row.cells, how.json
    at = how.instant(lead.submitted_at)
    extras = write_json(row.extras) if row.extras else None
    named = [text and storable(text) for text in (lead.campaign_id, lead.creative_id, lead.associated_entity)]
    first = (row.received_via, stored_at, None)
    about = (lead.form_id, lead.form_version, lead.owner, lead.lead_type)
    values = [
        write_json(value) if as_json and value is not None else value
        for value, as_json in [(cells.get(name), as_json) for name, as_json in plan.columns]
    ]
    return (
        (lead.id, *about, at, lead.test_lead, *named, *first, write_json(cells), extras),
        (lead.id, at, lead.test_lead, lead.lead_type, lead.form_version, *named, *first, extras, *values),
    )


def _word(cells: Mapping[str, Cell], columns: Sequence[str]) -> str | None:
    for column in columns:
        value = cells.get(column)
        if isinstance(value, str) and value:
            return folded(value)
    return None


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
    internal = schema.internal(place.dialect)
    first = {name: f"known.{name}" for name in FIRST_COUNTS}
    return Plan(
        ledger=_upsert(internal["ledger"], {name: OF_A_TOMBSTONE.format(name=name) for name in FIRST_COUNTS}),
        leads=_upsert(place.tables["leads"], first),
        own=_upsert(form_table(place, name, columns), first),
        columns=tuple((column, kind == "list") for column, kind in columns),
        searched=searched,
    )


def _upsert(table: Table, kept: Mapping[str, str]) -> str:
    """INSERT a row of every column in order, or write over what is there, but for what `kept` says."""
    dialect = schema.dialect_of(table)
    quote, mark = DIALECTS[dialect].identifier_preparer, WRITING[dialect].mark
    columns = {column.name: quote.format_column(column) for column in table.c}
    keys = [columns.pop(column.name) for column in table.primary_key]
    changes = [f"{column} = {kept.get(name, f'excluded.{column}')}" for name, column in columns.items()]
    names = ", ".join(map(quote.format_column, table.c))
    return (
        f"INSERT INTO {quote.format_table(table)} AS known ({names})"  # noqa: S608
        f" VALUES ({', '.join(mark for _ in table.c)})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changes)}"
    )
