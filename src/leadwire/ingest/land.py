"""`land`: the only writer of leads. Push, pull, back-fill and repair all end here.

Landing twice equals landing once, and any order of pushes, pulls, repairs and deletions ends the same, because
one pure `judge` decides per lead and everything of a page is written in one transaction: ledger, rows, quarantine,
coverage, cursor, counters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import cast

import msgspec

from leadwire.domain.coverage import Interval
from leadwire.domain.judge import Decision, Known, judge
from leadwire.domain.project import Fault, Lead, Projector
from leadwire.domain.times import Millis
from leadwire.ingest import translate
from leadwire.linkedin.errors import Surprise
from leadwire.linkedin.leads import read_lead
from leadwire.linkedin.odd_leads import claimed_form, claimed_id
from leadwire.store import Cell, FormTable, Json, LandedLead, Run, RunCounters, Spot, Trouble, Tx, Workspace

DIGEST = 16
AGAIN = (Decision.SAME, Decision.NEWER, Decision.STALE)


@dataclass(frozen=True)
class Batch:
    """Elements of one answer, as bytes. `issued_at`: when the call that brought them was sent."""

    owner: str
    lead_type: str
    elements: Sequence[bytes]
    issued_at: Millis
    via: str  # push | backfill | pull | reconcile


@dataclass(frozen=True)
class Progress:
    """What is written together with the leads: how far the run is, and what is covered from now on."""

    run: Run
    cursor: Mapping[str, Json]
    horizon: Millis | None = None
    calls: int = 0
    anchor: str | None = None  # an element that the page before had brought, and counted
    credits: tuple[tuple[str, str, Interval], ...] = ()  # (lead type, form id or "", interval)
    doubtful: bool = False  # nothing was shown: whether that means that there is nothing is not known
    # What else belongs to the page: it gets the transaction and those ids that were new.
    also: Callable[[Tx, Collection[str]], None] | None = None


@dataclass(frozen=True)
class Landed:
    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0
    new: tuple[str, ...] = ()


@dataclass
class Sorted:
    """A batch, read: leads per table, the odd values in them, and what could not be read at all."""

    tables: dict[str, FormTable] = field(default_factory=dict)
    leads: dict[str, list[LandedLead]] = field(default_factory=lambda: defaultdict(list))
    faults: dict[Spot, Trouble] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()


# (form id, version) -> how to project it and where it lands; shaped and learned before it returns.
Tables = Callable[[str, int], tuple[Projector, FormTable]]


@dataclass(frozen=True)
class Reading:
    """A batch, each element read alone. `ids` are in the order of the page, None where there is none."""

    ids: tuple[str | None, ...]
    leads: tuple[tuple[Lead, bytes], ...]
    troubles: tuple[Trouble, ...]


def read(workspace: Workspace, batch: Batch) -> Reading:
    """What is a lead, and what is not, with its bytes and the reason (LGF-114).

    Bytes that a person has corrected are the corrected lead, whoever sends them, for as long as they are sent.
    """
    reading = _read(batch, {})
    if not reading.troubles:
        return reading
    odd = [trouble.digest for trouble in reading.troubles]
    with workspace.read() as tx:
        corrections = tx.quarantine.corrections(batch.owner, batch.lead_type, odd)
    return _read(batch, corrections) if corrections else reading


def arrange(batch: Batch, reading: Reading, tables: Tables) -> Sorted:
    """Project each lead into the columns of its form. May call LinkedIn (through `tables`): no transaction is open."""
    sorted_ = Sorted(troubles=reading.troubles)
    ready: dict[tuple[str, int], Projector] = {}
    for lead, raw in reading.leads:
        key = (lead.form_id, lead.form_version)
        if key not in ready:
            projector, table = tables(*key)
            if _wider(
                table, sorted_.tables.get(lead.form_id)
            ):  # grown by this version: the others fill it anew
                sorted_.tables[lead.form_id] = table
                ready = {other: one for other, one in ready.items() if other[0] != lead.form_id}
            ready[key] = projector
        projection = ready[key].project(lead)
        sorted_.leads[lead.form_id].append(
            LandedLead(
                lead, projection.cells, projection.extras, raw, digest(raw), batch.via, batch.issued_at
            )
        )
        for fault in projection.faults:
            trouble = _field_trouble(batch, lead, fault)
            sorted_.faults[Spot(lead.id, fault.column, trouble.digest)] = trouble
    return sorted_


def _wider(table: FormTable, than: FormTable | None) -> bool:
    """Tables only grow; what was looked up long ago may not know what another process has learned since."""
    return than is None or len(table.columns) > len(than.columns)


def land(
    workspace: Workspace, batch: Batch, arranged: Sorted, now: Millis, progress: Progress | None = None
) -> Landed:
    """Write a batch and how far it brings its run, in one transaction."""
    with workspace.write() as tx:
        landed = _write(tx, batch, arranged, now, progress.anchor if progress else None)
        if progress is not None:
            for lead_type, form_id, interval in progress.credits:
                if progress.doubtful:
                    tx.coverage.doubt(batch.owner, lead_type, interval, form_id, batch.issued_at)
                else:
                    tx.coverage.credit(batch.owner, lead_type, interval, form_id)
            more = RunCounters(
                read=len(batch.elements),
                stored=landed.stored,
                duplicates=landed.duplicates,
                quarantined=landed.quarantined,
                calls=progress.calls,
            )
            if progress.also is not None:
                progress.also(tx, landed.new)
            tx.runs.progress(progress.run, more, cursor=progress.cursor, horizon=progress.horizon)
    return landed


def count(workspace: Workspace, batch: Batch, reading: Reading, progress: Progress) -> None:
    """A dry run: what `land` would count, while no lead and no coverage is stored."""
    fresh = [lead.id for lead, _ in reading.leads if lead.id != progress.anchor]
    with workspace.write() as tx:
        known = tx.leads.known(fresh)
        more = RunCounters(
            read=len(batch.elements),
            stored=len(fresh) - len(known),
            duplicates=len(known),
            quarantined=len(reading.troubles),
            calls=progress.calls,
        )
        if progress.also is not None:
            progress.also(tx, ())
        tx.runs.progress(progress.run, more, cursor=progress.cursor, horizon=progress.horizon)


def reproject(workspace: Workspace, batch: Batch, arranged: Sorted, now: Millis) -> int:
    """Write stored leads anew, as their forms are understood now; a lead that changed meanwhile is left alone."""
    with workspace.write() as tx:
        known = tx.leads.known(_ids(arranged))
        written = 0
        for form_id, rows in arranged.leads.items():
            same = [one for one in rows if _unchanged(known.get(one.lead.id), one)]
            if same:
                fixed, _ = _put(tx, arranged, form_id, same, now)
                _close(tx, [one.lead.id for one in same], arranged.faults.keys() - fixed, now)
                written += len(same)
    return written


def _write(tx: Tx, batch: Batch, arranged: Sorted, now: Millis, anchor: str | None) -> Landed:
    known = tx.leads.known(_ids(arranged) + [one.lead_id for one in arranged.troubles if one.lead_id])
    met: dict[Decision, list[LandedLead]] = defaultdict(list)
    fixed: set[Spot] = set()
    noted = 0
    for form_id, rows in arranged.leads.items():
        keep = []
        for one in rows:
            decision = judge(known.get(one.lead.id), one.digest, one.issued_at)
            met[decision].append(one)
            if decision in (Decision.NEW, Decision.NEWER):
                keep.append(one)
        if keep:
            right, odd = _put(tx, arranged, form_id, keep, now)
            fixed |= right
            noted += odd
    same = met[Decision.SAME]
    if same:
        tx.leads.touch([one.lead.id for one in same], batch.issued_at)
    # What is stale or erased was not written, so it puts nothing right; nor is a value that was given since
    # in the tables when a lead comes just the same.
    current = [one.lead.id for one in (*met[Decision.NEW], *met[Decision.NEWER], *same)]
    standing = {Spot(one.lead.id, None, one.digest) for one in same} | (arranged.faults.keys() - fixed)
    _close(tx, current, standing, now)
    unread = _note_unreadable(tx, batch, arranged.troubles, known, now)
    again = [one for decision in AGAIN for one in met[decision] if one.lead.id != anchor]
    fresh = [one for one in unread if anchor is None or one.lead_id != anchor]
    new = tuple(one.lead.id for one in met[Decision.NEW])
    return Landed(len(new), len(again), noted + len(fresh), new)


def _put(
    tx: Tx, arranged: Sorted, form_id: str, rows: list[LandedLead], now: Millis
) -> tuple[set[Spot], int]:
    """Write rows of one form; which of their odd values people have replaced, and how many others were noted."""
    ids = {one.lead.id for one in rows}
    faults = {spot: trouble for spot, trouble in arranged.faults.items() if spot.lead_id in ids}
    given = tx.quarantine.fixes({spot.lead_id for spot in faults}) if faults else {}
    fixes = {spot: value for spot, value in given.items() if spot in faults}
    tx.leads.put(arranged.tables[form_id], _fixed(rows, fixes) if fixes else rows, now)
    noted = [tx.quarantine.note(trouble, now) for spot, trouble in faults.items() if spot not in fixes]
    return set(fixes), len(noted) - noted.count(None)


def _fixed(rows: list[LandedLead], fixes: Mapping[Spot, Json]) -> list[LandedLead]:
    """What a person put in an odd value's place stays there for as long as the same odd value comes."""
    cells: dict[str, dict[str, Cell]] = defaultdict(dict)
    for spot, value in fixes.items():
        cells[spot.lead_id][spot.column or ""] = cast("Cell", value)
    return [replace(one, cells={**one.cells, **cells.get(one.lead.id, {})}) for one in rows]


def _close(tx: Tx, lead_ids: Collection[str], standing: Set[Spot], now: Millis) -> None:
    """Troubles of these leads that are over: the lead is there, the value is read, replaced, or another one now."""
    waiting = tx.quarantine.waiting(lead_ids)
    over = [name for name, spot in waiting.items() if spot not in standing]
    if over:
        tx.quarantine.close(over, now)


def _unchanged(known: Known | None, one: LandedLead) -> bool:
    return known is not None and known.state == "live" and known.digest == one.digest


def _ids(arranged: Sorted) -> list[str]:
    return [one.lead.id for rows in arranged.leads.values() for one in rows]


def _note_unreadable(
    tx: Tx, batch: Batch, troubles: Sequence[Trouble], known: Mapping[str, Known], now: Millis
) -> list[Trouble]:
    """Note what is no lead, unless it claims to be one that is gone for good; those that were noted."""
    return [
        one
        for one in troubles
        if not _gone(known.get(one.lead_id or ""), one.digest, batch.issued_at)
        and tx.quarantine.note(one, now) is not None
    ]


def _gone(known: Known | None, digest: bytes, issued_at: Millis) -> bool:
    """Whether a lead was erased, or deleted after these bytes were asked for: they are not kept either."""
    if known is None or known.state == "live":
        return False
    return judge(known, digest, issued_at) is not Decision.NEWER


def _read(batch: Batch, corrections: Mapping[bytes, Json]) -> Reading:
    ids: list[str | None] = []
    leads: dict[str, tuple[Lead, bytes]] = {}
    troubles = []
    for raw in batch.elements:
        try:
            lead = _understood(batch, raw, corrections)
        except Surprise as error:
            troubles.append(_unreadable(batch, raw, error))
            ids.append(troubles[-1].lead_id)
        else:
            leads[lead.id] = (lead, raw)  # a page may repeat a lead: the later element counts
            ids.append(lead.id)
    return Reading(tuple(ids), tuple(leads.values()), tuple(troubles))


def _understood(batch: Batch, raw: bytes, corrections: Mapping[bytes, Json]) -> Lead:
    value = corrections.get(digest(raw)) if corrections else None
    said = raw if value is None else _merged(raw, value)
    return translate.lead(read_lead(said), batch.owner, batch.lead_type)


def _merged(raw: bytes, value: Json) -> bytes:
    """The element with the given members put in place; an element that was no object becomes the value."""
    try:
        said = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        said = None
    whole = {**said, **value} if isinstance(said, dict) and isinstance(value, dict) else value
    return msgspec.json.encode(whole)


def _field_trouble(batch: Batch, lead: Lead, fault: Fault) -> Trouble:
    raw = fault.raw.encode("utf-8", "surrogatepass")
    return Trouble(
        level="field",
        owner=batch.owner,
        lead_type=batch.lead_type,
        reason=fault.reason,
        raw=raw,
        digest=digest(raw),
        lead_id=lead.id,
        form_id=lead.form_id,
        form_version=lead.form_version,
        column=fault.column,
    )


def _unreadable(batch: Batch, raw: bytes, error: Surprise) -> Trouble:
    said = _members(raw)
    form_id, version = claimed_form(said)
    return Trouble(
        level="lead",
        owner=batch.owner,
        lead_type=batch.lead_type,
        reason=str(error),
        raw=raw,
        digest=digest(raw),
        lead_id=claimed_id(said),
        form_id=form_id,
        form_version=version,
    )


def _members(raw: bytes) -> Mapping[str, object]:
    try:
        said = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def digest(raw: bytes) -> bytes:
    """What tells two readings of one lead apart."""
    return blake2b(raw, digest_size=DIGEST).digest()
