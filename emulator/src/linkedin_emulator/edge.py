"""The headers that LinkedIn's edge puts on every answer; names as recorded from the live API."""

from __future__ import annotations

import base64
from email.utils import formatdate

from linkedin_emulator.state import State
from linkedin_emulator.wire import Response

_FIXED = {
    "x-restli-protocol-version": "2.0.0",
    "x-li-fabric": "prod-lor1",
    "x-li-pop": "prod-lor1-x",
    "x-li-source-fabric": "prod-lva1",
    "x-li-proto": "http/1.1",
}


def stamp(state: State, response: Response, api: bool) -> Response:
    """Add Date (by the emulator's clock), and for the API the x-li-* headers."""
    at = state.clock.now() + state.knobs.date_offset_ms
    response.headers.setdefault("date", formatdate(at / 1000, usegmt=True))
    if api:
        response.headers["x-li-uuid"] = base64.b64encode(state.dice.randbytes(16)).decode()
        for name, value in _FIXED.items():
            response.headers.setdefault(name, value)
    return response
