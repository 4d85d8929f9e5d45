"""Whose a run is by now, and which empty lists nothing has proven yet.

A migration is a record of what was done, so it defines its tables itself; `schema.py` says what they are now.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text

from leadwire.store.schema import PREFIX, SCHEMA, place_internal
from leadwire.store.walls import enclose_shared

revision = "0003_proof"
down_revision = "0002_hooks"
branch_labels = None
depends_on = None

PLAIN = MetaData()

Table(
    "unproven",
    PLAIN,
    Column("workspace_id", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("lead_type", Text, primary_key=True),
    Column("form_id", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
)


def upgrade() -> None:
    """Count the beginnings of a run; make the table, and wall it in on PostgreSQL."""
    connection = op.get_bind()
    on_postgres = connection.dialect.name == "postgresql"
    runs, schema = ("runs", SCHEMA) if on_postgres else (f"{PREFIX}runs", None)
    op.add_column(runs, Column("epoch", Integer, nullable=False, server_default="0"), schema=schema)
    for table in place_internal(PLAIN, connection.dialect.name).values():
        table.create(connection)
        if on_postgres:
            for statement in enclose_shared(table.fullname):
                connection.exec_driver_sql(statement)
