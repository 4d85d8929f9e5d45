"""Quarantine: a person gives a value or a correction, and the lead is landed again (LGF-113, LGF-114).

What was decided about odd bytes stands for as long as LinkedIn sends the same; another value is judged anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from leadwire.domain.columns import Column
from leadwire.domain.errors import InvalidInput
from leadwire.domain.times import Millis
from leadwire.ingest import land, rebuild
from leadwire.ingest.ports import LineFor, NobodyMayRead, Now, Source, Speak
from leadwire.ingest.tables import Desks
from leadwire.linkedin.errors import NotFound
from leadwire.linkedin.leads import get_lead, read_lead_entity
from leadwire.store import Json, Quarantined, Trouble, Workspace

FITS: dict[str, Callable[[Json], bool]] = {
    "text": lambda value: value is None or isinstance(value, str),
    "boolean": lambda value: value is None or isinstance(value, bool),
    "list": lambda value: (
        value is None or (isinstance(value, list) and all(isinstance(item, str) for item in value))
    ),
}
WORDS = {"text": "a text", "boolean": "true or false", "list": "a list of texts"}


class Repair:
    def __init__(self, desks: Desks, line_for: LineFor, now: Now) -> None:
        self._desks, self._line_for, self._now = desks, line_for, now

    def give(self, workspace: Workspace, quarantine_id: str, value: Json, actor: str) -> Quarantined:
        """Note the value that a retry will put in place; a resolved item is open again until then.

        NotFound; InvalidInput where the value cannot fit.
        """
        with workspace.write() as tx:
            one = tx.quarantine.get(quarantine_id)
            if one.trouble.level == "lead":
                _check_lead(value)
            else:
                _check_field(tx.forms.columns(one.trouble.form_id or ""), one.trouble.column, value)
            tx.quarantine.set_value(quarantine_id, value)
            # Not the value: it is a person's answer, and the audit outlives people.
            tx.audit.add(
                actor, "quarantine.corrected", quarantine_id, {"column": one.trouble.column}, self._now()
            )
            return tx.quarantine.get(quarantine_id)

    def retry(self, workspace: Workspace, quarantine_id: str) -> Quarantined:
        """Land the lead again, read anew from LinkedIn where its id is known, else from the stored bytes.

        NotFound; TryLater, Refused, AskAgain and Surprise of LinkedIn.
        """
        with workspace.write() as tx:
            one = tx.quarantine.get(quarantine_id)
            if one.state == "resolved":
                return one
            tx.quarantine.attempted(quarantine_id, self._now())
        if one.trouble.level == "field":
            self._field(workspace, one.trouble)
        elif self._lead(workspace, one):
            with workspace.write() as tx:
                tx.quarantine.close([quarantine_id], self._now())
        with workspace.read() as tx:
            return tx.quarantine.get(quarantine_id)

    def dismiss(self, workspace: Workspace, quarantine_id: str, actor: str) -> None:
        """Take an item out of sight. NotFound.

        An open one is accepted as it came, and is not noted again for the same bytes; of a resolved one the
        correction stays.
        """
        with workspace.write() as tx:
            trouble = tx.quarantine.get(quarantine_id).trouble
            drops = tx.quarantine.dismiss(quarantine_id)
            tx.audit.add(actor, "quarantine.dismissed", quarantine_id, {}, self._now())
        if drops and trouble.level == "field":
            self._again(workspace, trouble.lead_id)

    def _field(self, workspace: Workspace, trouble: Trouble) -> None:
        issued_at = self._now()
        raw = self._asked(workspace, trouble)
        if raw is not None:
            self._land(workspace, trouble, raw, issued_at)
        self._again(workspace, trouble.lead_id)

    def _lead(self, workspace: Workspace, one: Quarantined) -> bool:
        """True when the lead is there. What a person corrected are the bytes on record, as old as they are.

        They were asked for just before they were first seen. What is deleted or erased since took them along.
        """
        issued_at = self._now()
        raw = self._asked(workspace, one.trouble) if one.value is None else None
        if raw is None:
            raw, issued_at = one.trouble.raw, one.first_seen
        return self._again(workspace, self._land(workspace, one.trouble, raw, issued_at))

    def _land(self, workspace: Workspace, trouble: Trouble, raw: bytes, issued_at: Millis) -> str | None:
        """The lead's id, None where the bytes are no lead."""
        source = Source(workspace, trouble.owner, trouble.lead_type, self._line(workspace, trouble.owner))
        batch = land.Batch(trouble.owner, trouble.lead_type, [raw], issued_at, "pull")
        reading = land.read(workspace, batch)
        if not reading.leads:
            return None
        arranged = land.arrange(batch, reading, partial(self._desks.of, source))
        land.land(workspace, batch, arranged, self._now())
        return reading.leads[0][0].id

    def _again(self, workspace: Workspace, lead_id: str | None) -> bool:
        """What people gave is not in LinkedIn's bytes: where those did not change, project once more.

        As old as the record is. False where there is none: not stored, deleted, erased.
        """
        with workspace.read() as tx:
            record = tx.leads.record(lead_id or "")
        if record is None:
            return False
        rebuild.again(workspace, [record], self._desks, self._now())
        return True

    def _asked(self, workspace: Workspace, trouble: Trouble) -> bytes | None:
        """The lead as LinkedIn shows it now; None where it cannot be asked for, or LinkedIn knows none."""
        if trouble.lead_id is None:
            return None
        try:
            return self._line_for(workspace, trouble.owner)(get_lead(trouble.lead_id), read_lead_entity)
        except (NotFound, NobodyMayRead):
            return None

    def _line(self, workspace: Workspace, owner: str) -> Speak | None:
        try:
            return self._line_for(workspace, owner)
        except NobodyMayRead:
            return None


def _check_lead(value: Json) -> None:
    if not isinstance(value, dict):
        raise InvalidInput(
            "bad_value",
            "A quarantined lead is corrected with a JSON object.",
            'Give the members to put in place, e.g. {"submittedAt": 1767225601000}.',
        )


def _check_field(columns: tuple[Column, ...], name: str | None, value: Json) -> None:
    column = next((column for column in columns if column.name == name), None)
    if column is None:
        raise InvalidInput(
            "no_column",
            "This answer belongs to no column, so it takes no value.",
            "It is kept in extras; dismiss it.",
        )
    if not FITS[column.type](value):
        raise InvalidInput("bad_value", f"Column {name} takes {WORDS[column.type]}.", "Send such a value.")
