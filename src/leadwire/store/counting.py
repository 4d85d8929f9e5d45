"""How many leads each form has, by counters: pages ask every other second, and the ledger is long.

The counters change in the transaction that changes the ledger, by what its rows of some ids were before and are
after, so they always equal a full count. The tombstone of a lead that never was here is no lead.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import BigInteger, Insert, Select, Table, case, cast, func, select

from leadwire.domain.times import Millis
from leadwire.store.rows import LeadCount
from leadwire.store.schema import dialect_of
from leadwire.store.scope import Scope, among, insert_into

Key: TypeAlias = tuple[str, str]  # owner, form id


class Counted(NamedTuple):
    """What the counters need to know of a lead."""

    owner: str
    form_id: str
    submitted_at: Millis
    test: bool
    deleted: bool


class Tally(NamedTuple):
    """Leads of one form and owner."""

    total: int = 0
    test: int = 0
    deleted: int = 0
    newest: Millis = 0


SUMS = ("total", "test", "deleted")


class Counting:
    """The counters of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._rows = scope.own("lead_counts")
        self._ledger = scope.own("ledger")

    def counts(self, owner: str | None = None, form_id: str | None = None) -> tuple[LeadCount, ...]:
        """How many leads each form has, of all owners or of one; or one form alone."""
        c = self._rows.c
        wanted = ((c.owner, owner), (c.form_id, form_id))
        sums = (cast(func.sum(c[name]), BigInteger) for name in SUMS)
        statement = self._rows.select(c.form_id, *sums, func.max(c.newest))
        statement = statement.where(*(column == value for column, value in wanted if value is not None))
        found = self._rows.connection.execute(statement.group_by(c.form_id).order_by(c.form_id))
        return tuple(LeadCount(*row) for row in found)

    def mark(self) -> str:
        """A text that is another one once leads have come or gone."""
        c = self._rows.c
        sums = (cast(func.sum(c[name]), BigInteger) for name in ("total", "deleted"))
        row = self._rows.connection.execute(self._rows.select(*sums, func.max(c.newest))).one()
        return "-".join(str(value or 0) for value in row)

    @contextmanager
    def over(self, ids: Collection[str]) -> Iterator[None]:
        """Keep the counters exact over whatever the block does to the ledger's rows of these ids."""
        self._scope.hold_landing()
        before = self.leads(ids)
        yield
        self.move(before, self.leads(ids))

    def leads(self, ids: Collection[str]) -> list[Counted]:
        """Those of the ids that are leads."""
        return [Counted(*row) for row in self._ledger.ask(_leads, ids=ids)]

    def move(self, before: Iterable[Counted], after: Iterable[Counted]) -> None:
        """Take from the counters what the ledger held of some ids, and add what it holds now."""
        were, are = _tallies(before), _tallies(after)
        for key in sorted(were | are):
            was, now = were.get(key, Tally()), are.get(key, Tally())
            if was != now:
                self._add(key, [more - less for more, less in zip(now[:3], was[:3], strict=True)], now.newest)
            if now.newest < was.newest:
                self._look_for_newest(*key)

    def forget(self, owner: str) -> None:
        """All leads of an owner are gone."""
        self._rows.remove(self._rows.c.owner == owner)

    def _add(self, key: Key, more: Iterable[int], newest: Millis) -> None:
        values = (self._scope.workspace_id, *key, *more, newest)
        self._rows.connection.execute(
            _adding(self._rows.table), dict(zip(self._rows.c.keys(), values, strict=True))
        )

    def _look_for_newest(self, owner: str, form_id: str) -> None:
        """What may have been the newest lead of a form has left it."""
        c, lead = self._rows.c, self._ledger.c
        here = (c.owner == owner, c.form_id == form_id)
        self._rows.remove(*here, c.total == 0)
        left = self._ledger.select(lead.submitted_at).where(lead.owner == owner, lead.form_id == form_id)
        newest = left.order_by(lead.submitted_at.desc()).limit(1)
        self._rows.change(*here, newest=newest.scalar_subquery())


def _leads(ledger: Table) -> Select[Any]:
    # Not counted by the database: to group, SQLite would take the index of all leads of the owner.
    c = ledger.c
    facts = (c.owner, c.form_id, c.submitted_at, c.test_lead, c.deleted_at.is_not(None))
    return select(*facts).where(among(c.lead_id, "ids"), c.stored_at > 0)


@cache
def _adding(counts: Table) -> Insert:
    c, statement = counts.c, insert_into(counts, dialect_of(counts))
    told = statement.excluded
    changes = {name: c[name] + told[name] for name in SUMS}
    changes["newest"] = case((c.newest < told.newest, told.newest), else_=c.newest)
    return statement.on_conflict_do_update(index_elements=list(counts.primary_key), set_=changes)


def _tallies(leads: Iterable[Counted]) -> dict[Key, Tally]:
    groups: dict[Key, list[Counted]] = defaultdict(list)
    for lead in leads:
        groups[lead.owner, lead.form_id].append(lead)
    return {key: _tally(group) for key, group in groups.items()}


def _tally(leads: list[Counted]) -> Tally:
    return Tally(
        len(leads),
        sum(lead.test for lead in leads),
        sum(lead.deleted for lead in leads),
        max(lead.submitted_at for lead in leads),
    )
