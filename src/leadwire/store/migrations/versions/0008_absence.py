"""What LinkedIn does not show any more, until it is certain.

A migration is a record of what was done, so it defines its tables itself; `schema.py` says what they are now.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text

from leadwire.store.schema import place_internal
from leadwire.store.walls import enclose_shared

revision = "0008_absence"
down_revision = "0007_tokens"
branch_labels = None
depends_on = None

PLAIN = MetaData()

Table(
    "absences",
    PLAIN,
    Column("workspace_id", Text, primary_key=True),
    Column("lead_id", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("owner", "state")),
    Column("since", BigInteger, nullable=False),
    Column("told_at", BigInteger),
    Column("gone_at", BigInteger),
    Column("due_at", BigInteger, nullable=False),
    Index("_ix_absences_due", "workspace_id", "owner", "due_at"),
)
Table(
    "absence_holds",
    PLAIN,
    Column("workspace_id", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in ("since", "missing", "living")),
)


def upgrade() -> None:
    """Make the tables, and wall them in on PostgreSQL."""
    connection = op.get_bind()
    for table in place_internal(PLAIN, connection.dialect.name).values():
        table.create(connection)
        if connection.dialect.name == "postgresql":
            for statement in enclose_shared(table.fullname):
                connection.exec_driver_sql(statement)
