"""Quarantine: a person gives a value or a correction, and the lead is landed again (LGF-113, LGF-114)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from leadwire.domain.columns import Column
from leadwire.domain.errors import InvalidInput
from leadwire.ingest import land, rebuild
from leadwire.ingest.ports import LineFor, NobodyMayRead, Now, Source, Speak
from leadwire.ingest.tables import Desks
from leadwire.linkedin.errors import NotFound
from leadwire.linkedin.leads import get_lead, read_lead_entity
from leadwire.store import Json, Quarantined, RawLead, Workspace

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

    def give(self, workspace: Workspace, quarantine_id: str, value: Json) -> Quarantined:
        """Note the value that a retry will put in place. Raises InvalidInput where it cannot fit."""
        with workspace.write() as tx:
            one = tx.quarantine.get(quarantine_id)
            if one.trouble.level == "lead":
                _check_lead(value)
            else:
                _check_field(tx.forms.columns(one.trouble.form_id or ""), one.trouble.column, value)
            tx.quarantine.set_value(quarantine_id, value)
            return tx.quarantine.get(quarantine_id)

    def retry(self, workspace: Workspace, quarantine_id: str) -> Quarantined:
        """Land the lead again, read anew from LinkedIn where its id is known, else from the stored bytes."""
        with workspace.write() as tx:
            one = tx.quarantine.get(quarantine_id)
            if one.state == "resolved":
                return one
            tx.quarantine.attempted(quarantine_id, self._now())
        landed = self._land(workspace, one)
        with workspace.write() as tx:
            if landed:
                tx.quarantine.resolve(quarantine_id, self._now())
            return tx.quarantine.get(quarantine_id)

    def _land(self, workspace: Workspace, one: Quarantined) -> bool:
        """True when the trouble is over."""
        trouble = one.trouble
        issued_at = self._now()
        raw = self._raw(workspace, one)
        if raw is None:
            return False
        source = Source(workspace, trouble.owner, trouble.lead_type, self._line(workspace, trouble.owner))
        batch = land.Batch(trouble.owner, trouble.lead_type, [raw], issued_at, "pull")
        reading = land.read(batch)
        if not reading.leads:
            return False
        arranged = land.arrange(batch, reading, partial(self._desks.of, source))
        land.land(workspace, batch, arranged, self._now())
        lead = reading.leads[0][0]
        self._again(workspace, lead.id)
        _, faults = arranged.faults.get(lead.id, (lead, ()))
        with workspace.read() as tx:
            fixed = tx.quarantine.fixes([lead.id])
        open_columns = {fault.column for fault in faults if (lead.id, fault.column) not in fixed}
        return trouble.level == "lead" or trouble.column not in open_columns

    def _again(self, workspace: Workspace, lead_id: str) -> None:
        """A value given for a field is not in LinkedIn's bytes: where those did not change, project once more."""
        with workspace.read() as tx:
            raw = tx.leads.record(lead_id)
        if raw is not None:
            rebuild.again(workspace, [raw], self._desks, self._now())

    def _raw(self, workspace: Workspace, one: Quarantined) -> bytes | None:
        trouble = one.trouble
        if trouble.level == "lead" and one.value is not None:
            return _merged(trouble.raw, one.value)
        if trouble.lead_id is not None:
            try:
                return self._line_for(workspace, trouble.owner)(get_lead(trouble.lead_id), read_lead_entity)
            except (NotFound, NobodyMayRead):
                pass
        if trouble.level == "lead":
            return trouble.raw
        with workspace.read() as tx:
            record: RawLead | None = tx.leads.record(trouble.lead_id or "")
        return record.raw if record else None

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


def _merged(raw: bytes, value: Json) -> bytes:
    """The stored element with the given members put in place; an element that was no object becomes the value."""
    try:
        said = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, ValueError):
        said = None
    assert isinstance(value, dict)
    return msgspec.json.encode({**said, **value} if isinstance(said, dict) else value)
