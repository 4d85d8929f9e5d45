"""Deletion at LinkedIn and erasure on request: afterwards no answer stands anywhere."""

from collections.abc import Collection, Iterator

from sqlalchemy import Table, case, delete, null, update

from leadwire.domain.columns import FIXED_COLUMNS
from leadwire.domain.times import Millis
from leadwire.store import schema
from leadwire.store.counting import Counting
from leadwire.store.scope import Scope
from leadwire.store.standing import form_tables

FIXED = frozenset(column.name for column in FIXED_COLUMNS)


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
        id_hash = self._scope.vault.id_hash(self._scope.workspace_id, lead_id)
        with self._counting.over([lead_id]):
            self._scope.own("erasures").upsert([{"id_hash": id_hash, "at": at}], keep=("at",))
            for table in (*self._form_tables([lead_id]), self._leads):
                self._run(delete(table).where(table.c.lead_id == lead_id))
            self._forget_troubles([lead_id])
            pushes = self._scope.own("inbox")
            pushes.remove(pushes.c.lead_id == lead_id)
            return self._ledger.remove(self._ledger.c.lead_id == lead_id) > 0

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
