"""What an empty list means: nothing to read, or nobody who may. LinkedIn may answer a lost role with an empty list.

So it proves something only where whoever asked was found able just before. What was asked at another time waits, and
is asked again as soon as a verdict says yes. That a verdict comes after the list proves nothing: people look at it
when they have just got a role back.
"""

from __future__ import annotations

from leadwire.domain.owners import shard
from leadwire.domain.times import MINUTE, Millis
from leadwire.store import Tx

FRESH: Millis = 2 * MINUTE  # between a verdict and the list that it vouches for
SURE, MAY = ("yes",), ("yes", "probably")


def believable(tx: Tx, owner: str, connection_id: str, asked_at: Millis) -> bool:
    """Whether an empty list, asked over a connection at `asked_at`, means that there is nothing to read."""
    at = _able_since(tx, owner, connection_id)
    return at is not None and 0 <= asked_at - at <= FRESH


def ask_again(tx: Tx, owner: str, connection_id: str, before: Millis, now: Millis) -> None:
    """A verdict is there: lists asked before it prove nothing any more, and are asked again if it is good."""
    forms = tx.coverage.drop_doubts(owner, before)
    if not forms or _able_since(tx, owner, connection_id) is None or not tx.accounts.get(owner).sync.enabled:
        return
    for form_id in forms:
        kind, key = ("form", form_id) if form_id else ("poll", owner)
        tx.schedule.hasten(kind, key, shard(owner), now)


def _able_since(tx: Tx, owner: str, connection_id: str) -> Millis | None:
    """When a connection was found able to read; a weak role counts where leads have been shown."""
    good = MAY if tx.leads.counts(owner) else SURE
    found = (one for one in tx.accounts.access(owner) if one.connection_id == connection_id)
    return next((one.checked_at for one in found if one.can_read in good), None)
