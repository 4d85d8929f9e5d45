"""What LinkedIn pushes: the serials of the addresses it is given, and the inbox.

A migration is a record of what was done, so it defines its tables itself; `schema.py` says what they are now.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, text

from leadwire.store.schema import place_internal
from leadwire.store.walls import enclose_shared

revision = "0002_hooks"
down_revision = "0001"
branch_labels = None
depends_on = None

PLAIN = MetaData()
OPEN, KNOWN, FINISHED = "state <> 'done'", "lead_id IS NOT NULL", "finished_at IS NOT NULL"


def _partial(name: str, where: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


Table(
    "hooks",
    PLAIN,
    Column("workspace_id", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("serial", BigInteger, primary_key=True),
    Column("made_at", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("challenged_at", BigInteger),
    Column("pushed_at", BigInteger),
)
Table(
    "inbox",
    PLAIN,
    Column("workspace_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("owner", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("lead_id", Text),
    Column("form_id", Text),
    Column("form_version", Integer),
    Column("lead_type", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("occurred_at", BigInteger),
    Column("state", Text, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("outcome", Text),
    Column("copies", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("finished_at", BigInteger),
    Index("_ix_inbox_key", "workspace_id", "key", unique=True),
    _partial("_ix_inbox_open", OPEN, "state", "workspace_id", "owner", "due_at"),
    _partial("_ix_inbox_lead", KNOWN, "workspace_id", "lead_id"),
    _partial("_ix_inbox_finished", FINISHED, "finished_at"),
)


def upgrade() -> None:
    """Make both tables, and wall them in on PostgreSQL; the door looks across workspaces."""
    connection = op.get_bind()
    for table in place_internal(PLAIN, connection.dialect.name).values():
        table.create(connection)
        if connection.dialect.name == "postgresql":
            for statement in enclose_shared(table.fullname, lookup=True):
                connection.exec_driver_sql(statement)
