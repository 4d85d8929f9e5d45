"""A query parameter that nobody knows is refused: a filter with a typing mistake would find everything.

So is a body where none is read: what it asks for would not happen.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import Depends
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request

from leadwire.domain.errors import InvalidInput

NOTHING = (b"", b"{}", b"null")


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
    if route.body_field is None and (await request.body()).strip() not in NOTHING:
        raise InvalidInput("unknown_body", "This call reads no body.", "Send none.")


def _names(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for part in dependant.dependencies:
        yield from _names(part)


STRICT = Depends(_known)
