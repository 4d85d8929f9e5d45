"""What people want LinkedIn to tell us of.

A migration is a record of what was done, so it defines its table itself; `schema.py` says what it is now.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text

from leadwire.store.schema import place_internal
from leadwire.store.types import Json
from leadwire.store.walls import enclose_shared

revision = "0005_webhooks"
down_revision = "0004_mapping"
branch_labels = None
depends_on = None

PLAIN = MetaData()

Table(
    "webhooks",
    PLAIN,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("owner", "lead_type", "form_id", "state")),
    Column("problem", Json),
    Column("held", Json, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("registered_at", BigInteger),
    Column("seen_at", BigInteger),
    Index("_ix_webhooks_wish", "workspace_id", "owner", "lead_type", "form_id", unique=True),
)


def upgrade() -> None:
    """Make the table, and wall it in on PostgreSQL."""
    connection = op.get_bind()
    for table in place_internal(PLAIN, connection.dialect.name).values():
        table.create(connection)
        if connection.dialect.name == "postgresql":
            for statement in enclose_shared(table.fullname):
                connection.exec_driver_sql(statement)
