"""Figures over time, for pages that stay open: each is bounded by an index, never a look at every lead."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import BigInteger, cast, func, literal_column

from leadwire.domain.times import DAY, Millis
from leadwire.store.scope import Scope

STORED = "stored"  # how a push ends whose lead was fetched for it


class Figures:
    """The figures of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._ledger, self._inbox = scope.own("ledger"), scope.own("inbox")

    def submitted(self, owners: Collection[str], since: Millis) -> Mapping[tuple[str, Millis], int]:
        """How many leads of an owner were submitted on a day (its beginning, UTC), from `since` on.

        Reads an index of these owners and days alone; a lead that is deleted by now was submitted all the same.
        """
        c = self._ledger.c
        day = cast(c.submitted_at - c.submitted_at % literal_column(str(DAY)), BigInteger)
        counted = self._ledger.select(c.owner, day, func.count()).where(
            c.owner.in_(sorted(owners)), c.submitted_at >= since
        )
        found = self._ledger.connection.execute(counted.group_by(c.owner, day))
        return {(owner, start): count for owner, start, count in found}

    def push_delays(self, since: Millis, until: Millis, most: int) -> Sequence[Millis]:
        """From the receipt of a push to its lead in the store, ascending: of the last `most` pushes whose leads
        were stored in `[since, until)`.
        """
        c = self._inbox.c
        took = self._inbox.select(c.finished_at - c.received_at).where(
            c.finished_at >= since, c.finished_at < until, c.outcome == STORED
        )
        return sorted(self._inbox.connection.scalars(took.order_by(c.finished_at.desc()).limit(most)))
