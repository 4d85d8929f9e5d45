"""The internal tables, defined once: schema `leadwire` in PostgreSQL, prefix `_` in SQLite.

Times are epoch milliseconds. What migrations build must equal this; a test compares them.
"""

from collections.abc import Mapping
from functools import cache

from sqlalchemy import MetaData, Table

from leadwire.store import schema_alerts as schema_alerts
from leadwire.store import schema_checks as schema_checks
from leadwire.store import schema_leads as schema_leads
from leadwire.store import schema_people as schema_people
from leadwire.store import schema_push as schema_push
from leadwire.store.schema_kit import PLAIN, WORDS

__all__ = [
    "LOOKUPS",
    "PREFIX",
    "SCHEMA",
    "SEALED",
    "SHARED",
    "WORDS",
    "dialect_of",
    "internal",
    "place_internal",
]

SCHEMA = "leadwire"
PREFIX = "_"
LOOKUPS = frozenset({"workspaces", "api_keys", "connect_links", "oauth_states", "schedule", "hooks", "inbox"})
SHARED = frozenset({"secrets", "app_credentials", "calls", "pauses", "limits"})
SEALED = {"connections": ("access_token", "refresh_token")}


@cache
def internal(dialect: str) -> Mapping[str, Table]:
    """The internal tables by their plain names, placed for `dialect`."""
    return place_internal(PLAIN, dialect)


def dialect_of(table: Table) -> str:
    """Where a table is placed: every one of PostgreSQL's is in a schema."""
    return "postgresql" if table.schema else "sqlite"


def place_internal(plain: MetaData, dialect: str) -> Mapping[str, Table]:
    """Put plainly named tables where `dialect` has its internal ones."""
    home = MetaData()
    if dialect == "postgresql":
        return {name: table.to_metadata(home, schema=SCHEMA) for name, table in plain.tables.items()}
    return {name: table.to_metadata(home, name=PREFIX + name) for name, table in plain.tables.items()}
