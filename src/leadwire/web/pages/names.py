"""What people call the things that the store knows by an id. What has no name here is a short id, never a long one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from leadwire.domain.errors import InvalidInput, NotFound
from leadwire.domain.owners import Owner
from leadwire.domain.times import duration_text
from leadwire.store import Tx
from leadwire.store.rows import AuditEntry, Connection
from leadwire.store.webhooks import Webhook
from leadwire.web.pages import words
from leadwire.web.pages.show import short, whose


class Deed(NamedTuple):
    """One entry of the audit in words: who, with what, and what else is known of it."""

    entry: AuditEntry
    actor: str
    object: str
    more: tuple[tuple[str, str], ...]


def account(tx: Tx, owner: str) -> str:
    """What people call an account; its number where it is not known any more."""
    try:
        return tx.accounts.get(owner).facts.name
    except NotFound:
        known = Owner.parse(owner)
        return f"{'LinkedIn Page' if known.kind == 'organization' else 'account'} {known.id}"


def accounts(tx: Tx, owners: Iterable[str]) -> dict[str, str]:
    """The same of several, by owner."""
    return {owner: account(tx, owner) for owner in set(owners)}


def forms(tx: Tx, form_ids: Iterable[str | None]) -> dict[str, str]:
    """What these forms are called, by id; also those that are not known any more."""
    found = {form_id: tx.forms.find(form_id) for form_id in set(form_ids) if form_id}
    return {form_id: form.name if form else f"form {short(form_id)}" for form_id, form in found.items()}


def leads(tx: Tx, lead_ids: Iterable[str | None]) -> dict[str, str]:
    """Whose these leads are, by id."""
    return {lead_id: _lead(tx, lead_id) for lead_id in set(lead_ids) if lead_id}


def connection(one: Connection) -> str:
    """The member's name, else the member's id, else that nobody has consented yet."""
    if one.member_name:
        return one.member_name
    return f"member {one.member_id}" if one.member_id else f"connection {one.id[-6:]}"


def webhook(tx: Tx, one: Webhook) -> str:
    """Whose leads it tells of."""
    of = words.LEAD_TYPE.get(one.lead_type, one.lead_type)
    return f"{account(tx, one.owner)}, {forms(tx, [one.form_id])[one.form_id] if one.form_id else of}"


def deed(tx: Tx, entry: AuditEntry) -> Deed:
    """An entry of the audit in words."""
    told = ((name.replace("_", " "), _told(tx, name, value)) for name, value in entry.detail.items())
    return Deed(
        entry,
        words.ACTOR.get(entry.actor, entry.actor),
        thing(tx, entry.action, entry.object),
        tuple(pair for pair in told if pair[1]),
    )


def thing(tx: Tx, action: str, object_id: str) -> str:
    """What an action was done with."""
    try:
        return _thing(tx, action.partition(".")[0], object_id)
    except NotFound:  # it has been removed since
        return short(object_id)


def _thing(tx: Tx, kind: str, object_id: str) -> str:
    if object_id.startswith("urn:"):
        return account(tx, object_id)
    if kind == "connection":
        return connection(tx.connections.get(object_id))
    if kind == "webhook":
        return webhook(tx, tx.webhooks.get(object_id))
    if kind == "alert":
        return tx.alerts.get(object_id).message
    if kind == "form":
        return forms(tx, [object_id])[object_id]
    if kind == "quarantine":
        trouble = tx.quarantine.get(object_id).trouble
        return (
            forms(tx, [trouble.form_id])[trouble.form_id] if trouble.form_id else account(tx, trouble.owner)
        )
    if kind in ("mapping", "settings"):
        return "this workspace"
    return f"receipt {short(object_id)}" if kind == "leads" else short(object_id)


def _lead(tx: Tx, lead_id: str) -> str:
    try:
        return whose(tx.leads.get(lead_id), lead_id)
    except NotFound:
        return short(lead_id)


def _told(tx: Tx, name: str, value: Any) -> str:
    """A detail in words; "" where it says only that something is not so."""
    if value is None or isinstance(value, bool):
        return "yes" if value else ""
    if name.endswith("_interval") and isinstance(value, int):
        return duration_text(value)
    if name == "form":
        return forms(tx, [str(value)])[str(value)]
    if name == "lead_type":
        return words.LEAD_TYPE.get(str(value), str(value))
    try:
        return account(tx, str(value)) if str(value).startswith("urn:") else str(value)
    except InvalidInput:
        return str(value)
