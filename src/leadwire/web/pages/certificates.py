"""Certificates: what a second reading found, as a strip on the account's page and as a page of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from starlette.responses import Response

from leadwire.domain.errors import Problem
from leadwire.domain.owners import Owner
from leadwire.domain.reconcile import REASONS, WEEKLY, State, day_of
from leadwire.domain.times import DAY, Millis
from leadwire.store import Certificate, DayFilter, Run, Tx
from leadwire.web.pages import fields
from leadwire.web.pages.frame import Ask, does, shows

PAGE = 50
LENGTH = 1000
KIND = ("reconcile",)


class Square(NamedTuple):
    """A day of the strip that has a row: where it begins, how long it is, and its state."""

    x: int
    width: int
    day: Millis
    state: State


@dataclass(frozen=True)
class Standing:
    """How an account stands; `state` None: never compared. `last` is the newest reconciliation, ended or not."""

    state: State | None
    latest: Certificate | None
    reason: Problem | None
    last: Run | None
    since: Millis
    squares: tuple[Square, ...]


def standing(tx: Tx, owner: str, now: Millis) -> Standing:
    """The last 80 days of an account's certificate."""
    since = day_of(now) - WEEKLY + DAY
    wanted = DayFilter(owner, since=since)
    latest, runs = tx.certificates.latest(owner), tx.runs.newest(owner, KIND, 1)
    reason = REASONS[latest.reason] if latest and latest.reason else None
    squares = (_square(day, state, since) for day, state in sorted(tx.certificates.days(wanted).items()))
    state = tx.certificates.state(DayFilter(owner))
    return Standing(state, latest, reason, runs[0] if runs else None, since, tuple(squares))


def page(ask: Ask) -> Response:
    """Every form and day as last compared."""
    owner = Owner.parse(ask.part("id"))
    with ask.workspace.read() as tx:
        account = tx.accounts.get(owner.urn)
        certified = standing(tx, owner.urn, ask.now)
        every = ask.query("days") == "all" or certified.state in (None, "green")
        rows = tx.certificates.page(DayFilter(owner.urn, telling=not every), PAGE, ask.query("cursor"))
        forms = {form.form_id: form for form in tx.forms.all(owner.urn)}
    return ask.show(
        "certificate.html",
        account=account,
        owner=owner,
        rows=rows,
        certified=certified,
        forms=forms,
        every=every,
    )


def reconcile(ask: Ask) -> Response:
    """Read the account a second time, now."""
    owner = Owner.parse(ask.part("id"))
    accepted, dry_run = ask.field("accept_missing") is not None, ask.field("dry_run") is not None
    since, until = fields.moment(ask.field("since")), fields.moment(ask.field("until"))
    ask.services.orders.reconcile(
        ask.workspace, owner.urn, since, until, dry_run=dry_run, accepted=accepted, actor="web"
    )
    said = "A reconciliation has begun. The certificate shows here when it has ended."
    return ask.lead_to(f"/accounts/{owner.name}/certificate", said)


def _square(day: Millis, state: State, since: Millis) -> Square:
    left, right = ((at - since) * LENGTH // WEEKLY for at in (day, day + DAY))
    return Square(left, right - left - 1, day, state)


DOORS = (
    shows("/accounts/{id}/certificate", page),
    does("/accounts/{id}/reconcile", reconcile),
)
