"""A message: one thing that happened to one alert, or, where it is too many at once, a list of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from leadwire.domain.times import Millis, iso
from leadwire.store.alerts import Alert, Notice

MOST_BYTES = 20_000
LONGEST = 1_000  # letters of a text; a remedy is a few lines
LISTED = 60  # of a digest; the rest is counted


class NotSent(Exception):
    """A message did not arrive; the text says why, without any secret."""


@dataclass(frozen=True)
class Told:
    """What happened to which alert."""

    notice: Notice
    alert: Alert


@dataclass(frozen=True)
class Message:
    """What goes out at once. `id` stays the same however often it is tried; `base` is where the pages are."""

    id: str
    workspace: str
    base: str
    told: tuple[Told, ...]

    @property
    def at(self) -> Millis:
        """When the first of it happened."""
        return min(one.notice.at for one in self.told)

    @property
    def type(self) -> str:
        """`alert.opened`, `alert.raised`, `alert.closed`, or `alert.digest` for several."""
        return "alert.digest" if len(self.told) > 1 else f"alert.{self.told[0].notice.kind}"

    def url(self, alert: Alert) -> str:
        """Where it is put right."""
        return f"{self.base}{alert.href or '/alerts'}"


# Carries a message away, at this moment. NotSent.
Send = Callable[[Message, Millis], None]


def as_json(message: Message) -> bytes:
    """The body of the webhook, below 20 kB; a digest leaves out at its end what does not fit, and says how many."""
    listed = [_entry(message, one) for one in message.told[:LISTED]]
    if len(message.told) == 1:
        detail = {"remedy": _cut(message.told[0].alert.remedy), "workspace": message.workspace}
        return _envelope(message, {**listed[0], **detail})
    while len(body := _envelope(message, _digest(message, listed))) > MOST_BYTES:
        listed.pop()
    return body


def _digest(message: Message, listed: Sequence[dict[str, Any]]) -> dict[str, Any]:
    left_out = len(message.told) - len(listed)
    return {"workspace": message.workspace, "alerts": list(listed), "left_out": left_out}


def _envelope(message: Message, data: dict[str, Any]) -> bytes:
    whole = {"type": message.type, "timestamp": iso(message.at), "data": data}
    return json.dumps(whole, ensure_ascii=False).encode()


def _entry(message: Message, one: Told) -> dict[str, Any]:
    alert = one.alert
    return {
        "id": alert.id,
        "event": one.notice.kind,
        "code": alert.code,
        "severity": alert.severity,
        "object": alert.object,
        "since": iso(alert.since),
        "message": _cut(alert.message),
        "url": message.url(alert),
    }


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
