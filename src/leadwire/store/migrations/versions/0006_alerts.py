"""What people are to be told of.

A migration is a record of what was done, so it defines its tables itself; `schema.py` says what they are now.
"""

revision = "0006_alerts"
down_revision = "0005_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
