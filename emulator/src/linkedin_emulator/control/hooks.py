"""Subscriptions, webhooks and pushes: looked at, validated by hand, added to."""

from __future__ import annotations

import itertools
from dataclasses import asdict

from linkedin_emulator.control.group import Group, locked
from linkedin_emulator.hooks.outbound import Deliver
from linkedin_emulator.hooks.pushes import push_foreign
from linkedin_emulator.hooks.sending import send
from linkedin_emulator.hooks.subscriptions import Push, Webhook
from linkedin_emulator.hooks.webhooks import challenge_call, new_code, record
from linkedin_emulator.protocol.wire import Json
from linkedin_emulator.state import State


class HookControl(Group):
    def __init__(self, state: State, deliver: Deliver) -> None:
        super().__init__(state)
        self._deliver = deliver

    @locked
    def subscriptions(self) -> list[dict[str, Json]]:
        """All subscriptions with the app and member they belong to."""
        rows = self._state.hooks.by_id.values()
        return [row.element() | {"client_id": row.client_id, "member": row.member} for row in rows]

    @locked
    def webhooks(self) -> list[dict[str, Json]]:
        """The trust state of every webhook URL."""
        return [asdict(webhook) for webhook in self._state.hooks.webhooks.values()]

    @locked
    def pushes(self, limit: int = 100) -> dict[str, Json]:
        """What waits to be told, and the latest that is settled."""
        hooks = self._state.hooks
        latest = itertools.islice(reversed(hooks.done), int(limit))
        return {"waiting": [_shown(p) for p in hooks.waiting()], "done": [_shown(p) for p in latest]}

    @locked
    def exchanges(self, limit: int = 100, about: str = "") -> list[dict[str, Json]]:
        """Challenges and pushes as they went, newest first; `about` keeps those whose body or URL says it."""
        log = reversed(self._state.hooks.log)
        chosen = (item for item in log if about in item.sent or about in item.url)
        return [asdict(item) for item in itertools.islice(chosen, int(limit))]

    def validate(self, url: str, client_id: str | None = None) -> dict[str, Json]:
        """The developer restarts validation in the portal; it alone unblocks a webhook."""
        with self._state.lock:
            webhook = self._webhook(url, client_id)
            code = new_code(self._state.dice)
            call = challenge_call(url, code, self._state.world.apps[webhook.client_id].secrets[0])
        reply = send(self._state, self._deliver, call)
        with self._state.lock:
            record(self._state, webhook, call.good(reply))
            return asdict(webhook)

    @locked
    def push_foreign(self, body: Json = None) -> int:
        """Send every subscribed webhook a notification of another kind; return how many were queued."""
        return len(
            push_foreign(
                self._state, body or {"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": []}
            )
        )

    def _webhook(self, url: str, client_id: str | None) -> Webhook:
        for (owner, known), webhook in self._state.hooks.webhooks.items():
            if known == url and client_id in (None, owner):
                return webhook
        raise LookupError(f"there is no webhook {url!r}")


def _shown(push: Push) -> dict[str, Json]:
    return asdict(push) | {"body": push.body.decode("utf-8", "replace")}
