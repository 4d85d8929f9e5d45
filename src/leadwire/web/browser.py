"""The two stops of a browser on its way to LinkedIn's consent screen and back (LGF-001).

They are open to any browser: the link is good once, and the way back needs the cookie set on the way out.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from leadwire.connect.consent import CALLBACK_PATH, STATE_LIVES
from leadwire.domain.errors import Conflict
from leadwire.store.errors import OneTimeRefused
from leadwire.web import pages
from leadwire.web.auth import Wired
from leadwire.web.pages import troubles
from leadwire.web.pages.frame import alone
from leadwire.web.services import Services

router = APIRouter(include_in_schema=False)


@router.get("/connect/{one_time}")
def depart(one_time: str, services: Wired, request: Request) -> Response:
    """Use a connect link: on to LinkedIn, with the cookie that binds the way back to this browser."""
    try:
        services.need_app()  # before the link is used up
        departure = services.consent.depart(one_time)
    except OneTimeRefused as error:
        return pages.refused(request, error.reason)
    except Conflict as error:
        return _page_of(error)
    response = RedirectResponse(departure.url, 303)
    response.set_cookie(
        cookie_name(services),
        departure.cookie,
        max_age=STATE_LIVES // 1000,
        secure=_https(services),
        httponly=True,
        samesite="lax",  # LinkedIn sends the browser back by a top-level GET, with which it travels
    )
    return response


@router.get(CALLBACK_PATH)
def arrive(services: Wired, request: Request) -> Response:
    """LinkedIn's answer. A forged, used or old state is refused and nothing is stored."""
    cookie = request.cookies.get(cookie_name(services), "")
    try:
        arrival = services.consent.arrive(dict(request.query_params), cookie)
    except OneTimeRefused as error:
        return pages.refused(request, error.reason)
    if arrival.result == "active":
        services.orders.arrived(arrival.connection_id)
    response = pages.arrival(services, request, arrival)
    response.delete_cookie(cookie_name(services), secure=_https(services), httponly=True, samesite="lax")
    return response


def _page_of(error: Conflict) -> Response:
    trouble = troubles.of(error)
    assert trouble is not None
    return alone("alone.html", trouble.status, trouble=trouble)


def cookie_name(services: Services) -> str:
    """`__Host-` binds a cookie to this very host; browsers take it over https only."""
    return "__Host-leadwire_state" if _https(services) else "leadwire_state"


def _https(services: Services) -> bool:
    return services.deployment.public_url.startswith("https://")
