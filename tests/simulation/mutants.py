"""Planted bugs: what the simulation must find. Each is a switch of these tests alone; the product knows none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from tests.simulation.machine import Inline
from tests.simulation.reach import Swap, swapped

from leadwire import duties
from leadwire.connect import line
from leadwire.domain import columns, coverage, walk
from leadwire.domain.absence import Finding, Rule
from leadwire.domain.coverage import Interval
from leadwire.domain.judge import Decision
from leadwire.domain.project import Projector
from leadwire.ingest import absence, land, push, reader, reconcile, sweep, tables
from leadwire.ingest import walk as walking
from leadwire.linkedin.answers import Page
from leadwire.linkedin.errors import LinkedInError
from leadwire.store import RunCounters, connections, counting, erasing
from leadwire.store.coverage import Coverage
from leadwire.web import hook


@dataclass(frozen=True)
class Mutant:
    """A bug, the mode that shows it, and what it puts in the place of what."""

    mode: str
    swaps: Callable[[], tuple[Swap, ...]]


MUTANTS: dict[str, Mutant] = {}


@contextmanager
def planted(name: str) -> Iterator[None]:
    """With this bug for as long as the block runs; without any if it has no name."""
    with swapped(*(MUTANTS[name].swaps() if name else ())):
        yield


def _bug(name: str, mode: str, *swaps: Swap) -> None:
    MUTANTS[name] = Mutant(mode, lambda: swaps)


def _page(make: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """Another `advance`: it may change a step, knowing the page."""
    advance = walk.advance

    def changed(cursor: Any, page: Any, cap: int) -> Any:
        return make(page, (cursor, advance(cursor, page, cap)))

    return changed


def _without_anchor(page: Any, both: Any) -> Any:
    _, step = both
    if step.next is None or not step.next.anchor:
        return step
    return step._replace(next=replace(step.next, anchor=None, behind=None, start=step.next.start + 1))


def _empty_is_last(page: Any, both: Any) -> Any:
    _, step = both
    return step if page.received else walk.Step(None, True, step.anchors, None)


def _short_is_last(page: Any, both: Any) -> Any:
    cursor, step = both
    short = 0 < page.received < cursor.count
    return walk.Step(None, True, step.anchors, None) if short else step


def _judging(change: Callable[[Any, Decision], Decision]) -> Callable[..., Decision]:
    judge = land.judge
    return lambda known, digest, issued_at: change(known, judge(known, digest, issued_at))


def _instead(state: str, some: tuple[Decision, ...], other: Decision) -> Callable[..., Decision]:
    """Another decision about what is known in this state."""

    def change(known: Any, decision: Decision) -> Decision:
        return other if known is not None and known.state == state and decision in some else decision

    return _judging(change)


def _deciding(one: Finding, other: Finding) -> Callable[..., Finding]:
    decide = absence.decide

    def changed(suspect: Any, look: Any, rule: Any) -> Finding:
        found = decide(suspect, look, rule)
        return other if found is one else found

    return changed


def _credit_first(self: Any, workspace: Any, run: Any, place: Any, speak: Any) -> Any:
    leg = place.legs[place.leg]
    if not run.plan.form_id and not run.plan.dry_run:
        with workspace.write() as tx:
            window = Interval(run.plan.since or 0, self._now() - self._settle)
            if window.since < window.until:
                tx.coverage.credit(run.plan.owner, leg.lead_type, window, "")
    return _walker_page(self, workspace, run, place, speak)


def _cursor_first(workspace: Any, batch: Any, arranged: Any, now: Any, progress: Any = None) -> Any:
    if progress is not None:
        with workspace.write() as tx:
            tx.runs.progress(progress.run, RunCounters(), cursor=progress.cursor, horizon=progress.horizon)
    return _land(workspace, batch, arranged, now, progress)


async def _acknowledge_anyway(self: Any, name: Any, raw: bytes, patience: float = 0) -> bool:
    await _store(self, name, raw, patience)
    return True


def _delete_as_told(self: Any, workspace: Any, items: Any, known: Any) -> Any:
    told = [item.lead_id for item in items if item.action == "DELETED" and item.lead_id in known]
    if told:
        with workspace.write() as tx:
            tx.erasing.mark_deleted(told, self._now(), self._now())
    return _sort_out(self, workspace, items, known)


def _looks_twice(self: Any, workspace: Any, owner: str, due: Any) -> None:
    self._rule = Rule(0, self._rule.max_age)
    _look(self, workspace, owner, due)


def _done_first(self: Any, workspace: Any, owner: str, items: Any) -> None:
    with workspace.write() as tx:
        tx.inbox.done([item.id for item in items], "stored", self._now())
    _fetch(self, workspace, owner, items)


def _newest_words(workspace: Any, form_id: str, version: int) -> Any:
    learned, (projector, table) = _compile(workspace, form_id, version)
    with workspace.read() as tx:
        newest = tx.forms.version(form_id, max(tx.forms.version_numbers(form_id)))
    return learned, (Projector(newest, table.columns) if newest else projector, table)


def _empty_on_trouble(status: int, headers: Any, body: bytes) -> Any:
    try:
        return _read_leads(status, headers, body)
    except LinkedInError:
        if status != 200:
            raise
        return Page(())


def _poll_once(self: Any, workspace: Any, owner: str, turn: Any) -> Any:
    due = _poll(self, workspace, owner, turn)
    with workspace.read() as tx:
        failed = (
            bool(tx.runs.newest(owner, ("poll", "gap"), 1)) and tx.runs.newest(owner, ("poll", "gap"), 1)[0]
        )
    return None if failed and failed.state == "failed" else due


def _moved_twice(self: Any, before: Any, after: Any) -> None:
    before, after = list(before), list(after)
    _move(self, before, after)
    if before:
        _move(self, [], after[:1])


def _lands_nothing(self: Any, workspace: Any, batch: Any, reading: Any, progress: Any, speak: Any) -> None:
    land.count(workspace, batch, reading, replace(progress, calls=speak.take()))


def _gives_up(self: Any, connection: Any, tokens: Any, error: Any) -> Any:
    if error.reason == "revoked":
        raise self._ended(True)
    return _second_token(self, connection, tokens, error)


def _doubts_nothing(
    self: Any, owner: str, lead_type: str, interval: Any, form_id: str, issued_at: int
) -> None:
    self.credit(owner, lead_type, interval, form_id)


def _all_to_one(workspace_id: str, owner: str, raw: bytes, now: int) -> Any:
    return _rows_of("default", owner, raw, now)


def _renamed(known: Any, seen: Any) -> Any:
    return replace(_retext(known, seen), name=f"{known.name}_{len(seen.texts)}")


_walker_page, _land, _store = walking.Walker._page, land.land, Inline.store
_sort_out, _fetch, _compile = push.Fetch._sort_out, push.Fetch._fetch, tables.Desks._compile
_read_leads, _poll, _move = walking.read_leads, duties.Duties.poll, counting.Counting.move
_look = absence.Confirm._look
_second_token, _rows_of, _retext = line.Line._second_token, hook.rows_of, columns._retext
_nothing: Callable[..., Any] = lambda *given, **named: None  # noqa: E731

_bug("credit before rows", "poll", (walking.Walker, "_page", _credit_first))
_bug("cursor before rows", "poll", (land, "land", _cursor_first))
_bug("credit up to our own now", "poll", (coverage, "horizon", lambda ours, theirs, settle: ours))
_bug("no settle", "poll", (coverage, "horizon", lambda ours, theirs, settle: min(ours, theirs or ours)))
_bug("LinkedIn's clock not asked", "poll", (coverage, "horizon", lambda ours, theirs, settle: ours - settle))
_bug("no anchor", "poll", (walk, "advance", _page(_without_anchor)))
_bug("a short page ends a walk", "poll", (walk, "advance", _page(_short_is_last)))
_bug(
    "an odd answer ends a walk",
    "poll",
    (walking, "read_leads", _empty_on_trouble),
    (walk, "advance", _page(_empty_is_last)),
)
_bug(
    "an empty list proves", "poll", (Coverage, "doubt", _doubts_nothing), (walking.Walker, "_known", _nothing)
)
_bug("acknowledged before the commit", "hook", (Inline, "store", _acknowledge_anyway))
_bug("done before it is fetched", "hook", (push.Fetch, "_fetch", _done_first))
_bug("not readable yet means never", "hook", (push, "NOT_YET", ()))
_bug("read before the push is enough", "hook", (push, "_read_since", lambda known, item: known is not None))
_bug("a push deletes", "hook", (push.Fetch, "_sort_out", _delete_as_told))
_bug("workspaces mixed up", "hook", (hook, "rows_of", _all_to_one))
_bug("one look deletes", "all", (absence, "decide", _deciding(Finding.FIRST, Finding.GONE)))
_bug("two looks at once delete", "all", (absence.Confirm, "_look", _looks_twice))
_bug("no control lead", "hook", (absence, "_sound", lambda *given: True))
_bug("age does not matter", "all", (Rule, "may_be_deleted", lambda self, suspect, at: True))
_bug("tombstone ignored", "all", (land, "judge", _instead("deleted", (Decision.STALE,), Decision.NEWER)))
_bug("erasure is lifted", "all", (land, "judge", _instead("erased", (Decision.ERASED,), Decision.NEW)))
_bug("changed answers left", "all", (land, "judge", _instead("live", (Decision.NEWER,), Decision.SAME)))
_bug("an old page wins", "all", (land, "judge", _instead("live", (Decision.STALE,), Decision.NEWER)))
_bug("erasure leaves a form's table", "all", (erasing.Erasing, "_form_tables", lambda self, ids: iter(())))
_bug("deletion leaves quarantine", "all", (erasing.Erasing, "_forget_troubles", _nothing))
_bug("counted twice", "all", (counting.Counting, "move", _moved_twice))
_bug("quarantine forgotten", "all", (land, "_note_unreadable", lambda *given: []))
_bug("wrong version's words", "all", (tables.Desks, "_compile", staticmethod(_newest_words)))
_bug("a column renamed", "all", (columns, "_retext", _renamed))
_bug("reconcile suspects nobody", "all", (reconcile, "_hand_on", _nothing))
_bug("reconcile lands nothing", "all", (sweep.Sweep, "_write", _lands_nothing))
_bug("a failed poll is not due again", "poll", (duties.Duties, "poll", _poll_once))
_bug("a passing trouble ends a run's turns", "all", (reader.Reader, "_later", lambda *given: reader.DONE))
_bug("quota of the day forgotten", "poll", (line.Switchboard, "_refuse_paused", _nothing))
_bug("any 401 ends a grant", "poll", (line.Line, "_second_token", _gives_up))
_bug("a new token is not kept", "poll", (connections.Connections, "mint", _nothing))
# The ones found within a few seeds, for every test run.
QUICK = (
    "a push deletes",
    "done before it is fetched",
    "one look deletes",
    "counted twice",
    "wrong version's words",
    "erasure leaves a form's table",
)
