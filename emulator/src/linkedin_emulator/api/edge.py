"""The headers that LinkedIn's edge puts on every answer; names as recorded from the live API."""

from __future__ import annotations

import base64
import functools
from email.utils import formatdate

from linkedin_emulator.clock import SECOND
from linkedin_emulator.protocol.wire import Response
from linkedin_emulator.state import State

_FIXED = {
    "x-restli-protocol-version": "2.0.0",
    "x-li-fabric": "prod-lor1",
    "x-li-pop": "prod-lor1-x",
    "x-li-source-fabric": "prod-lva1",
    "x-li-proto": "http/1.1",
}


@functools.lru_cache(maxsize=16)
def _http_date(second: int) -> str:
    return formatdate(second, usegmt=True)


def stamp(state: State, response: Response, api: bool) -> Response:
    """Add Date (by the emulator's clock), and for the API the x-li-* headers."""
    at = state.clock.now() + state.knobs.date_offset_ms
    response.headers.setdefault("date", _http_date(at // SECOND))
    if api:
        response.headers["x-li-uuid"] = base64.b64encode(state.dice.randbytes(16)).decode()
        for name, value in _FIXED.items():
            response.headers.setdefault(name, value)
    return response
