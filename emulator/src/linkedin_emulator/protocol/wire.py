"""What crosses the border: a request as it came, an answer as it leaves, and JSON as bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = Any
Fate = Literal["answer", "timeout", "reset", "cut"]
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
encode_text = _ENCODER.encode


def to_json(value: Json) -> bytes:
    """Compact UTF-8 JSON; lone surrogates, which UTF-8 cannot hold, leave as `\\ud83d` escapes."""
    try:
        return encode_text(value).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


@dataclass(slots=True)
class Request:
    """One HTTP request: header names in lower case, path and query raw as sent."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


def request(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
    """Split a request target into raw path and raw query and fold header names."""
    path, _, query = target.partition("?")
    return Request(method.upper(), path, query, {k.lower(): v for k, v in headers.items()}, body)


@dataclass(slots=True)
class Response:
    """An answer and how it leaves.

    `fate` is "answer" for a proper one; "timeout" (nothing is ever sent), "reset" (the connection breaks
    before an answer) and "cut" (the body stops short of the announced length) are for a transport to act out.
    `delay_ms` is how long a transport should wait first.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay_ms: int = 0
    fate: Fate = "answer"

    def json(self) -> Json:
        """The body as JSON."""
        return json.loads(self.body)


def json_response(value: Json, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(status, {"content-type": "application/json"}, to_json(value))


def html_response(page: str, status: int = 200) -> Response:
    """An HTML page."""
    return Response(status, {"content-type": "text/html; charset=utf-8"}, page.encode())
