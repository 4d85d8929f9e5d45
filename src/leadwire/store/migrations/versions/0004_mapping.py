"""The mapping of a workspace. The view `contacts` itself is made with the workspace's place.

A migration is a record of what was done, so it defines its tables itself; `schema.py` says what they are now.
"""

from alembic import op
from sqlalchemy import Column, MetaData, Table, Text

from leadwire.store.schema import place_internal
from leadwire.store.types import Json
from leadwire.store.walls import enclose_shared

revision = "0004_mapping"
down_revision = "0003_proof"
branch_labels = None
depends_on = None

PLAIN = MetaData()

Table(
    "mappings",
    PLAIN,
    Column("workspace_id", Text, primary_key=True),
    Column("fields", Json),
    Column("view", Text),
)


def upgrade() -> None:
    """Make the table, and wall it in on PostgreSQL."""
    connection = op.get_bind()
    for table in place_internal(PLAIN, connection.dialect.name).values():
        table.create(connection)
        if connection.dialect.name == "postgresql":
            for statement in enclose_shared(table.fullname):
                connection.exec_driver_sql(statement)
