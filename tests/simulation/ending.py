"""What must have come true when faults have stopped for long enough (I)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.simulation.books import Books, Key, cell
from tests.simulation.checks import OWNERS, YOUNG, Memory, Wrong, marks_in
from tests.simulation.expect import claimed, expected, proper_name
from tests.simulation.truth import UNREADABLE, Truth
from tests.simulation.world import MINUTE, TENANTS, document, mark

if TYPE_CHECKING:
    from tests.simulation.network import Network


class Ending:
    """Compares Leadwire's books with LinkedIn's truth."""

    def __init__(self, books: Books, truth: Truth, network: Network, memory: Memory) -> None:
        self._books, self._truth, self._network, self._memory = books, truth, network, memory
        self._ids = {slug: id_ for id_, slug in books.slugs.items()}
        list(self._names())

    def end(self, mode: str) -> list[Wrong]:
        """Everything that must have come true."""
        return [
            *self._nothing_lost(mode),
            *self._nothing_left(mode),
            *self._values(),
            *self._names(),
            *self._quarantine(mode),
            *self._alive(),
            *self._no_traces(),
        ]

    def _nothing_lost(self, mode: str) -> Iterator[Wrong]:
        """I1: each lead that LinkedIn shows is here, with its newest answers."""
        ledger, waiting = self._memory.ledger, self._books.quarantined()
        for tenant in TENANTS:
            for owner in tenant.owners:
                for lead in self._truth.shown(owner):
                    key = (tenant.slug, lead.id)
                    if key in self._memory.may_be_erased or not self._promised(key, lead, mode):
                        continue
                    entry = ledger.get(key)
                    if key in waiting and (entry is None or not entry.stored):
                        continue
                    if entry is None or entry.deleted_at is not None:
                        yield "I1 a lead is not here", f"{key} submitted {lead.submitted_at}"
                    elif entry.raw is not None and _response(entry.raw) != _response(self._sent(lead.id)):
                        yield "I1 a lead's newest answers are not here", f"{key}"
        yield from self._exactly_once()

    def _exactly_once(self) -> Iterator[Wrong]:
        """I2: a living lead stands once in `leads`, and once in its form's table, and nowhere else."""
        for slug in OWNERS:
            living = {lead: entry for (name, lead), entry in self._memory.ledger.items() if name == slug}
            living = {lead: entry for lead, entry in living.items() if entry.stored}
            tables = {table: self._books.rows(table) for table in self._books.tables(slug)}
            canonical = tables.pop(f"{self._books.prefix(slug)}leads")
            if canonical.keys() != living.keys():
                yield "I2 leads and ledger differ", f"{slug} {sorted(canonical.keys() ^ living.keys())[:3]}"
            for lead, entry in living.items():
                at = [table for table, rows in tables.items() if lead in rows]
                if len(at) != 1 or not at[0].endswith(f"_{entry.form_id}"):
                    yield "I2 not once in its form's table", f"{slug} {lead} in {at}"

    def _promised(self, key: Key, lead: Any, mode: str) -> bool:
        """Whether a mode can find this lead at all."""
        story = self._truth.stories[lead.id]
        if mode == "all" and self._truth.emulator.now() - lead.submitted_at < YOUNG:
            # What became visible late is found by a reconciliation, if it was visible by then.
            return lead.readable_at <= self._memory.calm_since or not story.late
        if mode != "hook":
            seen = not story.late and not story.hidden_since_submitted and lead.id not in self._truth.denied
            return seen and not story.ever_spoilt
        told = any(
            (ack.workspace, ack.lead, ack.action) == (*key, "CREATED") and ack.at >= lead.submitted_at
            for ack in self._memory.acks
        )
        quick = max(lead.readable_at, lead.submitted_at) - lead.submitted_at <= 5 * MINUTE
        return (
            told
            and quick
            and not self._sought_in_vain(key, lead)
            and not story.hidden_since_submitted
            and not story.ever_spoilt
        )

    def _sought_in_vain(self, key: Key, lead: Any) -> bool:
        """Whether it was looked for as long as after a push, and LinkedIn did not find what was there."""
        missed = [one.at for one in self._network.sights.get(key, ()) if not one.shown]
        return bool(missed) and missed[-1] > lead.readable_at and missed[-1] - missed[0] >= 11 * MINUTE

    def _nothing_left(self, mode: str) -> Iterator[Wrong]:
        """I3: what LinkedIn deleted is not visible; I3b: what only aged out still is."""
        for key, entry in self._memory.ledger.items():
            lead = self._truth.lead(key[1])
            if lead is None or not entry.stored:
                continue
            young = self._truth.emulator.now() - entry.submitted_at < YOUNG
            in_time = self._memory.calm_since - entry.submitted_at < YOUNG  # years may pass behind a push
            sure = (mode == "all" and young) or (mode != "poll" and key in self._memory.told and in_time)
            hidden = sum(one.hidden and one.form.owner == entry.owner for one in self._truth.leads())
            controls = len(self._truth.shown(entry.owner)) >= max(3, hidden)
            if lead.deleted and sure and controls and entry.deleted_at is None:
                yield "I3 deleted at LinkedIn and still visible", f"{key}"
            away = key[1] in self._network.hid or self._truth.stories[key[1]].hidden_since_submitted
            gone = entry.deleted_at is not None and key not in self._memory.told
            if self._truth.aged(lead) and gone and not away:
                yield "I3b aged out and not here any more", f"{key}"

    def _values(self) -> Iterator[Wrong]:
        """I8: each cell is what the contract makes of the bytes that LinkedIn sent."""
        for slug in OWNERS:
            columns = self._books.columns(slug)
            for table in self._books.tables(slug):
                if table.endswith("leads"):
                    continue
                form_id = table.rpartition("_")[2]
                own = [one for one in columns[form_id] if one["kind"] != "fixed"]
                for lead, row in self._books.rows(table).items():
                    yield from self._row(slug, lead, row, own)

    def _row(self, slug: str, lead: str, row: dict[str, Any], own: list[dict[str, Any]]) -> Iterator[Wrong]:
        entry = self._memory.ledger.get((slug, lead))
        if entry is None:
            yield "I8 a row without a lead", f"{slug} {lead}"
            return
        cells = {claimed(one): cell(row.get(one["name"]), one["type"]) for one in own}
        if entry.deleted_at is not None:
            wanted = dict.fromkeys(cells)
        else:
            assert entry.raw is not None
            form = document(self._truth.emulator, int(entry.form_id), entry.version)
            wanted = dict.fromkeys(cells) | expected(form, entry.raw)
            if not marks_in(entry.raw) <= set(self._truth.stories[lead].numbers):
                yield "I8 answers of somebody else", f"{slug} {lead}"
        if cells != wanted:
            odd = {name for name in cells.keys() | wanted.keys() if cells.get(name) != wanted.get(name)}
            yield "I8 a cell is not what LinkedIn sent", f"{slug} {lead} {sorted(odd)}"

    def _names(self) -> Iterator[Wrong]:
        """A column's name never changes, and is what the contract says."""
        for slug in OWNERS:
            for form, columns in self._books.columns(slug).items():
                for one in columns:
                    key = (slug, form, one["identity"])
                    proper = proper_name(one) if one["kind"] != "fixed" else None
                    if self._memory.names.setdefault(key, one["name"]) != one["name"]:
                        yield "I8 a column was renamed", f"{key}"
                    if proper not in (None, one["name"]):
                        yield "I8 a column's name is not the contract's", f"{key} {one['name']}"

    def _quarantine(self, mode: str) -> Iterator[Wrong]:
        """I10: what waits in quarantine is what was planted, and all of it."""
        stories, planted = self._truth.stories, set[Key]()
        for tenant in TENANTS:
            for owner in tenant.owners:
                planted |= {
                    (tenant.slug, one.id) for one in self._truth.shown(owner) if stories[one.id].spoil
                }
        rows = self._books.quarantine()
        for slug, lead, level, state, _ in rows:
            if state != "open":
                continue
            null = lead is None and bool(self._truth.denied)  # an element that came as null, by a fault
            if not null and (lead is None or not stories[lead].ever_spoilt):
                yield "I10 in quarantine without a reason", f"{slug} {lead} {level}"
        if mode == "all":
            waits = {(slug, lead): level for slug, lead, level, state, _ in rows if state == "open" and lead}
            for key in planted - self._memory.may_be_erased:
                level = "lead" if stories[key[1]].spoil in UNREADABLE else "field"
                if not self._promised(key, self._truth.lead(key[1]), mode):
                    continue
                if waits.get(key) != level and not self._good_before(key, level):
                    yield "I10 a planted oddity is not in quarantine", f"{key} {stories[key[1]].spoil}"
            for key in waits.keys() - planted:
                lead = self._truth.lead(key[1])
                if lead is not None and self._truth.readable(lead):
                    yield "I10 mended, and still in quarantine", f"{key}"

    def _good_before(self, key: Key, level: str) -> bool:
        return level == "lead" and key in self._memory.ledger

    def _alive(self) -> Iterator[Wrong]:
        """Nothing is stuck, and everything that must come again is due."""
        open_ = self._books.ask(
            "SELECT kind, state, owner, error FROM _runs WHERE state IN ('queued', 'running')"
        )
        if open_:
            yield "I10 a run is stuck", f"{open_[0]}"
        waiting = self._books.ask(
            "SELECT lead_id, action, outcome FROM _inbox WHERE state NOT IN ('done', 'parked')"
        )
        if waiting:
            yield "I7 the inbox does not drain", f"{waiting[0]}"
        due = {tuple(row) for row in self._books.ask("SELECT workspace_id, kind, key FROM _schedule")}
        for tenant in TENANTS:
            for owner in tenant.owners:
                for kind in ("poll", "forms", "reconcile", "webhooks"):
                    if (self._ids[tenant.slug], kind, owner) not in due:
                        yield "I10 something is not due any more", f"{tenant.slug} {kind} {owner}"

    def _no_traces(self) -> Iterator[Wrong]:
        """Nothing of what is gone stands in the files of the database."""
        held = self._books.bytes()
        for slug, lead in self._memory.gone(self._network):
            others = [name for name in OWNERS if name != slug]
            if any(
                ((name, lead) in self._memory.ledger and (name, lead) not in self._memory.dead)
                for name in others
            ):
                continue
            if any((name, lead) in self._books.quarantined() for name in others):
                continue
            for number in self._truth.stories[lead].numbers:
                if mark(number).encode() in held:
                    yield "S5 bytes of a lead that is gone", f"{slug} {lead}"

    def _sent(self, lead: str) -> bytes:
        return self._truth.emulator.control.leads.sent(lead)


def _response(raw: bytes) -> bytes:
    return raw[raw.find(b'"formResponse"') :]
