"""Trust in webhooks: the challenge at subscription and every two hours, and blocking after three misses.

Source: learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import random
import uuid

from linkedin_emulator.hooks.outbound import Reply, WebhookCall
from linkedin_emulator.hooks.subscriptions import Webhook, WebhookState
from linkedin_emulator.state import State

MISSES_UNTIL_BLOCKED = 3
CHALLENGE_TIMEOUT = 3.0

# (state, passed, misses after this one reach the limit) -> next state. PENDING leaves only by passing.
NEXT_STATE: dict[tuple[WebhookState, bool, bool], WebhookState] = {
    ("PENDING", True, False): "VALIDATED",
    ("PENDING", False, False): "PENDING",
    ("PENDING", False, True): "PENDING",
    ("VALIDATED", True, False): "VALIDATED",
    ("VALIDATED", False, False): "VALIDATED",
    ("VALIDATED", False, True): "BLOCKED",
    ("BLOCKED", True, False): "VALIDATED",
    ("BLOCKED", False, False): "BLOCKED",
    ("BLOCKED", False, True): "BLOCKED",
}


def challenge_response(secret: str, code: str) -> str:
    """What a webhook must answer: the lower-case hex HMAC-SHA256 of the code under the client secret."""
    return hmac.new(secret.encode(), code.encode(), hashlib.sha256).hexdigest()


def new_code(dice: random.Random) -> str:
    """A UUID v4 from the emulator's dice."""
    return str(uuid.UUID(bytes=dice.randbytes(16), version=4))


def challenge_call(url: str, code: str, secret: str) -> WebhookCall:
    """The GET; the URL's own query stays and the code is added."""
    return WebhookCall(
        "challenge",
        "GET",
        f"{url}{'&' if '?' in url else '?'}challengeCode={code}",
        timeout=CHALLENGE_TIMEOUT,
        good=functools.partial(passes, secret, code),
    )


def passes(secret: str, code: str, reply: Reply | None) -> bool:
    """Whether a reply is 200, JSON, and holds the code and the right response."""
    if reply is None or reply[0] != 200:
        return False
    headers = {name.lower(): value for name, value in reply[1].items()}
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return False
    try:
        answer = json.loads(reply[2])
    except ValueError:
        return False
    wanted = {"challengeCode": code, "challengeResponse": challenge_response(secret, code)}
    return isinstance(answer, dict) and all(answer.get(name) == value for name, value in wanted.items())


def webhook_of(state: State, client_id: str, url: str) -> Webhook:
    """The trust record of a URL, made if need be."""
    return state.hooks.webhooks.setdefault((client_id, url), Webhook(client_id, url))


def record(state: State, webhook: Webhook, passed: bool) -> None:
    """Move along the state table and set the time of the next challenge."""
    now = state.clock.now()
    webhook.misses = 0 if passed else webhook.misses + 1
    webhook.state = NEXT_STATE[webhook.state, passed, webhook.misses >= MISSES_UNTIL_BLOCKED]
    webhook.last_challenge_at = now
    webhook.next_challenge_at = now + state.knobs.validate_every_ms
    webhook.busy = False


def due_webhook(state: State) -> Webhook | None:
    """A validated webhook that is in use and due for its challenge, marked busy; None if there is none."""
    now = state.clock.now()
    in_use = {(s.client_id, s.webhook) for s in state.hooks.by_id.values()}
    for key, webhook in state.hooks.webhooks.items():
        if (
            key in in_use
            and webhook.state == "VALIDATED"
            and not webhook.busy
            and webhook.next_challenge_at <= now
        ):
            webhook.busy = True
            return webhook
    return None
