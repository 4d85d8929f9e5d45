"""Tables of what people are told of, and of what of it was sent."""

from sqlalchemy import BigInteger, Index, Integer, Table, text

from leadwire.store.schema_kit import PLAIN, may, need, of_workspace

Table(
    "alerts",
    PLAIN,
    *of_workspace("id"),
    *map(need, ("code", "object", "severity", "message", "remedy", "href", "rung")),
    need("since", BigInteger),
    need("opened_at", BigInteger),
    may("closed_at", BigInteger),
    may("acked_at", BigInteger),
    may("acked_by"),
    Index(
        "_ix_alerts_open",
        "workspace_id",
        "code",
        "object",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)
# `message_id`: of the message it went into, given before the first try, so that a message is the same each time.
Table(
    "notices",
    PLAIN,
    *of_workspace("id"),
    *map(need, ("alert_id", "channel", "kind", "state")),
    need("at", BigInteger),
    need("due_at", BigInteger),
    may("message_id"),
    need("attempts", Integer),
    may("tried_at", BigInteger),
    may("error"),
    Index(
        "_ix_notices_waiting",
        "workspace_id",
        "due_at",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("_ix_notices_alert", "workspace_id", "alert_id"),
    Index("_ix_notices_tried", "workspace_id", "channel", "tried_at"),
)
