"""Who wants to hear of leads, whether their webhooks are trusted, and what is still to be told."""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from linkedin_emulator.clock import Millis
from linkedin_emulator.protocol.urns import owner_union, versioned_form
from linkedin_emulator.protocol.wire import Json

PUSHES_KEPT = 10_000
EXCHANGES_KEPT = 1_000
WebhookState = Literal["PENDING", "VALIDATED", "BLOCKED"]


@dataclass(slots=True)
class Subscription:
    id: int
    client_id: str
    member: str
    webhook: str
    owner: str
    lead_type: str
    form: tuple[int, int] | None = None
    entity: dict[str, str] | None = None

    def element(self) -> dict[str, Json]:
        """The object LinkedIn shows; absent members are left out."""
        shown: dict[str, Json] = {
            "id": self.id,
            "webhook": self.webhook,
            "owner": owner_union(self.owner),
            "leadType": self.lead_type,
        }
        if self.form:
            shown["versionedForm"] = versioned_form(*self.form)
        if self.entity:
            shown["associatedEntity"] = self.entity
        return shown


@dataclass(slots=True)
class Webhook:
    """The trust state of one URL of one app."""

    client_id: str
    url: str
    state: WebhookState = "PENDING"
    misses: int = 0
    next_challenge_at: Millis = 0
    last_challenge_at: Millis | None = None
    busy: bool = False


@dataclass(slots=True)
class Push:
    """One notification to one webhook, with all its attempts."""

    number: int
    client_id: str
    url: str
    subscription: int
    body: bytes
    due_at: Millis
    first_tried_at: Millis | None = None
    attempts: int = 0
    state: Literal["waiting", "sending", "delivered", "given_up"] = "waiting"
    last_status: int | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call to a webhook as it went: no reply is status None with the reason in `answered`."""

    number: int
    at: Millis
    kind: Literal["challenge", "push"]
    method: str
    url: str
    sent: str
    status: int | None
    good: bool
    milliseconds: int
    answered: str


@dataclass(slots=True)
class Subscriptions:
    """All subscriptions, webhooks and pushes; `done` and `log` keep the latest only."""

    by_id: dict[int, Subscription] = field(default_factory=dict)
    webhooks: dict[tuple[str, str], Webhook] = field(default_factory=dict)
    queue: list[tuple[Millis, int, Push]] = field(default_factory=list)
    sending: dict[int, Push] = field(default_factory=dict)
    done: deque[Push] = field(default_factory=lambda: deque(maxlen=PUSHES_KEPT))
    log: deque[Exchange] = field(default_factory=lambda: deque(maxlen=EXCHANGES_KEPT))
    next_id: int = 7012
    next_push: int = 1
    next_exchange: int = 1

    def wait(self, push: Push) -> None:
        """Put a push into the queue, which is a heap by due time."""
        push.state = "waiting"
        heapq.heappush(self.queue, (push.due_at, push.number, push))

    def take_due(self, now: Millis) -> Push | None:
        """Take the push whose time came first out of the queue, or None."""
        if not self.queue or self.queue[0][0] > now:
            return None
        push = heapq.heappop(self.queue)[2]
        push.state = "sending"
        self.sending[push.number] = push
        return push

    def waiting(self) -> list[Push]:
        """All that is not settled, in order of due time."""
        return [*self.sending.values(), *(push for _, _, push in sorted(self.queue))]

    def of_owner(self, owner: str) -> list[Subscription]:
        """In order of creation."""
        return [item for item in self.by_id.values() if item.owner == owner]
