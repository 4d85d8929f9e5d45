"""A route: one method of one resource, what it needs, and who answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from linkedin_emulator.clock import Millis
from linkedin_emulator.hooks.outbound import Outbound
from linkedin_emulator.protocol.parameters import FIELDS, PAGING, Parameters, Reader, text
from linkedin_emulator.protocol.restli import Projection, Value
from linkedin_emulator.protocol.wire import Request, Response
from linkedin_emulator.state import State
from linkedin_emulator.world.entities import App, Member


@dataclass(slots=True)
class Call:
    """An admitted call: who asks, with which arguments; `keys` are the path's keys in order."""

    route: Route
    request: Request
    app: App
    member: Member
    scopes: tuple[str, ...]
    now: Millis
    query: dict[str, Value]
    args: dict[str, Any]
    keys: list[Any]

    @property
    def start(self) -> int:
        return int(self.args.get("start", 0))

    @property
    def fields(self) -> Projection | None:
        found: Projection | None = self.args.get("fields")
        return found


Answer = Response | Outbound
Handler = Callable[[State, Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """`name` is resource.METHOD, as in LinkedIn's own error messages; empty `scopes` need a token only."""

    resource: str
    method: str
    handler: Handler
    scopes: tuple[str, ...]
    parameters: Parameters = field(default_factory=dict)
    key: Reader = text

    @property
    def name(self) -> str:
        method = "GET" if self.method == "GET_ALL" else self.method
        return f"{self.resource.rpartition('/')[2]}.{method}"


Table = Mapping[tuple[str, str], Route]


def finder(
    resource: str, name: str, handler: Handler, scopes: tuple[str, ...], parameters: Parameters
) -> Route:
    """An offset-paged finder with projection; `q` itself is always allowed."""
    return Route(resource, f"FINDER-{name}", handler, scopes, {**PAGING, **FIELDS, **parameters})


def table(*groups: tuple[Route, ...]) -> Table:
    """Routes by (resource path, method)."""
    return {(route.resource, route.method): route for group in groups for route in group}


_FINDER = re.compile(r"(?:^|&)q=([^&]*)")
_BATCH = re.compile(r"(?:^|&)ids=")


def locate(request: Request) -> tuple[str, str, list[str]]:
    """(resource path, method, raw keys) that a request means, e.g. ("leadForms", "FINDER-owner", [])."""
    parts = request.path.split("/")[2:]
    keyed = len(parts) % 2 == 0
    return "/".join(parts[::2]), _method(request, keyed), parts[1::2]


def _method(request: Request, keyed: bool) -> str:
    if request.method == "GET" and not keyed:
        if _BATCH.search(request.query):
            return "BATCH_GET"
        found = _FINDER.search(request.query)
        return f"FINDER-{found[1]}" if found else "GET_ALL"
    plain = {
        ("GET", True): "GET",
        ("POST", False): "CREATE",
        ("POST", True): "PARTIAL_UPDATE",
        ("PUT", True): "UPDATE",
        ("DELETE", True): "DELETE",
    }
    return plain.get((request.method, keyed), request.method)
