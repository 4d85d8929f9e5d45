"""Runs: what was read, when, and how it ended."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from leadwire.store import Certificate, Run
from leadwire.web.auth import Here
from leadwire.web.contract import fails
from leadwire.web.paging import Asked, Items, items
from leadwire.web.values import AccountFilter, IdPath, Moment, View, account_name

router = APIRouter(prefix="/runs", tags=["runs"])

Kind = Literal["backfill", "poll", "gap", "manual", "reconcile", "push"]


class Window(View):
    """Of submission time; `until` null: up to the moment of reading."""

    since: Moment | None
    until: Moment | None


class RunView(View):
    """`read`: elements received; `stored`: new rows; `duplicates`: leads known before; `repaired`: of a
    reconciliation, leads that had been lost and are stored now, null until it has compared.
    """

    id: str
    account: str
    kind: Kind
    state: Literal["queued", "running", "done", "failed"]
    lead_type: str | None
    form: str | None
    window: Window
    dry_run: bool
    read: int
    stored: int
    duplicates: int
    quarantined: int
    repaired: int | None
    calls: int
    error: str | None
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    next_try_at: Moment | None


@router.get("")
def list_runs(
    here: Here, asked: Asked, account: AccountFilter = None, kind: Annotated[Kind | None, Query()] = None
) -> Items[RunView]:
    """Runs, those of one account, or those of one kind."""
    with here.read() as tx:
        page = tx.runs.page(asked.limit, asked.after, account, kind)
        certified = tx.certificates.of_runs([run.id for run in page.items])
    return items(page, lambda run: view(run, certified.get(run.id)))


@router.get("/{run_id}", responses=fails(404))
def get_run(run_id: IdPath, here: Here) -> RunView:
    """One run."""
    with here.read() as tx:
        return view(tx.runs.get(run_id), tx.certificates.of_runs([run_id]).get(run_id))


def view(run: Run, certified: Certificate | None) -> RunView:
    """A run as people and programs see it."""
    plan, counted = run.plan, run.counters
    return RunView(
        id=run.id,
        account=account_name(plan.owner),
        kind=plan.kind,  # type: ignore[arg-type]
        state=run.state,
        lead_type=plan.lead_type,
        form=plan.form_id,
        window=Window(since=plan.since, until=plan.until),
        dry_run=plan.dry_run,
        read=counted.read,
        stored=counted.stored,
        duplicates=counted.duplicates,
        quarantined=counted.quarantined,
        repaired=None if certified is None else certified.repaired,
        calls=counted.calls,
        error=run.error,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        next_try_at=run.next_try_at,
    )
