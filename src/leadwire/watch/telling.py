"""Telling: notices become messages, and messages go out until they arrive or nobody takes them.

What a message holds, and its id, is written down before it is first sent: whatever ends this process then, the
same message is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import structlog

from leadwire.domain.times import HOUR, MINUTE, SECOND, Millis
from leadwire.ingest.ports import Turn
from leadwire.store import Tx, Workspace
from leadwire.store.alerts import Channel, Notice
from leadwire.watch.message import Message, NotSent, Send, Told

# Waits behind the first try and each one after it, as Standard Webhooks proposes; then it is given up.
RETRIES: tuple[Millis, ...] = (
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    10 * HOUR,
)
MOST = 10  # messages of a channel in a minute; what is more goes into one
WINDOW: Millis = MINUTE

log = structlog.get_logger()


@dataclass
class Teller:
    """Sends what waits. `base`: where the pages are."""

    channels: Mapping[Channel, Send]
    base: str
    now: Callable[[], Millis]

    def duty(self, workspace: Workspace, key: str, turn: Turn) -> Millis | None:
        """Send what is due; when the next is, None if nothing waits."""
        for channel, send in self.channels.items():
            with workspace.write() as tx:
                _gather(tx, channel, self.now())
            for message in self._due(workspace, channel):
                if turn.over():
                    return self.now()
                self._send(workspace, channel, send, message)
        with workspace.read() as tx:
            return min(
                (at for channel in self.channels for at in _next(tx, channel, self.now())), default=None
            )

    def _due(self, workspace: Workspace, channel: Channel) -> Sequence[Message]:
        with workspace.read() as tx:
            groups: dict[str, list[Told]] = {}
            for one in tx.notices.waiting(channel):
                if one.message_id is not None and one.due_at <= self.now():
                    groups.setdefault(one.message_id, []).append(Told(one, tx.alerts.get(one.alert_id)))
        return [Message(name, workspace.slug, self.base, tuple(told)) for name, told in groups.items()]

    def _send(self, workspace: Workspace, channel: Channel, send: Send, message: Message) -> None:
        failed = None
        try:
            send(message, self.now())
        except NotSent as error:
            failed = str(error)
            log.warning("notice_failed", channel=channel, error=failed)
        with workspace.write() as tx:
            if failed is None:
                tx.notices.sent(message.id)
            else:
                tries = message.told[0].notice.attempts
                again = self.now() + RETRIES[tries] if tries < len(RETRIES) else None
                tx.notices.failed(message.id, failed, again)


def _gather(tx: Tx, channel: Channel, now: Millis) -> None:
    """Give every new notice a place: a message of its own, or one with all others where that would be too many."""
    fresh = _fresh(tx, channel)
    room = MOST - len(tx.notices.begun(channel, now - WINDOW))
    if len(fresh) <= room:
        for one in fresh:
            tx.notices.gather([one.id], one.id, now)
    elif room > 0:
        tx.notices.gather([one.id for one in fresh], fresh[0].id, now)


def _next(tx: Tx, channel: Channel, now: Millis) -> Iterator[Millis]:
    yield from (one.due_at for one in tx.notices.waiting(channel) if one.message_id is not None)
    if _fresh(tx, channel):
        # Its minute is full, and has room again when the first message of it leaves the window.
        yield min(tx.notices.begun(channel, now - WINDOW), default=now) + WINDOW


def _fresh(tx: Tx, channel: Channel) -> list[Notice]:
    return [one for one in tx.notices.waiting(channel) if one.message_id is None]
