"""Webhooks: what LinkedIn is to tell us of, planned, registered, moved, tested and ended (LGF-202 to 204)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from leadwire.connect.hook_health import Health
from leadwire.connect.subscribing import Done
from leadwire.domain.subscriptions import WHY
from leadwire.store import Tx, Workspace
from leadwire.store.webhooks import Webhook
from leadwire.subscriptions import Looked
from leadwire.web.api.accounts import LeadType
from leadwire.web.auth import Here, Wired
from leadwire.web.contract import fails
from leadwire.web.paging import Asked, Items, items
from leadwire.web.problems import Problem
from leadwire.web.services import Services
from leadwire.web.values import AccountFilter, IdIn, IdPath, Moment, OwnerIn, View, Wish, account_name

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


class WebhookView(View):
    """`linkedin_ids`: the subscriptions at LinkedIn, one per known version where there is a `form`.

    `challenge_misses`: two-hourly challenges that should have come since the last; three mean `blocked`.
    `missed_pushes`: leads of the last four weeks that no push named. An `ending` one goes once LinkedIn has none.
    """

    id: str
    linkedin_ids: list[str]
    account: str
    form: str | None
    lead_type: str
    url: str
    state: Literal["wanted", "registered", "missing", "blocked", "failed", "ending"]
    problem: Problem | None
    created_at: Moment
    registered_at: Moment | None
    last_seen_at: Moment | None = Field(description="When LinkedIn last listed all of it")
    last_challenge_at: Moment | None
    challenge_misses: int
    last_push_at: Moment | None
    missed_pushes: int


class WebhookWish(Wish):
    """Without a form: all leads of the account. `lead_type` is needed where the account can have several."""

    account: OwnerIn
    form: IdIn | None = None
    lead_type: LeadType | None = None


class StepView(View):
    """`url` of a foreign subscription is cut to its host: the rest may be somebody's secret."""

    action: Literal["create", "keep", "leave", "delete"]
    lead_type: str
    form: str | None
    form_version: int | None
    linkedin_id: str | None
    url: str
    why: str
    problem: Problem | None


class AccountSteps(View):
    """`problem`: why the account could not be looked at, or not to the end."""

    account: str
    steps: list[StepView]
    problem: Problem | None


class Steps(View):
    accounts: list[AccountSteps]


class TriedView(View):
    """`step`: `connect`, `tls`, `challenge`, `push`, `stored`; `took_ms` in milliseconds."""

    step: str
    ok: bool
    took_ms: int
    said: str
    remedy: str


class TestView(View):
    ok: bool
    url: str
    steps: list[TriedView]


OneAccount = Annotated[AccountFilter, Query(description="Only this account; else all that are read")]


@router.get("")
def list_webhooks(
    here: Here, services: Wired, asked: Asked, account: AccountFilter = None
) -> Items[WebhookView]:
    """What is wanted, and how each stands."""
    with here.read() as tx:
        return items(tx.webhooks.page(asked.limit, asked.after, account), viewer(tx, here, services))


@router.post("", status_code=201, responses=fails(404))
def create_webhook(wish: WebhookWish, here: Here, services: Wired) -> WebhookView:
    """Subscribe; the same again is the same webhook. What keeps LinkedIn from it stands in `problem`."""
    return _shown(
        here, services, services.subscriptions.want(here, wish.account, wish.form, wish.lead_type, "api")
    )


@router.get("/plan", responses=fails(404))
def plan_webhooks(here: Here, services: Wired, account: OneAccount = None) -> Steps:
    """What is wanted against what LinkedIn has; nothing is changed."""
    return _steps(services.subscriptions.plan(here, account))


@router.post("/apply", responses=fails(404))
def apply_webhooks(here: Here, services: Wired, account: OneAccount = None) -> Steps:
    """Carry the plan out: create, and then delete what is doubled or old and carries our address."""
    return _steps(services.subscriptions.apply(here, account))


@router.get("/{webhook_id}", responses=fails(404))
def get_webhook(webhook_id: IdPath, here: Here, services: Wired) -> WebhookView:
    """One webhook."""
    with here.read() as tx:
        found = tx.webhooks.get(webhook_id)
    return _shown(here, services, found)


@router.put("/{webhook_id}", responses=fails(404, 409, 502))
def rotate_webhook(webhook_id: IdPath, here: Here, services: Wired) -> WebhookView:
    """Give its account a new address: created and challenged before the old one goes, so nothing is missed."""
    return _shown(here, services, services.subscriptions.rotate(here, webhook_id, "api"))


@router.delete("/{webhook_id}", status_code=204, responses=fails(404))
def delete_webhook(webhook_id: IdPath, here: Here, services: Wired) -> None:
    """End it. Where LinkedIn does not answer, it stays in the list as `ending` and is tried again by itself."""
    services.subscriptions.end(here, webhook_id, "api")


@router.post("/{webhook_id}/test", responses=fails(404, 409))
def try_webhook(webhook_id: IdPath, here: Here, services: Wired) -> TestView:
    """Go LinkedIn's way: call our own public address, challenge it, push a signed `LEADWIRE_TEST`."""
    with here.read() as tx:
        url = services.subscriptions.health(tx, here, tx.webhooks.get(webhook_id)).url
    steps = [
        TriedView(step=one.step, ok=one.ok, took_ms=one.took, said=one.said, remedy=one.remedy)
        for one in services.subscriptions.test(here, webhook_id)
    ]
    return TestView(ok=all(one.ok for one in steps), url=url, steps=steps)


def viewer(tx: Tx, here: Workspace, services: Services) -> Callable[[Webhook], WebhookView]:
    """How to show webhooks while a transaction is open."""
    return lambda webhook: _view(services.subscriptions.health(tx, here, webhook))


def _shown(here: Workspace, services: Services, webhook: Webhook) -> WebhookView:
    with here.read() as tx:
        return viewer(tx, here, services)(webhook)


def _view(health: Health) -> WebhookView:
    webhook = health.webhook
    return WebhookView(
        id=webhook.id,
        linkedin_ids=[held.id for held in webhook.held],
        account=account_name(webhook.owner),
        form=webhook.form_id,
        lead_type=webhook.lead_type,
        url=health.url,
        state=health.state,  # type: ignore[arg-type]
        problem=Problem.of(health.problem) if health.problem else None,
        created_at=webhook.created_at,
        registered_at=webhook.registered_at,
        last_seen_at=webhook.seen_at,
        last_challenge_at=health.last_challenge_at,
        challenge_misses=health.challenge_misses,
        last_push_at=health.last_push_at,
        missed_pushes=health.missed_pushes,
    )


def _steps(looked: tuple[Looked, ...]) -> Steps:
    return Steps(
        accounts=[
            AccountSteps(
                account=account_name(one.owner),
                steps=list(map(_step, one.steps)),
                problem=Problem.of(one.problem) if one.problem else None,
            )
            for one in looked
        ]
    )


def _step(done: Done) -> StepView:
    step = done.step
    return StepView(
        action=step.action,
        lead_type=step.target.lead_type,
        form=step.target.form_id,
        form_version=step.target.form_version,
        linkedin_id=step.id,
        url=step.address,
        why=WHY[step.why],
        problem=Problem.of(done.problem) if done.problem else None,
    )
