"""Connections: begin one, see how it stands, reconnect it (LGF-001 to 006)."""

from __future__ import annotations

from typing import NamedTuple

from starlette.responses import RedirectResponse, Response

from leadwire.domain.alerts import fixed_end
from leadwire.domain.times import MINUTE, Millis
from leadwire.store.rows import Connection
from leadwire.web import reminders
from leadwire.web.pages import names, words
from leadwire.web.pages.frame import Ask, does, shows
from leadwire.web.pages.show import counted

STUCK_AFTER: Millis = 10 * MINUTE
JUST_GRANTED: Millis = MINUTE  # its accounts are being read
HISTORY = 20


class Scope(NamedTuple):
    """One scope, why it is asked for, and whether this grant has it."""

    name: str
    why: str
    wanted: bool
    granted: bool


def ends_at(connection: Connection) -> Millis | None:
    """When only a new consent helps: the refresh token's end, or the access token's where there is none."""
    ends = (connection.access_expires_at, connection.refresh_expires_at)
    return fixed_end(connection.has_refresh_token, *ends)


def is_stuck(connection: Connection, now: Millis) -> bool:
    """Consent was asked for, and LinkedIn has not sent the browser back for ten minutes."""
    return connection.pending_since is not None and now - connection.pending_since > STUCK_AFTER


def page(ask: Ask) -> Response:
    """All connections, the newest first, those that were never finished last."""
    with ask.workspace.read() as tx:
        every = tx.connections.all()
    known = sorted(every, key=lambda one: (one.state == "pending", -one.created_at))
    return ask.show(
        "connections.html",
        connections=known,
        scopes=scopes(ask, None),
        name_of=names.connection,
        ends_at=ends_at,
    )


def one(ask: Ask) -> Response:
    """One connection with everything that is known of its grant."""
    with ask.workspace.read() as tx:
        connection = tx.connections.get(ask.part("id"))
        entries = tx.audit.page(HISTORY, None, object=connection.id).items
        history = [names.deed(tx, entry) for entry in entries]
        beats = tx.connections.beats(connection.id)
        served = [account for account in tx.accounts.all() if _serves(account.access, connection.id)]
    keys = ask.services.app_keys()
    return ask.show(
        "connection.html",
        connection=connection,
        name=names.connection(connection),
        ends=ends_at(connection),
        stuck=is_stuck(connection, ask.now),
        history=history,
        beats=beats,
        every=ask.services.duties.interval(ask.workspace, "heartbeat_interval")[0],
        served=served,
        awaited=not served and ask.now - (connection.granted_at or 0) < JUST_GRANTED,
        scopes=scopes(ask, connection),
        redirect_uri=ask.services.consent.redirect_uri,
        client_id=keys.client_id if keys else "",
    )


def begin(ask: Ask) -> Response:
    """Begin a connection. Asked for by a link: a browser holds the redirects of a form's answer against
    `form-action`, and this one leads to LinkedIn.
    """
    _, url = ask.services.orders.connect(ask.workspace, None)
    return RedirectResponse(url, 303)


def again(ask: Ask) -> Response:
    """The same connection once more: its accounts, settings, coverage and tables stay."""
    _, url = ask.services.consent.again(ask.workspace, ask.part("id"))
    return RedirectResponse(url, 303)


def heartbeat(ask: Ask) -> Response:
    """Ask LinkedIn now whether the grant lives (LGF-002)."""
    address = f"/connections/{ask.part('id')}"
    beat = ask.services.duties.heartbeat(ask.workspace, ask.part("id"), "web")
    said = words.word(words.HEARTBEAT, beat.result)
    return ask.lead_to(
        address, f"Heartbeat: {said.text}. {said.meaning}", "good" if said.tone == "good" else "bad"
    )


def calendar(ask: Ask) -> Response:
    """When to reconnect it, as a file for a calendar (LGF-006)."""
    with ask.workspace.read() as tx:
        connection = tx.connections.get(ask.part("id"))
    return reminders.file(connection, ask.services.deployment.public_url, ask.now)


def disconnect(ask: Ask) -> Response:
    """Forget the grant; what it brought stays, unless it is to be purged, too."""
    if ask.field("purge") is not None:
        ask.services.teardown.connection(ask.workspace, ask.part("id"), "web")
        return ask.lead_to("/connections", "The connection is gone, and so is what only it could see.")
    left = ask.services.orders.disconnect(ask.workspace, ask.part("id"), "web")
    said = "The connection is gone. Forms, leads and settings were kept."
    if left:
        said += f" LinkedIn keeps {counted(left, 'subscription')} until the grant ends; what they push is refused."
    return ask.lead_to("/connections", said)


def _serves(access: object, connection_id: str) -> bool:
    return getattr(access, "connection_id", None) == connection_id


def scopes(ask: Ask, connection: Connection | None) -> list[Scope]:
    """What LinkedIn is asked for, and has granted to this connection."""
    wanted = ask.services.consent.scopes
    granted = connection.scopes if connection else ()
    return [
        Scope(name, words.SCOPE.get(name, "is not one that Leadwire knows"), name in wanted, name in granted)
        for name in dict.fromkeys((*wanted, *granted))
    ]


DOORS = (
    shows("/connections", page),
    does("/connections/connect", begin, "GET"),
    shows("/connections/{id}", one),
    shows("/connections/{id}/calendar.ics", calendar),
    does("/connections/{id}/reconnect", again, "GET"),
    does("/connections/{id}/heartbeat", heartbeat),
    does("/connections/{id}/disconnect", disconnect),
)
