"""Reconciliation: is what LinkedIn shows what is stored? A sweep, a comparison, a certificate.

What the sweep found that was not stored has landed with its page, and counts as a repair: the first reading, or a
push, had lost it. What is stored and not shown is only suspected: `absence` decides, and a person where it is much.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import structlog

from leadwire.domain import alerts, coverage, reconcile
from leadwire.domain.absence import too_many
from leadwire.domain.owners import shard
from leadwire.domain.reconcile import Tally
from leadwire.domain.times import DAY, HOUR, Millis
from leadwire.ingest.absence import suspect
from leadwire.ingest.ports import Meter, Now, Turn
from leadwire.ingest.sweep import Able, Spot, Sweep
from leadwire.ingest.walk import AGES_OUT
from leadwire.store import (
    Absent,
    Certificate,
    CertificateDay,
    DayFilter,
    Judged,
    Odd,
    Run,
    RunCounters,
    RunPlan,
    Spotted,
    Tx,
    Workspace,
)

KIND = "reconcile"
AT_ONCE = 1_000
CLEARED_AT_ONCE = 5_000
SUMS = ("pulled", "stored", "quarantined", "missing", "extra", "repaired")

log = structlog.get_logger()


@dataclass
class Found:
    """What a comparison found, by form and day; `gone`: the leads that are newly not shown."""

    days: dict[Spotted, Tally]
    gone: list[str]
    reason: str | None = None


class Reconciler:
    """Carries reconciliations forward; everything durable is in the run's row and in what it was shown."""

    def __init__(self, sweep: Sweep, able: Able, now: Now, retention: Mapping[str, Millis]) -> None:
        self._sweep, self._able = sweep, able
        self._now, self._retention = now, retention

    def go(self, workspace: Workspace, run: Run, speak: Meter, turn: Turn) -> bool:
        """Walk, compare, certify. True: it is complete; False: its turn is over. Errors as `Sweep.go`'s."""
        spot = self._sweep.go(workspace, run, speak, turn)
        if spot is None:
            return False
        if not spot.judged:
            self._judge(workspace, run, spot)
            turn.progressed()
        return self._clear(workspace, run, turn)

    def _judge(self, workspace: Workspace, run: Run, spot: Spot) -> None:
        of = self._judged(workspace, run, spot)
        with workspace.read() as tx:  # one snapshot: what lands meanwhile is in all counts or in none
            found = compare(tx, of, spot.accepted)
        if found.gone and found.reason is None and not self._able(workspace, run.plan.owner):
            found.reason = reconcile.UNSURE
        with workspace.write() as tx:
            certificate = _certificate(of, run, found, self._now())
            days = [_day(spotted, tally, certificate) for spotted, tally in found.days.items()]
            tx.certificates.put(certificate, _pushes_kept(tx, of, days), reconcile.day_of(of.since))
            if found.reason is None and not run.plan.dry_run:
                _hand_on(tx, of, found.gone, self._now())
            tx.runs.progress(run, RunCounters(), cursor=Spot(spot.number, judged=True).as_json())
            if tx.schedule.get(alerts.KIND, ""):  # whoever tells people of it does so now
                tx.schedule.hasten(alerts.KIND, "", shard(""), self._now())
        if certificate.state != "green":
            log.warning("reconciled", run=run.id, state=certificate.state, reason=certificate.reason)

    def _judged(self, workspace: Workspace, run: Run, spot: Spot) -> Judged:
        now, end = self._now(), self._sweep.end(run)
        types = self._sweep.lead_types(workspace, run)
        kept = {kind: now - coverage.retention_of(kind, self._retention) + AGES_OUT for kind in types}
        since = run.plan.since or 0
        until = max(since, end if spot.horizon is None else min(end, spot.horizon))
        return Judged(run.id, run.plan.owner, since, until, kept, run.started_at or now)

    @staticmethod
    def _clear(workspace: Workspace, run: Run, turn: Turn) -> bool:
        """Forget what was shown, also to runs that failed; a part at a time, so that nobody waits long."""
        owner = run.plan.owner
        with workspace.read() as tx:
            others = [one.id for one in tx.runs.open(owner) if one.id != run.id]
            left = tx.checks.left(owner, besides=others)
        for run_id in left:
            cleared = CLEARED_AT_ONCE
            while cleared == CLEARED_AT_ONCE:
                if turn.over():
                    return False
                with workspace.write() as tx:
                    cleared = tx.checks.clear(run_id, CLEARED_AT_ONCE)
        return True


def wanted(tx: Tx, owner: str, now: Millis) -> RunPlan:
    """The reconciliation that is due by itself: a week, and once a week 80 days."""
    reached = tx.certificates.reached(owner, reconcile.day_of(now - reconcile.WEEKLY) + DAY)
    return RunPlan(owner, KIND, since=reconcile.first_day(now, reached))


def order(tx: Tx, plan: RunPlan, now: Millis, accepted: bool = False) -> Run:
    """Queue a reconciliation. `accepted`: a person has seen that many leads are gone."""
    run = tx.runs.create(plan, now, Spot(accepted=True).as_json() if accepted else None)
    tx.schedule.put("run", run.id, shard(plan.owner), now)
    return run


def again(tx: Tx, run_id: str, now: Millis) -> None:
    """One that failed is followed by another within the hour, where the account is still read."""
    run = tx.runs.get(run_id)
    owner = run.plan.owner
    if run.plan.kind == KIND and run.state == "failed" and tx.accounts.get(owner).sync.enabled:
        tx.schedule.hasten(KIND, owner, shard(owner), now + HOUR)


def compare(tx: Tx, of: Judged, accepted: bool) -> Found:
    days: dict[Spotted, Tally] = defaultdict(Tally)
    registered = [one.registered_at for one in tx.webhooks.all(of.owner) if one.registered_at is not None]
    counts = {
        "pulled": tx.checks.pulled(of),
        "stored": tx.checks.stored(of),
        "quarantined": tx.checks.waiting(of),
        "pushed": tx.checks.pushed(of, min(registered)) if registered else {},
    }
    for name, found in counts.items():
        for spotted, number in found.items():
            setattr(days[spotted], name, number)
    for one, erased in _odd(tx, of):
        _sort(days[_spot(one)], one, erased)
    new, gone = tx.checks.newly_absent(of), list[str]()
    mass = not accepted and too_many(new, sum(counts["stored"].values()))
    for absent in _absent(tx, of):
        days[_spot(absent)].differs("extra", absent.lead_id)
        if absent.missing_since is None and not mass:
            gone.append(absent.lead_id)
    return Found(dict(days), gone, reconcile.MASS if mass else None)


def _sort(tally: Tally, one: Odd, erased: bool) -> None:
    """What a shown element means that is not simply a stored lead."""
    if one.repaired:
        tally.differs("repaired", one.lead_id)
    if one.noted == "open":
        tally.quarantined += 1
    elif one.stored or one.noted is not None:
        return  # here, or dealt with by a person in quarantine
    elif erased:
        tally.erased += 1
    else:
        tally.differs("missing", one.lead_id)


def _odd(tx: Tx, of: Judged) -> Iterator[tuple[Odd, bool]]:
    """Shown elements that are no simply stored leads, each with whether it was erased on request."""
    after = ""
    while some := tx.checks.odd(of, after, AT_ONCE):
        known = tx.leads.known([one.lead_id for one in some if not one.stored])
        yield from ((one, one.lead_id in known and known[one.lead_id].state == "erased") for one in some)
        after = some[-1].lead_id


def _absent(tx: Tx, of: Judged) -> Iterator[Absent]:
    after = None
    while some := tx.checks.absent(of, after, AT_ONCE):
        yield from some
        after = some[-1]


def _spot(one: Odd | Absent) -> Spotted:
    return one.form_id, reconcile.day_of(one.submitted_at)


def _hand_on(tx: Tx, of: Judged, gone: Sequence[str], now: Millis) -> None:
    """Suspect what is not shown; what was read in another way since the comparison is there."""
    for start in range(0, len(gone), AT_ONCE):
        known = tx.leads.known(gone[start : start + AT_ONCE])
        suspect(tx, of.owner, [name for name, one in known.items() if one.issued_at < of.started_at], now)


def _certificate(of: Judged, run: Run, found: Found, now: Millis) -> Certificate:
    days = found.days.values()
    sums = {name: sum(getattr(one, name) for one in days) for name in SUMS}
    state = "red" if found.reason else reconcile.worst(one.state for one in days)
    dry = run.plan.dry_run
    return Certificate(run.id, of.owner, now, of.since, of.until, state, found.reason, dry, **sums)


def _day(spotted: Spotted, tally: Tally, of: Certificate) -> CertificateDay:
    counts = {one.name: getattr(tally, one.name) for one in fields(Tally)}
    form_id, day = spotted
    until = min(of.until, day + DAY)
    return CertificateDay(of.owner, day, form_id, of.run_id, tally.state, of.checked_at, until, **counts)


def _pushes_kept(tx: Tx, of: Judged, days: list[CertificateDay]) -> list[CertificateDay]:
    """Pushes of long ago are forgotten; what was counted of them before stays."""
    before = tx.certificates.pushed(DayFilter(of.owner, since=reconcile.day_of(of.since), until=of.until))
    return [replace(one, pushed=max(one.pushed, before.get((one.form_id, one.day), 0))) for one in days]
