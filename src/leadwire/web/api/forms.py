"""Forms: what they ask, version by version, and the table that each has (LGF-102 to 107, 112, 201)."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query

from leadwire.ingest import rebuild, shape
from leadwire.ingest.forms import Refreshed
from leadwire.store import Workspace
from leadwire.web.api.form_views import FormView, viewer
from leadwire.web.auth import Here, Wired
from leadwire.web.contract import fails
from leadwire.web.paging import Asked, Items, items
from leadwire.web.services import Services
from leadwire.web.values import AccountFilter, IdIn, IdPath, OwnerIn, SpanIn, View, Wish, account_name

router = APIRouter(prefix="/forms", tags=["forms"])


class RefreshWish(Wish):
    account: OwnerIn | None = None


class RefreshedView(View):
    """`new` and `changed` are form ids; `unreadable` counts what LinkedIn listed and was no form."""

    account: str
    seen: int
    new: list[str]
    changed: list[str]
    unreadable: int


class RefreshedAccounts(View):
    accounts: list[RefreshedView]


class FormWish(Wish):
    """null: as the account again."""

    poll_interval: SpanIn | None


class Plan(View):
    """`ddl`: statements not yet run; empty when the table is up to date."""

    table: str
    ddl: list[str]


class Rebuilt(View):
    """`rows` written anew from the raw leads; `next` goes on with those behind them."""

    rows: int
    next: str | None


@router.get("")
def list_forms(here: Here, services: Wired, asked: Asked, account: AccountFilter = None) -> Items[FormView]:
    """All forms, or those of one account."""
    show = viewer(here, services)
    with here.read() as tx:
        return items(tx.forms.page(asked.limit, asked.after, account), partial(show, tx))


@router.post("/refresh", responses=fails(404, 409, 502))
def refresh_forms(here: Here, services: Wired, wish: RefreshWish | None = None) -> RefreshedAccounts:
    """Read the forms of one account, or of every account that can be read, from LinkedIn now."""
    seen = services.orders.read_forms(here, wish.account if wish else None)
    return RefreshedAccounts(accounts=[_refreshed(owner, one) for owner, one in seen.items()])


@router.get("/{form_id}", responses=fails(404))
def get_form(form_id: IdPath, here: Here, services: Wired) -> FormView:
    """One form with all its versions."""
    return _shown(here, services, form_id)


@router.patch("/{form_id}", responses=fails(404))
def change_form(form_id: IdPath, wish: FormWish, here: Here, services: Wired) -> FormView:
    """Give a form a poll interval of its own, or take it back."""
    services.orders.poll_interval(here, form_id, wish.poll_interval, "api")
    return _shown(here, services, form_id)


@router.get("/{form_id}/plan", responses=fails(404))
def plan_form(form_id: IdPath, here: Here) -> Plan:
    """The DDL that shaping this form's table would run now."""
    with here.read() as tx:
        table = tx.forms.get(form_id).table
    return Plan(table=table, ddl=shape.plan(here, form_id))


@router.post("/{form_id}/rebuild", responses=fails(404))
def rebuild_form(
    form_id: IdPath,
    here: Here,
    services: Wired,
    cursor: Annotated[IdIn | None, Query(description="`next` of the part before")] = None,
) -> Rebuilt:
    """Write a part of the form's table anew from the leads as they were received."""
    with here.read() as tx:
        tx.forms.get(form_id)
    rows, after = rebuild.part(here, form_id, services.desks, services.now(), cursor or "")
    return Rebuilt(rows=rows, next=after)


def _shown(here: Workspace, services: Services, form_id: str) -> FormView:
    show = viewer(here, services)
    with here.read() as tx:
        return show(tx, tx.forms.get(form_id))


def _refreshed(owner: str, seen: Refreshed) -> RefreshedView:
    return RefreshedView(
        account=account_name(owner),
        seen=seen.seen,
        new=list(seen.new),
        changed=list(seen.changed),
        unreadable=seen.unreadable,
    )
