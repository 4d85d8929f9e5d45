"""Connections: grants of LinkedIn members, from the connect link to the heartbeat (LGF-001 to 006)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from leadwire.store.rows import Connection
from leadwire.web import reminders
from leadwire.web.auth import Here, Wired
from leadwire.web.contract import fails
from leadwire.web.paging import Asked, Items, items
from leadwire.web.reminders import CalendarFile
from leadwire.web.values import IdPath, Moment, View, Wish

router = APIRouter(prefix="/connections", tags=["connections"])


class Heartbeat(View):
    """`result`: `ok`, `ended`, `no_answer` or `odd_answer`."""

    at: Moment
    method: str = Field(examples=["/v2/me", "/v2/userinfo", "introspection"])
    result: str


class Member(View):
    id: str | None
    name: str | None


class ConnectionView(View):
    id: str
    state: Literal["pending", "active", "needs_reconnect"]
    reason: str | None = Field(examples=["refresh_dead", "expired", "revoked", "scope_changed"])
    scopes: list[str]
    member: Member | None
    access_expires_at: Moment | None
    refresh_expires_at: Moment | None
    last_heartbeat: Heartbeat | None
    created_at: Moment
    granted_at: Moment | None
    pending_since: Moment | None


class ConnectionHistory(ConnectionView):
    """`heartbeats`: the last twenty, newest first."""

    heartbeats: list[Heartbeat]


class Begun(View):
    """A person opens `authorization_url` once, within 24 hours."""

    id: str
    state: str
    authorization_url: str


class Beginning(Wish):
    return_url: Annotated[str, Field(max_length=2000, pattern=r"^[!-~]*$")] | None = None


@router.post("", status_code=201, responses=fails(409))
def begin_connection(here: Here, services: Wired, wish: Beginning | None = None) -> Begun:
    """Make a pending connection and the link that a person opens."""
    services.need_app()  # before a link is made that could lead nowhere
    connection, url = services.orders.connect(here, wish.return_url if wish else None)
    return Begun(id=connection.id, state=connection.state, authorization_url=url)


@router.get("")
def list_connections(here: Here, asked: Asked) -> Items[ConnectionView]:
    """All connections."""
    with here.read() as tx:
        return items(tx.connections.page(asked.limit, asked.after), view)


@router.get("/{connection_id}", responses=fails(404))
def get_connection(connection_id: IdPath, here: Here) -> ConnectionHistory:
    """One connection with its last heartbeats; tokens are never shown."""
    with here.read() as tx:
        shown = view(tx.connections.get(connection_id))
        beats = tx.connections.beats(connection_id)
    heard = [Heartbeat(at=one.at, method=one.method, result=one.result) for one in beats]
    return ConnectionHistory(**dict(shown), heartbeats=heard)


@router.post("/{connection_id}/heartbeat", responses=fails(404, 409))
def verify_connection(connection_id: IdPath, here: Here, services: Wired) -> ConnectionView:
    """Ask LinkedIn now whether the grant lives. A grant found dead becomes `needs_reconnect`."""
    services.duties.heartbeat(here, connection_id, "api")
    with here.read() as tx:
        return view(tx.connections.get(connection_id))


@router.get("/{connection_id}/calendar.ics", response_class=CalendarFile, responses=fails(404, 409))
def get_reminders(connection_id: IdPath, here: Here, services: Wired) -> CalendarFile:
    """The days on which to reconnect at the latest, as a calendar file (RFC 5545)."""
    with here.read() as tx:
        connection = tx.connections.get(connection_id)
    return reminders.file(connection, services.deployment.public_url, services.now())


@router.post("/{connection_id}/reconnect", responses=fails(404, 409))
def reconnect(connection_id: IdPath, here: Here, services: Wired, wish: Beginning | None = None) -> Begun:
    """A new link for the same connection: accounts, settings, coverage and tables stay."""
    services.need_app()  # before a link is made that could lead nowhere
    connection, url = services.consent.again(here, connection_id, wish.return_url if wish else None)
    return Begun(id=connection.id, state=connection.state, authorization_url=url)


@router.delete("/{connection_id}", status_code=204, responses=fails(404))
def delete_connection(
    connection_id: IdPath, here: Here, services: Wired, purge: Annotated[bool, Query()] = False
) -> None:
    """Forget the grant and its tokens, and end what it subscribed to as far as LinkedIn answers. Accounts that no
    other connection sees are paused, or with `purge` torn down with their leads, forms and tables.
    """
    if purge:
        services.teardown.connection(here, connection_id, "api")
    else:
        services.orders.disconnect(here, connection_id, "api")


def view(connection: Connection) -> ConnectionView:
    """A connection as people and programs see it."""
    known = connection.member_id is not None or connection.member_name is not None
    return ConnectionView(
        id=connection.id,
        state=connection.state,  # type: ignore[arg-type]
        reason=connection.reason,
        scopes=list(connection.scopes),
        member=Member(id=connection.member_id, name=connection.member_name) if known else None,
        access_expires_at=connection.access_expires_at,
        refresh_expires_at=connection.refresh_expires_at,
        last_heartbeat=_heartbeat(connection),
        created_at=connection.created_at,
        granted_at=connection.granted_at,
        pending_since=connection.pending_since,
    )


def _heartbeat(connection: Connection) -> Heartbeat | None:
    if connection.last_heartbeat_at is None:
        return None
    return Heartbeat(
        at=connection.last_heartbeat_at,
        method=connection.last_heartbeat_method or "",
        result=connection.last_heartbeat_result or "",
    )
