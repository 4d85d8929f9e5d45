"""Calls that the emulator itself makes: to webhooks. The socket is somebody else's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from linkedin_emulator.protocol.wire import Response

Reply: TypeAlias = tuple[int, Mapping[str, str], bytes]
Deliver: TypeAlias = Callable[[str, str, Mapping[str, str], bytes, float], Reply]


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """One HTTP request to a webhook; `timeout` in seconds."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    timeout: float = 3.0


@dataclass(frozen=True, slots=True)
class Outbound:
    """An answer that depends on a webhook's reply: make the call, then finish (None: it failed)."""

    call: WebhookCall
    finish: Callable[[Reply | None], Response]


def nobody_answers(method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Reply:
    """The transport of an emulator that was given none."""
    raise ConnectionError("this emulator was started without a way to reach webhooks")


def attempt(deliver: Deliver, call: WebhookCall) -> Reply | None:
    """Make the call; any failure of the transport is None."""
    try:
        return deliver(call.method, call.url, call.headers, call.body, call.timeout)
    except Exception:  # a transport is foreign code: whatever it raises means "no reply"
        return None
