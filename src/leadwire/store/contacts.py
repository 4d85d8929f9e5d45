"""The view `contacts` as DDL: one row per lead that is not deleted, of all forms of a workspace.

It reads `leads`, and in `contact_columns` which columns of a form stand behind each target. So a form that comes or
grows changes rows of that table, never the view: a UNION over form tables would have to be made anew for each, and
SQLite takes 500 terms. Measured with 1,000 forms, 100,000 leads, 30 targets: 20 µs a lead on SQLite, 12 on PostgreSQL.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from leadwire.domain.errors import Conflict
from leadwire.domain.mapping import VIEW_COLUMNS, Target
from leadwire.store.place import Place

VIEW = "contacts"
# SQLSTATE of PostgreSQL (postgresql.org/docs/current/errcodes-appendix.html): a column would go or change its type;
# other objects depend on it.
CANNOT_REPLACE, IN_USE = "42P16", "2BP01"


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How a database writes what the view needs; `{column}` is an expression for the name of a column."""

    first: str
    second: str
    every: str
    by_type: Mapping[str, str]
    begin: str
    options: str


# The cell of a column, NULL where there is no answer. A consent is compared, not cast: a cast could fail the query.
_SQLITE = _Spelling(
    first="c.targets ->> '$.\"{target}\"[0]'",
    second="c.targets ->> '$.\"{target}\"[1]'",
    every="json_each(c.targets, '$.\"{target}\"') AS k",
    by_type={
        "text": "nullif(l.answers ->> ({column}), '')",
        "list": "nullif(nullif(l.answers -> ({column}), 'null'), '[]')",
        "boolean": "l.answers ->> ({column})",
    },
    begin="CREATE VIEW",
    options="",
)
_POSTGRESQL = _Spelling(
    first="c.targets -> '{target}' ->> 0",
    second="c.targets -> '{target}' ->> 1",
    every="jsonb_array_elements_text(c.targets -> '{target}') WITH ORDINALITY AS k(value, key)",
    by_type={
        "text": "nullif(l.answers ->> ({column}), '')",
        "list": "nullif(nullif(l.answers -> ({column}), 'null'), '[]')",
        "boolean": "nullif(l.answers -> ({column}), 'null') = 'true'",
    },
    # Replaced rather than dropped, where that can be: so it keeps what people granted on it.
    begin="CREATE OR REPLACE VIEW",
    # Who reads the view is bound by the walls of the tables below it (PostgreSQL 15 and later).
    options=" WITH (security_invoker = true)",
)
_SPELLINGS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}


def create(connection: Connection, place: Place, targets: Iterable[Target]) -> str:
    """The statement that makes the view."""
    how, quoted = _SPELLINGS[place.dialect], connection.dialect.identifier_preparer.quote
    columns = [f"l.{name}" for name in VIEW_COLUMNS]
    columns += [f"{_expression(target, how)} AS {quoted(target.name)}" for target in targets]
    leads, behind = (
        connection.dialect.identifier_preparer.format_table(place.tables[name])
        for name in ("leads", "contact_columns")
    )
    return (
        f"{how.begin} {full_name(connection, place)}{how.options} AS\nSELECT "
        + ",\n  ".join(columns)
        + f"\nFROM {leads} AS l LEFT JOIN {behind} AS c ON c.form_id = l.form_id\nWHERE l.deleted_at IS NULL"
    )


def replace(connection: Connection, place: Place, statement: str) -> None:
    """Make the view anew by what `create` says. Conflict if something of a person's stands on it as it is."""
    if place.dialect == "sqlite":
        connection.exec_driver_sql(drop(connection, place))
        connection.exec_driver_sql(statement)
        return
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(statement)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != CANNOT_REPLACE:
            raise
        _drop_first(connection, place, statement)


def _drop_first(connection: Connection, place: Place, statement: str) -> None:
    try:
        connection.exec_driver_sql(drop(connection, place))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != IN_USE:
            raise
        raise Conflict(
            "view_in_use",
            f"Another view stands on {full_name(connection, place)}, which loses or changes a column by this.",
            "Drop that view, save the mapping again, then make it anew.",
        ) from error
    connection.exec_driver_sql(statement)


def drop(connection: Connection, place: Place) -> str:
    """The statement that removes the view, if it is there."""
    return f"DROP VIEW IF EXISTS {full_name(connection, place)}"


def is_there(connection: Connection, place: Place) -> bool:
    """Whether the view is there; a person may have removed it."""
    return place.prefix + VIEW in inspect(connection).get_view_names(schema=place.schema)


def full_name(connection: Connection, place: Place) -> str:
    """The name to type into an SQL tool, quoted only where it must be."""
    quoted = connection.dialect.identifier_preparer.quote
    name = quoted(place.prefix + VIEW)
    return f"{quoted(place.schema)}.{name}" if place.schema else name


def _expression(target: Target, how: _Spelling) -> str:
    """The first value of the target's columns: almost always the first column has it, or there is no other."""
    first, second, every = (part.format(target=target.name) for part in (how.first, how.second, how.every))
    cell = _cell(target, how)
    return (
        f"coalesce({cell(first)},"  # noqa: S608 (a target is an identifier: `mapping_check`)
        f" CASE WHEN {second} IS NOT NULL THEN (SELECT {cell('k.value')} FROM {every}"
        f" WHERE {cell('k.value')} IS NOT NULL ORDER BY k.key LIMIT 1) END)"
    )


def _cell(target: Target, how: _Spelling) -> Callable[[str], str]:
    """How to read one column of that type, by an expression for its name."""
    answer = how.by_type.get(target.type)
    facts = " ".join(f"WHEN '{name}' THEN l.{name}" for name in target.metas)

    def cell(column: str) -> str:
        value = "NULL" if answer is None else answer.format(column=column)
        return f"CASE {column} {facts} ELSE {value} END" if facts else value

    return cell
