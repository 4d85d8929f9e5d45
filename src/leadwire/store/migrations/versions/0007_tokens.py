"""How grants were found, beat by beat.

A migration is a record of what was done, so it defines its tables itself; `schema.py` says what they are now.
"""

revision = "0007_tokens"
down_revision = "0006_alerts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
