"""Every error as problem+json (RFC 9457), and nothing of the inside in any of them.

Known errors have a row in a table. What is left is our own mistake: the answer then is a generic one with
a request id, and the log has the place of it, but no message, which may hold what a person answered.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadwire.domain import errors
from leadwire.ingest.ports import NobodyMayRead
from leadwire.linkedin import errors as linkedin
from leadwire.store import errors as store
from leadwire.web.pages.frame import alone
from leadwire.web.pages.troubles import KEPT_ALL, Trouble
from leadwire.web.services import Services

MEDIA_TYPE = "application/problem+json"

log = structlog.get_logger()


class Problem(BaseModel):
    """One thing that is wrong, and what to do about it."""

    code: str
    message: str
    remedy: str = ""
    evidence: dict[str, Any] = {}

    @classmethod
    def of(cls, problem: errors.Problem) -> Problem:
        return cls(
            code=problem.code,
            message=problem.message,
            remedy=problem.remedy,
            evidence=dict(problem.evidence),
        )


class Failure(BaseModel):
    """Every error answer. `code` is stable and for programs; `detail` and `remedy` are for people."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    remedy: str = ""
    problems: list[Problem] = []


class Row(NamedTuple):
    kind: type[Exception]
    status: int
    code: str
    remedy: str


# The first row whose class fits. An error of our own tree brings code, message and remedy itself.
OURS: tuple[tuple[type[errors.LeadwireError], int], ...] = (
    (errors.Forbidden, 403),
    (errors.Conflict, 409),
    (errors.LeadwireError, 422),
)
OTHERS = (
    Row(store.TryLater, 503, "database_busy", "Nothing was changed. Try again in a moment."),
    Row(linkedin.Throttled, 503, "linkedin_throttled", "Try again later; scheduled work does so by itself."),
    Row(linkedin.TryLater, 503, "linkedin_unreachable", "Try again later; scheduled work does so by itself."),
    Row(linkedin.AskAgain, 409, "needs_reconnect", "Reconnect the connection; everything else stays."),
    Row(NobodyMayRead, 409, "cannot_read_leads", "The account's problems say what is missing."),
    Row(
        linkedin.Forbidden,
        409,
        "linkedin_forbids",
        "A scope or role is missing; the account's problems say which.",
    ),
    Row(
        linkedin.VersionRetired,
        502,
        "linkedin_version_retired",
        "LinkedIn has ended the API version in use, or does not have it yet. Update Leadwire, or set "
        "LEADWIRE_LINKEDIN_VERSION to a version that leadwire doctor says is accepted, and restart.",
    ),
    Row(linkedin.LinkedInError, 502, "linkedin_answered_oddly", "Try again; if it stays, see the log."),
)
UNREACHED = "The database cannot be reached now"  # where it is, is the operators' business; the log has it

# Never which id, nor whose it is: an unknown thing and another workspace's get the same bytes.
NOTHING_HERE = Failure(
    title="Not Found",
    status=404,
    code="not_found",
    detail="There is no such thing in this workspace.",
    remedy="Check the id, and that the key is one of the right workspace.",
)
FRAMEWORK = {
    400: (422, "bad_json", "The body is no JSON that can be read.", "Send one JSON object in UTF-8."),
    404: (
        404,
        "no_route",
        "There is nothing at this address.",
        "The addresses stand in /api/v1/openapi.json.",
    ),
    405: (
        405,
        "method_not_allowed",
        "This address takes another method.",
        "The header Allow names those it takes.",
    ),
    413: (413, "too_large", "The body is too large.", "Send less at once."),
}


DESCRIBED = "What it may be stands in /api/v1/openapi.json."
REMEDIES = {
    "missing": "Send it, too; what a call takes stands in /api/v1/openapi.json.",
    "extra_forbidden": "Leave it out, or see whether it is misspelt: what a call takes stands in /api/v1/openapi.json.",
}


def failure(
    status: int, code: str, detail: str, remedy: str = "", problems: Sequence[Problem] = ()
) -> Failure:
    """A problem document; its title is the status's own."""
    title = HTTPStatus(status).phrase
    return Failure(
        title=title, status=status, code=code, detail=detail, remedy=remedy, problems=list(problems)
    )


def failure_of(error: Exception) -> Failure | None:
    """What an error is to whoever asked; None where it is our own mistake."""
    if isinstance(error, errors.NotFound):
        return NOTHING_HERE
    if isinstance(error, errors.LeadwireError):
        status = next(status for kind, status in OURS if isinstance(error, kind))
        return failure(status, error.code, error.message, error.remedy, list(map(Problem.of, error.problems)))
    for row in OTHERS:
        if isinstance(error, row.kind):
            said = UNREACHED if isinstance(error, store.NotReached) else str(error)
            return failure(row.status, row.code, f"{said or HTTPStatus(row.status).phrase}.", row.remedy)
    return None


def answer(said: Failure, headers: Mapping[str, str] | None = None) -> Response:
    """A problem document as it goes out."""
    return Response(said.model_dump_json(), said.status, headers, MEDIA_TYPE)


class LastResort:
    """Turns whatever escapes the routes into an answer, so that no server prints it."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app, self._services = app, services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            known = failure_of(error)
            said = answer(known, _wait(error)) if known else self._mistake(error)
            if scope["type"] == "http" and not started:
                await said(scope, receive, send)

    def _mistake(self, error: Exception) -> Response:
        request_id = self._services.store.new_id(self._services.now())
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error(
            "request_failed",
            request_id=request_id,
            error=type(error).__name__,
            at=f"{place.filename}:{place.lineno}",
        )
        said = failure(
            500,
            "internal_error",
            "Leadwire made a mistake; what was stored before is still there.",
            f"Try again; if it stays, look for {request_id} in the log.",
        )
        return answer(said, {"X-Request-Id": request_id})


def install(app: FastAPI) -> None:
    """The framework's own errors in the same form."""
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(RequestValidationError, _invalid)


async def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = FRAMEWORK.get(error.status_code)
    if said is None:
        phrase = HTTPStatus(error.status_code).phrase
        said = (error.status_code, phrase.lower().replace(" ", "_"), f"{phrase}.", "")
    if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api"):
        return _page(failure(*said))
    headers = {"Allow": _allowed(request)} if error.status_code == 405 else error.headers
    return answer(failure(*said), headers)


def _allowed(request: Request) -> str:
    """Every method that this address takes; the router itself names those of the first route there only."""
    here = [
        (route.path or "", route.methods)
        for route in iter_route_contexts(request.app.routes)
        if route.methods and route.matches(request.scope)[0] is not Match.NONE
    ]
    # `/forms/refresh` is an address of its own, though it could be a form called so.
    address = min((path for path, _ in here), key=lambda path: path.count("{"), default="")
    return ", ".join(sorted({method for path, methods in here if path == address for method in methods}))


def _page(said: Failure) -> Response:
    """For a person who followed a wrong link."""
    remedy = "Go to the overview and look from there."
    return alone(
        "alone.html", said.status, trouble=Trouble(said.status, said.title, said.detail, KEPT_ALL, remedy)
    )


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if any(one["type"] == "json_invalid" for one in error.errors()):
        return answer(failure(*FRAMEWORK[400]))
    problems = [_member(one) for one in error.errors()]
    detail = f"{problems[0].message}" + (f" (and {len(problems) - 1} more)" if len(problems) > 1 else "")
    return answer(failure(422, "invalid_input", detail, problems[0].remedy, problems))


def _member(said: Mapping[str, Any]) -> Problem:
    """One mistake in what was sent, without repeating what was sent."""
    place = ".".join(str(part) for part in said["loc"][1:]) or str(said["loc"][0])
    ours = said.get("ctx", {}).get("error")
    if isinstance(ours, errors.InvalidInput):
        return Problem(code=ours.code, message=f"{place}: {ours.message}", remedy=ours.remedy)
    kind = str(said["type"])
    return Problem(code=kind, message=f"{place}: {said['msg']}.", remedy=REMEDIES.get(kind, DESCRIBED))


def _wait(error: Exception) -> dict[str, str]:
    after = getattr(error, "after", None)
    return {"Retry-After": str(max(1, round(after)))} if isinstance(after, int | float) else {}
