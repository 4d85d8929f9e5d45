"""How a webhook stands: what is stored of it, and what the hook has heard since."""

from __future__ import annotations

from dataclasses import dataclass

from leadwire.domain.errors import Problem
from leadwire.domain.subscriptions import BLOCKED_AFTER, challenge_misses
from leadwire.domain.times import Millis
from leadwire.store import Tx
from leadwire.store.webhooks import Webhook

BLOCKED = Problem(
    "blocked",
    "LinkedIn has not challenged the address for three turns: after three failures it blocks an address and"
    " pushes no more. Leads are polled meanwhile.",
    "Test it and put right what fails; then restart validation in the Webhooks tab of the app at LinkedIn,"
    " or rotate it here: a new address is challenged anew.",
)


@dataclass(frozen=True)
class Health:
    """A webhook as it stands. `state` may also be `blocked`, which LinkedIn tells nobody but the app's owner."""

    webhook: Webhook
    state: str
    problem: Problem | None
    url: str
    last_challenge_at: Millis | None
    challenge_misses: int
    last_push_at: Millis | None
    missed_pushes: int


def health(tx: Tx, webhook: Webhook, url: str, now: Millis, missed: int = 0) -> Health:
    """How it stands now; silence is counted from the last challenge, or from when the address was made."""
    hook, heard = tx.hooks.get(webhook.owner), None
    if webhook.state == "registered" and hook is not None:
        heard = max(hook.challenged_at or 0, hook.made_at, webhook.registered_at or 0)
    misses = challenge_misses(heard, now)
    blocked = misses >= BLOCKED_AFTER
    return Health(
        webhook=webhook,
        state="blocked" if blocked else webhook.state,
        problem=BLOCKED if blocked else webhook.problem,
        url=url,
        last_challenge_at=None if hook is None else hook.challenged_at,
        challenge_misses=misses,
        last_push_at=tx.hooks.last_push(webhook.owner),
        missed_pushes=missed,
    )
