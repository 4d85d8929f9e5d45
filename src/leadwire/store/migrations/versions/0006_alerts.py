"""What people are to be told of, and what of it has been sent.

A migration is a record of what was done, so it defines its tables itself; `schema.py` says what they are now.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, text

from leadwire.store.schema import place_internal
from leadwire.store.walls import enclose_shared

revision = "0006_alerts"
down_revision = "0005_webhooks"
branch_labels = None
depends_on = None

PLAIN = MetaData()

Table(
    "alerts",
    PLAIN,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    *(
        Column(name, Text, nullable=False)
        for name in ("code", "object", "severity", "message", "remedy", "href", "rung")
    ),
    Column("since", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("acked_at", BigInteger),
    Column("acked_by", Text),
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
Table(
    "notices",
    PLAIN,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("alert_id", "channel", "kind", "state")),
    Column("at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("message_id", Text),
    Column("attempts", Integer, nullable=False),
    Column("tried_at", BigInteger),
    Column("error", Text),
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


def upgrade() -> None:
    """Make the tables, and wall them in on PostgreSQL."""
    connection = op.get_bind()
    for table in place_internal(PLAIN, connection.dialect.name).values():
        table.create(connection)
        if connection.dialect.name == "postgresql":
            for statement in enclose_shared(table.fullname):
                connection.exec_driver_sql(statement)
