"""What is wrong between Leadwire's books and LinkedIn's truth: never to be seen, or not to be seen at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.chaos.books import Books
from tests.chaos.linkedin import LinkedIn
from tests.simulation.checks import LEAD_TYPES, YOUNG, marks_in
from tests.simulation.expect import claimed, expected, proper_name
from tests.simulation.world import HOUR, JANE, KEPT, MINUTE, document, mark

OWNERS = tuple(LEAD_TYPES)
DUTIES = ("poll", "forms", "reconcile", "webhooks")


class Findings:
    """Of one moment in the calm; each finding is a sentence that begins with its invariant."""

    def __init__(self, books: Books, linkedin: LinkedIn, calm_since: int) -> None:
        self._books, self._linkedin, self._truth = books, linkedin, linkedin.truth
        self._calm_since = calm_since
        self._ledger, self._tables = books.ledger(), books.tables()

    def never(self, acks: list[tuple[str, str, int]]) -> Iterator[str]:
        """What no moment excuses. `acks` were given before the books were opened."""
        yield from self._acknowledged(acks)
        yield from self._exactly_once()
        yield from self._deletions()
        yield from self._values()
        kept, full = self._books.counters()
        if kept != full:
            yield f"S4 counters differ from a full count: {kept} {full}"
        for lead, entry in self._ledger.items():
            if entry.owner not in OWNERS:
                yield f"I9 a lead of another owner: {lead}"

    def at_last(self) -> Iterator[str]:
        """What must have come true."""
        yield from self.first()
        yield from self._covered()
        waiting = len(self._linkedin.emulator._state.hooks.waiting())
        if waiting:
            yield f"I7 LinkedIn still tries {waiting} pushes"
        if found := self._books.ask("SELECT lead_id, reason FROM {quarantine} WHERE state = 'open'"):
            yield f"I10 in quarantine without a reason: {found[0]}"

    def first(self) -> Iterator[str]:
        """What must have come true before anything went wrong."""
        yield from self._nothing_lost()
        yield from self._alive()

    @property
    def leads(self) -> int:
        return len(self._ledger)

    def _acknowledged(self, acks: list[tuple[str, str, int]]) -> Iterator[str]:
        pushes = self._books.pushes()
        for ack in acks:
            if ack not in pushes:
                yield f"S1 acknowledged and not there: {ack}"

    def _exactly_once(self) -> Iterator[str]:
        """I2: a lead stands once in `leads`, and once in its form's table, and nowhere else."""
        stored = {lead for lead, entry in self._ledger.items() if entry.stored}
        canonical = Counter(row["lead_id"] for row in self._tables["leads"])
        if set(canonical) != stored or max(canonical.values(), default=1) > 1:
            yield f"I2 leads and ledger differ: {sorted(set(canonical) ^ stored)[:3]}"
        places: dict[str, list[str]] = {lead: [] for lead in stored}
        for table, rows in self._tables.items():
            for row in rows if table != "leads" else ():
                places.setdefault(row["lead_id"], []).append(table)
        for lead, at in places.items():
            form = self._ledger[lead].form_id if lead in self._ledger else "?"
            if len(at) != 1 or not at[0].endswith(f"_{form}"):
                yield f"I2 not once in its form's table: {lead} in {at}"

    def _deletions(self) -> Iterator[str]:
        """I3b: only what was withdrawn is deleted. S5: nothing of its answers is left."""
        said = repr([row for rows in self._tables.values() for row in rows])
        for lead, entry in self._ledger.items():
            if entry.deleted_at is None:
                continue
            if lead not in self._linkedin.withdrawn:
                yield f"I3b deleted, and nobody had withdrawn it: {lead}"
            left = [one for one in self._truth.stories[lead].numbers if mark(one) in said]
            if left or entry.raw is not None:
                yield f"S5 answers of a lead that is gone: {lead}"

    def _values(self) -> Iterator[str]:
        """I8: each cell is what the contract makes of the bytes that LinkedIn sent."""
        columns = self._books.columns()
        for table, rows in self._tables.items():
            if table == "leads":
                continue
            own = [one for one in columns[table.rpartition("_")[2]] if one["kind"] != "fixed"]
            for one in own:
                if proper_name(one) not in (None, one["name"]):
                    yield f"I8 a column's name is not the contract's: {table} {one['name']}"
            for row in rows:
                yield from self._row(row, own)

    def _row(self, row: dict[str, Any], own: list[dict[str, Any]]) -> Iterator[str]:
        lead = row["lead_id"]
        entry = self._ledger.get(lead)
        if entry is None:
            yield f"I8 a row without a lead: {lead}"
            return
        cells = {claimed(one): self._books.cell(row.get(one["name"]), one["type"]) for one in own}
        wanted: dict[str, Any] = dict.fromkeys(cells)
        if entry.deleted_at is None:
            assert entry.raw is not None
            form = document(self._truth.emulator, int(entry.form_id), entry.version)
            wanted |= expected(form, entry.raw)
            if not marks_in(entry.raw) <= set(self._truth.stories[lead].numbers):
                yield f"I8 answers of somebody else: {lead}"
        if cells != wanted:
            odd = {name for name in cells.keys() | wanted.keys() if cells.get(name) != wanted.get(name)}
            yield f"I8 a cell is not what LinkedIn sent: {lead} {sorted(odd)}"

    def _nothing_lost(self) -> Iterator[str]:
        """I1: each lead that LinkedIn shows is here with its newest answers; I3: what it deleted is not shown."""
        for owner in OWNERS:
            for lead in self._truth.shown(owner):
                entry = self._ledger.get(lead.id)
                if entry is None or entry.deleted_at is not None:
                    yield f"I1 a lead is not here: {lead.id} submitted {lead.submitted_at}"
                elif entry.raw is None or _response(entry.raw) != _response(self._sent(lead.id)):
                    yield f"I1 a lead's newest answers are not here: {lead.id}"
        old = self._truth.emulator.now() - YOUNG  # what is older by our books only ages out
        for lead in self._truth.leads():
            entry = self._ledger.get(lead.id) if lead.deleted else None
            visible = entry is not None and entry.stored and entry.deleted_at is None
            if entry is not None and visible and entry.submitted_at > old:
                yield f"I3 deleted at LinkedIn and still visible: {lead.id}"

    def _alive(self) -> Iterator[str]:
        """Nothing is stuck, everything that must come again is due, the permission stands, LinkedIn pushes."""
        for run in self._books.ask(
            "SELECT kind, state, owner, error FROM {runs} WHERE state IN ('queued', 'running')"
        ):
            yield f"I10 a run is open: {run}"
        for push in self._books.ask(
            "SELECT lead_id, action, outcome FROM {inbox} WHERE state NOT IN ('done', 'parked')"
        ):
            yield f"I7 a push waits: {push}"
        due = {tuple(row) for row in self._books.ask("SELECT kind, key FROM {schedule}")}
        for owner in OWNERS:
            for kind in DUTIES:
                if (kind, owner) not in due:
                    yield f"I10 something is not due any more: {kind} {owner}"
        states = [row[0] for row in self._books.ask("SELECT state FROM {connections}")]
        if states != ["active"] or not self._truth.grants(JANE):
            yield f"S6 a grant was given up: {states}"
        trusted = [one["state"] for one in self._linkedin.emulator.control.hooks.webhooks()]
        if trusted != ["VALIDATED"] * len(OWNERS):
            yield f"I10 webhooks are {trusted}"

    def _covered(self) -> Iterator[str]:
        """All that was before the calm is known to be read: without a hole."""
        now = self._truth.emulator.now()
        coverage = self._books.coverage()
        for owner, lead_type in LEAD_TYPES.items():
            since, until = now - KEPT[owner] + HOUR, self._calm_since
            spans = coverage[owner, lead_type]
            if not any(a <= since and b >= until for a, b in spans):
                ago = [((now - a) // MINUTE, (now - b) // MINUTE) for a, b in spans]
                yield f"I10 coverage has a hole: {owner} {ago} minutes ago"

    def _sent(self, lead: str) -> bytes:
        return self._truth.emulator.control.leads.sent(lead)


def _response(raw: bytes) -> bytes:
    return raw[raw.find(b'"formResponse"') :]
