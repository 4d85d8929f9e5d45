"""Messages as signed webhooks: standardwebhooks.com, specification 1.0.0.

The address is the operator's own setting, so it may well be a private one; no redirect is followed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable

from leadwire.domain.times import SECOND, Millis
from leadwire.linkedin.client import Request, Transport
from leadwire.linkedin.errors import LinkedInError
from leadwire.watch.message import Message, NotSent, as_json

PREFIX = "whsec_"
AGENT = "leadwire-alerts"


def secret_text(key: bytes) -> str:
    """The key as receivers' libraries want it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(key).decode()


def signature(key: bytes, message_id: str, seconds: int, body: bytes) -> str:
    """The value of `webhook-signature`."""
    signed = f"{message_id}.{seconds}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


class Hook:
    """Posts to one address. `key` needs the database, once it is open."""

    def __init__(self, url: str, key: Callable[[], bytes], transport: Transport) -> None:
        self._url, self._key, self._transport = url, key, transport

    def __call__(self, message: Message, now: Millis) -> None:
        body, seconds = as_json(message), now // SECOND
        headers = {
            "Content-Type": "application/json",
            "User-Agent": AGENT,
            "webhook-id": message.id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signature(self._key(), message.id, seconds, body),
        }
        try:
            answer = self._transport(Request("POST", self._url, headers, body))
        except LinkedInError as error:  # the transport's own words, which name its peer
            raise NotSent(str(error)) from None
        if not 200 <= answer.status <= 299:
            raise NotSent(f"the alert webhook answered {answer.status}")
