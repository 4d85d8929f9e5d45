"""Deletion at LinkedIn and erasure on request: afterwards no answer stands anywhere."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy import Table, Text, case, cast, delete, null, update

from leadwire.domain.columns import FIXED_COLUMNS
from leadwire.domain.times import Millis
from leadwire.store import landing, schema
from leadwire.store.counting import Counting
from leadwire.store.scope import Scope
from leadwire.store.standing import form_tables

FIXED = frozenset(column.name for column in FIXED_COLUMNS)
SOME = 10_000  # ids that are tried against marks at once

Gone: TypeAlias = Literal["erased", "deleted"]


@dataclass(frozen=True, slots=True)
class Mark:
    """That a lead is gone, in a form that names nobody: what a restored backup is held against."""

    at: Millis
    kind: Gone
    workspace_id: str
    id_hash: bytes


class Erasing:
    """Taking leads back out of one workspace. The caller has judged."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._run = scope.connection.execute
        self._ledger = scope.own("ledger")
        self._leads = scope.place.tables["leads"]
        self._counting = Counting(scope)

    def mark_deleted(self, ids: Collection[str], at: Millis, issued_at: Millis) -> int:
        """They are deleted at LinkedIn, as a call sent at `issued_at` found: of their answers nothing stays.

        How many were living. The row stays with its facts; `deleted_at` is that of the first time.
        """
        with self._counting.over(ids):
            self._blank(ids, at)
            self._forget_troubles(ids)
            return self._bury(ids, at, issued_at)

    def tombstone(self, lead_id: str, owner: str, lead_type: str, at: Millis, issued_at: Millis) -> None:
        """A lead never stored is deleted at LinkedIn: an answer read earlier must not bring it in."""
        self._ledger.upsert(
            [
                {
                    "lead_id": lead_id,
                    "owner": owner,
                    "lead_type": lead_type,
                    "form_id": "",
                    "form_version": 0,
                    "submitted_at": at,
                    "test_lead": False,
                    "issued_at": issued_at,
                    "received_via": "",
                    "stored_at": 0,
                    "deleted_at": at,
                }
            ],
            keep=[column.name for column in self._ledger.table.c],
        )
        c = self._ledger.c
        if self._ledger.rows(c.lead_id == lead_id, c.deleted_at.is_not(None)):
            self._forget_troubles([lead_id])

    def erase(self, lead_id: str, at: Millis) -> bool:
        """Erase a lead for good: the row goes, a keyed hash of the id stays. False if it was not here."""
        with self._counting.over([lead_id]):
            erasures = [{"id_hash": self._hash(lead_id), "at": at}]
            self._scope.own("erasures").upsert(erasures, keep=("at",))
            for table in (*self._form_tables([lead_id]), self._leads):
                self._run(delete(table).where(table.c.lead_id == lead_id))
            self._forget_troubles([lead_id])
            for name in ("inbox", "absences", "shown", "differences"):
                rows = self._scope.own(name)
                rows.remove(rows.c.lead_id == lead_id)
            self._leave_cursors(lead_id)
            return self._ledger.remove(self._ledger.c.lead_id == lead_id) > 0

    def of_address(self, email: str) -> tuple[str, ...]:
        """The leads in whose quarantine an address stands that no column took."""
        text = landing.folded(email)
        if not text:
            return ()
        rows = self._scope.own("quarantine")
        raws = rows.select(rows.c.lead_id, rows.c.raw).where(rows.c.lead_id.is_not(None))
        found = self._scope.connection.execute(raws)
        return tuple({lead_id for lead_id, raw in found if _holds(raw, text)})

    def forget_unnamed(self, email: str) -> int:
        """Remove what came without a lead's id and holds the address; how much."""
        rows, text = self._scope.own("quarantine"), landing.folded(email)
        raws = rows.select(rows.c.id, rows.c.raw).where(rows.c.lead_id.is_(None))
        ids = [id_ for id_, raw in self._scope.connection.execute(raws) if text and _holds(raw, text)]
        return rows.remove(rows.c.id.in_(ids))

    def mark(self, lead_id: str, kind: Gone, at: Millis) -> Mark:
        """What is to be noted outside of the database before this lead goes."""
        return Mark(at, kind, self._scope.workspace_id, self._hash(lead_id))

    def marks(self) -> Iterator[Mark]:
        """Of all leads that are gone."""
        workspace_id, erasures, c = self._scope.workspace_id, self._scope.own("erasures"), self._ledger.c
        for id_hash, at in self._run(erasures.select(erasures.c.id_hash, erasures.c.at)):
            yield Mark(at, "erased", workspace_id, bytes(id_hash))
        deleted = self._ledger.select(c.lead_id, c.deleted_at).where(c.deleted_at.is_not(None))
        for lead_id, at in self._run(deleted):
            yield self.mark(lead_id, "deleted", at)

    def unknown(self, marks: Sequence[Mark]) -> list[Mark]:
        """Those erasures among them that this database has not heard of."""
        rows = self._scope.own("erasures")
        known = set(map(bytes, self._scope.connection.scalars(rows.select(rows.c.id_hash))))
        return [one for one in marks if one.kind == "erased" and one.id_hash not in known]

    def bury(self, marks: Sequence[Mark]) -> int:
        """Let go again of what marks say is gone, unless it was read since it was deleted; how many leads that were."""
        self._scope.hold_landing()
        by_hash = {(one.kind, one.id_hash): one for one in marks}
        hashes = [{"id_hash": one.id_hash, "at": one.at} for one in marks if one.kind == "erased"]
        self._scope.own("erasures").upsert(hashes, keep=("at",))
        gone = 0
        for ids in self._all_ids():
            for lead_id in ids:
                id_hash = self._hash(lead_id)
                if mark := by_hash.get(("erased", id_hash)):
                    gone += self.erase(lead_id, mark.at)
                elif mark := by_hash.get(("deleted", id_hash)):
                    gone += self._delete_again(lead_id, mark.at)
        return gone

    def _delete_again(self, lead_id: str, at: Millis) -> int:
        c = self._ledger.c
        older = self._ledger.rows(c.lead_id == lead_id, c.issued_at < at)
        return self.mark_deleted([lead_id], at, at) if older else 0

    def _all_ids(self) -> Iterator[list[str]]:
        """The ids of all leads and of what claims to be one, some at a time."""
        for name in ("ledger", "quarantine", "inbox"):
            rows, last = self._scope.own(name), ""
            c = rows.c.lead_id
            while True:
                some = rows.select(c).where(c > last).distinct().order_by(c).limit(SOME)
                ids = list(rows.connection.scalars(some))
                yield ids
                if len(ids) < SOME:
                    break
                last = ids[-1]

    def _hash(self, lead_id: str) -> bytes:
        return self._scope.vault.id_hash(self._scope.workspace_id, lead_id)

    def _leave_cursors(self, lead_id: str) -> None:
        """A walk that stands at this lead begins again."""
        runs = self._scope.own("runs")
        stands = cast(runs.c.cursor, Text).contains(lead_id, autoescape=True)
        runs.change(runs.c.state != "done", runs.c.cursor.is_not(None), stands, cursor=None)

    def _blank(self, ids: Collection[str], at: Millis) -> None:
        """Empty the rows that people read."""
        for table in self._form_tables(ids):
            blank = {
                column.name: null()
                for column in table.c
                if column.name not in FIXED or column.name == "extras"
            }
            self._run(update(table).where(table.c.lead_id.in_(ids)).values(deleted_at=at, **blank))
        shown = self._leads.c
        living = (shown.lead_id.in_(ids), shown.deleted_at.is_(None))
        self._run(update(self._leads).where(*living).values(deleted_at=at, answers=null(), extras=null()))

    def _bury(self, ids: Collection[str], at: Millis, issued_at: Millis) -> int:
        """Make tombstones of them in the ledger; how many were living."""
        c = self._ledger.c
        latest = case((c.issued_at < issued_at, issued_at), else_=c.issued_at)
        self._ledger.change(c.lead_id.in_(ids), c.deleted_at.is_not(None), issued_at=latest)
        return self._ledger.change(
            c.lead_id.in_(ids),
            c.deleted_at.is_(None),
            raw=None,
            digest=None,
            deleted_at=at,
            issued_at=latest,
            missing_since=None,
            **dict.fromkeys(schema.WORDS),
        )

    def _forget_troubles(self, ids: Collection[str]) -> None:
        rows = self._scope.own("quarantine")
        rows.remove(rows.c.lead_id.in_(ids))

    def _form_tables(self, ids: Collection[str]) -> Iterator[Table]:
        c = self._ledger.c
        found = self._ledger.select(c.form_id).where(c.lead_id.in_(ids)).distinct()
        return form_tables(self._scope, self._scope.connection.scalars(found).all())


def _holds(raw: bytes | None, text: str) -> bool:
    return raw is not None and text in bytes(raw).decode("utf-8", "replace").casefold()
