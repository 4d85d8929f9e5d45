"""Who asks: a key of one workspace, or a deployment key, which acts in `default` and manages workspaces.

Everything below `/api` is behind this door, addresses that do not exist too; only its description is open.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from leadwire.domain.errors import Forbidden
from leadwire.store import Workspace
from leadwire.web.problems import answer, failure
from leadwire.web.services import Services

DEFAULT = "default"
GUARDED = "/api"
DESCRIPTION = "/api/v1/openapi.json"


@dataclass(frozen=True)
class Caller:
    """`workspace` is the only one this caller can name."""

    workspace: Workspace
    deployment: bool


class ApiKeys:
    """The door itself: no caller, no route."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app, self._services = app, services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _guarded(scope["path"]):
            await self._app(scope, receive, send)
            return
        text = _bearer(Headers(scope=scope).get("authorization", ""))
        caller = await run_in_threadpool(identify, self._services, text) if text else None
        if caller is None:
            await REFUSED(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)


REFUSED = answer(
    failure(
        401,
        "no_key",
        "This call needs a valid API key.",
        "Send the header Authorization: Bearer <api key>. `leadwire api-key` makes one.",
    ),
    {"WWW-Authenticate": "Bearer"},
)


def identify(services: Services, text: str) -> Caller | None:
    """Whose key this is; None for nobody's."""
    sent = text.encode()
    # Every token is compared, so that the time tells nothing of which one was near.
    if sum(hmac.compare_digest(sent, token.encode()) for token in services.admin_tokens):
        return Caller(services.store.workspace(DEFAULT), deployment=True)
    key = services.store.deployment.authenticate(text, services.now())
    return None if key is None else Caller(services.store.workspace(key.workspace_id), deployment=False)


def _guarded(path: str) -> bool:
    return (path == GUARDED or path.startswith(f"{GUARDED}/")) and path != DESCRIPTION


def _bearer(header: str) -> str | None:
    scheme, _, text = header.partition(" ")
    return text.strip() or None if scheme.lower() == "bearer" else None


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


async def _here(caller: Annotated[Caller, Depends(_caller)]) -> Workspace:
    return caller.workspace


async def _deployer(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
    if not caller.deployment:
        raise Forbidden(
            "deployment_key_needed",
            "Workspaces and their keys are managed with a deployment key only.",
            "Use the key set as LEADWIRE_ADMIN_TOKEN.",
        )
    return caller


async def _wired(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Wired = Annotated[Services, Depends(_wired)]
Here = Annotated[Workspace, Depends(_here)]
Known = Annotated[Caller, Depends(_caller)]
DEPLOYER = Depends(_deployer)
