"""A Leadwire to which the emulated LinkedIn can push, and what LinkedIn then says of it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.rig import HERE, MAIN, Caller, Homes, Rig, connected, staged

from leadwire.linkedin.answers import Answer
from leadwire.linkedin.calls import Call
from leadwire.linkedin.client import Request
from leadwire.linkedin.notifications import (
    create_subscription,
    delete_subscription,
    read_created_subscription,
)

OWNER = f"urn:li:sponsoredAccount:{MAIN}"
HOOK = f"{HERE}/hooks/linkedin/"
FOREIGN = "http://127.0.0.1:9009/crm?secret=1"
OPEN: dict[str, Any] = {"knobs": {"allow_http_webhooks": True}, "allow_http_webhooks": True}


class Reached(Rig):
    """Also another program of the same app answers LinkedIn; while `deaf`, nobody does; while `nameless`, LinkedIn
    does not say what it has called a new subscription.
    """

    deaf = nameless = False

    def carry(self, request: Request) -> Answer:
        said = super().carry(request)
        kept = {name: value for name, value in said.headers.items() if name.lower() != "x-restli-id"}
        return said._replace(headers=kept) if self.nameless else said

    def deliver(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        if self.deaf:
            return 500, {}, b""
        if url.startswith(FOREIGN):
            code = parse_qs(urlsplit(url).query)["challengeCode"][0]
            secret = self.settings.linkedin_client_secret[0].encode()
            answer = hmac.new(secret, code.encode(), hashlib.sha256).hexdigest()
            said = {"challengeCode": code, "challengeResponse": answer}
            return 200, {"content-type": "application/json"}, json.dumps(said).encode()
        return super().deliver(method, url, headers, body, timeout)


@pytest.fixture
def rig(homes: Homes, tmp_path: Path) -> Iterator[Reached]:
    """Connected, with nothing switched on."""
    with staged(homes, tmp_path, connected, Reached, **OPEN) as rig:
        yield rig


def subscribed(rig: Rig, owner: str = OWNER) -> list[dict[str, Any]]:
    """What LinkedIn has for an owner, oldest first."""
    kind = owner.split(":")[2]
    return [one for one in rig.emulator.control.hooks.subscriptions() if one["owner"].get(kind) == owner]


def addresses(rig: Rig, owner: str = OWNER) -> list[str]:
    return [one["webhook"] for one in subscribed(rig, owner)]


def webhooks(rig: Rig, api: Caller | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (api or rig.api).get("/webhooks").json()["items"]
    return found


def subscribe_elsewhere(rig: Rig, url: str, lead_type: str = "SPONSORED", owner: str = OWNER) -> str:
    """A subscription that somebody made with this app by other means; its id."""
    return str(read_created_subscription(*_ask(rig, create_subscription(url, owner, lead_type))))


def lose(rig: Rig, subscription_id: str) -> None:
    """LinkedIn has one no more, and we do not know."""
    assert _ask(rig, delete_subscription(subscription_id)).status == 204


def _ask(rig: Rig, call: Call) -> Any:
    with rig.workspace.read() as tx:
        active = next(one.id for one in tx.connections.all() if one.state == "active")
        _, tokens = tx.connections.opened(active)
    assert tokens is not None
    return rig.app.board.api.send(call, tokens.access_token)
