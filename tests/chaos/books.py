"""What Leadwire's database holds at one moment, read with plain SQL by somebody who has never heard of its code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, NullPool, create_engine, inspect, text
from tests.databases import OWNER, Home
from tests.simulation.books import Entry, Span, cell

COLUMNS = (
    "form_id",
    "name",
    "kind",
    "identity",
    "type",
    "predefined_field",
    "question_id",
    "consent_id",
    "hidden_name",
)
Rows = dict[str, dict[str, Any]]  # by lead


class Books:
    """One snapshot of the workspace `default`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._postgres = connection.dialect.name == "postgresql"

    def ask(self, sql: str) -> list[Any]:
        """Rows; `{table}` in the text is one of Leadwire's own tables."""
        named = _Names("leadwire." if self._postgres else "_")
        return [tuple(row) for row in self._db.execute(text(sql.format_map(named)))]

    def ledger(self) -> dict[str, Entry]:
        rows = self.ask(
            "SELECT lead_id, owner, form_id, form_version, deleted_at, raw, stored_at > 0, missing_since,"
            " submitted_at FROM {ledger}"
        )
        return {row[0]: Entry(*row[1:]) for row in rows}

    def pushes(self) -> dict[tuple[str, str, int], tuple[str, str | None]]:
        """By lead, action and time: how it stands, and what came of it."""
        rows = self.ask("SELECT lead_id, action, occurred_at, state, outcome FROM {inbox}")
        return {row[:3]: row[3:] for row in map(tuple, rows)}

    def coverage(self) -> dict[tuple[str, str], list[Span]]:
        """By owner and lead type, of all forms."""
        found: dict[tuple[str, str], list[Span]] = defaultdict(list)
        for owner, lead_type, since, until in self.ask(
            "SELECT owner, lead_type, since, until FROM {coverage} WHERE form_id = '' ORDER BY since"
        ):
            found[owner, lead_type].append((since, until))
        return found

    def counters(self) -> tuple[dict[Any, Any], dict[Any, Any]]:
        """As kept, and as counted in full."""
        kept = self.ask("SELECT owner, form_id, total, test, deleted FROM {lead_counts} WHERE total > 0")
        full = self.ask(
            "SELECT owner, form_id, count(*), count(*) FILTER (WHERE test_lead), count(deleted_at) FROM {ledger}"
            " WHERE stored_at > 0 GROUP BY 1, 2"
        )
        return {tuple(row[:2]): tuple(row[2:]) for row in kept}, {
            tuple(row[:2]): tuple(row[2:]) for row in full
        }

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """The tables that people read and answers stand in, with their rows."""
        schema = "ws_default" if self._postgres else None
        names = inspect(self._db).get_table_names(schema=schema)
        wanted = [name for name in names if name == "leads" or name.startswith("leads_")]
        found = {}
        for name in wanted:
            place = f'{schema}."{name}"' if schema else f'"{name}"'
            found[name] = [dict(row) for row in self._db.execute(text(f"SELECT * FROM {place}")).mappings()]
        return found

    def columns(self) -> dict[str, list[dict[str, Any]]]:
        """The dictionary, by form."""
        place = "ws_default.form_columns" if self._postgres else "form_columns"
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self._db.execute(text(f"SELECT {', '.join(COLUMNS)} FROM {place}")).mappings():
            found[row["form_id"]].append(dict(row))
        return found

    def cell(self, value: Any, type_: str) -> Any:
        """A cell as people mean it."""
        return value if self._postgres else cell(value, type_)


class _Names(dict[str, str]):
    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix

    def __missing__(self, key: str) -> str:
        return f"{self._prefix}{key}"


@contextmanager
def opened(home: Home) -> Iterator[Books]:
    """Read as somebody whom no wall stops."""
    url = home.url
    if home.owner_url:
        url = home.owner_url.replace(f"{OWNER}:", "postgres:", 1).replace(
            "postgresql:", "postgresql+psycopg:", 1
        )
    engine = create_engine(url, poolclass=NullPool)
    level = "REPEATABLE READ" if home.owner_url else "SERIALIZABLE"
    try:
        with engine.connect().execution_options(isolation_level=level) as connection:
            if not home.owner_url:
                connection.exec_driver_sql("BEGIN")
            yield Books(connection)
    finally:
        engine.dispose()
