"""What Leadwire's database holds, read with plain SQL by somebody who has never heard of its code."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Key = tuple[str, str]  # workspace slug, lead
Span = tuple[int, int]


@dataclass(frozen=True)
class Entry:
    """A lead's row of the ledger."""

    owner: str
    form_id: str
    version: int
    deleted_at: int | None
    raw: bytes | None
    stored: bool
    missing_since: int | None
    submitted_at: int


class Books:
    """A reader's connection of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        self.slugs: dict[str, str] = dict(self._db.execute("SELECT id, slug FROM _workspaces").fetchall())

    def close(self) -> None:
        self._db.close()

    def ask(self, sql: str, *values: object) -> list[Any]:
        return self._db.execute(sql, values).fetchall()

    def prefix(self, slug: str) -> str:
        return "" if slug == "default" else f"{slug}__"

    def ledger(self) -> dict[Key, Entry]:
        rows = self.ask(
            "SELECT workspace_id, lead_id, owner, form_id, form_version, deleted_at, raw, stored_at > 0, missing_since,"
            " submitted_at"
            " FROM _ledger"
        )
        return {(self.slugs[row[0]], row[1]): Entry(*row[2:]) for row in rows}

    def coverage(self) -> dict[tuple[str, str], list[Span]]:
        """By workspace and owner: of all its forms, of the one lead type that is read."""
        found: dict[tuple[str, str], list[Span]] = defaultdict(list)
        for workspace, owner, since, until in self.ask(
            "SELECT workspace_id, owner, since, until FROM _coverage WHERE form_id = ''"
        ):
            found[self.slugs[workspace], owner].append((since, until))
        return found

    def counters(self) -> tuple[dict[Any, Any], dict[Any, Any]]:
        """As kept, and as counted in full."""
        kept = self.ask(
            "SELECT workspace_id, owner, form_id, total, test, deleted FROM _lead_counts WHERE total > 0"
        )
        full = self.ask(
            "SELECT workspace_id, owner, form_id, count(*), sum(test_lead), sum(deleted_at IS NOT NULL) FROM _ledger"
            " WHERE stored_at > 0 GROUP BY 1, 2, 3"
        )
        return {row[:3]: row[3:] for row in kept}, {row[:3]: row[3:] for row in full}

    def quarantine(self) -> list[tuple[str, str | None, str, str, str | None]]:
        """Workspace, lead, level, state, column."""
        rows = self.ask('SELECT workspace_id, lead_id, level, state, "column" FROM _quarantine')
        return [(self.slugs[row[0]], *row[1:]) for row in rows]

    def quarantined(self) -> set[Key]:
        """Leads that could not be read, and wait."""
        return {(slug, lead) for slug, lead, level, _, _ in self.quarantine() if level == "lead" and lead}

    def has_push(self, workspace_id: str, lead: str, action: str, at: int) -> bool:
        return bool(
            self.ask(
                "SELECT 1 FROM _inbox WHERE workspace_id = ? AND lead_id = ? AND action = ? AND occurred_at = ?",
                workspace_id,
                lead,
                action,
                at,
            )
        )

    def states(self) -> dict[str, str]:
        """Of the connections, by workspace."""
        rows = self.ask("SELECT workspace_id, state FROM _connections")
        return {self.slugs[workspace]: state for workspace, state in rows}

    def tables(self, slug: str) -> list[str]:
        """The tables that people read and answers stand in."""
        prefix = self.prefix(slug)
        names = [row[0] for row in self.ask("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [name for name in names if name == f"{prefix}leads" or name.startswith(f"{prefix}leads_")]

    def rows(self, table: str) -> dict[str, dict[str, Any]]:
        """By lead; lists as lists."""
        cursor = self._db.execute(f'SELECT * FROM "{table}"')
        names = [one[0] for one in cursor.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in map(tuple, cursor.fetchall())}

    def columns(self, slug: str) -> dict[str, list[dict[str, Any]]]:
        """The dictionary, by form."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        names = (
            "form_id",
            "name",
            "kind",
            "identity",
            "type",
            "predefined_field",
            "question_id",
            "consent_id",
        )
        for row in self.ask(f'SELECT {", ".join(names)}, hidden_name FROM "{self.prefix(slug)}form_columns"'):
            found[row[0]].append(dict(zip((*names, "hidden_name"), row, strict=True)))
        return found

    def said_of(self, slug: str, leads: set[str]) -> str:
        """Everything that stands anywhere in tables about these leads."""
        workspace = next(id_ for id_, name in self.slugs.items() if name == slug)
        marks = ", ".join("?" * len(leads))
        names = sorted(leads)
        found: list[Any] = []
        for table in self.tables(slug):
            found += self.ask(f'SELECT * FROM "{table}" WHERE lead_id IN ({marks})', *names)
        for table in ("_ledger", "_quarantine", "_inbox"):
            sql = f'SELECT * FROM "{table}" WHERE workspace_id = ? AND lead_id IN ({marks})'
            found += self.ask(sql, workspace, *names)
        return repr(found)

    def bytes(self) -> bytes:
        """The files, as they lie on the disk."""
        log = self.path.with_name(f"{self.path.name}-wal")
        return self.path.read_bytes() + (log.read_bytes() if log.exists() else b"")


def cell(value: Any, type_: str) -> Any:
    """A cell as people mean it: lists are JSON text and booleans 0 and 1 in SQLite."""
    if value is None:
        return None
    if type_ == "list":
        return json.loads(value)
    return bool(value) if type_ == "boolean" else value
