"""A second reading of an owner: the same walk and the same landing as every other, over other windows.

It goes slice by slice, each a few pages, and keeps with every page which ids it was shown. It credits no coverage:
it is there to find out whether what was credited is true.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from leadwire.domain import coverage, walk
from leadwire.domain.coverage import Interval
from leadwire.domain.reconcile import SLICE_ROWS, slice_end
from leadwire.domain.times import Millis
from leadwire.ingest import land, plan
from leadwire.ingest.ports import Meter, Now, Source, Turn
from leadwire.ingest.tables import Desks
from leadwire.ingest.walk import FIRST, OVERLAP, PAGE, PROBLEMS, NeverEnds
from leadwire.linkedin.leads import find_leads, read_leads
from leadwire.store import Json, Run, Shown, Tx, Workspace

PAGE_CAP = 2_000  # of a slice, which is meant to be a few pages

# Whether everybody over whom an owner is read may read it, asked of LinkedIn now. Errors as a `Line` raises them.
Able = Callable[[Workspace, str], bool]


@dataclass(frozen=True)
class Spot:
    """How far a sweep is: JSON-able, written with every page. `number` is of the lead type; `window` of the slice."""

    number: int = 0
    window: Interval | None = None
    walk: walk.Cursor = FIRST
    horizon: Millis | None = None
    shown: bool = False  # whether the slice had a row
    judged: bool = False
    accepted: bool = False  # however much is not shown

    def as_json(self) -> dict[str, Json]:
        return {
            "number": self.number,
            "window": None if self.window is None else list(self.window),
            "walk": cast("dict[str, Json]", self.walk.as_dict()),
            "horizon": self.horizon,
            "shown": self.shown,
            "judged": self.judged,
            "accepted": self.accepted,
        }

    @classmethod
    def of(cls, run: Run) -> Spot:
        """Where the run stopped, or its beginning."""
        if run.cursor is None:
            return cls()
        kept = cast("dict[str, object]", run.cursor)
        window = cast("list[Millis] | None", kept["window"])
        return cls(
            number=cast(int, kept["number"]),
            window=None if window is None else Interval(*window),
            walk=walk.Cursor.from_dict(cast("Mapping[str, object]", kept["walk"])),
            horizon=cast("Millis | None", kept["horizon"]),
            shown=bool(kept["shown"]),
            judged=bool(kept["judged"]),
            accepted=bool(kept["accepted"]),
        )


class Sweep:
    """Walks the slices of a run, one page at a time."""

    def __init__(self, desks: Desks, now: Now, able: Able, *, settle: Millis, page: int = PAGE) -> None:
        self._desks, self._now, self._able = desks, now, able
        self._settle, self.page = settle, page

    def go(self, workspace: Workspace, run: Run, speak: Meter, turn: Turn) -> Spot | None:
        """Walk on from where the run stands; where it has come to, None if its turn is over before the end.

        Errors as `Speak`'s, NeverEnds, and the store's.
        """
        spot, types = Spot.of(run), self.lead_types(workspace, run)
        while spot.number < len(types):
            if turn.over():
                return None
            if spot.window is None:
                spot = self._next_slice(workspace, run, spot, types[spot.number])
            else:
                spot = self._page(workspace, run, spot, types[spot.number], speak)
                turn.progressed()
        return spot

    @staticmethod
    def lead_types(workspace: Workspace, run: Run) -> Sequence[str]:
        """What is walked, in order."""
        with workspace.read() as tx:
            return plan.lead_types(tx.accounts.get(run.plan.owner))

    def end(self, run: Run) -> Millis:
        """What is younger may still become visible, and is not asked for."""
        settled = (run.started_at or self._now()) - self._settle
        return settled if run.plan.until is None else min(run.plan.until, settled)

    def _next_slice(self, workspace: Workspace, run: Run, spot: Spot, lead_type: str) -> Spot:
        """Begin with the first slice of a lead type; without one, with the next type."""
        first = self._slice(workspace, run, lead_type, run.plan.since or 0)
        begun = walk.Cursor(count=self.page)
        return replace(spot, window=first, walk=begun, number=spot.number + (first is None))

    def _slice(self, workspace: Workspace, run: Run, lead_type: str, since: Millis) -> Interval | None:
        end = self.end(run)
        if since >= end:
            return None
        with workspace.read() as tx:
            full_at = tx.checks.full_at(run.plan.owner, lead_type, since, SLICE_ROWS)
        return Interval(since, slice_end(since, end, full_at))

    def _page(self, workspace: Workspace, run: Run, spot: Spot, lead_type: str, speak: Meter) -> Spot:
        issued_at, window = self._now(), spot.window
        assert window is not None
        since = max(0, window.since - OVERLAP)
        call = find_leads(
            run.plan.owner,
            lead_type,
            since=since,
            until=window.until,
            start=spot.walk.start,
            count=spot.walk.count,
        )
        page = speak(call, read_leads)
        if spot.walk.pages == 0 and spot.walk.restarts == 0:
            seen = coverage.horizon(issued_at, page.date, self._settle)
            spot = replace(spot, horizon=seen if spot.horizon is None else min(spot.horizon, seen))
        batch = land.Batch(run.plan.owner, lead_type, page.elements, issued_at, "reconcile")
        reading = land.read(workspace, batch)
        facts = walk.PageFacts(reading.ids, page.received, page.total, page.has_next)
        step = walk.advance(spot.walk, facts, PAGE_CAP)
        spot = replace(spot, shown=spot.shown or page.received > 0)
        if step.done:
            self._believe(workspace, run, spot, lead_type)
        after = self._after(workspace, run, spot, step, lead_type)
        progress = land.Progress(
            run=run,
            cursor=after.as_json(),
            horizon=spot.horizon,
            anchor=spot.walk.anchor,
            also=partial(_keep, run, batch, reading, spot),
        )
        self._write(workspace, batch, reading, progress, speak)
        if step.problem is not None:
            raise NeverEnds(PROBLEMS[step.problem].format(cap=PAGE_CAP, start=spot.walk.start))
        return after

    def _write(
        self,
        workspace: Workspace,
        batch: land.Batch,
        reading: land.Reading,
        progress: land.Progress,
        speak: Meter,
    ) -> None:
        if progress.run.plan.dry_run:
            land.count(workspace, batch, reading, replace(progress, calls=speak.take()))
            return
        source = Source(workspace, batch.owner, batch.lead_type, speak)
        arranged = land.arrange(batch, reading, partial(self._desks.of, source))
        # A version that only a lead has named costs a call.
        land.land(workspace, batch, arranged, self._now(), replace(progress, calls=speak.take()))

    def _believe(self, workspace: Workspace, run: Run, spot: Spot, lead_type: str) -> None:
        """Raises NeverEnds where nothing is shown of what is stored, and whoever was asked may have no role."""
        assert spot.window is not None
        if spot.shown and (spot.walk.start or not spot.walk.restarts):
            return
        with workspace.read() as tx:
            stored = tx.leads.any_in(run.plan.owner, lead_type, *spot.window)
        if stored and not self._able(workspace, run.plan.owner):
            raise NeverEnds(
                "the list is empty where leads of it are stored, and not everybody who is asked may read them"
            )

    def _after(self, workspace: Workspace, run: Run, spot: Spot, step: walk.Step, lead_type: str) -> Spot:
        if not step.done:
            return replace(spot, walk=step.next or spot.walk)
        assert spot.window is not None
        following = self._slice(workspace, run, lead_type, spot.window.until)
        return replace(
            spot,
            number=spot.number + (following is None),
            window=following,
            walk=walk.Cursor(count=spot.walk.count),
            shown=False,
        )


def _keep(
    run: Run, batch: land.Batch, reading: land.Reading, spot: Spot, tx: Tx, new: Collection[str]
) -> None:
    """Keep what a page showed. Repaired is what was new although its moment had been read completely."""
    assert spot.window is not None
    seen = [
        Shown(one.lead_id or f"#{one.digest.hex()}", "", spot.window.since, one.digest)
        for one in reading.troubles
    ]
    should = _covered(tx, batch) if new else ()
    for lead, _ in reading.leads:
        lost = lead.id in new and any(since <= lead.submitted_at < until for since, until in should)
        seen.append(Shown(lead.id, lead.form_id, lead.submitted_at, repaired=lost))
    tx.checks.show(run.id, batch.owner, seen)


def _covered(tx: Tx, batch: land.Batch) -> tuple[Interval, ...]:
    return tx.coverage.covered(batch.owner, batch.lead_type)
