"""Leads: what is known of an id, the record itself, and the lists that people read."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    exists,
    or_,
    select,
)

from leadwire.domain.columns import FIXED_COLUMNS
from leadwire.domain.judge import Known
from leadwire.domain.project import Lead
from leadwire.domain.texts import storable
from leadwire.domain.times import Millis
from leadwire.store import landing, schema
from leadwire.store.counting import Counted, Counting
from leadwire.store.errors import nothing
from leadwire.store.paging import page
from leadwire.store.rows import FormTable, LandedLead, LeadCount, LeadFilter, Page, RawLead, StoredLead
from leadwire.store.scope import Scope, among
from leadwire.store.standing import form_tables

SEEN = tuple(name for name in StoredLead.__slots__ if name not in ("missing_since", "answers", "extras"))
RECORD = tuple(RawLead.__slots__)
LAST = chr(0x10FFFF)


class Leads:
    """The leads of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._ledger = scope.own("ledger")
        self._erasures = scope.own("erasures")
        self._leads = scope.place.tables["leads"]
        self._counting = Counting(scope)

    def known(self, ids: Collection[str]) -> dict[str, Known]:
        """What is known of these ids; an id that is not in it is new.

        In a write transaction nobody else judges or writes leads of this workspace from here on.
        """
        if self._scope.writes:
            self._scope.hold_landing()
        known = {
            lead_id: Known(digest, issued_at, _state(deleted_at))
            for lead_id, digest, issued_at, deleted_at in self._ledger.ask(_what_is_known, ids=ids)
        }
        return known | self._erased([lead_id for lead_id in ids if lead_id not in known])

    def put(self, form: FormTable, rows: Sequence[LandedLead], now: Millis) -> None:
        """Write leads of one form over what is known of them; the caller has judged.

        What stored a lead first keeps `received_via` and `stored_at`. Lifts a tombstone, and `missing_since` where
        the reading is later than the last one.
        """
        last = {row.lead.id: row for row in rows}
        self._scope.hold_landing()
        before = self._counting.leads(last)
        landing.put(self._scope, form, last.values(), now)
        for left in form_tables(self._scope, {lead.form_id for lead in before} - {form.form_id}):
            self._scope.connection.execute(left.delete().where(left.c.lead_id.in_(list(last))))
        self._counting.move(before, [_counted(row.lead) for row in last.values()])

    def put_tombstones(self, form: FormTable) -> None:
        """Write the rows of a form's deleted leads that its table lacks; no bytes are left to project them from."""
        table = self._scope.place.form_table(form)
        fixed = [column.name for column in FIXED_COLUMNS]
        there = select(table.c.lead_id)
        c = self._leads.c
        gone = (c.form_id == form.form_id, c.deleted_at.is_not(None), c.lead_id.not_in(there))
        rows = select(*(c[name] for name in fixed)).where(*gone)
        self._scope.connection.execute(table.insert().from_select(fixed, rows))

    def keep_stored_at(self, form: FormTable) -> None:
        """Say in a form's table when each lead was first stored, which one projected anew does not know."""
        table, leads = self._scope.place.form_table(form), self._leads.c
        other = (leads.lead_id == table.c.lead_id, leads.stored_at != table.c.stored_at)
        first = select(leads.stored_at).where(other[0]).scalar_subquery()
        wrong = exists().where(*other)
        self._scope.connection.execute(table.update().values(stored_at=first).where(wrong))

    def touch(self, ids: Collection[str], issued_at: Millis) -> None:
        """They were read again, just the same, by a call sent at `issued_at`: if later, none of them is missing."""
        self._ledger.ask(_touch, ids=ids, at=issued_at)

    def mark_missing(self, ids: Collection[str], at: Millis | None) -> None:
        """LinkedIn does not show them since `at`; the first time counts. None: it does."""
        c = self._ledger.c
        if at is None:
            self._ledger.change(c.lead_id.in_(ids), missing_since=None)
        else:
            self._ledger.change(c.lead_id.in_(ids), c.missing_since.is_(None), missing_since=at)

    def get(self, lead_id: str) -> StoredLead:
        """One lead. NotFound."""
        row = self._ledger.connection.execute(
            self._shown().where(self._leads.c.lead_id == lead_id)
        ).one_or_none()
        if row is None:
            raise nothing("lead", lead_id)
        return _stored(row)

    def raw(self, lead_id: str) -> bytes | None:
        """The bytes as received; None once deleted, or if the lead is not here."""
        record = self.record(lead_id)
        return None if record is None else record.raw

    def record(self, lead_id: str) -> RawLead | None:
        """The record itself; None once deleted, or if the lead is not here."""
        found = self._records(self._ledger.c.lead_id == lead_id, 1)
        return found[0] if found else None

    def raws(self, form_id: str, limit: int = 500, after: str = "") -> tuple[RawLead, ...]:
        """Records of a form behind id `after`, by id, for a rebuild. Deleted ones are left out."""
        c = self._ledger.c
        return self._records(and_(c.form_id == form_id, c.lead_id > after), limit)

    def page(self, wanted: LeadFilter, limit: int = 50, after: str | None = None) -> Page[StoredLead]:
        """Leads that meet the filter, newest submission first."""
        c = self._ledger.c
        statement = self._shown().where(*self._conditions(wanted))
        return page(self._ledger.connection, statement, [c.submitted_at, c.lead_id], limit, after, _stored)

    def counts(self, owner: str | None = None, form_id: str | None = None) -> tuple[LeadCount, ...]:
        """How many leads each form has, of all owners or of one; or just the one form. By form id."""
        return self._counting.counts(owner, form_id)

    def mark(self) -> str:
        """A text that is another one once leads have come or gone; it costs a row per form."""
        return self._counting.mark()

    def any_in(self, owner: str, lead_type: str, since: Millis, until: Millis, form_id: str = "") -> bool:
        """Whether a living lead, submitted in `[since, until)`, is stored; of one form, if it is given."""
        c = self._ledger.c
        of = [c.owner == owner, c.lead_type == lead_type, c.deleted_at.is_(None), c.missing_since.is_(None)]
        if form_id:
            of.append(c.form_id == form_id)
        there = self._ledger.select(c.lead_id).where(*of, c.submitted_at >= since, c.submitted_at < until)
        return self._ledger.connection.execute(there.limit(1)).first() is not None

    def ids(
        self, owner: str, lead_type: str, since: Millis, until: Millis, form_id: str | None = None
    ) -> dict[str, Millis]:
        """The living leads submitted in `[since, until)`, with the time of submission."""
        c = self._ledger.c
        of = [c.owner == owner, c.lead_type == lead_type, c.deleted_at.is_(None)]
        statement = self._ledger.select(c.lead_id, c.submitted_at).where(
            *of, c.submitted_at >= since, c.submitted_at < until
        )
        if form_id is not None:
            statement = statement.where(c.form_id == form_id)
        return {row.lead_id: row.submitted_at for row in self._ledger.connection.execute(statement)}

    def with_email(self, email: str) -> tuple[str, ...]:
        """The leads that gave this address, in whatever case. A text cut off for search never counts."""
        text, c = landing.folded(email), self._ledger.c
        if not text or len(text) >= landing.LONGEST_SEARCHED:
            return ()
        statement = self._ledger.select(c.lead_id).where(or_(c.email == text, c.work_email == text))
        return tuple(self._ledger.connection.scalars(statement.order_by(c.lead_id)))

    def _erased(self, ids: Sequence[str]) -> dict[str, Known]:
        if self._erasures.ask(_first).first() is None:
            return {}
        hashes = {self._scope.vault.id_hash(self._scope.workspace_id, lead_id): lead_id for lead_id in ids}
        c = self._erasures.c
        statement = self._erasures.select(c.id_hash, c.at).where(c.id_hash.in_(list(hashes)))
        found = self._erasures.connection.execute(statement) if hashes else ()
        return {hashes[bytes(id_hash)]: Known(None, at, "erased") for id_hash, at in found}

    def _records(self, where: ColumnElement[bool], limit: int) -> tuple[RawLead, ...]:
        c = self._ledger.c
        statement = self._ledger.select(*(c[name] for name in RECORD)).where(where, c.raw.is_not(None))
        found = self._ledger.connection.execute(statement.order_by(c.lead_id).limit(limit))
        return tuple(RawLead(*row) for row in found)

    def _shown(self) -> Select[Any]:
        leads, c = self._leads.c, self._ledger.c
        joined = self._ledger.table.join(self._leads, leads.lead_id == c.lead_id)
        shown = (*(leads[name] for name in SEEN), c.missing_since, leads.answers, leads.extras)
        return select(*shown).select_from(joined).where(self._ledger.mine)

    def _conditions(self, wanted: LeadFilter) -> list[ColumnElement[bool]]:
        c = self._ledger.c
        conditions: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
            "form_id": c.form_id.__eq__,
            "owner": c.owner.__eq__,
            "since": c.submitted_at.__ge__,
            "until": c.submitted_at.__lt__,
            "test": c.test_lead.__eq__,
            "q": self._found,
        }
        given = {name: getattr(wanted, name) for name in conditions}
        return [conditions[name](value) for name, value in given.items() if value not in (None, "")]

    def _found(self, q: str) -> ColumnElement[bool]:
        text, c = landing.folded(q), self._ledger.c
        words = [and_(c[word] >= text, c[word] < text + LAST) for word in schema.WORDS]
        return or_(c.lead_id == storable(q.strip()), *words)


def _what_is_known(ledger: Table) -> Select[Any]:
    c = ledger.c
    return select(c.lead_id, c.digest, c.issued_at, c.deleted_at).where(among(c.lead_id, "ids"))


def _touch(ledger: Table) -> Update:
    c, at = ledger.c, bindparam("at", type_=BigInteger)
    newer = (among(c.lead_id, "ids"), c.deleted_at.is_(None), c.issued_at < at)
    return ledger.update().where(*newer).values(issued_at=at, missing_since=None)


def _first(table: Table) -> Select[Any]:
    return select(table.c.workspace_id).limit(1)


def _counted(lead: Lead) -> Counted:
    return Counted(lead.owner, lead.form_id, lead.submitted_at, lead.test_lead, False)


def _state(deleted_at: Millis | None) -> Literal["live", "deleted"]:
    return "live" if deleted_at is None else "deleted"


def _stored(row: Row[Any]) -> StoredLead:
    values = dict(zip(StoredLead.__slots__, row, strict=False))
    living = values["deleted_at"] is None
    return StoredLead(**{**values, "extras": values["extras"] or {} if living else None})
