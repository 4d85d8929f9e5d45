"""Calls that the emulator itself makes: to webhooks. The socket is somebody else's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from linkedin_emulator.protocol.wire import Response

Reply: TypeAlias = tuple[int, Mapping[str, str], bytes]
Deliver: TypeAlias = Callable[[str, str, Mapping[str, str], bytes, float], Reply]


def accepted(reply: Reply | None) -> bool:
    """Whether a push arrived: any 2xx."""
    return reply is not None and 200 <= reply[0] < 300


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """One HTTP request to a webhook; `timeout` in seconds, `good` says whether a reply is what was wanted."""

    kind: Literal["challenge", "push"]
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    timeout: float = 3.0
    good: Callable[[Reply | None], bool] = accepted


@dataclass(frozen=True, slots=True)
class Outbound:
    """An answer that depends on a webhook's reply: make the call, then finish (None: it failed)."""

    call: WebhookCall
    finish: Callable[[Reply | None], Response]


def nobody_answers(method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Reply:
    """The transport of an emulator that was given none."""
    raise ConnectionError("this emulator was started without a way to reach webhooks")
