"""How a workspace is doing; for a deployment key, how the deployment is doing too."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

from fastapi import APIRouter

from leadwire.domain.times import Millis, utc_day
from leadwire.linkedin.versions import following, sunset_of
from leadwire.store import DayFilter, Tx
from leadwire.web.auth import Here, Known, Wired
from leadwire.web.contract import fails
from leadwire.web.services import Services
from leadwire.web.values import Moment, View

router = APIRouter(prefix="/status", tags=["status"])


class LinkedInStatus(View):
    api_url: str
    version: str
    emulated: bool
    app_set_up: bool


class AccountCounts(View):
    """`readable`: those whose leads somebody may read, surely or probably."""

    known: int
    readable: int
    enabled: int


class LeadCounts(View):
    """`newest`: when the newest lead was submitted."""

    stored: int
    test: int
    deleted: int
    newest: Moment | None


class Reconciliation(View):
    """Accounts by the state of their certificate; `repaired`: leads that had been lost, ever."""

    accounts: dict[str, int]
    repaired: int


class PauseView(View):
    """An endpoint of LinkedIn that is not called before `until`."""

    endpoint: str
    until: Moment
    reason: str


class LimitView(View):
    """A daily quota: `set` in the configuration, or `learned` from LinkedIn's refusal at `learned_at`."""

    calls: int
    source: Literal["set", "learned"]
    learned_at: Moment | None


class BudgetView(View):
    """Calls of one endpoint in a UTC day, by the app. `predicted`: at least so many by the schedule of all workspaces;
    leads, pushes, back-fills and comparisons come on top. `member_limit`: of each member's calls.
    """

    endpoint: str
    used_today: int
    predicted: int
    limit: LimitView | None
    member_limit: LimitView | None


class DeploymentStatus(View):
    """`calls_today`: calls to LinkedIn of the UTC day, by endpoint; `facts`: database, roles, warnings."""

    calls_today: dict[str, int]
    budget: list[BudgetView]
    pauses: list[PauseView]
    facts: dict[str, Any]


class StatusView(View):
    """Numbers of things by state; `due_at`: when the next scheduled work is due; `predicted_calls`: what this
    workspace's schedule asks of LinkedIn in a day at least, by endpoint.
    """

    version: str
    workspace: str
    now: Moment
    public_url: str
    linkedin: LinkedInStatus
    connections: dict[str, int]
    accounts: AccountCounts
    forms: int
    leads: LeadCounts
    open_runs: dict[str, int]
    open_quarantine: int
    open_alerts: dict[str, int]
    reconciliation: Reconciliation
    due_at: Moment | None
    predicted_calls: dict[str, int]
    deployment: DeploymentStatus | None


@router.get("")
def get_status(here: Here, caller: Known, services: Wired) -> StatusView:
    """Numbers of this workspace."""
    now, deployment = services.now(), services.deployment
    app_set_up = services.app_keys() is not None
    whole = _deployment(services, now) if caller.deployment else None
    predicted = dict(services.duties.purse.predicted(here))
    with here.read() as tx:
        return StatusView(
            version=deployment.version,
            workspace=here.slug,
            now=now,
            public_url=deployment.public_url,
            linkedin=LinkedInStatus(
                api_url=deployment.linkedin_api_url,
                version=deployment.linkedin_version,
                emulated=deployment.emulated,
                app_set_up=app_set_up,
            ),
            connections=Counter(one.state for one in tx.connections.all()),
            accounts=_accounts(tx),
            forms=len(tx.forms.all()),
            leads=_leads(tx),
            open_runs=Counter(run.state for run in tx.runs.open()),
            open_quarantine=tx.quarantine.count(),
            open_alerts=Counter(one.severity for one in tx.alerts.open()),
            reconciliation=_reconciliation(tx),
            due_at=next((one.due_at for one in tx.schedule.all()), None),
            predicted_calls=predicted,
            deployment=whole,
        )


class VersionTrial(View):
    """Whether LinkedIn takes the version after the one in use: `accepted`; `unreadable`: its answers changed;
    `refused`: it is not there (yet); `unclear`: something else stood in the way. `sunset`, `tried_sunset`: days.
    """

    version: str
    sunset: str | None
    tried: str
    tried_sunset: str | None
    result: Literal["accepted", "unreadable", "refused", "unclear"]
    said: str


@router.post("/next-version", responses=fails(409))
def try_next_version(here: Here, services: Wired) -> VersionTrial:
    """Ask LinkedIn, by one harmless call, whether it takes the next version of its API."""
    version = services.deployment.linkedin_version
    tried = services.duties.try_version(here, following(version))
    ends = [sunset_of(one) for one in (version, tried.version)]
    days = [None if end is None else end.isoformat() for end in ends]
    return VersionTrial(
        version=version,
        sunset=days[0],
        tried=tried.version,
        tried_sunset=days[1],
        result=tried.result,
        said=tried.said,
    )


def _accounts(tx: Tx) -> AccountCounts:
    accounts = tx.accounts.all()
    return AccountCounts(
        known=len(accounts),
        readable=sum(one.access is not None and one.access.can_read != "no" for one in accounts),
        enabled=sum(one.sync.enabled for one in accounts),
    )


def _leads(tx: Tx) -> LeadCounts:
    counts = tx.leads.counts()
    return LeadCounts(
        stored=sum(one.total for one in counts),
        test=sum(one.test for one in counts),
        deleted=sum(one.deleted for one in counts),
        newest=max((one.newest for one in counts if one.newest is not None), default=None),
    )


def _reconciliation(tx: Tx) -> Reconciliation:
    states = (tx.certificates.state(DayFilter(account.owner)) for account in tx.accounts.all(enabled=True))
    counted = Counter[str](state or "unknown" for state in states)
    return Reconciliation(accounts=counted, repaired=tx.certificates.repaired())


def _deployment(services: Services, now: Millis) -> DeploymentStatus:
    desk = services.store.deployment
    # A member's own counters say whose grants exist; the app's are the sum of them.
    calls = {one.endpoint: one.count for one in desk.calls(utc_day(now)) if one.member == ""}
    pauses = [
        PauseView(endpoint=one.endpoint, until=one.until, reason=one.reason) for one in desk.pauses(now)
    ]
    return DeploymentStatus(
        calls_today=calls,
        budget=[
            BudgetView.model_validate(one, from_attributes=True) for one in services.duties.purse.budget()
        ],
        pauses=pauses,
        facts=dict(services.deployment.facts()),
    )
