"""Leads that LinkedIn does not show, until it is certain what that means; and where a person must say so."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Row, func

from leadwire.domain.absence import Suspect
from leadwire.domain.times import Millis
from leadwire.store.scope import Scope

# cleared: many were missing at once, and a person said that they may be deleted. kept: that they are not.
State: TypeAlias = Literal["open", "cleared", "kept"]
LOOKED_FOR: tuple[State, ...] = ("open", "cleared")


@dataclass(frozen=True, slots=True)
class Hold:
    """So many of an owner's leads went missing at once that nothing is deleted until a person has answered."""

    owner: str
    since: Millis
    missing: int
    living: int


class Absences:
    """The missing leads of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._rows, self._holds = scope.own("absences"), scope.own("absence_holds")
        self._ledger = scope.own("ledger")

    def add(self, owner: str, ids: Collection[str], at: Millis, told: bool = False) -> None:
        """LinkedIn does not show them since `at`; `told`: it pushed that they were deleted.

        One that has been read since it was last missing begins anew; of one that people kept, only being told counts.
        """
        there = {row.lead_id: row for row in self._rows.rows(self._rows.c.lead_id.in_(ids))}
        read_at = self._read_at(ids)
        fresh = []
        for lead_id in dict.fromkeys(ids):
            known = there.get(lead_id)
            if known is None or read_at.get(lead_id, 0) > known.since or (told and known.state == "kept"):
                fresh.append(_row(lead_id, owner, at, told))
            elif told and known.told_at is None:
                self._rows.change(self._rows.c.lead_id == lead_id, told_at=at)
        self._rows.upsert(fresh)

    def due(self, owner: str, at: Millis, limit: int, only_told: bool = False) -> tuple[Suspect, ...]:
        """Those to be looked for again by now, longest due first; or only those of them that LinkedIn told of."""
        return self._suspects((*self._looked_for(owner, only_told), self._rows.c.due_at <= at), limit)

    def open(self, owner: str) -> tuple[Suspect, ...]:
        """Those of which nobody knows yet what their absence means."""
        c = self._rows.c
        return self._suspects((c.owner == owner, c.state == "open"))

    def next_due(self, owner: str, only_told: bool = False) -> Millis | None:
        """When the next is to be looked for, of all or of those that LinkedIn told of; None if there is none."""
        soonest = self._rows.select(func.min(self._rows.c.due_at)).where(*self._looked_for(owner, only_told))
        due_at: Millis | None = self._rows.connection.scalar(soonest)
        return due_at

    def _looked_for(self, owner: str, only_told: bool) -> tuple[ColumnElement[bool], ...]:
        c = self._rows.c
        of = (c.owner == owner, c.state.in_(LOOKED_FOR))
        return (*of, c.told_at.is_not(None)) if only_told else of

    def back(self, owner: str) -> tuple[str, ...]:
        """Those that have been read since they went missing, deleted, or erased, by whatever way.

        One that is still called missing was read by a clock that was ahead, or went missing by one that was behind.
        """
        c, lead = self._rows.c, self._ledger.c
        statement = self._rows.select(c.lead_id).select_from(
            self._rows.table.join(self._ledger.table, lead.lead_id == c.lead_id)
        )
        read = (lead.issued_at > c.since) & lead.missing_since.is_(None)
        over = read | lead.deleted_at.is_not(None)
        return tuple(
            self._rows.connection.scalars(statement.where(self._ledger.mine, c.owner == owner, over))
        )

    def gone(self, ids: Collection[str], at: Millis) -> None:
        """A look that counts, sent at `at`, did not find them."""
        self._rows.change(self._rows.c.lead_id.in_(ids), gone_at=at)

    def later(self, ids: Iterable[str], due_at: Millis) -> None:
        """They are looked for again then."""
        self._rows.change(self._rows.c.lead_id.in_(list(ids)), due_at=due_at)

    def drop(self, ids: Collection[str]) -> None:
        """It is known what became of them."""
        self._rows.remove(self._rows.c.lead_id.in_(ids))

    def controls(self, owner: str, lead_type: str, limit: int = 2) -> tuple[str, ...]:
        """Leads that LinkedIn should show if it shows anything: the newest that are not missing."""
        c = self._ledger.c
        living = (c.owner == owner, c.deleted_at.is_(None), c.missing_since.is_(None), c.stored_at > 0)
        statement = self._ledger.select(c.lead_id).where(*living, c.lead_type == lead_type)
        return tuple(self._ledger.connection.scalars(statement.order_by(c.submitted_at.desc()).limit(limit)))

    def hold(self, owner: str) -> Hold | None:
        """What a person is asked about an owner; None if nothing."""
        return next((one for one in self.holds() if one.owner == owner), None)

    def holds(self) -> tuple[Hold, ...]:
        """What people are asked, by owner."""
        c = self._holds.c
        statement = self._holds.select(c.owner, c.since, c.missing, c.living).order_by(c.owner)
        return tuple(Hold(*row) for row in self._holds.connection.execute(statement))

    def ask(self, hold: Hold) -> None:
        """Ask a person, or correct the numbers of what was asked; since when stays."""
        counts = {"owner": hold.owner, "since": hold.since, "missing": hold.missing, "living": hold.living}
        self._holds.upsert([counts], keep=("since",))

    def lift(self, owner: str) -> bool:
        """Nothing is asked any more; False if nothing was."""
        return self._holds.remove(self._holds.c.owner == owner) > 0

    def answer(self, owner: str, deleted: bool, at: Millis) -> int:
        """What a person said of those that are missing: to be looked for again, from `at` on, or kept. How many."""
        c, state = self._rows.c, "cleared" if deleted else "kept"
        self.lift(owner)
        return self._rows.change(c.owner == owner, c.state == "open", state=state, due_at=at)

    def _suspects(self, where: tuple[Any, ...], limit: int | None = None) -> tuple[Suspect, ...]:
        c, lead = self._rows.c, self._ledger.c
        same = (lead.workspace_id == c.workspace_id) & (lead.lead_id == c.lead_id)
        joined = self._rows.table.outerjoin(self._ledger.table, same)
        facts = (c.lead_id, lead.lead_type, c.since, lead.submitted_at, c.told_at, c.gone_at, lead.stored_at)
        statement = self._rows.select(*facts).select_from(joined).where(*where)
        found = self._rows.connection.execute(statement.order_by(c.due_at, c.lead_id).limit(limit))
        return tuple(map(_suspect, found))

    def _read_at(self, ids: Collection[str]) -> dict[str, Millis]:
        c = self._ledger.c
        statement = self._ledger.select(c.lead_id, c.issued_at).where(c.lead_id.in_(ids))
        return {row.lead_id: row.issued_at for row in self._ledger.connection.execute(statement)}


def _row(lead_id: str, owner: str, at: Millis, told: bool) -> dict[str, Any]:
    facts = {"lead_id": lead_id, "owner": owner, "state": "open", "since": at, "due_at": at}
    return {**facts, "told_at": at if told else None, "gone_at": None}


def _suspect(row: Row[Any]) -> Suspect:
    # The tombstone of a lead that never was here says nothing of its age.
    submitted_at = row.submitted_at if row.stored_at else None
    return Suspect(row.lead_id, row.lead_type or "", row.since, submitted_at, row.told_at, row.gone_at)
