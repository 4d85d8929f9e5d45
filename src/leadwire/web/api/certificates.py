"""Reconciliation: an account read a second time, and the certificate of what that found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from leadwire.domain.errors import InvalidInput
from leadwire.domain.reconcile import REASONS, day_of
from leadwire.domain.times import utc_day
from leadwire.store import Certificate, CertificateDay, DayFilter
from leadwire.web.auth import Here, Wired
from leadwire.web.contract import fails
from leadwire.web.paging import Asked
from leadwire.web.problems import Problem
from leadwire.web.values import Flag, FormFilter, Moment, OwnerPath, TimeIn, View, Wish

router = APIRouter(prefix="/accounts", tags=["accounts"])

State = Literal["green", "amber", "red"]
From = Annotated[TimeIn | None, Query(description="Days from the one that holds this moment")]
Before = Annotated[TimeIn | None, Query(description="Days that begin before")]


class ReconcileWish(Wish):
    """Without `since`, all that LinkedIn keeps; whole UTC days. `dry_run` repairs nothing and marks nothing.
    `accept_missing`: mark what LinkedIn shows no more, however many leads that are.
    """

    since: TimeIn | None = None
    until: TimeIn | None = None
    dry_run: Flag = False
    accept_missing: Flag = False


class Reconciling(View):
    run: str


class RowView(View):
    """One form on one UTC day, compared up to `until`. The lists name the first 100 ids, the counts count all.

    `missing`: shown by LinkedIn, not stored. `extra`: stored, not shown. `repaired`: was missing, is stored now.
    `quarantined`: leads with open quarantine. `erased`: shown, but erased on request. `form` null: elements that
    name none.
    """

    form: str | None
    day: str
    until: Moment
    state: State
    pushed: int
    pulled: int
    stored: int
    quarantined: int
    erased: int
    missing: list[str]
    missing_count: int
    extra: list[str]
    extra_count: int
    repaired: list[str]
    repaired_count: int
    checked_at: Moment
    run: str


class CertificateView(View):
    """`state` is the worst of all rows asked for, on whatever page they stand; null: never compared.

    `run` is the last comparison, of submission times `since` to `until`; `reason` why it drew no conclusions.
    """

    state: State | None
    reason: Problem | None
    checked_at: Moment | None
    run: str | None
    since: Moment | None
    until: Moment | None
    dry_run: bool
    rows: list[RowView]
    next: str | None


@router.post("/{account}/reconcile", status_code=202, responses=fails(404))
def reconcile_account(
    account: OwnerPath, here: Here, services: Wired, wish: ReconcileWish | None = None
) -> Reconciling:
    """Read an account a second time, repair what is missing, and certify what was found."""
    wish = wish or ReconcileWish()
    run = services.orders.reconcile(
        here,
        account,
        wish.since,
        wish.until,
        dry_run=wish.dry_run,
        accepted=wish.accept_missing,
        actor="api",
    )
    return Reconciling(run=run.id)


@router.get("/{account}/certificate", responses=fails(404))
def get_certificate(
    account: OwnerPath,
    here: Here,
    asked: Asked,
    form: FormFilter = None,
    since: From = None,
    until: Before = None,
) -> CertificateView:
    """What reconciliation found, per form and UTC day, newest day first."""
    wanted = DayFilter(account, form, day_of(since or 0), until)
    if until is not None and (since or 0) >= until:
        raise InvalidInput(
            "empty_window", "since must be before until.", "since is inclusive, until is exclusive."
        )
    with here.read() as tx:
        tx.accounts.get(account)
        latest, state = tx.certificates.latest(account), tx.certificates.state(wanted)
        page = tx.certificates.page(wanted, asked.limit, asked.after)
    return _view(state, latest, page.items, page.next)


def _view(
    state: State | None, latest: Certificate | None, days: Sequence[CertificateDay], following: str | None
) -> CertificateView:
    return CertificateView(
        state=state,
        reason=Problem.of(REASONS[latest.reason]) if latest and latest.reason else None,
        checked_at=latest.checked_at if latest else None,
        run=latest.run_id if latest else None,
        since=latest.since if latest else None,
        until=latest.until if latest else None,
        dry_run=latest is not None and latest.dry_run,
        rows=list(map(_row, days)),
        next=following,
    )


def _row(day: CertificateDay) -> RowView:
    return RowView(
        form=day.form_id or None,
        day=utc_day(day.day),
        until=day.until,
        state=day.state,
        pushed=day.pushed,
        pulled=day.pulled,
        stored=day.stored,
        quarantined=day.quarantined,
        erased=day.erased,
        missing=list(day.ids.get("missing", ())),
        missing_count=day.missing,
        extra=list(day.ids.get("extra", ())),
        extra_count=day.extra,
        repaired=list(day.ids.get("repaired", ())),
        repaired_count=day.repaired,
        checked_at=day.checked_at,
        run=day.run_id,
    )
