"""Quarantine: what did not fit, given a value or corrected, and tried again (LGF-113, LGF-114)."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field

from leadwire.domain.errors import InvalidInput, NotFound
from leadwire.ingest.ports import NobodyMayRead
from leadwire.linkedin.errors import LinkedInError, TryLater
from leadwire.store import Workspace
from leadwire.store.rows import Quarantined
from leadwire.web.auth import Here, Wired
from leadwire.web.contract import fails
from leadwire.web.paging import Asked, Items, items
from leadwire.web.services import Services
from leadwire.web.values import (
    AccountFilter,
    FormFilter,
    IdPath,
    LeadIdFilter,
    Moment,
    View,
    Wish,
    account_name,
)

router = APIRouter(prefix="/quarantine", tags=["quarantine"])

State = Literal["open", "resolved"]


def _portable(value: Any) -> Any:
    """JSON that every store can hold: Python's reader lets NaN and lone surrogates through."""
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        raise InvalidInput(
            "bad_value", "The value is no plain JSON.", "Leave out NaN and broken text."
        ) from None
    return value


class QuarantineView(View):
    """`raw`: what LinkedIn sent, as text; `value`: what a person gave in its place."""

    id: str
    level: Literal["field", "lead"]
    state: State
    account: str
    lead_type: str
    lead: str | None
    form: str | None
    form_version: int | None
    column: str | None
    reason: str
    raw: str
    value: Any
    first_seen: Moment
    last_seen: Moment
    attempts: int
    resolved_at: Moment | None


class ValueWish(Wish):
    """A field takes a value of its column's type; a lead an object whose members replace its own."""

    value: Annotated[Any, AfterValidator(_portable)] = Field()


class Tried(View):
    """`error`: why it could not be read anew; null where it could."""

    id: str
    state: State
    error: str | None


class TriedAll(View):
    """One page of open items, tried again; `next` goes on with those behind it."""

    items: list[Tried]
    next: str | None


@router.get("")
def list_quarantine(
    here: Here,
    asked: Asked,
    state: Annotated[State, Query()] = "open",
    account: AccountFilter = None,
    form: FormFilter = None,
    lead: LeadIdFilter = None,
) -> Items[QuarantineView]:
    """Open items; the resolved ones with `state=resolved`."""
    with here.read() as tx:
        return items(tx.quarantine.page(asked.limit, asked.after, state, account, form, lead), view)


@router.post("/retry")
def retry_quarantine(here: Here, services: Wired, asked: Asked) -> TriedAll:
    """Try open items again, at most `limit` in one request; go on with `cursor` until `next` is null.

    One that fails does not block the others; but while LinkedIn does not answer for an account, its other items
    are not tried, and say so in `error`.
    """
    with here.read() as tx:
        page = tx.quarantine.page(asked.limit, asked.after, "open")
    silent: dict[str, str] = {}
    return TriedAll(items=[_tried(here, services, one, silent) for one in page.items], next=page.next)


@router.get("/{quarantine_id}", responses=fails(404))
def show_item(quarantine_id: IdPath, here: Here) -> QuarantineView:
    """One item, open or resolved."""
    with here.read() as tx:
        return view(tx.quarantine.get(quarantine_id))


@router.patch("/{quarantine_id}", responses=fails(404))
def correct_item(quarantine_id: IdPath, wish: ValueWish, here: Here, services: Wired) -> QuarantineView:
    """Note the value that a retry puts in place; a resolved item is open again until then.

    It stands for as long as LinkedIn sends the same odd value. Another one is judged anew: one that fits takes its
    place, one that does not is a new item.
    """
    return view(services.repair.give(here, quarantine_id, wish.value, "api"))


@router.post("/{quarantine_id}/retry", responses=fails(404, 409, 502))
def retry_item(quarantine_id: IdPath, here: Here, services: Wired) -> QuarantineView:
    """Read the lead anew from LinkedIn where its id is known, else from the stored bytes, and land it."""
    return view(services.repair.retry(here, quarantine_id))


@router.delete("/{quarantine_id}", status_code=204, responses=fails(404))
def dismiss_item(quarantine_id: IdPath, here: Here, services: Wired) -> None:
    """Take an item out of sight, bytes and all.

    An open one is accepted as it is: the field stays empty (a whole lead stays out), and the same odd value is not
    noted again; another one is. Of a resolved one only the note goes: the correction stays.
    """
    services.repair.dismiss(here, quarantine_id, "api")


def view(one: Quarantined) -> QuarantineView:
    """An item as people and programs see it."""
    trouble = one.trouble
    return QuarantineView(
        id=one.id,
        level=trouble.level,
        state=one.state,
        account=account_name(trouble.owner),
        lead_type=trouble.lead_type,
        lead=trouble.lead_id,
        form=trouble.form_id,
        form_version=trouble.form_version,
        column=trouble.column,
        reason=trouble.reason,
        raw=trouble.raw.decode("utf-8", "replace"),
        value=one.value,
        first_seen=one.first_seen,
        last_seen=one.last_seen,
        attempts=one.attempts,
        resolved_at=one.resolved_at,
    )


def _tried(here: Workspace, services: Services, one: Quarantined, silent: dict[str, str]) -> Tried:
    """`silent`: the accounts for which LinkedIn does not answer, and what it was; to ask on is to wait on."""
    error = silent.get(one.trouble.owner)
    if error is None:
        try:
            return Tried(id=one.id, state=services.repair.retry(here, one.id).state, error=None)
        except TryLater as later:
            error = silent[one.trouble.owner] = str(later)
        except (LinkedInError, NobodyMayRead, NotFound) as failed:
            error = str(failed)
    return Tried(id=one.id, state=one.state, error=error)
