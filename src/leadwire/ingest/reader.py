"""One turn of reading: with an owner, with a form, or with one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import structlog

from leadwire.domain.owners import phase
from leadwire.domain.times import HOUR, MINUTE, Millis
from leadwire.ingest import plan
from leadwire.ingest.ports import LineFor, Meter, NobodyMayRead, Now, Turn
from leadwire.ingest.walk import Leg, NeverEnds, Walker
from leadwire.linkedin.errors import LinkedInError, Throttled, TryLater
from leadwire.linkedin.patience import asked_for, backoff
from leadwire.store import Run, RunPlan, Tx, Workspace
from leadwire.store.errors import Overtaken

IN_RUN_TRIES = 3  # a plain 429, a 5xx or a cut answer is tried again inside the run
AFTER_RUN_WAITS = (60.0, 120.0, 180.0, 240.0, 300.0)  # then the run fails and its gap is tried again

OVERTAKEN_WAIT = 5.0
FILL_WAIT = 15.0  # for the back-fill to end, before it is looked whether anything is missing

MIDNIGHT_SPREAD: Millis = 15 * MINUTE

log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    """How a turn ended: `again_in` seconds until the next one, None when there is nothing left to do."""

    again_in: float | None


DONE = Outcome(None)


# What carries the runs of a kind instead of a plain walk: True when one is complete, errors as the walk's.
Carry = Callable[[Workspace, Run, Meter, Turn], bool]


class Reader:
    """Carries runs forward. Everything durable is in the run's row; the object may die at any point."""

    def __init__(
        self,
        walker: Walker,
        line_for: LineFor,
        now: Now,
        dice: Callable[[], float],
        retention: Mapping[str, Millis],
        carries: Mapping[str, Carry] = MappingProxyType({}),
    ) -> None:
        self._walker, self._line_for = walker, line_for
        self._now, self._dice, self._retention = now, dice, retention
        self._carries = carries

    def owner(self, workspace: Workspace, owner: str, turn: Turn) -> Outcome:
        """Unfinished runs of an owner first, then once what the ledger asks for."""
        with workspace.read() as tx:
            account = tx.accounts.get(owner)
        if not account.sync.enabled:
            return DONE
        try:
            self._line_for(workspace, owner)
        except NobodyMayRead:
            return Outcome(AFTER_RUN_WAITS[-1])  # no run is made for it: the verdict says what is missing
        for run_id in self._runs(workspace, owner):
            outcome = self.run(workspace, run_id, turn)
            if outcome.again_in is not None:
                return outcome
        return DONE

    def form(self, workspace: Workspace, form_id: str, turn: Turn) -> Outcome:
        """One form's own poll, where its interval is shorter than its account's."""
        with workspace.read() as tx:
            owner = tx.forms.get(form_id).owner
        try:
            self._line_for(workspace, owner)
        except NobodyMayRead:
            return Outcome(AFTER_RUN_WAITS[-1])
        with workspace.write() as tx:
            theirs = (run for run in tx.runs.open(owner) if run.plan.form_id == form_id)
            run = next((run for run in theirs if run.plan.kind in plan.BY_ITSELF), None)
            run = run or tx.runs.create(self._form_plan(tx, owner, form_id), self._now())
        return self.run(workspace, run.id, turn)

    def run(self, workspace: Workspace, run_id: str, turn: Turn) -> Outcome:
        """One turn with one run, whoever asked for it."""
        with workspace.write() as tx:
            run = tx.runs.get(run_id)
            if run.state in ("done", "failed"):
                return DONE
            left = 0.0 if run.next_try_at is None else (run.next_try_at - self._now()) / 1000
            if 0 < left <= HOUR / 1000:  # longer was never asked for: a clock was wrong
                return Outcome(left)
            if run.plan.kind in self._carries and plan.fills(tx, run.plan.owner):
                return Outcome(FILL_WAIT)
            run = tx.runs.start(run_id, self._now())
        try:
            return self._carry(workspace, run, turn)
        except Overtaken as error:
            log.warning("run_overtaken", run=run.id, reason=str(error))
            return Outcome(OVERTAKEN_WAIT)

    def _carry(self, workspace: Workspace, run: Run, turn: Turn) -> Outcome:
        speak: Meter | None = None
        try:
            speak = Meter(self._line_for(workspace, run.plan.owner))
            carry = self._carries.get(run.plan.kind, self._walk)
            complete = carry(workspace, run, speak, turn)
        except TryLater as error:
            return self._later(workspace, run, error, speak.take() if speak else 0)
        except (LinkedInError, NobodyMayRead, NeverEnds) as error:
            return self._fail(workspace, run, str(error), speak.take() if speak else 0)
        if not complete:
            return Outcome(0.0)
        with workspace.write() as tx:
            tx.runs.finish(run, self._now())
        return DONE

    def _walk(self, workspace: Workspace, run: Run, speak: Meter, turn: Turn) -> bool:
        return self._walker.go(workspace, run, self._legs(workspace, run), speak, turn)

    def _runs(self, workspace: Workspace, owner: str) -> list[str]:
        with workspace.write() as tx:
            waiting = [
                run.id
                for run in tx.runs.open(owner)
                if run.plan.kind in plan.BY_ITSELF and run.plan.form_id is None
            ]
            if waiting:
                return waiting
            wanted = plan.wanted(tx, tx.accounts.get(owner), self._now(), self._retention)
            return [plan.create(tx, one, self._now()).id for one in wanted]

    def _form_plan(self, tx: Tx, owner: str, form_id: str) -> RunPlan:
        since = None
        for lead_type in plan.lead_types(tx.accounts.get(owner)):
            covered = tx.coverage.covered(owner, lead_type, form_id)
            end = covered[-1].until if covered else self._now() - plan.BACKFILL
            since = end if since is None else min(since, end)
        return RunPlan(owner, "poll", None, form_id, since, None)

    def _legs(self, workspace: Workspace, run: Run) -> Sequence[Leg]:
        """All lead types of the run; a form's run is one walk per known version."""
        with workspace.read() as tx:
            account = tx.accounts.get(run.plan.owner)
            types = (run.plan.lead_type,) if run.plan.lead_type else plan.lead_types(account)
            if run.plan.form_id is None:
                return [Leg(lead_type) for lead_type in types]
            versions = sorted(tx.forms.version_numbers(run.plan.form_id))
        return [Leg(lead_type, version) for lead_type in types for version in versions]

    def _later(self, workspace: Workspace, run: Run, error: TryLater, calls: int) -> Outcome:
        """A passing trouble: again inside the run while its patience lasts; it begins anew with every page. A run
        that begins at the top after another one has failed is a probe of an outage, and has none.
        """
        if isinstance(error, Throttled) and error.until_midnight:
            self._fail(workspace, run, str(error), calls)
            spread = phase(run.plan.owner, MIDNIGHT_SPREAD) / 1000  # nobody storms LinkedIn at 00:00 UTC
            return Outcome((error.after or AFTER_RUN_WAITS[-1]) + spread)
        with workspace.read() as tx:
            now = tx.runs.get(run.id)
            probes = now.cursor is None and plan.failures(tx, run.plan.owner) > 0
        attempts = now.attempts
        if attempts >= IN_RUN_TRIES or probes:
            return self._fail(workspace, run, str(error), calls)
        wait = asked_for(error, otherwise=backoff(attempts + 1, self._dice()))
        with workspace.write() as tx:
            tx.runs.retry(run, str(error), self._now() + wait, calls)
        return Outcome(wait / 1000)

    def _fail(self, workspace: Workspace, run: Run, reason: str, calls: int = 0) -> Outcome:
        with workspace.write() as tx:
            tx.runs.fail(run, reason, self._now(), calls)
            failed = plan.failures(tx, run.plan.owner)
        log.warning("run_failed", run=run.id, kind=run.plan.kind, reason=reason)
        by_itself = run.plan.kind in plan.BY_ITSELF
        wait = AFTER_RUN_WAITS[min(max(failed, 1), len(AFTER_RUN_WAITS)) - 1]
        return Outcome(wait if by_itself else None)
