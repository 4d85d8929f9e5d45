"""One run: its windows walked page by page, each page landed, coverage credited with the last one.

A run is a list of legs (one lead type, or one form version), kept in its cursor, so that killed anywhere it goes
on at the page behind the last one that was stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from leadwire.domain import coverage, walk
from leadwire.domain.coverage import Interval
from leadwire.domain.times import DAY, MINUTE, Millis
from leadwire.ingest import emptiness, land
from leadwire.ingest.plan import AHEAD
from leadwire.ingest.ports import Meter, Now, Source, Turn
from leadwire.ingest.tables import Desks
from leadwire.linkedin.calls import Call
from leadwire.linkedin.leads import find_leads, read_leads
from leadwire.linkedin.urns import form_version_urn
from leadwire.store import Json, Run, Workspace

PAGE = 100
PAGE_CAP = 20_000  # two million leads in one window; beyond it the list does not end
OVERLAP: Millis = (
    1_000  # asked for but not credited: whether LinkedIn's range includes its start is not documented
)
AGES_OUT: Millis = DAY  # about when a lead leaves LinkedIn's lists, its list may show it or not
FIRST_INSTANT: Millis = 0
LEAP_LASTS: Millis = MINUTE  # across an empty page there is no anchor, so it is not trusted for long
FIRST = walk.Cursor(count=PAGE)
PROBLEMS = {
    "page_cap": "stopped after {cap} pages: the list does not end; the cursor is kept",
    "hole": "the list is empty from row {start} on, where it has just shown more: nothing is taken for read",
}
VIA = {"backfill": "backfill", "reconcile": "reconcile"}


class NeverEnds(Exception):
    """A list that does not end, or has no end that can be believed; the cursor is kept."""


@dataclass(frozen=True)
class Leg:
    lead_type: str
    version: int | None = None  # of the run's form


@dataclass(frozen=True)
class Place:
    """How far a run is: JSON-able, written with every page."""

    legs: tuple[Leg, ...]
    leg: int = 0
    walk: walk.Cursor = FIRST
    horizon: Millis | None = None  # the earliest of the legs that share one credit
    shown: bool = False  # whether any of these legs had a row
    believable: bool = True  # whether each of them may be believed where it had none
    at: Millis = 0  # when the page before was asked for

    def as_json(self) -> dict[str, Json]:
        return {
            "legs": [[leg.lead_type, leg.version] for leg in self.legs],
            "leg": self.leg,
            "walk": cast("dict[str, Json]", self.walk.as_dict()),
            "horizon": self.horizon,
            "shown": self.shown,
            "believable": self.believable,
            "at": self.at,
        }

    @classmethod
    def of(cls, run: Run, legs: Sequence[Leg], page: int = PAGE) -> Place:
        """Where the run stopped, or its beginning, from where it reads `page` elements at a time."""
        if run.cursor is None:
            return cls(tuple(legs), walk=walk.Cursor(count=page))
        kept = cast("dict[str, object]", run.cursor)
        pairs = cast("list[tuple[str, int | None]]", kept["legs"])
        return cls(
            legs=tuple(Leg(lead_type, version) for lead_type, version in pairs),
            leg=cast(int, kept["leg"]),
            walk=walk.Cursor.from_dict(cast("dict[str, object]", kept["walk"])),
            horizon=cast("Millis | None", kept["horizon"]),
            shown=bool(kept.get("shown")),
            believable=bool(kept.get("believable")),
            at=cast(int, kept.get("at", 0)),
        )


class Walker:
    def __init__(
        self,
        desks: Desks,
        now: Now,
        *,
        settle: Millis,
        retention: Mapping[str, Millis],
        page_cap: int = PAGE_CAP,
        page: int = PAGE,
    ) -> None:
        self._desks, self._now = desks, now
        self._settle, self._retention = settle, retention
        self.page_cap, self.page = page_cap, page

    def go(self, workspace: Workspace, run: Run, legs: Sequence[Leg], speak: Meter, turn: Turn) -> bool:
        """Walk on from where the run stands. True: it is complete; False: its turn is over.

        Errors as `Speak`'s, NeverEnds, and the store's.
        """
        place = Place.of(run, legs, self.page)
        while place.leg < len(place.legs):
            if turn.over():
                return False
            place = self._page(workspace, run, place, speak)
            turn.progressed()
        return True

    def _page(self, workspace: Workspace, run: Run, place: Place, speak: Meter) -> Place:
        leg, issued_at = place.legs[place.leg], self._now()
        if place.walk.probing and not 0 <= issued_at - place.at <= LEAP_LASTS:
            place = replace(place, walk=walk.over(place.walk))  # where rows are now, nothing tells
        place = replace(place, at=issued_at)
        page = speak(self._call(run, leg, place.walk), read_leads)
        if place.walk.pages == 0 and place.walk.restarts == 0:
            seen = coverage.horizon(issued_at, page.date, self._settle)
            place = replace(place, horizon=seen if place.horizon is None else min(place.horizon, seen))
        batch = land.Batch(
            run.plan.owner, leg.lead_type, page.elements, issued_at, VIA.get(run.plan.kind, "pull")
        )
        reading = land.read(workspace, batch)
        step = walk.advance(
            place.walk, walk.PageFacts(reading.ids, page.received, page.total, page.has_next), self.page_cap
        )
        if step.done and place.walk.restarts and not page.received and not place.walk.start:
            # It has shown rows in this walk and now shows none: more like a lost role than an empty account.
            raise NeverEnds("the list was not empty before and is now: nothing is taken for read")
        place = replace(place, shown=place.shown or page.received > 0)
        if not place.shown and place.believable:
            with workspace.read() as tx:
                asked = run.plan.owner, speak.connection_id, issued_at
                place = replace(place, believable=emptiness.believable(tx, *asked))
        proves = self._credits(run, place) if step.done else ()
        if proves and not place.shown and self._known(workspace, run, leg):
            raise NeverEnds("the list is empty where leads of it are stored: nothing is taken for read")
        after = self._after(place, step)
        progress = land.Progress(
            run=run,
            cursor=after.as_json(),
            horizon=place.horizon,
            anchor=place.walk.anchor,
            credits=proves,
            doubtful=not (place.shown or place.believable),
        )
        if run.plan.dry_run:
            progress = replace(progress, calls=speak.take())
            land.count(workspace, batch, reading, progress)
        else:
            source = Source(workspace, run.plan.owner, leg.lead_type, speak)
            arranged = land.arrange(batch, reading, partial(self._desks.of, source))
            progress = replace(
                progress, calls=speak.take()
            )  # a version that only a lead has named costs a call
            land.land(workspace, batch, arranged, self._now(), progress)
        if step.problem is not None:
            raise NeverEnds(PROBLEMS[step.problem].format(cap=self.page_cap, start=place.walk.start))
        return after

    def _known(self, workspace: Workspace, run: Run, leg: Leg) -> bool:
        """Whether a lead is stored that such a list should show: one that LinkedIn has not let go of by its age."""
        kept = coverage.retention_of(leg.lead_type, self._retention) - AGES_OUT
        since = max(run.plan.since or FIRST_INSTANT, self._now() - kept)
        until = run.plan.until or self._open_end(run)
        with workspace.read() as tx:
            return tx.leads.any_in(run.plan.owner, leg.lead_type, since, until, run.plan.form_id or "")

    def _call(self, run: Run, leg: Leg, cursor: walk.Cursor) -> Call:
        since = run.plan.since or FIRST_INSTANT
        until = run.plan.until if run.plan.until is not None else self._open_end(run)
        urn = None
        if run.plan.form_id is not None and leg.version is not None:
            urn = form_version_urn(run.plan.form_id, leg.version)
        return find_leads(
            run.plan.owner,
            leg.lead_type,
            since=max(FIRST_INSTANT, since - OVERLAP),
            until=until,
            form_version_urn=urn,
            start=cursor.start,
            count=cursor.count,
        )

    def _open_end(self, run: Run) -> Millis:
        """One window for the whole walk: a window that moves would move the offsets under it."""
        return (run.started_at or self._now()) + AHEAD

    def _credits(self, run: Run, place: Place) -> tuple[tuple[str, str, Interval], ...]:
        """What a finished leg proves. A form's versions prove something only together."""
        leg = place.legs[place.leg]
        form_id = run.plan.form_id or ""
        rest = place.legs[place.leg + 1 :]
        if run.plan.dry_run or (form_id and any(later.lead_type == leg.lead_type for later in rest)):
            return ()
        assert place.horizon is not None
        # One that was begun long ago asked only up to the day after, however late its first answer came.
        until = self._open_end(run) if run.plan.until is None else run.plan.until
        window = Interval(run.plan.since or FIRST_INSTANT, until)
        credited = coverage.credit(window, place.horizon)
        return () if credited is None else ((leg.lead_type, form_id, credited),)

    @staticmethod
    def _after(place: Place, step: walk.Step) -> Place:
        if not step.done:
            return replace(place, walk=step.next or place.walk)
        done, rest = place.legs[place.leg], place.legs[place.leg + 1 :]
        shared = bool(rest) and rest[0].lead_type == done.lead_type
        return replace(
            place,
            leg=place.leg + 1,
            walk=walk.Cursor(count=place.walk.count),
            horizon=place.horizon if shared else None,
            shown=place.shown and shared,
            believable=place.believable or not shared,
        )
