"""Behind every door: who may enter, what was sent, the view, and its errors as pages."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from leadwire.web.pages import door, setup, troubles
from leadwire.web.pages.frame import WORKSPACE, Ask, Door, alone
from leadwire.web.services import Services

MOST_FIELDS = 200

log = structlog.get_logger()


def endpoint(services: Services, entry: Door) -> Callable[[Request], Awaitable[Response]]:
    """The ASGI endpoint of one address."""

    async def answer(request: Request) -> Response:
        if entry.acts and request.method == "HEAD":  # whoever only looks must not act
            return Response(None, 405, {"Allow": entry.method})
        refused = _refusal(request, entry)
        if refused is not None:
            return alone("alone.html", refused.status, trouble=refused)
        try:
            ask = Ask(services, request, await _fields(request) if request.method == "POST" else {})
        except HTTPException as error:  # the body is no form
            return alone("alone.html", 400, trouble=troubles.unreadable(str(error.detail)))
        if entry.still is not None:
            await services.news.hold(
                WORKSPACE, partial(run_in_threadpool, _still, entry, ask), request.is_disconnected
            )
        return await run_in_threadpool(_view, entry, ask)

    return answer


def _refusal(request: Request, entry: Door) -> troubles.Trouble | None:
    closed = door.closed_to(request)
    if closed is not None:
        return troubles.closed(closed)
    elsewhere = door.made_elsewhere(request) if entry.acts else None
    return None if elsewhere is None else troubles.from_elsewhere(elsewhere)


def _still(entry: Door, ask: Ask) -> bool:
    """What goes wrong is for the view to tell."""
    try:
        return entry.still is not None and entry.still(ask)
    except Exception:
        return False


async def _fields(request: Request) -> dict[str, tuple[str, ...]]:
    form = await request.form(max_fields=MOST_FIELDS, max_files=0)
    return {
        name: tuple(value.strip() for value in form.getlist(name) if isinstance(value, str)) for name in form
    }


def _view(entry: Door, ask: Ask) -> Response:
    try:
        if entry.path != setup.PATH and ask.services.app_keys() is None:
            return setup.page(ask, 409 if entry.acts else 200)
        return entry.view(ask)
    except Exception as error:
        trouble = troubles.of(error) or _broken(ask, error)
        return alone("alone.html", trouble.status, trouble=trouble)


def _broken(ask: Ask, error: Exception) -> troubles.Trouble:
    """Said in the log by type and place: a message may hold what a person answered."""
    reference = ask.services.store.new_id(ask.now)
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error(
        "page_failed", reference=reference, error=type(error).__name__, at=f"{place.filename}:{place.lineno}"
    )
    return troubles.broken(reference)
