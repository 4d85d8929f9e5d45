"""How many leads each form has, by counters: pages ask every other second, and the ledger is long.

The counters change in the transaction that changes the ledger, by what its rows of some ids were before and are
after, so they always equal a full count. The tombstone of a lead that never was here is no lead.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeAlias

from sqlalchemy import BigInteger, case, cast, func

from leadwire.domain.times import Millis
from leadwire.store.rows import LeadCount
from leadwire.store.scope import Scope, insert_into

Key: TypeAlias = tuple[str, str]  # owner, form id


class Tally(NamedTuple):
    """Leads of one form and owner."""

    total: int
    test: int
    deleted: int
    newest: Millis


NONE = Tally(0, 0, 0, 0)
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
        given = [
            column == wanted
            for column, wanted in ((c.owner, owner), (c.form_id, form_id))
            if wanted is not None
        ]
        sums = (cast(func.sum(c[name]), BigInteger) for name in SUMS)
        statement = self._rows.select(c.form_id, *sums, func.max(c.newest)).where(*given)
        found = self._rows.connection.execute(statement.group_by(c.form_id).order_by(c.form_id))
        return tuple(LeadCount(*row) for row in found)

    @contextmanager
    def over(self, ids: Collection[str]) -> Iterator[frozenset[str]]:
        """Keep the counters exact over whatever the block does to the ledger's rows of these ids.

        The block is given the forms that they are leads of.
        """
        self._scope.hold_landing()
        before = self._tallies(ids)
        yield frozenset(form_id for _, form_id in before)
        after = self._tallies(ids)
        changed = [key for key in sorted(before | after) if before.get(key) != after.get(key)]
        self._add([_row(key, before.get(key, NONE), after.get(key, NONE)) for key in changed])
        for key in changed:
            if after.get(key, NONE).newest < before.get(key, NONE).newest:
                self._look_for_newest(*key)

    def forget(self, owner: str) -> None:
        """All leads of an owner are gone."""
        self._rows.remove(self._rows.c.owner == owner)

    def _tallies(self, ids: Collection[str]) -> dict[Key, Tally]:
        c = self._ledger.c
        tests = func.sum(case((c.test_lead, 1), else_=0))
        tally = (func.count(), tests, func.count(c.deleted_at), func.max(c.submitted_at))
        statement = self._ledger.select(c.owner, c.form_id, *tally).where(c.lead_id.in_(ids), c.stored_at > 0)
        found = self._ledger.connection.execute(statement.group_by(c.owner, c.form_id))
        return {(row.owner, row.form_id): Tally(*row[2:]) for row in found}

    def _add(self, rows: Sequence[Mapping[str, str | int]]) -> None:
        if not rows:
            return
        c, statement = self._rows.c, insert_into(self._rows.table, self._scope.place.dialect)
        more = statement.excluded
        changes = {name: c[name] + more[name] for name in SUMS}
        newest = case((c.newest < more.newest, more.newest), else_=c.newest)
        statement = statement.on_conflict_do_update(
            index_elements=list(self._rows.table.primary_key), set_={**changes, "newest": newest}
        )
        own = {"workspace_id": self._scope.workspace_id}
        self._rows.connection.execute(statement, [{**own, **row} for row in rows])

    def _look_for_newest(self, owner: str, form_id: str) -> None:
        """What may have been the newest lead of a form has left it."""
        c, lead = self._rows.c, self._ledger.c
        here = (c.owner == owner, c.form_id == form_id)
        self._rows.remove(*here, c.total == 0)
        left = self._ledger.select(lead.submitted_at).where(lead.owner == owner, lead.form_id == form_id)
        newest = left.order_by(lead.submitted_at.desc()).limit(1)
        self._rows.change(*here, newest=newest.scalar_subquery())


def _row(key: Key, before: Tally, after: Tally) -> dict[str, str | int]:
    """What to add to a counter; `newest` as it is after."""
    more = {name: getattr(after, name) - getattr(before, name) for name in SUMS}
    return {"owner": key[0], "form_id": key[1], **more, "newest": after.newest}
