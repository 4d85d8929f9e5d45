"""Calls to webhooks over real sockets, by the standard library; redirects are not followed."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

from linkedin_emulator.hooks.outbound import Reply

MAX_REPLY = 64 * 1024


def deliver(method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Reply:
    """One request to a webhook; any failure raises. `timeout` in seconds, for each step of the exchange."""
    parts = urlsplit(url)
    kind = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}[parts.scheme]
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    try:
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request(method, target, body or None, {"user-agent": "LinkedInBot/1.0", **headers})
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read(MAX_REPLY)
    finally:
        connection.close()
