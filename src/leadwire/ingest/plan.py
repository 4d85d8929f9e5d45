"""Which runs the coverage ledger asks for. One mechanism serves back-fill, polling, outages and new starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leadwire.domain import coverage
from leadwire.domain.owners import LEAD_TYPES, Owner
from leadwire.domain.times import Millis
from leadwire.store import Account, Run, RunPlan, Tx

BACKFILL: Millis = 365 * 86_400_000  # always asked for, whatever retention LinkedIn keeps
AHEAD: Millis = (
    86_400_000  # an open window is asked up to tomorrow, so that a clock that is wrong loses nothing
)
BY_ITSELF = ("backfill", "poll", "gap")
LOOK_BACK = 6  # failures in a row that still make a difference


def lead_types(account: Account) -> tuple[str, ...]:
    """The lead types read for an account: those chosen, or all its owner can have."""
    return account.sync.lead_types or LEAD_TYPES[Owner.parse(account.owner).kind]


def wanted(tx: Tx, account: Account, now: Millis, retention: Mapping[str, Millis]) -> list[RunPlan]:
    """What is not covered, as run plans: the first ever is the back-fill, the open end a poll, a hole a gap."""
    plans = []
    for lead_type in lead_types(account):
        covered = tx.coverage.covered(account.owner, lead_type)
        filled = any(one.since <= now - BACKFILL for one in covered)  # a window read by hand is no back-fill
        kept = coverage.retention_of(lead_type, retention) if filled else BACKFILL
        for hole in coverage.subtract(coverage.Interval(now - kept, now), covered):
            kind = "backfill" if not filled else "poll" if hole.until == now else "gap"
            until = None if hole.until == now else hole.until
            plans.append(RunPlan(account.owner, kind, lead_type, None, hole.since, until))
    return plans


def create(tx: Tx, plan: RunPlan, now: Millis) -> Run:
    """A run for the plan. Where its like has just failed, it goes on at the page where that one stopped.

    That is safe whatever happened meanwhile: the anchor tells whether the list still stands there.
    """
    failed = _failed_before(tx, plan)
    if failed is None:
        return tx.runs.create(plan, now)
    return tx.runs.create(replace(plan, since=failed.plan.since), now, failed.cursor, failed.horizon)


def failures(tx: Tx, owner: str) -> int:
    """How many of the newest runs that nobody asked for failed in a row (at most LOOK_BACK)."""
    count = 0
    for run in tx.runs.newest(owner, BY_ITSELF, LOOK_BACK):
        if run.state == "failed":
            count += 1
        elif run.state == "done":
            break
    return count


def fills(tx: Tx, owner: str) -> bool:
    """Whether the back-fill of an account that is read has not ended: what it has not brought yet is not lost."""
    if not tx.accounts.get(owner).sync.enabled:
        return False
    newest = {run.plan.lead_type: run for run in reversed(tx.runs.newest(owner, ("backfill",), LOOK_BACK))}
    return any(run.state != "done" for run in newest.values())


def _failed_before(tx: Tx, plan: RunPlan) -> Run | None:
    same = {"lead_type": plan.lead_type, "form_id": plan.form_id, "until": plan.until}
    for run in tx.runs.newest(plan.owner, BY_ITSELF, 1, **same):
        # One that got nowhere is not taken over: the list is read from its top again, where the new leads are.
        resumable = run.state == "failed" and run.cursor is not None and run.counters.read > 0
        return run if resumable and (run.plan.since or 0) <= (plan.since or 0) else None
    return None
