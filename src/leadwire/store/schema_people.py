"""Tables of who may what: workspaces, keys, grants, accounts; of what is due, and of what was done."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text

from leadwire.store.schema_kit import PLAIN, key, may, need, of_workspace
from leadwire.store.types import Json, flag

Table(
    "workspaces",
    PLAIN,
    key("id"),
    Column("slug", Text, nullable=False, unique=True),
    need("name"),
    need("created_at", BigInteger),
)
Table("secrets", PLAIN, key("name"), need("sealed", LargeBinary))
Table(
    "app_credentials",
    PLAIN,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    need("client_id"),
    need("client_secret", LargeBinary),
    need("saved_at", BigInteger),
)
Table(
    "calls",
    PLAIN,
    *map(key, ("day", "endpoint", "app", "member")),
    need("count", BigInteger),
)
Table("pauses", PLAIN, key("endpoint"), key("member"), need("until", BigInteger), need("reason"))
Table(
    "limits",
    PLAIN,
    *map(key, ("endpoint", "whose")),
    need("calls", BigInteger),
    need("learned_at", BigInteger),
)
Table(
    "api_keys",
    PLAIN,
    *of_workspace("id"),
    need("name"),
    Column("hash", LargeBinary, nullable=False, unique=True),
    need("created_at", BigInteger),
    may("last_used_at", BigInteger),
)
Table("settings", PLAIN, *of_workspace("level", "key", "name"), need("value"))
Table(
    "connections",
    PLAIN,
    *of_workspace("id"),
    need("state"),
    may("reason"),
    need("scopes", Json),
    may("member_id"),
    may("member_name"),
    may("access_token", LargeBinary),
    may("access_expires_at", BigInteger),
    may("refresh_token", LargeBinary),
    may("refresh_expires_at", BigInteger),
    may("minted_at", BigInteger),
    may("granted_at", BigInteger),
    may("refreshed_at", BigInteger),
    may("last_heartbeat_at", BigInteger),
    may("last_heartbeat_method"),
    may("last_heartbeat_result"),
    may("return_url"),
    may("pending_since", BigInteger),
    need("created_at", BigInteger),
    need("updated_at", BigInteger),
    need("token_serial", Integer),
)
Table(
    "beats",
    PLAIN,
    *of_workspace("connection_id"),
    key("at", BigInteger),
    need("method"),
    need("result"),
)
Table(
    "connect_links",
    PLAIN,
    key("hash", LargeBinary),
    need("workspace_id"),
    need("connection_id"),
    may("return_url"),
    need("created_at", BigInteger),
    need("expires_at", BigInteger),
    may("used_at", BigInteger),
)
Table(
    "oauth_states",
    PLAIN,
    key("hash", LargeBinary),
    need("cookie_hash", LargeBinary),
    need("workspace_id"),
    need("connection_id"),
    need("created_at", BigInteger),
    need("expires_at", BigInteger),
    may("used_at", BigInteger),
)
Table(
    "accounts",
    PLAIN,
    *of_workspace("owner"),
    need("id"),
    need("name"),
    need("status"),
    need("serving_statuses", Json),
    may("type"),
    may("currency"),
    need("test", flag()),
    may("organization"),
    need("seen_at", BigInteger),
    need("sync_enabled", flag()),
    need("push", flag()),
    may("poll_interval", BigInteger),
    need("lead_types", Json),
    may("sync_changed_at", BigInteger),
    may("removed_at", BigInteger),
)
Table(
    "access",
    PLAIN,
    *of_workspace("owner", "connection_id"),
    may("role"),
    need("organization_roles", Json),
    need("can_read"),
    need("problems", Json),
    need("checked_at", BigInteger),
)
Table(
    "schedule",
    PLAIN,
    *of_workspace("kind", "key"),
    need("shard", Integer),
    need("due_at", BigInteger),
    need("attempts", Integer),
    may("claimed_at", BigInteger),
    Index("_ix_schedule_due", "shard", "due_at"),
)
Table(
    "audit",
    PLAIN,
    *of_workspace("id"),
    need("at", BigInteger),
    need("actor"),
    need("action"),
    need("object"),
    need("detail", Json),
    Index("_ix_audit_object", "workspace_id", "object", "id"),
)
