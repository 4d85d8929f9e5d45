"""Tables are a projection of the raw leads, made again when a form is understood better, or on request."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from leadwire.domain.times import Millis
from leadwire.ingest import land, shape
from leadwire.ingest.ports import Source
from leadwire.ingest.tables import Desks
from leadwire.store import RawLead, Workspace

PAGE = 500


def project(workspace: Workspace, form_id: str, desks: Desks, now: Millis) -> int:
    """Project every stored lead of a form anew from its bytes; returns how many rows were written."""
    written = 0
    after: str | None = ""
    while after is not None:
        rows, after = part(workspace, form_id, desks, now, after)
        written += rows
    return written


def part(
    workspace: Workspace, form_id: str, desks: Desks, now: Millis, after: str = ""
) -> tuple[int, str | None]:
    """The same for one page of them: how many rows were written, and where to go on (None: that was all)."""
    if not after:
        desks.forget(workspace.id, form_id)  # its table may be gone, or narrower than was known
        shape.shape(workspace, form_id)
        with workspace.write() as tx:
            tx.leads.put_tombstones(tx.forms.table(form_id))
    with workspace.read() as tx:
        raws = tx.leads.raws(form_id, PAGE, after)
    written = 0
    for owner, lead_type in sorted({(one.owner, one.lead_type) for one in raws}):
        some = [one for one in raws if (one.owner, one.lead_type) == (owner, lead_type)]
        written += again(workspace, some, desks, now)
    if len(raws) == PAGE:
        return written, raws[-1].lead_id
    with workspace.write() as tx:
        tx.leads.keep_stored_at(tx.forms.table(form_id))
    return written, None


def again(workspace: Workspace, raws: list[RawLead], desks: Desks, now: Millis) -> int:
    """Project leads of one owner and type anew. How they came and when they were read stays as it was."""
    first = raws[0]
    batch = land.Batch(
        first.owner, first.lead_type, [one.raw for one in raws], first.issued_at, first.received_via
    )
    source = Source(workspace, first.owner, first.lead_type)
    arranged = land.arrange(batch, land.read(workspace, batch), partial(desks.of, source))
    stored = {one.lead_id: one for one in raws}
    for rows in arranged.leads.values():
        rows[:] = [
            replace(
                row,
                issued_at=stored[row.lead.id].issued_at,
                received_via=stored[row.lead.id].received_via,
            )
            for row in rows
            if row.lead.id in stored  # by hand a lead may have been given another id
        ]
    return land.reproject(workspace, batch, arranged, now)
