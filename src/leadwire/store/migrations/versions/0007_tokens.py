"""How grants were found, beat by beat; and what LinkedIn's quotas were seen to be.

A migration is a record of what was done, so it defines its tables itself; `schema.py` says what they are now.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, text

from leadwire.store.schema import dialect_of, place_internal
from leadwire.store.walls import enclose_shared

revision = "0007_tokens"
down_revision = "0006_alerts"
branch_labels = None
depends_on = None

PLAIN = MetaData()

Table(
    "beats",
    PLAIN,
    *(Column(name, Text, primary_key=True) for name in ("workspace_id", "connection_id")),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("method", Text, nullable=False),
    Column("result", Text, nullable=False),
)
Table(
    "limits",
    PLAIN,
    *(Column(name, Text, primary_key=True) for name in ("endpoint", "whose")),
    Column("calls", BigInteger, nullable=False),
    Column("learned_at", BigInteger, nullable=False),
)

# Whatever holds a living grant has a verdict due.
BEATS_TO_COME = """
INSERT INTO {schedule} (workspace_id, kind, key, shard, due_at, attempts)
SELECT workspace_id, 'heartbeat', key, shard, due_at, 0 FROM {schedule} WHERE kind = 'verdict'
"""


def upgrade() -> None:
    """Make the tables, wall the beats in on PostgreSQL, and have the grants there are asked about."""
    connection = op.get_bind()
    made = place_internal(PLAIN, connection.dialect.name)
    for table in made.values():
        table.create(connection)
    beats = made["beats"]
    if dialect_of(beats) == "postgresql":
        for statement in enclose_shared(beats.fullname):
            connection.exec_driver_sql(statement)
    schedule = beats.fullname.replace("beats", "schedule")
    connection.execute(text(BEATS_TO_COME.format(schedule=schedule)))
