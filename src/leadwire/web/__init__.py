"""The doors: the HTTP API for programs, pages for people, two stops for browsers under way to LinkedIn."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.types import Receive, Scope, Send

from leadwire.connect.hook_tokens import HOOKS_PATH
from leadwire.web import api, browser, health, pages, problems
from leadwire.web.armour import Armour, Limit
from leadwire.web.auth import DESCRIPTION, ApiKeys
from leadwire.web.contract import describe
from leadwire.web.hook import Hook
from leadwire.web.services import Services

MOST_BYTES = 1024 * 1024  # of a request body; the largest that means something is a corrected lead

__all__ = ["create_app"]


class Door(FastAPI):
    """The ASGI application; its description documents every error as problem+json.

    What LinkedIn calls is answered before anything else looks at it: layers made for people and programs
    would cost more than the push itself.
    """

    hook: Hook

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(HOOKS_PATH):
            await self.hook(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        return describe(self)


def create_app(services: Services) -> Door:
    """Everything that answers HTTP, over the services that `app` hands in."""
    door = Door(
        title="Leadwire",
        version=services.deployment.version,
        description="LinkedIn leads, at once, completely and provably, in a store that you own.",
        openapi_url=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation,
        middleware=[
            Middleware(Armour, https=services.deployment.public_url.startswith("https://")),
            Middleware(problems.LastResort, services=services),
            Middleware(ApiKeys, services=services),
            Middleware(Limit, most_bytes=MOST_BYTES),
        ],
    )
    door.state.services = services
    door.state.registry = health.registry(services)
    door.hook = Hook(services, door.state.registry)
    problems.install(door)
    for router in (api.router(), browser.router, health.router, pages.router(services)):
        door.include_router(router)
    return door


def _operation(route: APIRoute) -> str:
    return route.name
