"""Activity: who did what."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import Response

from leadwire.store import AuditEntry, Tx
from leadwire.web.pages.connections import name_of
from leadwire.web.pages.frame import WORKSPACE, Ask, shows

PAGE = 50


def page(ask: Ask) -> Response:
    """The audit, newest first; of one object or of one kind where asked."""
    about, action = ask.query("object"), ask.query("action")
    with ask.workspace.read() as tx:
        entries = tx.audit.page(PAGE, ask.query("cursor"), about, action)
        names = _names(tx, entries.items) | {ask.workspace.id: f"workspace {WORKSPACE}"}
    return ask.show("activity.html", entries=entries, object=about, action=action, names=names)


def _names(tx: Tx, entries: Iterable[AuditEntry]) -> dict[str, str]:
    """What people call the things of these entries, by id; a thing that is gone keeps its id."""
    ids = {text for one in entries for text in (one.object, *one.detail.values()) if isinstance(text, str)}
    names = {one.id: f"connection of {name_of(one)}" for one in tx.connections.all() if one.id in ids}
    names |= {one.owner: one.facts.name for one in tx.accounts.all() if one.owner in ids}
    names |= {one.form_id: one.name for one in tx.forms.all() if one.form_id in ids}
    for one in tx.webhooks.all():
        if one.id in ids:
            names[one.id] = f"webhook of {names.get(one.owner) or tx.accounts.get(one.owner).facts.name}"
    return names


DOORS = (shows("/activity", page),)
