"""What LinkedIn shows while a second reading goes on, and how it differs from what is stored."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    literal_column,
    or_,
    tuple_,
)

from leadwire.domain.times import DAY, Millis
from leadwire.store.check_rows import Absent, Judged, Odd, Shown, Spotted
from leadwire.store.scope import Scope


class Checks:
    """The second readings of one workspace. Lists come in parts, so that any number of leads takes the same room."""

    def __init__(self, scope: Scope) -> None:
        self._shown, self._ledger = scope.own("shown"), scope.own("ledger")
        self._quarantine, self._inbox = scope.own("quarantine"), scope.own("inbox")

    def show(self, run_id: str, owner: str, seen: Sequence[Shown]) -> None:
        """Keep what a page showed; what was repaired stays so, however often it is shown again."""
        once = {one.lead_id: one for one in seen}
        rows = [
            {
                "run_id": run_id,
                "owner": owner,
                **{name: getattr(one, name) for name in Shown.__slots__},
            }
            for one in once.values()
        ]
        self._shown.upsert(rows, keep=("repaired",))

    def full_at(self, owner: str, lead_type: str, since: Millis, rows: int) -> Millis | None:
        """When the store's `rows`-th lead from `since` on was submitted; None where there are fewer."""
        c = self._ledger.c
        of = (c.owner == owner, c.lead_type == lead_type, c.submitted_at >= since)
        later = self._ledger.select(c.submitted_at).where(*of).order_by(c.submitted_at)
        at: Millis | None = self._ledger.connection.scalar(later.offset(rows - 1).limit(1))
        return at

    def pulled(self, of: Judged) -> dict[Spotted, int]:
        """How many elements were shown."""
        c = self._shown.c
        return self._counts(self._shown.select(*_grouped(c)).where(*self._in(of)).group_by(*_spot(c)))

    def stored(self, of: Judged) -> dict[Spotted, int]:
        """How many leads live here."""
        c = self._ledger.c
        return self._counts(self._ledger.select(*_grouped(c)).where(*self._here(of)).group_by(*_spot(c)))

    def pushed(self, of: Judged, since: Millis) -> dict[Spotted, int]:
        """How many stored leads were pushed since then."""
        c, pushed = self._ledger.c, self._inbox.c
        told = exists().where(
            self._inbox.mine,
            pushed.lead_id == c.lead_id,
            pushed.action == "CREATED",
            pushed.received_at >= since,
        )
        where = (c.owner == of.owner, c.lead_type.in_(list(of.kept)), *_within(c, of), told)
        return self._counts(self._ledger.select(*_grouped(c)).where(*where).group_by(*_spot(c)))

    def waiting(self, of: Judged) -> dict[Spotted, int]:
        """How many stored leads have a value in open quarantine."""
        c, noted = self._ledger.c, self._quarantine.c
        one = exists().where(
            self._quarantine.mine,
            noted.lead_id == c.lead_id,
            noted.level == "field",
            noted.state == "open",
        )
        statement = self._ledger.select(*_grouped(c)).where(*self._here(of), one)
        return self._counts(statement.group_by(*_spot(c)))

    def odd(self, of: Judged, after: str, limit: int) -> tuple[Odd, ...]:
        """Shown elements behind an id that were repaired, or are not in the ledger, or are no readable leads."""
        c, there = self._shown.c, self._ledger.c
        stored = exists().where(self._ledger.mine, there.lead_id == c.lead_id)
        telling = or_(c.repaired, c.digest.is_not(None), ~stored)
        columns = (c.lead_id, c.form_id, c.submitted_at, c.repaired, stored, self._noted(of))
        statement = self._shown.select(*columns).where(*self._in(of), c.lead_id > after, telling)
        found = self._shown.connection.execute(statement.order_by(c.lead_id).limit(limit))
        return tuple(Odd(*row) for row in found)

    def absent(self, of: Judged, after: Absent | None, limit: int) -> tuple[Absent, ...]:
        """Living leads behind one that LinkedIn should show and did not, by submission.

        A lead that was read in another way since the run began is there.
        """
        c = self._ledger.c
        where = [*self._absent(of)]
        if after is not None:
            where += [c.submitted_at >= after.submitted_at]
            where += [tuple_(c.submitted_at, c.lead_id) > tuple_(after.submitted_at, after.lead_id)]
        statement = self._ledger.select(*(c[name] for name in Absent.__slots__)).where(*where)
        statement = statement.order_by(c.submitted_at, c.lead_id).limit(limit)
        return tuple(Absent(*row) for row in self._ledger.connection.execute(statement))

    def newly_absent(self, of: Judged) -> int:
        """How many of them were not known to be missing."""
        c = self._ledger.c
        statement = self._ledger.select(func.count()).where(*self._absent(of), c.missing_since.is_(None))
        return int(self._ledger.connection.scalar(statement) or 0)

    def left(self, owner: str, besides: Collection[str]) -> tuple[str, ...]:
        """The runs of an owner that have left something, but for some of them."""
        c = self._shown.c
        statement = self._shown.select(c.run_id).where(c.owner == owner, c.run_id.not_in(list(besides)))
        return tuple(self._shown.connection.scalars(statement.distinct()))

    def clear(self, run_id: str, limit: int) -> int:
        """Forget some of what a run was shown; how many."""
        c = self._shown.c
        some = self._shown.select(c.lead_id).where(c.run_id == run_id).limit(limit)
        return self._shown.remove(c.run_id == run_id, c.lead_id.in_(some))

    def _noted(self, of: Judged) -> Any:
        """`open`, or another state, of the quarantine's note of the same bytes; NULL where there is none."""
        c, noted = self._shown.c, self._quarantine.c
        same = (noted.digest == c.digest, noted.owner == of.owner, noted.level == "lead")
        states = self._quarantine.select(noted.state).where(*same)
        return states.order_by(noted.state != "open").limit(1).scalar_subquery()

    def _in(self, of: Judged) -> tuple[ColumnElement[bool], ...]:
        c = self._shown.c
        return (c.run_id == of.run_id, *_within(c, of))

    def _here(self, of: Judged) -> tuple[ColumnElement[bool], ...]:
        c = self._ledger.c
        living = (c.deleted_at.is_(None), c.stored_at > 0)
        return (c.owner == of.owner, c.lead_type.in_(list(of.kept)), *_within(c, of), *living)

    def _absent(self, of: Judged) -> tuple[ColumnElement[bool], ...]:
        c, there = self._ledger.c, self._shown.c
        kept = (and_(c.lead_type == kind, c.submitted_at >= since) for kind, since in of.kept.items())
        shown = exists().where(self._shown.mine, there.run_id == of.run_id, there.lead_id == c.lead_id)
        return (*self._here(of), or_(false(), *kept), c.issued_at < of.started_at, ~shown)

    def _counts(self, statement: Select[Any]) -> dict[Spotted, int]:
        found = self._shown.connection.execute(statement)
        return {(row[0], row[1] * DAY): row[2] for row in found}


def _spot(c: Any) -> tuple[Any, Any]:
    # No parameter: PostgreSQL would not see that what is grouped by is what is selected.
    return c.form_id, c.submitted_at // literal_column(str(DAY), BigInteger)


def _grouped(c: Any) -> tuple[Any, ...]:
    return (*_spot(c), func.count())


def _within(c: Any, of: Judged) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return c.submitted_at >= of.since, c.submitted_at < of.until
