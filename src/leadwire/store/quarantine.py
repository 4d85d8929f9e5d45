"""What did not fit: fields and whole leads, with their bytes, until somebody or something puts them right.

What a person decided about odd bytes, to put a value in their place or to accept them, stands for as long as
LinkedIn sends the same bytes; a row that only says so is `dismissed`: out of sight, its own bytes forgotten.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, func, null, select

from leadwire.domain.project import Json
from leadwire.domain.times import Millis
from leadwire.store.errors import nothing
from leadwire.store.paging import page
from leadwire.store.rows import Page, Quarantined, Spot, Trouble
from leadwire.store.scope import Scope, among

GIVEN = "given"  # a value is wrapped, so that a person's null differs from no value
DISMISSED = "dismissed"


class Quarantine:
    """The quarantine of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._rows = scope.own("quarantine")
        self._new_id = scope.new_id

    def note(self, trouble: Trouble, now: Millis) -> str | None:
        """Note a trouble; the same bytes in the same place are one, seen again and open again.

        Its id; None where a person accepted these bytes as they are.
        """
        c = self._rows.c
        same = [c.digest == trouble.digest, c.owner == trouble.owner, c.lead_type == trouble.lead_type]
        where = [*same, _equal(c.lead_id, trouble.lead_id), _equal(c.column, trouble.column)]
        known = self._rows.one(*where)
        if known is None:
            return self._first(trouble, now)
        if known.state == DISMISSED and known.value is None:
            return None
        seen = {"last_seen": now, "reason": trouble.reason, "raw": trouble.raw}
        self._rows.change(c.id == known.id, state="open", resolved_at=None, **seen)
        return str(known.id)

    def get(self, quarantine_id: str) -> Quarantined:
        """One trouble. NotFound."""
        return _quarantined(self._row(quarantine_id))

    def page(
        self,
        limit: int = 50,
        after: str | None = None,
        state: str | None = "open",
        owner: str | None = None,
        form_id: str | None = None,
        lead_id: str | None = None,
    ) -> Page[Quarantined]:
        """Troubles, newest first; the open ones, unless another state or None is asked for."""
        c = self._rows.c
        wanted = ((c.state, state), (c.owner, owner), (c.form_id, form_id), (c.lead_id, lead_id))
        given = (column == value for column, value in wanted if value is not None)
        statement = self._rows.select().where(c.state != DISMISSED, *given)
        return page(self._rows.connection, statement, [c.id], limit, after, _quarantined)

    def count(self, state: str = "open", level: str | None = None) -> int:
        """How many there are in a state, of one level or of both."""
        c = self._rows.c
        statement = self._rows.select(func.count()).where(c.state == state)
        if level is not None:
            statement = statement.where(c.level == level)
        return int(self._rows.connection.scalar(statement) or 0)

    def waiting(self, lead_ids: Collection[str]) -> dict[str, Spot]:
        """The open troubles of these leads, by id; of a whole lead the digest is that of all its bytes."""
        found = self._rows.ask(_waiting, ids=lead_ids)
        return {row.id: Spot(row.lead_id, row.column, row.digest) for row in found}

    def fixes(self, lead_ids: Collection[str]) -> dict[Spot, Json]:
        """What people gave in place of odd fields of these leads."""
        found = self._rows.ask(_fixes, ids=lead_ids)
        return {Spot(row.lead_id, row.column, row.digest): row.value[GIVEN] for row in found}

    def corrections(self, owner: str, lead_type: str, digests: Collection[bytes]) -> dict[bytes, Json]:
        """What people gave in place of members of whole leads, by the digest of the odd bytes."""
        c = self._rows.c
        whole = (c.level == "lead", c.owner == owner, c.lead_type == lead_type, c.value.is_not(None))
        statement = self._rows.select(c.digest, c.value).where(c.digest.in_(digests), *whole)
        return {bytes(row.digest): row.value[GIVEN] for row in self._rows.connection.execute(statement)}

    def set_value(self, quarantine_id: str, value: Json) -> None:
        """What a person puts in its place; it is open until that is done. NotFound."""
        self._set(quarantine_id, value={GIVEN: value}, state="open", resolved_at=None)

    def attempted(self, quarantine_id: str, now: Millis) -> None:
        """It was tried again. NotFound."""
        self._set(quarantine_id, attempts=self._rows.c.attempts + 1, last_seen=now)

    def close(self, quarantine_ids: Collection[str], now: Millis) -> None:
        """They are put right; what is not open stays as it is."""
        c = self._rows.c
        self._rows.change(c.id.in_(quarantine_ids), c.state == "open", state="resolved", resolved_at=now)

    def dismiss(self, quarantine_id: str) -> bool:
        """Take it out of sight, bytes and all. NotFound.

        An open one is accepted as it came: True if that drops a value which may be in the tables by now.
        Of a resolved one the correction stays, if there is one.
        """
        row, c = self._row(quarantine_id), self._rows.c
        drops = row.state == "open" and row.value is not None
        if row.state == "open":
            self._rows.change(c.id == row.id, state=DISMISSED, raw=None, value=null())
        elif row.value is not None:
            self._rows.change(c.id == row.id, state=DISMISSED, raw=None)
        else:
            self._rows.remove(c.id == row.id)
        return drops

    def _first(self, trouble: Trouble, now: Millis) -> str:
        noted = self._new_id(now)
        facts = {name: getattr(trouble, name) for name in Trouble.__slots__}
        self._rows.insert(id=noted, state="open", first_seen=now, last_seen=now, attempts=0, **facts)
        return noted

    def _row(self, quarantine_id: str) -> Row[Any]:
        row = self._rows.one(self._rows.c.id == quarantine_id, self._rows.c.state != DISMISSED)
        if row is None:
            raise nothing("quarantined item", quarantine_id)
        return row

    def _set(self, quarantine_id: str, **values: Any) -> None:
        if not self._rows.change(self._rows.c.id == quarantine_id, **values):
            raise nothing("quarantined item", quarantine_id)


def _waiting(quarantine: Table) -> Select[Any]:
    c = quarantine.c
    return select(c.id, c.lead_id, c.column, c.digest).where(among(c.lead_id, "ids"), c.state == "open")


def _fixes(quarantine: Table) -> Select[Any]:
    c = quarantine.c
    given = (c.column.is_not(None), c.value.is_not(None))
    return select(c.lead_id, c.column, c.digest, c.value).where(among(c.lead_id, "ids"), *given)


def _equal(column: ColumnElement[Any], value: str | None) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == value


def _quarantined(row: Row[Any]) -> Quarantined:
    facts = row._mapping
    return Quarantined(
        id=row.id,
        trouble=Trouble(**{name: facts[name] for name in Trouble.__slots__}),
        state=row.state,
        value=None if row.value is None else row.value[GIVEN],
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        attempts=row.attempts,
        resolved_at=row.resolved_at,
    )
