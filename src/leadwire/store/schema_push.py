"""Tables of what LinkedIn is told to push, and of what it pushed."""

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, Table, text

from leadwire.store.schema_kit import PLAIN, key, may, need, of_workspace
from leadwire.store.types import Json

Table(
    "hooks",
    PLAIN,
    *of_workspace("owner"),
    key("serial", BigInteger),
    need("made_at", BigInteger),
    may("until", BigInteger),
    may("challenged_at", BigInteger),
    may("pushed_at", BigInteger),
)
Table(
    "inbox",
    PLAIN,
    *of_workspace("id"),
    need("key", LargeBinary),
    need("owner"),
    need("received_at", BigInteger),
    need("raw", LargeBinary),
    may("lead_id"),
    may("form_id"),
    may("form_version", Integer),
    need("lead_type"),
    need("action"),
    may("occurred_at", BigInteger),
    need("state"),
    need("due_at", BigInteger),
    may("outcome"),
    need("copies", Integer),
    need("attempts", Integer),
    may("finished_at", BigInteger),
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
Table(
    "webhooks",
    PLAIN,
    *of_workspace("id"),
    *map(need, ("owner", "lead_type", "form_id", "state")),
    may("problem", Json),
    need("held", Json),
    need("created_at", BigInteger),
    may("registered_at", BigInteger),
    may("seen_at", BigInteger),
    Index("_ix_webhooks_wish", "workspace_id", "owner", "lead_type", "form_id", unique=True),
)
