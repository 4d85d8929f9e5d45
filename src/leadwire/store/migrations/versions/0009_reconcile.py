"""What a second reading found.

A migration is a record of what was done, so it defines its tables itself; `schema.py` says what they are now.
"""

revision = "0009_reconcile"
down_revision = "0008_absence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
