"""Leads as they were answered, by column."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import JsonValue

from leadwire.domain.columns import Column
from leadwire.domain.errors import InvalidInput
from leadwire.domain.forms import FormVersion
from leadwire.store import Cell, Tx
from leadwire.store.rows import LeadFilter, StoredLead
from leadwire.web.auth import Here
from leadwire.web.contract import fails
from leadwire.web.paging import Asked, Items, items
from leadwire.web.values import (
    AccountFilter,
    FormFilter,
    LeadPath,
    Moment,
    Storable,
    TimeIn,
    View,
    account_name,
)

router = APIRouter(prefix="/leads", tags=["leads"])


class ConsentGiven(View):
    """`text` is what the form version asked; `accepted` null: LinkedIn did not say."""

    id: str
    column: str
    accepted: bool | None
    text: str | None


class LeadView(View):
    """`answers` by column of the form's table; with `consents` and `extras` null once the lead is deleted."""

    id: str
    form: str
    form_version: int
    account: str
    lead_type: str
    submitted_at: Moment
    test_lead: bool
    campaign_id: str | None
    creative_id: str | None
    associated_entity: str | None
    received_via: Literal["push", "backfill", "pull", "reconcile"]
    stored_at: Moment
    deleted_at: Moment | None
    missing_since: Moment | None
    answers: dict[str, Cell] | None
    consents: list[ConsentGiven] | None
    extras: dict[str, JsonValue] | None


class Event(View):
    """`via` says what stored the lead first."""

    at: Moment
    event: Literal["submitted", "stored", "missing", "deleted"]
    via: str | None = None


class LeadDetail(LeadView):
    history: list[Event]


@router.get("")
def list_leads(
    here: Here,
    asked: Asked,
    form: FormFilter = None,
    account: AccountFilter = None,
    since: Annotated[TimeIn | None, Query(description="Submitted then or later")] = None,
    until: Annotated[TimeIn | None, Query(description="Submitted before")] = None,
    test: Annotated[bool | None, Query(description="Test leads only, or none of them")] = None,
    q: Annotated[
        Storable | None,
        Query(
            max_length=200, description="Start of an e-mail, first name, last name or company; or a lead id"
        ),
    ] = None,
) -> Items[LeadView]:
    """Leads, the newest submission first."""
    if since is not None and until is not None and since >= until:
        raise InvalidInput(
            "empty_window", "since must be before until.", "since is inclusive, until is exclusive."
        )
    wanted = LeadFilter(form, account, since, until, test, q or None)
    with here.read() as tx:
        return items(tx.leads.page(wanted, asked.limit, asked.after), partial(_view, _Forms(tx)))


@router.get("/{lead_id}", responses=fails(404))
def get_lead(lead_id: LeadPath, here: Here) -> LeadDetail:
    """One lead and what happened to it."""
    with here.read() as tx:
        lead = tx.leads.get(lead_id)
        shown = _view(_Forms(tx), lead)
        return LeadDetail(**dict(shown), history=_history(lead))


class _Forms:
    """Columns and versions of the forms on one page, each looked up once."""

    def __init__(self, tx: Tx) -> None:
        self.columns = cache(tx.forms.columns)
        self.version = cache(tx.forms.version)


def _view(forms: _Forms, lead: StoredLead) -> LeadView:
    columns = forms.columns(lead.form_id)
    return LeadView(
        id=lead.lead_id,
        form=lead.form_id,
        form_version=lead.form_version,
        account=account_name(lead.owner),
        lead_type=lead.lead_type,
        submitted_at=lead.submitted_at,
        test_lead=lead.test_lead,
        campaign_id=lead.campaign_id,
        creative_id=lead.creative_id,
        associated_entity=lead.associated_entity,
        received_via=lead.received_via,  # type: ignore[arg-type]
        stored_at=lead.stored_at,
        deleted_at=lead.deleted_at,
        missing_since=lead.missing_since,
        answers=_answers(columns, lead.answers),
        consents=_consents(columns, forms.version(lead.form_id, lead.form_version), lead.answers),
        extras=None if lead.extras is None else dict(lead.extras),
    )


def _answers(columns: tuple[Column, ...], cells: Mapping[str, Cell] | None) -> dict[str, Cell] | None:
    if cells is None:
        return None
    consents = {column.name for column in columns if column.kind == "consent"}
    return {name: cell for name, cell in cells.items() if name not in consents}


def _consents(
    columns: tuple[Column, ...], version: FormVersion | None, cells: Mapping[str, Cell] | None
) -> list[ConsentGiven] | None:
    """Those that the lead's version asked for, or that the lead answers."""
    if cells is None:
        return None
    texts = {one.id: one.text for one in version.consents} if version else {}
    return [
        ConsentGiven(
            id=column.consent_id or "",
            column=column.name,
            accepted=accepted if isinstance(accepted := cells.get(column.name), bool) else None,
            text=texts.get(column.consent_id or ""),
        )
        for column in columns
        if column.kind == "consent" and (column.consent_id in texts or cells.get(column.name) is not None)
    ]


def _history(lead: StoredLead) -> list[Event]:
    """Newest first."""
    events = [
        Event(at=lead.submitted_at, event="submitted"),
        Event(at=lead.stored_at, event="stored", via=lead.received_via),
    ]
    if lead.missing_since is not None:
        events.append(Event(at=lead.missing_since, event="missing"))
    if lead.deleted_at is not None:
        events.append(Event(at=lead.deleted_at, event="deleted"))
    return sorted(events, key=lambda event: event.at, reverse=True)
