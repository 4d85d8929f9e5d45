"""The internal tables, defined once: schema `leadwire` in PostgreSQL, prefix `_` in SQLite.

Times are epoch milliseconds. What migrations build must equal this; a test compares them.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeEngine

from leadwire.store.types import Json, flag

SCHEMA = "leadwire"
PREFIX = "_"
LOOKUPS = frozenset({"workspaces", "api_keys", "connect_links", "oauth_states", "schedule", "hooks", "inbox"})
SHARED = frozenset({"secrets", "app_credentials", "calls", "pauses"})
SEALED = {"connections": ("access_token", "refresh_token")}

WORDS = ("email", "work_email", "first_name", "last_name", "company")

PLAIN = MetaData()


def _key(name: str, kind: type[TypeEngine[Any]] = Text) -> "Column[Any]":
    return Column(name, kind(), primary_key=True)


def _need(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Text) -> "Column[Any]":
    return Column(name, kind, nullable=False)


def _may(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Text) -> "Column[Any]":
    return Column(name, kind)


def _word(name: str) -> Column[Any]:
    # A prefix is a range only in byte order.
    return Column(name, Text().with_variant(Text(collation="C"), "postgresql"))


def _word_index(name: str) -> Index:
    there = text(f"{name} IS NOT NULL")
    return Index(f"_ix_ledger_{name}", "workspace_id", name, sqlite_where=there, postgresql_where=there)


def _of_workspace(*more: str) -> "list[Column[Any]]":
    return [_key("workspace_id"), *map(_key, more)]


Table(
    "workspaces",
    PLAIN,
    _key("id"),
    Column("slug", Text, nullable=False, unique=True),
    _need("name"),
    _need("created_at", BigInteger),
)
Table("secrets", PLAIN, _key("name"), _need("sealed", LargeBinary))
Table(
    "app_credentials",
    PLAIN,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    _need("client_id"),
    _need("client_secret", LargeBinary),
    _need("saved_at", BigInteger),
)
Table(
    "calls",
    PLAIN,
    *map(_key, ("day", "endpoint", "app", "member")),
    _need("count", BigInteger),
)
Table("pauses", PLAIN, _key("endpoint"), _key("member"), _need("until", BigInteger), _need("reason"))
Table(
    "api_keys",
    PLAIN,
    *_of_workspace("id"),
    _need("name"),
    Column("hash", LargeBinary, nullable=False, unique=True),
    _need("created_at", BigInteger),
    _may("last_used_at", BigInteger),
)
Table("settings", PLAIN, *_of_workspace("level", "key", "name"), _need("value"))
Table(
    "connections",
    PLAIN,
    *_of_workspace("id"),
    _need("state"),
    _may("reason"),
    _need("scopes", Json),
    _may("member_id"),
    _may("member_name"),
    _may("access_token", LargeBinary),
    _may("access_expires_at", BigInteger),
    _may("refresh_token", LargeBinary),
    _may("refresh_expires_at", BigInteger),
    _may("minted_at", BigInteger),
    _may("granted_at", BigInteger),
    _may("refreshed_at", BigInteger),
    _may("last_heartbeat_at", BigInteger),
    _may("last_heartbeat_method"),
    _may("last_heartbeat_result"),
    _may("return_url"),
    _may("pending_since", BigInteger),
    _need("created_at", BigInteger),
    _need("updated_at", BigInteger),
    _need("token_serial", Integer),
)
Table(
    "connect_links",
    PLAIN,
    _key("hash", LargeBinary),
    _need("workspace_id"),
    _need("connection_id"),
    _may("return_url"),
    _need("created_at", BigInteger),
    _need("expires_at", BigInteger),
    _may("used_at", BigInteger),
)
Table(
    "oauth_states",
    PLAIN,
    _key("hash", LargeBinary),
    _need("cookie_hash", LargeBinary),
    _need("workspace_id"),
    _need("connection_id"),
    _need("created_at", BigInteger),
    _need("expires_at", BigInteger),
    _may("used_at", BigInteger),
)
Table(
    "accounts",
    PLAIN,
    *_of_workspace("owner"),
    _need("id"),
    _need("name"),
    _need("status"),
    _need("serving_statuses", Json),
    _may("type"),
    _may("currency"),
    _need("test", flag()),
    _may("organization"),
    _need("seen_at", BigInteger),
    _need("sync_enabled", flag()),
    _need("push", flag()),
    _may("poll_interval", BigInteger),
    _need("lead_types", Json),
    _may("sync_changed_at", BigInteger),
    _may("removed_at", BigInteger),
)
Table(
    "access",
    PLAIN,
    *_of_workspace("owner", "connection_id"),
    _may("role"),
    _need("organization_roles", Json),
    _need("can_read"),
    _need("problems", Json),
    _need("checked_at", BigInteger),
)
Table(
    "forms",
    PLAIN,
    *_of_workspace("form_id"),
    _need("owner"),
    _need("name"),
    _need("state"),
    _need("version", Integer),
    _may("locale"),
    _need("table_name"),
    _may("created_at", BigInteger),
    _may("modified_at", BigInteger),
    _need("checked_at", BigInteger),
    _need("last_seen_at", BigInteger),
    Index("_ix_forms_owner", "workspace_id", "owner"),
)
Table(
    "form_bodies",
    PLAIN,
    *_of_workspace("form_id"),
    _key("version", Integer),
    _need("raw", LargeBinary),
    _need("fetched_at", BigInteger),
    _need("reconstructed", flag()),
)
Table(
    "ledger",
    PLAIN,
    *_of_workspace("lead_id"),
    _need("owner"),
    _need("lead_type"),
    _need("form_id"),
    _need("form_version", Integer),
    _need("submitted_at", BigInteger),
    _need("test_lead", flag()),
    _may("digest", LargeBinary),
    _may("raw", LargeBinary),
    _need("issued_at", BigInteger),
    _need("received_via"),
    _need("stored_at", BigInteger),
    _may("deleted_at", BigInteger),
    _may("missing_since", BigInteger),
    # What `q` looks at, folded; here and not in a table of their own, because that would be the dearest one.
    *map(_word, WORDS),
    # A list is read newest first, of everything, of an owner or of a form; ties are few.
    Index("_ix_ledger_time", "workspace_id", "submitted_at"),
    Index("_ix_ledger_owner", "workspace_id", "owner", "submitted_at"),
    Index("_ix_ledger_form", "workspace_id", "form_id", "submitted_at"),
    *map(_word_index, WORDS),
)
Table("erasures", PLAIN, *_of_workspace(), _key("id_hash", LargeBinary), _need("at", BigInteger))
Table(
    "lead_counts",
    PLAIN,
    *_of_workspace("owner", "form_id"),
    *(_need(name, BigInteger) for name in ("total", "test", "deleted", "newest")),
)
Table(
    "coverage",
    PLAIN,
    *_of_workspace("owner", "lead_type", "form_id"),
    _key("since", BigInteger),
    _need("until", BigInteger),
)
Table(
    "unproven",
    PLAIN,
    *_of_workspace("owner", "lead_type", "form_id"),
    *(_need(name, BigInteger) for name in ("since", "until", "issued_at")),
)
Table(
    "runs",
    PLAIN,
    *_of_workspace("id"),
    _need("owner"),
    _need("kind"),
    _need("state"),
    _may("lead_type"),
    _may("form_id"),
    _may("since", BigInteger),
    _may("until", BigInteger),
    _need("dry_run", flag()),
    *(_need(name, BigInteger) for name in ("read", "stored", "duplicates", "quarantined", "calls")),
    _may("error"),
    _may("cursor", Json),
    _may("horizon", BigInteger),
    _need("attempts", Integer),
    Column("epoch", Integer, nullable=False, server_default="0"),
    _need("created_at", BigInteger),
    _may("started_at", BigInteger),
    _may("finished_at", BigInteger),
    _may("next_try_at", BigInteger),
    Index("_ix_runs_owner", "workspace_id", "owner", "id"),
    Index("_ix_runs_state", "workspace_id", "state", "id"),
)
Table(
    "quarantine",
    PLAIN,
    *_of_workspace("id"),
    _need("level"),
    _need("state"),
    _need("owner"),
    _need("lead_type"),
    _may("lead_id"),
    _may("form_id"),
    _may("form_version", Integer),
    _may("column"),
    _need("reason"),
    _may("raw", LargeBinary),
    _may("value", Json),
    _need("digest", LargeBinary),
    _need("first_seen", BigInteger),
    _need("last_seen", BigInteger),
    _need("attempts", Integer),
    _may("resolved_at", BigInteger),
    Index("_ix_quarantine_lead", "workspace_id", "lead_id"),
    Index("_ix_quarantine_digest", "workspace_id", "digest"),
    Index("_ix_quarantine_state", "workspace_id", "state", "id"),
)
Table(
    "schedule",
    PLAIN,
    *_of_workspace("kind", "key"),
    _need("shard", Integer),
    _need("due_at", BigInteger),
    _need("attempts", Integer),
    _may("claimed_at", BigInteger),
    Index("_ix_schedule_due", "shard", "due_at"),
)
Table(
    "audit",
    PLAIN,
    *_of_workspace("id"),
    _need("at", BigInteger),
    _need("actor"),
    _need("action"),
    _need("object"),
    _need("detail", Json),
    Index("_ix_audit_object", "workspace_id", "object", "id"),
)
Table(
    "hooks",
    PLAIN,
    *_of_workspace("owner"),
    _key("serial", BigInteger),
    _need("made_at", BigInteger),
    _may("until", BigInteger),
    _may("challenged_at", BigInteger),
    _may("pushed_at", BigInteger),
)
Table(
    "inbox",
    PLAIN,
    *_of_workspace("id"),
    _need("key", LargeBinary),
    _need("owner"),
    _need("received_at", BigInteger),
    _need("raw", LargeBinary),
    _may("lead_id"),
    _may("form_id"),
    _may("form_version", Integer),
    _need("lead_type"),
    _need("action"),
    _may("occurred_at", BigInteger),
    _need("state"),
    _need("due_at", BigInteger),
    _may("outcome"),
    _need("copies", Integer),
    _need("attempts", Integer),
    _may("finished_at", BigInteger),
    Index("_ix_inbox_key", "workspace_id", "key", unique=True),
    # What is done is the most of it, and nobody looks for that by owner.
    Index(
        "_ix_inbox_open",
        "state",
        "workspace_id",
        "owner",
        "due_at",
        sqlite_where=text("state <> 'done'"),
        postgresql_where=text("state <> 'done'"),
    ),
    Index(
        "_ix_inbox_lead",
        "workspace_id",
        "lead_id",
        sqlite_where=text("lead_id IS NOT NULL"),
        postgresql_where=text("lead_id IS NOT NULL"),
    ),
    Index(
        "_ix_inbox_finished",
        "finished_at",
        sqlite_where=text("finished_at IS NOT NULL"),
        postgresql_where=text("finished_at IS NOT NULL"),
    ),
)
# `fields` NULL: the preset. `view`: the DDL that `contacts` was last made with.
Table("mappings", PLAIN, _key("workspace_id"), _may("fields", Json), _may("view"))
Table(
    "webhooks",
    PLAIN,
    *_of_workspace("id"),
    *map(_need, ("owner", "lead_type", "form_id", "state")),
    _may("problem", Json),
    _need("held", Json),
    _need("created_at", BigInteger),
    _may("registered_at", BigInteger),
    _may("seen_at", BigInteger),
    Index("_ix_webhooks_wish", "workspace_id", "owner", "lead_type", "form_id", unique=True),
)


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
