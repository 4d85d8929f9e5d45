"""`land`: the only writer of leads. Push, pull, back-fill and repair all end here.

Landing twice equals landing once, and any order of pushes, pulls, repairs and deletions ends the same, because
one pure `judge` decides per lead and everything of a page is written in one transaction: ledger, rows, quarantine,
coverage, cursor, counters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
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
from leadwire.linkedin.urns import is_lead_id
from leadwire.store import Cell, FormTable, Json, LandedLead, RunCounters, Trouble, Tx, Workspace

DIGEST = 16


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

    run_id: str
    cursor: Mapping[str, Json]
    horizon: Millis | None = None
    calls: int = 0
    anchors: int = 0
    credits: tuple[tuple[str, str, Interval], ...] = ()  # (lead type, form id or "", interval)


@dataclass(frozen=True)
class Landed:
    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0


@dataclass
class Sorted:
    """A batch, read: leads per table, and what could not be read at all."""

    tables: dict[str, FormTable] = field(default_factory=dict)
    leads: dict[str, list[LandedLead]] = field(default_factory=lambda: defaultdict(list))
    faults: dict[str, tuple[Lead, tuple[Fault, ...]]] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()


# (form id, version) -> how to project it and where it lands; shaped and learned before it returns.
Tables = Callable[[str, int], tuple[Projector, FormTable]]


@dataclass(frozen=True)
class Reading:
    """A batch, each element read alone. `ids` are in the order of the page, None where there is none."""

    ids: tuple[str | None, ...]
    leads: tuple[tuple[Lead, bytes], ...]
    troubles: tuple[Trouble, ...]


def read(batch: Batch) -> Reading:
    """What is a lead, and what is not, with its bytes and the reason (LGF-114)."""
    ids: list[str | None] = []
    leads: dict[str, tuple[Lead, bytes]] = {}
    troubles = []
    for raw in batch.elements:
        try:
            lead = translate.lead(read_lead(raw), batch.owner, batch.lead_type)
        except Surprise as error:
            troubles.append(_unreadable(batch, raw, error))
            ids.append(troubles[-1].lead_id)
        else:
            leads[lead.id] = (lead, raw)  # a page may repeat a lead: the later element counts
            ids.append(lead.id)
    return Reading(tuple(ids), tuple(leads.values()), tuple(troubles))


def arrange(batch: Batch, reading: Reading, tables: Tables) -> Sorted:
    """Project each lead into the columns of its form. May call LinkedIn (through `tables`): no transaction is open."""
    sorted_ = Sorted(troubles=reading.troubles)
    for lead, raw in reading.leads:
        projector, table = tables(lead.form_id, lead.form_version)
        projection = projector.project(lead)
        sorted_.tables[table.form_id] = table
        sorted_.leads[table.form_id].append(
            LandedLead(
                lead, projection.cells, projection.extras, raw, digest(raw), batch.via, batch.issued_at
            )
        )
        if projection.faults:
            sorted_.faults[lead.id] = (lead, projection.faults)
    return sorted_


def land(
    workspace: Workspace, batch: Batch, arranged: Sorted, now: Millis, progress: Progress | None = None
) -> Landed:
    """Write a batch and how far it brings its run, in one transaction."""
    with workspace.write() as tx:
        landed = _write(tx, batch, arranged, now, progress.anchors if progress else 0)
        if progress is not None:
            for lead_type, form_id, interval in progress.credits:
                tx.coverage.credit(batch.owner, lead_type, interval, form_id)
            more = RunCounters(
                read=len(batch.elements),
                stored=landed.stored,
                duplicates=landed.duplicates,
                quarantined=landed.quarantined,
                calls=progress.calls,
            )
            tx.runs.progress(progress.run_id, more, cursor=progress.cursor, horizon=progress.horizon)
    return landed


def count(
    workspace: Workspace, batch: Batch, reading: Reading, progress: Progress, anchor: str | None
) -> None:
    """A dry run: what `land` would count, while no lead and no coverage is stored.

    The anchor was counted with the page before; nothing else can tell, because that page was not stored.
    """
    fresh = [lead.id for lead, _ in reading.leads if lead.id != anchor]
    with workspace.write() as tx:
        known = tx.leads.known(fresh)
        more = RunCounters(
            read=len(batch.elements),
            stored=len(fresh) - len(known),
            duplicates=len(known),
            quarantined=len(reading.troubles),
            calls=progress.calls,
        )
        tx.runs.progress(progress.run_id, more, cursor=progress.cursor, horizon=progress.horizon)


def reproject(workspace: Workspace, batch: Batch, arranged: Sorted, now: Millis) -> int:
    """Write stored leads anew, as their forms are understood now; a lead that changed meanwhile is left alone."""
    with workspace.write() as tx:
        known = tx.leads.known(_ids(arranged))
        written = 0
        for form_id, rows in arranged.leads.items():
            same = [one for one in rows if _unchanged(known.get(one.lead.id), one)]
            if same:
                _put(tx, batch, arranged, form_id, same, now)
                _close(tx, arranged, same, now)
                written += len(same)
    return written


def _write(tx: Tx, batch: Batch, arranged: Sorted, now: Millis, anchors: int) -> Landed:
    ids = _ids(arranged)
    known = tx.leads.known(ids)
    met: dict[Decision, list[str]] = defaultdict(list)
    noted = 0
    for form_id, rows in arranged.leads.items():
        keep = []
        for one in rows:
            decision = judge(known.get(one.lead.id), one.digest, one.issued_at)
            met[decision].append(one.lead.id)
            if decision in (Decision.NEW, Decision.NEWER):
                keep.append(one)
        if keep:
            noted += _put(tx, batch, arranged, form_id, keep, now)
    if met[Decision.SAME]:
        tx.leads.touch(met[Decision.SAME], batch.issued_at)
    troubled = tx.quarantine.troubled(ids)
    # What is stale or erased was not written, so it puts nothing right.
    current = {*met[Decision.NEW], *met[Decision.NEWER], *met[Decision.SAME]}
    _close(
        tx,
        arranged,
        [one for rows in arranged.leads.values() for one in rows if one.lead.id in troubled & current],
        now,
    )
    for trouble in arranged.troubles:
        tx.quarantine.note(trouble, now)
    again = sum(len(met[decision]) for decision in (Decision.SAME, Decision.NEWER, Decision.STALE))
    return Landed(len(met[Decision.NEW]), max(0, again - anchors), noted + len(arranged.troubles))


def _put(tx: Tx, batch: Batch, arranged: Sorted, form_id: str, rows: list[LandedLead], now: Millis) -> int:
    """Write rows of one form and note their faulty fields; returns how many were noted."""
    faulty = [one.lead.id for one in rows if one.lead.id in arranged.faults]
    fixes = tx.quarantine.fixes(faulty) if faulty else {}
    tx.leads.put(
        arranged.tables[form_id], [_fixed(one, fixes, arranged) for one in rows] if fixes else rows, now
    )
    noted = 0
    for lead_id in faulty:
        lead, faults = arranged.faults[lead_id]
        for fault in faults:
            if (lead_id, fault.column) not in fixes:
                tx.quarantine.note(_field_trouble(batch, lead, fault), now)
                noted += 1
    return noted


def _fixed(one: LandedLead, fixes: Mapping[tuple[str, str], Json], arranged: Sorted) -> LandedLead:
    """What a person put in a faulty field's place stays there for as long as the field is faulty."""
    _, faults = arranged.faults.get(one.lead.id, (None, ()))
    cells = dict(one.cells)
    for fault in faults:
        if fault.column is not None and (one.lead.id, fault.column) in fixes:
            cells[fault.column] = cast("Cell", fixes[one.lead.id, fault.column])
    return replace(one, cells=cells)


def _close(tx: Tx, arranged: Sorted, rows: Sequence[LandedLead], now: Millis) -> None:
    """Troubles of these leads that are over: the lead is there, the field is read or was given a value."""
    for one in rows:
        _, faults = arranged.faults.get(one.lead.id, (None, ()))
        fixed = tx.quarantine.fixes([one.lead.id]) if faults else {}
        still = [fault.column or "" for fault in faults if (one.lead.id, fault.column) not in fixed]
        tx.quarantine.resolve_lead(one.lead.id, now, keep=still)


def _unchanged(known: Known | None, one: LandedLead) -> bool:
    return known is not None and known.state == "live" and known.digest == one.digest


def _ids(arranged: Sorted) -> list[str]:
    return [one.lead.id for rows in arranged.leads.values() for one in rows]


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
    return Trouble(
        level="lead",
        owner=batch.owner,
        lead_type=batch.lead_type,
        reason=str(error),
        raw=raw,
        digest=digest(raw),
        lead_id=_claimed_id(raw),
    )


def _claimed_id(raw: bytes) -> str | None:
    """The id an unreadable element gives itself, so that it can be asked for again."""
    try:
        said = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return None
    claimed = said.get("id") if isinstance(said, dict) else None
    return claimed if isinstance(claimed, str) and is_lead_id(claimed) else None


def digest(raw: bytes) -> bytes:
    """What tells two readings of one lead apart."""
    return blake2b(raw, digest_size=DIGEST).digest()
