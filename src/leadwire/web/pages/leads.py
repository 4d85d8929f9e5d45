"""Leads: find them, and see one beside the questions that its member saw (LGF-109)."""

from __future__ import annotations

from typing import NamedTuple

from starlette.responses import Response

from leadwire.domain.columns import Column
from leadwire.domain.forms import FormVersion
from leadwire.domain.owners import Owner
from leadwire.domain.project import Cell
from leadwire.store.rows import LeadFilter, StoredLead
from leadwire.web.pages import fields, names, runs
from leadwire.web.pages.frame import Ask, does, shows

PAGE = 50
NOTES = 200  # more than a lead has answers
HISTORY = 20
FILTERS = ("q", "form", "account", "since", "until", "test")


class Shown(NamedTuple):
    """One cell beside what the member was asked, in the words of the lead's own version."""

    column: Column
    asked: str
    value: Cell


def page(ask: Ask) -> Response:
    """Leads, newest first, narrowed by the filter."""
    account = ask.query("account")
    wanted = LeadFilter(
        form_id=ask.query("form"),
        owner=Owner.parse(account).urn if account else None,
        since=fields.moment(ask.query("since")),
        until=fields.moment(ask.query("until")),
        test=fields.choice(ask.query("test")),
        q=ask.query("q"),
    )
    with ask.workspace.read() as tx:
        leads = tx.leads.page(wanted, PAGE, ask.query("cursor"))
        forms = {form.form_id: form for form in tx.forms.all()}
        accounts = tx.accounts.all()
        reading = any(account.sync.enabled for account in accounts)
        mark = tx.leads.mark()
    chosen = {name: ask.query(name) or "" for name in FILTERS}
    return ask.show(
        "leads.html",
        leads=leads,
        forms=forms,
        accounts=accounts,
        chosen=chosen,
        narrowed=wanted != runs.ANY_LEAD,
        reading=reading,
        newest=ask.query("cursor") is None,
        mark=mark,
    )


def still(ask: Ask) -> bool:
    """Whether the leads are as they were when a page took its mark."""
    mark = ask.query("after")
    if mark is None:
        return False
    with ask.workspace.read() as tx:
        return tx.leads.mark() == mark


def one(ask: Ask) -> Response:
    """One lead: answers, consents, where it came from, what was wrong with it."""
    with ask.workspace.read() as tx:
        lead = tx.leads.get(ask.part("id"))
        columns = tx.forms.columns(lead.form_id)
        version = tx.forms.version(lead.form_id, lead.form_version)
        notes = tx.quarantine.page(NOTES, state=None, lead_id=lead.lead_id).items
        entries = tx.audit.page(HISTORY, None, object=lead.lead_id).items
        history = [names.deed(tx, entry) for entry in entries]
        pushes = tx.inbox.of(lead.lead_id, HISTORY)
        received = tx.leads.raw(lead.lead_id)
        form = tx.forms.find(lead.form_id)
        account_name = names.account(tx, lead.owner)
    shown = [_shown(column, version, lead) for column in columns] if lead.answers is not None else []
    shown = [one for one in shown if one.asked or one.value is not None]  # later versions ask more
    return ask.show(
        "lead.html",
        lead=lead,
        form=form,
        version=version,
        account_name=account_name,
        answers=[one for one in shown if one.column.kind in ("predefined", "custom")],
        consents=[one for one in shown if one.column.kind == "consent"],
        hidden=[one for one in shown if one.column.kind == "hidden"],
        notes=notes,
        history=history,
        pushes=pushes,
        received=received,
    )


def ending(ask: Ask) -> Response:
    """What goes with an erasure, before it is asked for."""
    with ask.workspace.read() as tx:
        lead = tx.leads.get(ask.part("id"))
        form = tx.forms.find(lead.form_id)
    return ask.show("erase.html", lead=lead, table=form.table if form else lead.form_id)


def erase(ask: Ask) -> Response:
    """Erase a lead for good."""
    receipt = ask.services.erasure.lead(ask.workspace, ask.part("id"), "web", must_be_here=True)
    return ask.lead_to("/leads", f"The lead was erased for good. Receipt {receipt.id}.")


def _shown(column: Column, version: FormVersion | None, lead: StoredLead) -> Shown:
    value = (lead.answers or {}).get(column.name)
    return Shown(column, _asked(column, version) or column.texts.get(lead.form_version, ""), value)


def _asked(column: Column, version: FormVersion | None) -> str:
    """The text that the member saw, which the dictionary's label need not be."""
    if version is None:
        return ""
    if column.kind == "consent":
        return next((one.text or "" for one in version.consents if one.identity == column.identity), "")
    if column.kind == "predefined":
        asked = (one for one in version.questions if one.predefined == column.predefined_field)
    else:
        asked = (one for one in version.questions if one.id == column.question_id)
    return next((one.question or one.display for one in asked), "")


DOORS = (
    shows("/leads", page, still),
    shows("/leads/{id:path}/erase", ending),
    does("/leads/{id:path}/erase", erase),
    shows("/leads/{id:path}", one),
)
