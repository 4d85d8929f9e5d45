"""What LinkedIn does not show any more, until it is certain.

A migration is a record of what was done, so it defines its tables itself; `schema.py` says what they are now.
"""

revision = "0008_absence"
down_revision = "0007_tokens"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
