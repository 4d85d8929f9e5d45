"""Quarantine: what did not fit, and the three ways out of it (LGF-113, LGF-114)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from starlette.responses import Response

from leadwire.domain.errors import InvalidInput
from leadwire.domain.project import Json
from leadwire.store import Tx
from leadwire.store.rows import Page, Quarantined
from leadwire.web.pages import fields, names
from leadwire.web.pages.frame import Ask, does, shows

PAGE = 25


def page(ask: Ask) -> Response:
    """What is open, newest first; what was put right where asked."""
    state = ask.query("state") or "open"
    with ask.workspace.read() as tx:
        items = tx.quarantine.page(PAGE, ask.query("cursor"), state, None, ask.query("form"))
        return _show(ask, tx, items, state, ask.query("form"))


def one(ask: Ask) -> Response:
    """One item, open or put right."""
    with ask.workspace.read() as tx:
        item = tx.quarantine.get(ask.part("id"))
        return _show(ask, tx, Page((item,), None), item.state, None)


def give(ask: Ask) -> Response:
    """Put a value in its place, and land the lead again."""
    item = ask.part("id")
    with ask.workspace.read() as tx:
        type_ = column_type(tx, tx.quarantine.get(item))
    ask.services.repair.give(ask.workspace, item, _value(type_, ask), "web")
    return _retried(ask, item)


def retry(ask: Ask) -> Response:
    """Land the lead again, read anew from LinkedIn where its id is known."""
    return _retried(ask, ask.part("id"))


def dismiss(ask: Ask) -> Response:
    """Accept it as it is; of what was put right only the note goes."""
    ask.services.repair.dismiss(ask.workspace, ask.part("id"), "web")
    return ask.lead_to("/quarantine", "Dismissed. The lead itself was left as it is.")


def column_type(tx: Tx, one: Quarantined) -> str:
    """What kind of value fits: the column's, `lead` for a whole lead, `none` where there is no column."""
    if one.trouble.level == "lead":
        return "lead"
    columns = tx.forms.columns(one.trouble.form_id or "")
    return next((column.type for column in columns if column.name == one.trouble.column), "none")


def _show(ask: Ask, tx: Tx, items: Page[Quarantined], state: str, form_id: str | None) -> Response:
    types = {one.id: column_type(tx, one) for one in items.items}
    forms = names.forms(tx, [form_id, *(one.trouble.form_id for one in items.items)])
    people = names.leads(tx, (one.trouble.lead_id for one in items.items))
    return ask.show(
        "quarantine.html", items=items, types=types, forms=forms, people=people, state=state, form_id=form_id
    )


def _retried(ask: Ask, item: str) -> Response:
    after = ask.services.repair.retry(ask.workspace, item)
    if after.state == "resolved":
        return ask.lead_to("/quarantine", "Put right: the lead was landed again.")
    said = "Tried again, and it still does not fit. Its bytes are kept: give a value, or dismiss it."
    return ask.lead_to("/quarantine", said, "bad")


def _value(type_: str, ask: Ask) -> Json:
    text = ask.field("value")
    return READ[type_](text) if text is not None else None


def _json(text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput(
            "bad_json",
            "That is no JSON.",
            'Write an object with the members to put right, e.g. {"testLead": false}.',
        ) from None
    return value


def _lines(text: str) -> Json:
    return [line.strip() for line in text.splitlines() if line.strip()]


READ: Mapping[str, Callable[[str], Json]] = {
    "text": str,
    "list": _lines,
    "boolean": fields.choice,
    "lead": _json,
    "none": str,
}

DOORS = (
    shows("/quarantine", page),
    shows("/quarantine/{id}", one),
    does("/quarantine/{id}/value", give),
    does("/quarantine/{id}/retry", retry),
    does("/quarantine/{id}/dismiss", dismiss),
)
