"""What did not fit: fields and whole leads, with their bytes, until somebody or something puts them right."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, and_, func, or_, select

from leadwire.domain.project import Json
from leadwire.domain.times import Millis
from leadwire.store.errors import nothing
from leadwire.store.paging import page
from leadwire.store.rows import Page, Quarantined, Trouble
from leadwire.store.scope import Scope, among

GIVEN = "given"  # a value is wrapped, so that a person's null differs from no value


class Quarantine:
    """The quarantine of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._rows = scope.own("quarantine")
        self._new_id = scope.new_id

    def note(self, trouble: Trouble, now: Millis) -> str:
        """Note a trouble; the same bytes in the same place are one, seen again and open again. Its id."""
        c = self._rows.c
        same = and_(
            c.digest == trouble.digest, _equal(c.lead_id, trouble.lead_id), _equal(c.column, trouble.column)
        )
        known = self._rows.connection.scalar(self._rows.select(c.id).where(same))
        if known is not None:
            self._rows.change(
                c.id == known, last_seen=now, state="open", resolved_at=None, reason=trouble.reason
            )
            return str(known)
        noted = self._new_id(now)
        facts = {name: getattr(trouble, name) for name in Trouble.__slots__}
        self._rows.insert(id=noted, state="open", first_seen=now, last_seen=now, attempts=0, **facts)
        return noted

    def get(self, quarantine_id: str) -> Quarantined:
        """One trouble. NotFound."""
        row = self._rows.one(self._rows.c.id == quarantine_id)
        if row is None:
            raise nothing("quarantined item", quarantine_id)
        return _quarantined(row)

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
        statement = self._rows.select().where(
            *(column == value for column, value in wanted if value is not None)
        )
        return page(self._rows.connection, statement, [c.id], limit, after, _quarantined)

    def count(self, state: str = "open") -> int:
        """How many there are in a state."""
        statement = self._rows.select(func.count()).where(self._rows.c.state == state)
        return int(self._rows.connection.scalar(statement) or 0)

    def troubled(self, lead_ids: Collection[str]) -> set[str]:
        """Those leads that have an open trouble."""
        return set(self._rows.ask(_troubled, ids=lead_ids).scalars())

    def fixes(self, lead_ids: Collection[str]) -> dict[tuple[str, str], Json]:
        """What people gave in place of fields of these leads, by lead and column."""
        c = self._rows.c
        statement = self._rows.select(c.lead_id, c.column, c.value).where(
            c.lead_id.in_(lead_ids), c.column.is_not(None), c.value.is_not(None)
        )
        found = self._rows.connection.execute(statement.order_by(c.last_seen))
        return {(lead_id, column): value[GIVEN] for lead_id, column, value in found}

    def set_value(self, quarantine_id: str, value: Json) -> None:
        """What a person puts in its place. NotFound."""
        self._set(quarantine_id, value={GIVEN: value})

    def attempted(self, quarantine_id: str, now: Millis) -> None:
        """It was tried again. NotFound."""
        self._set(quarantine_id, attempts=self._rows.c.attempts + 1, last_seen=now)

    def resolve(self, quarantine_id: str, now: Millis) -> None:
        """It is put right. NotFound."""
        self._set(quarantine_id, state="resolved", resolved_at=now)

    def resolve_lead(self, lead_id: str, now: Millis, keep: Collection[str] = ()) -> int:
        """Everything open of a lead is put right, but for its columns in `keep`; how many."""
        c = self._rows.c
        over = [c.level == "lead", c.column.not_in(list(keep))]
        if "" not in keep:
            over.append(c.column.is_(None))
        return self._rows.change(
            c.lead_id == lead_id, c.state == "open", or_(*over), state="resolved", resolved_at=now
        )

    def delete(self, quarantine_id: str) -> bool:
        """Forget it, bytes and all; False if there was none."""
        return self._rows.remove(self._rows.c.id == quarantine_id) > 0

    def _set(self, quarantine_id: str, **values: Any) -> None:
        if not self._rows.change(self._rows.c.id == quarantine_id, **values):
            raise nothing("quarantined item", quarantine_id)


def _troubled(quarantine: Table) -> Select[Any]:
    c = quarantine.c
    return select(c.lead_id).where(among(c.lead_id, "ids"), c.state == "open")


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
