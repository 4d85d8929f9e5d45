"""Erasure on request is final: every answer goes, from everywhere, and neither a re-sync nor a backup brings it back.

What remains is a keyed hash of the lead's id, in the database and in a file beside it (`bury`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from leadwire.domain.errors import InvalidInput, NotFound
from leadwire.domain.times import SECOND, Millis
from leadwire.ingest.absence import owe_scrub
from leadwire.ingest.ports import Turn
from leadwire.store import Mark, Tx, Workspace
from leadwire.store.errors import TryLater

LONGEST_ADDRESS = 320
AGAIN: Millis = 10 * SECOND  # while somebody reads an older state of the database

log = structlog.get_logger()


@dataclass(frozen=True)
class Receipt:
    """What was erased; it names nobody. `unnamed`: pieces in quarantine that belonged to no lead."""

    id: str
    at: Millis
    leads: int
    unnamed: int = 0


class Erasure:
    """`bury` notes marks outside of the database, durably; OSError where it cannot."""

    def __init__(self, bury: Callable[[Sequence[Mark]], None], now: Callable[[], Millis]) -> None:
        self._bury, self._now = bury, now

    def lead(self, workspace: Workspace, lead_id: str, actor: str, must_be_here: bool = False) -> Receipt:
        """Erase one lead. One that is not here stays away for good, too. NotFound, if it must be here."""
        with workspace.write() as tx:
            known = tx.leads.known([lead_id]).get(lead_id)
            if must_be_here and (known is None or known.state == "erased"):
                raise NotFound("not_found", f"There is no lead {lead_id[:80]!r} here.")
            leads = self._erase(tx, [lead_id])
            receipt = self._receipt(tx, workspace, leads, 0, actor)
        self.scrub_now(workspace)
        return receipt

    def address(self, workspace: Workspace, email: str, actor: str) -> Receipt:
        """Erase every lead that gave an e-mail address, in whatever case. InvalidInput for what is none."""
        email = email.strip()
        if "@" not in email or len(email) >= LONGEST_ADDRESS:
            raise InvalidInput("bad_email", "That is no e-mail address.", "Write it like name@example.com.")
        with workspace.write() as tx:
            ids = sorted({*tx.leads.with_email(email), *tx.erasing.of_address(email)})
            leads = self._erase(tx, ids)
            unnamed = tx.erasing.forget_unnamed(email)
            receipt = self._receipt(tx, workspace, leads, unnamed, actor)
        self.scrub_now(workspace)
        return receipt

    def scrub(self, workspace: Workspace, key: str, turn: Turn) -> Millis | None:
        """The duty that follows an erasure: the database's files hold nothing of it any more."""
        try:
            return None if workspace.scrub() else self._now() + AGAIN
        except TryLater:
            return self._now() + AGAIN

    def _erase(self, tx: Tx, ids: Sequence[str]) -> int:
        now = self._now()
        self._bury([tx.erasing.mark(lead_id, "erased", now) for lead_id in ids])
        return sum(tx.erasing.erase(lead_id, now) for lead_id in ids)

    def _receipt(self, tx: Tx, workspace: Workspace, leads: int, unnamed: int, actor: str) -> Receipt:
        now = self._now()
        receipt = Receipt(workspace.new_id(now), now, leads, unnamed)
        tx.audit.add(actor, "leads.erased", receipt.id, {"leads": leads, "unnamed": unnamed}, now)
        owe_scrub(tx, workspace.id, now)
        return receipt

    @staticmethod
    def scrub_now(workspace: Workspace) -> None:
        """See to the database's files at once, where that is quick; what hinders it is the schedule's."""
        if workspace.place.dialect == "sqlite":
            try:
                workspace.scrub()
            except TryLater as error:
                log.warning("scrub_waits", error=str(error))
