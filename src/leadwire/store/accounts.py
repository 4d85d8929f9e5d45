"""Owners of leads: what LinkedIn says of them, what people want of them, who may read them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, Table, and_, case, select

from leadwire.domain.errors import Problem
from leadwire.domain.texts import storable_row
from leadwire.domain.times import Millis
from leadwire.store.errors import nothing
from leadwire.store.paging import page
from leadwire.store.rows import Access, Account, AccountFacts, Page, Sync
from leadwire.store.scope import Build, Scope, among

FACTS = tuple(AccountFacts.__slots__)
READS = {"yes": 0, "probably": 1}
UNTOUCHED = {"sync_enabled": False, "push": False, "lead_types": [], "removed_at": None}


class Accounts:
    """The accounts of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._rows = scope.own("accounts")
        self._access = scope.own("access")
        self._connections = scope.own("connections")

    def put(self, facts: Sequence[AccountFacts], now: Millis) -> tuple[str, ...]:
        """What LinkedIn says now; what people want stays. The owners that are new here."""
        owners = [fact.owner for fact in facts]
        c = self._rows.c
        there = set(self._rows.connection.scalars(self._rows.select(c.owner).where(c.owner.in_(owners))))
        rows = [{**storable_row(asdict(fact)), "seen_at": now, **UNTOUCHED} for fact in facts]
        self._rows.upsert(rows, keep=("sync_enabled", "push", "lead_types"))
        return tuple(owner for owner in dict.fromkeys(owners) if owner not in there)

    def get(self, owner: str) -> Account:
        """One account. NotFound."""
        row = self._rows.row(owner=owner)
        if row is None:
            raise nothing("account", owner)
        return self._account(row, self._best([owner]))

    def page(self, limit: int = 50, after: str | None = None) -> Page[Account]:
        """Accounts, the latest to appear in the alphabet of owners first."""
        rows = page(
            self._rows.connection, self._rows.select(), [self._rows.c.owner], limit, after, lambda row: row
        )
        best = self._best([row.owner for row in rows.items])
        return Page(tuple(self._account(row, best) for row in rows.items), rows.next)

    def all(self, enabled: bool | None = None) -> tuple[Account, ...]:
        """All accounts, or those whose sync is on (off)."""
        statement = self._rows.select().order_by(self._rows.c.owner)
        if enabled is not None:
            statement = statement.where(self._rows.c.sync_enabled == enabled)
        rows = self._rows.connection.execute(statement).all()
        best = self._best(None)
        return tuple(self._account(row, best) for row in rows)

    def set_sync(self, owner: str, sync: Sync, now: Millis) -> Account:
        """What people want of it from now on. NotFound."""
        changed = self._rows.change(
            self._rows.c.owner == owner,
            sync_enabled=sync.enabled,
            push=sync.push,
            poll_interval=sync.poll_interval,
            lead_types=list(sync.lead_types),
            sync_changed_at=now,
        )
        if not changed:
            raise nothing("account", owner)
        return self.get(owner)

    def mark_removed(self, owners: Collection[str], at: Millis) -> None:
        """No connection sees them any more; the first time counts."""
        self._rows.change(self._rows.c.owner.in_(owners), self._rows.c.removed_at.is_(None), removed_at=at)

    def put_access(self, accesses: Sequence[Access]) -> None:
        """What connections may do for accounts, as checked."""
        self._access.upsert([storable_row(asdict(access)) for access in accesses])

    def access(self, owner: str) -> tuple[Access, ...]:
        """Who may read it, best first: living connections, then those surely able, then the newest check."""
        return tuple(map(_access, self._ranked([owner])))

    def drop_access(self, connection_id: str, keep: Collection[str] = ()) -> tuple[str, ...]:
        """A connection sees these accounts only; the owners that it no longer sees."""
        c = self._access.c
        gone = and_(c.connection_id == connection_id, c.owner.not_in(keep))
        owners = tuple(row.owner for row in self._access.rows(gone))
        self._access.remove(gone)
        return owners

    def _best(self, owners: Sequence[str] | None) -> dict[str, Access]:
        best: dict[str, Access] = {}
        for row in self._ranked(owners):
            if row.state == "active":
                best.setdefault(row.owner, _access(row))
        return best

    def _ranked(self, owners: Sequence[str] | None) -> Iterable[Row[Any]]:
        build = _ranking(self._connections.table, owners is None)
        return self._access.ask(build, **({} if owners is None else {"owners": owners}))

    @staticmethod
    def _account(row: Row[Any], best: Mapping[str, Access]) -> Account:
        facts = {name: row._mapping[name] for name in FACTS}
        sync = Sync(row.sync_enabled, row.push, row.poll_interval, tuple(row.lead_types))
        return Account(
            facts=AccountFacts(**{**facts, "serving_statuses": tuple(row.serving_statuses)}),
            sync=sync,
            access=best.get(row.owner),
            seen_at=row.seen_at,
            sync_changed_at=row.sync_changed_at,
            removed_at=row.removed_at,
        )


@cache
def _ranking(connections: Table, whole: bool) -> Build:
    """Who may read what, best first: of all owners, or of those in the parameter `owners`."""

    def build(access: Table) -> Select[Any]:
        c, of = access.c, connections.c
        rank = case(READS, value=c.can_read, else_=len(READS))
        living = case((of.state == "active", 0), else_=1)
        joined = access.join(connections, and_(of.workspace_id == c.workspace_id, of.id == c.connection_id))
        statement = select(*c, of.state).select_from(joined)
        if not whole:
            statement = statement.where(among(c.owner, "owners"))
        return statement.order_by(living, rank, c.checked_at.desc(), c.connection_id)

    return build


def _access(row: Row[Any]) -> Access:
    problems = tuple(Problem(**problem) for problem in row.problems)
    roles = tuple(row.organization_roles)
    return Access(row.connection_id, row.owner, row.role, roles, row.can_read, problems, row.checked_at)
