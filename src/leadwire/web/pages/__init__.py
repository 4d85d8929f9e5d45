"""The pages for people: server-rendered, open on this machine only until people can sign in."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from leadwire.connect.consent import Arrival, with_result
from leadwire.web.pages import (
    accounts,
    activity,
    alerts,
    certificates,
    connections,
    desk,
    door,
    forms,
    frame,
    lead_checks,
    leads,
    mapping,
    overview,
    quarantine,
    runs,
    settings,
    setup,
    troubles,
    webhooks,
    words,
)
from leadwire.web.services import Services

ROOMS = (
    overview,
    setup,
    connections,
    accounts,
    certificates,
    lead_checks,
    forms,
    leads,
    mapping,
    runs,
    quarantine,
    webhooks,
    alerts,
    activity,
    settings,
)


def router(services: Services) -> APIRouter:
    """Every page and the static files that they need; nothing of it stands in the API's description."""
    pages = APIRouter()
    for room in ROOMS:
        for entry in room.DOORS:
            pages.add_route(
                entry.path, desk.endpoint(services, entry), methods=[entry.method], include_in_schema=False
            )
    pages.mount("/static", StaticFiles(directory=frame.ROOM / "static"))
    return pages


def arrival(services: Services, request: Request, arrival: Arrival) -> Response:
    """Where a consent ends: at the embedding product's page, on the connection's page, or, for a browser
    that may not see the pages, on one that says what happened.
    """
    if arrival.return_url is not None:
        return RedirectResponse(with_result(arrival.return_url, arrival.connection_id, arrival.result), 303)
    title, tone = words.RESULTS[arrival.result]
    if door.closed_to(request) is None and arrival.workspace_id == frame.WORKSPACE:
        ask = frame.Ask(services, request, {})
        return ask.lead_to(f"/connections/{arrival.connection_id}", arrival.message, tone)
    return frame.alone("arrived.html", 200, title=title, tone=tone, message=arrival.message)


def refused(request: Request, reason: str) -> Response:
    """A connect link or an answer of LinkedIn's that does not count; nothing was stored."""
    return frame.alone("alone.html", 400, trouble=troubles.one_time(reason))
