"""Accounts: owners of leads, the verdict on each, and what is read of them (LGF-007, 101, 108, 110, 201)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from leadwire.connect.webhooks import NO_HTTPS
from leadwire.domain.intervals import Pace
from leadwire.domain.owners import Owner
from leadwire.orders import Covered, PullOrder, push_of
from leadwire.store import Hold, Workspace
from leadwire.store.rows import Account, Sync
from leadwire.web.auth import Here, Wired
from leadwire.web.contract import fails
from leadwire.web.paging import Asked, Items, items
from leadwire.web.problems import Problem
from leadwire.web.services import Services
from leadwire.web.values import Flag, IdIn, Moment, OwnerPath, Span, SpanIn, TimeIn, View, Wish

router = APIRouter(prefix="/accounts", tags=["accounts"])


LeadType = Literal["SPONSORED", "EVENT", "COMPANY", "ORGANIZATION_PRODUCT"]


class SyncView(View):
    """`poll_interval` is the one in force; `poll_interval_origin` the level that it comes from, or `push_healthy`:
    stretched, because LinkedIn is proven to push. `poll_interval_reason` says why in words.
    """

    enabled: bool
    push: bool
    poll_interval: Span
    poll_interval_origin: Literal["account", "workspace", "deployment", "push_healthy"]
    poll_interval_reason: str
    lead_types: list[str]
    changed_at: Moment | None


class AbsenceView(View):
    """So many of its leads went `missing` at once, out of `leads`, that a person must say what it means."""

    since: Moment
    missing: int
    leads: int


class AccountView(View):
    """`organization` is the linked company page; `organization_roles` the member's roles on it.

    `absence` asks whether many leads that LinkedIn does not show may be taken for deleted; null: nothing is asked.
    """

    id: str
    urn: str
    name: str
    status: str
    serving_statuses: list[str]
    type: str | None
    currency: str | None
    test: bool
    organization: str | None
    role: str | None
    organization_roles: list[str]
    can_read_leads: Literal["yes", "probably", "no"]
    problems: list[Problem]
    checked_at: Moment | None
    removed_at: Moment | None
    absence: AbsenceView | None
    sync: SyncView


class Checking(View):
    """Connections whose accounts and verdicts are being read anew."""

    connections: list[str]


class SyncWish(Wish):
    """What is left out stays as it is. `poll_interval: null` inherits again. At first `push` is on where LinkedIn
    can reach this service.
    """

    enabled: Flag
    push: Flag | None = None
    poll_interval: SpanIn | None = None
    lead_types: list[LeadType] | None = Field(default=None, max_length=10)
    force: Flag = False


class Started(View):
    runs: list[str]


class PullWish(Wish):
    """`since` inclusive, `until` exclusive; without them all that LinkedIn keeps."""

    since: TimeIn | None = None
    until: TimeIn | None = None
    form: IdIn | None = None
    dry_run: Flag = False


class Pulling(View):
    run: str


class IntervalView(View):
    since: Moment
    until: Moment


class GapView(IntervalView):
    """LinkedIn drops the first of these leads at `lost_on`."""

    lost_on: Moment


class LeadTypeCoverage(View):
    lead_type: str
    covered: list[IntervalView]
    gaps: list[GapView]


class CoverageView(View):
    lead_types: list[LeadTypeCoverage]


@router.get("")
def list_accounts(here: Here, services: Wired, asked: Asked) -> Items[AccountView]:
    """Every account that a connection has seen, with the verdict on each."""
    with here.read() as tx:
        page = tx.accounts.page(asked.limit, asked.after)
    return items(page, viewer(here, services))


@router.post("/refresh", status_code=202)
def refresh_accounts(here: Here, services: Wired) -> Checking:
    """Have every active connection read its accounts and verdicts anew."""
    return Checking(connections=list(services.orders.check_accounts(here)))


@router.get("/{account}", responses=fails(404))
def get_account(account: OwnerPath, here: Here, services: Wired) -> AccountView:
    """One account."""
    with here.read() as tx:
        found = tx.accounts.get(account)
    return viewer(here, services)(found)


@router.put("/{account}/sync", status_code=202, responses=fails(404, 409))
def sync_account(account: OwnerPath, wish: SyncWish, here: Here, services: Wired) -> Started:
    """Switch reading on or off, or change how. Reads forms, shapes tables, back-fills, subscribes."""
    with here.read() as tx:
        wished = _wished(tx.accounts.get(account), wish, services.deployment.takes_pushes)
    _, runs = services.orders.sync(here, account, wished, "api", wish.force)
    return Started(runs=[run.id for run in runs])


@router.post("/{account}/pull", status_code=202, responses=fails(404))
def pull_account(account: OwnerPath, here: Here, services: Wired, wish: PullWish | None = None) -> Pulling:
    """Read a window by hand, whatever has been read of it before."""
    wish = wish or PullWish()
    order = PullOrder(wish.since, wish.until, wish.form, wish.dry_run)
    return Pulling(run=services.orders.pull(here, account, order, "api").id)


@router.get("/{account}/coverage", responses=fails(404))
def get_coverage(account: OwnerPath, here: Here, services: Wired) -> CoverageView:
    """Which intervals of submission time have been read completely, and which not."""
    return CoverageView(lead_types=[_covered(one) for one in services.orders.coverage(here, account)])


def viewer(here: Workspace, services: Services) -> Callable[[Account], AccountView]:
    """How to show accounts of a workspace."""
    takes_pushes = services.deployment.takes_pushes
    with here.read() as tx:
        holds = {hold.owner: hold for hold in tx.absences.holds()}

    def view(account: Account) -> AccountView:
        with here.read() as tx:
            pace = services.duties.pace(tx, account)
        return _view(account, pace, takes_pushes, holds.get(account.owner))

    return view


def _view(account: Account, pace: Pace, takes_pushes: bool, asked: Hold | None) -> AccountView:
    facts, access, sync = account.facts, account.access, account.sync
    return AccountView(
        id=Owner.parse(account.owner).name,
        urn=account.owner,
        name=facts.name,
        status=facts.status,
        serving_statuses=list(facts.serving_statuses),
        type=facts.type,
        currency=facts.currency,
        test=facts.test,
        organization=facts.organization,
        role=access.role if access else None,
        organization_roles=list(access.organization_roles) if access else [],
        can_read_leads=access.can_read if access else "no",  # type: ignore[arg-type]
        problems=_problems(account, takes_pushes),
        checked_at=access.checked_at if access else None,
        removed_at=account.removed_at,
        absence=AbsenceView(since=asked.since, missing=asked.missing, leads=asked.living) if asked else None,
        sync=SyncView(
            enabled=sync.enabled,
            push=sync.push,
            poll_interval=pace.interval,
            poll_interval_origin=pace.origin,  # type: ignore[arg-type]
            poll_interval_reason=pace.reason,
            lead_types=list(sync.lead_types) or list(Owner.parse(account.owner).lead_types),
            changed_at=account.sync_changed_at,
        ),
    )


UNSEEN = Problem(
    code="account_role_missing",
    message="No active connection sees this account.",
    remedy="Reconnect its connection, or connect a member who has a role on it.",
)


def _problems(account: Account, takes_pushes: bool) -> list[Problem]:
    found = [Problem.of(one) for one in account.access.problems] if account.access else [UNSEEN]
    unheard = account.sync.push and not takes_pushes and all(one.code != NO_HTTPS.code for one in found)
    return [*found, Problem.of(NO_HTTPS)] if unheard else found


def _wished(account: Account, wish: SyncWish, takes_pushes: bool) -> Sync:
    """The sync as it is, with what was sent put in place."""
    now, sent = account.sync, wish.model_fields_set
    return Sync(
        enabled=wish.enabled,
        push=push_of(account, takes_pushes) if wish.push is None else wish.push,
        poll_interval=wish.poll_interval if "poll_interval" in sent else now.poll_interval,
        lead_types=tuple(wish.lead_types or ()) if "lead_types" in sent else now.lead_types,
    )


def _covered(one: Covered) -> LeadTypeCoverage:
    return LeadTypeCoverage(
        lead_type=one.lead_type,
        covered=[IntervalView(since=span.since, until=span.until) for span in one.covered],
        gaps=[GapView(since=gap.since, until=gap.until, lost_on=gap.lost_on) for gap in one.gaps],
    )
