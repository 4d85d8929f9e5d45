"""What a second reading found.

A migration is a record of what was done, so it defines its tables itself; `schema.py` says what they are now.
"""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, MetaData, Table, Text

from leadwire.store.schema import place_internal
from leadwire.store.walls import enclose_shared

revision = "0009_reconcile"
down_revision = "0008_absence"
branch_labels = None
depends_on = None

PLAIN = MetaData()


def _keys(*names: str) -> list[Column[str]]:
    return [Column(name, Text, primary_key=True) for name in names]


def _numbers(*names: str) -> list[Column[int]]:
    return [Column(name, BigInteger, nullable=False) for name in names]


Table(
    "shown",
    PLAIN,
    *_keys("workspace_id", "run_id", "lead_id"),
    Column("owner", Text, nullable=False),
    Column("form_id", Text, nullable=False),
    *_numbers("submitted_at"),
    Column("digest", LargeBinary),
    Column("repaired", Boolean(create_constraint=False), nullable=False),
    Index("_ix_shown_owner", "workspace_id", "owner", "run_id"),
)
Table(
    "certificates",
    PLAIN,
    *_keys("workspace_id", "run_id"),
    Column("owner", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("dry_run", Boolean(create_constraint=False), nullable=False),
    *_numbers("checked_at", "since", "until", "pulled", "stored", "quarantined"),
    *_numbers("missing", "extra", "repaired"),
    Index("_ix_certificates_owner", "workspace_id", "owner", "run_id"),
)
Table(
    "certificate_days",
    PLAIN,
    *_keys("workspace_id", "owner"),
    Column("day", BigInteger, primary_key=True),
    *_keys("form_id"),
    Column("run_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    *_numbers("checked_at", "until", "pushed", "pulled", "stored"),
    *_numbers("quarantined", "erased", "missing", "extra", "repaired"),
)
Table(
    "differences",
    PLAIN,
    *_keys("workspace_id", "owner"),
    Column("day", BigInteger, primary_key=True),
    *_keys("form_id", "kind", "lead_id"),
    Index("_ix_differences_lead", "workspace_id", "lead_id"),
)


def upgrade() -> None:
    """Make the tables, and wall them in on PostgreSQL."""
    connection = op.get_bind()
    for table in place_internal(PLAIN, connection.dialect.name).values():
        table.create(connection)
        if connection.dialect.name == "postgresql":
            for statement in enclose_shared(table.fullname):
                connection.exec_driver_sql(statement)
