"""A query parameter that nobody knows is refused: a filter with a typing mistake would find everything."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import Depends
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request

from leadwire.domain.errors import InvalidInput


async def _known(request: Request) -> None:
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    known = set(_names(route.dependant))
    unknown = next((name for name in request.query_params if name not in known), None)
    if unknown is not None:
        raise InvalidInput(
            "unknown_parameter",
            f"This call knows no query parameter {unknown[:40]!r}.",
            f"It knows {', '.join(sorted(known)) or 'none'}.",
        )


def _names(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for part in dependant.dependencies:
        yield from _names(part)


STRICT = Depends(_known)
