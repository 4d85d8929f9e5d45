"""What people are told of: alerts, and the notices of them that go out.

Opening, raising and closing write their notices in the same transaction, a row for each channel that there is.
"""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, func

from leadwire.domain.alerts import Condition, Diff
from leadwire.domain.times import Millis
from leadwire.store.errors import nothing
from leadwire.store.ground import Desk
from leadwire.store.paging import page
from leadwire.store.rows import Page
from leadwire.store.scope import Scope, insert_into

Channel = Literal["email", "webhook"]
NoticeKind = Literal["opened", "raised", "closed"]
AlertState = Literal["open", "closed", "all"]
SIGNS = b"signs alerts"
LONGEST_ERROR = 200


@dataclass(frozen=True, slots=True)
class Alert:
    """A condition that people were told of; open until `closed_at` is set."""

    id: str
    code: str
    object: str
    severity: str
    message: str
    remedy: str
    href: str
    rung: str
    since: Millis
    opened_at: Millis
    closed_at: Millis | None
    acked_at: Millis | None
    acked_by: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell on one channel. `message_id`, `tried_at`: of the message it went into, and when that was
    first tried; None before.
    """

    id: str
    alert_id: str
    channel: Channel
    kind: NoticeKind
    state: Literal["waiting", "sent", "dead"]
    at: Millis
    due_at: Millis
    message_id: str | None
    attempts: int
    tried_at: Millis | None
    error: str | None


class Alerts:
    """The alerts of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._rows, self._notices = scope.own("alerts"), scope.own("notices")
        self._new_id = scope.new_id

    def get(self, alert_id: str) -> Alert:
        """One alert. NotFound."""
        row = self._rows.one(self._rows.c.id == alert_id)
        if row is None:
            raise nothing("alert", alert_id)
        return _alert(row)

    def open(self) -> tuple[Alert, ...]:
        """Those that hold, oldest first."""
        statement = self._rows.select().where(self._rows.c.closed_at.is_(None)).order_by(self._rows.c.id)
        return tuple(map(_alert, self._rows.connection.execute(statement)))

    def page(self, limit: int = 50, after: str | None = None, state: AlertState = "open") -> Page[Alert]:
        """Alerts, newest first. BadCursor."""
        closed = self._rows.c.closed_at
        where: dict[AlertState, list[ColumnElement[bool]]] = {
            "open": [closed.is_(None)],
            "closed": [closed.is_not(None)],
            "all": [],
        }
        statement = self._rows.select().where(*where[state])
        return page(self._rows.connection, statement, [self._rows.c.id], limit, after, _alert)

    def apply(self, diff: Diff, channels: Collection[Channel], now: Millis) -> int:
        """Bring the alerts to what holds. What another process did first is not done again. How many notices."""
        told = [("opened", self._open(one, now)) for one in diff.opens]
        told += [("raised", self._raise(alert_id, one)) for alert_id, one in diff.raises.items()]
        told += [("closed", self._close(alert_id, now)) for alert_id in diff.closes]
        c = self._rows.c
        for alert_id, one in diff.rewords.items():
            self._rows.change(c.id == alert_id, c.closed_at.is_(None), **_words(one))
        notices = [
            (channel, kind, alert_id)
            for kind, alert_id in told
            if alert_id is not None
            for channel in channels
        ]
        for channel, kind, alert_id in notices:
            self._note(channel, kind, alert_id, now)
        return len(notices)

    def acknowledge(self, alert_id: str, who: str, now: Millis) -> bool:
        """Somebody knows; whether nobody did before. NotFound."""
        c = self._rows.c
        fresh = self._rows.change(c.id == alert_id, c.acked_at.is_(None), acked_at=now, acked_by=who)
        if not fresh:
            self.get(alert_id)
        return fresh > 0

    def _open(self, one: Condition, now: Millis) -> str | None:
        """Its id; None where it is open already."""
        connection, table = self._rows.connection, self._rows.table
        values = {"id": self._new_id(now), "code": one.code, "object": one.object, **_words(one)}
        values |= {"rung": one.rung, "since": now if one.since is None else one.since, "opened_at": now}
        made = insert_into(table, connection.dialect.name).values(
            workspace_id=self._rows.workspace_id, **values
        )
        row = connection.execute(made.on_conflict_do_nothing().returning(table.c.id)).first()
        return None if row is None else str(row.id)

    def _raise(self, alert_id: str, one: Condition) -> str | None:
        c = self._rows.c
        standing = (c.id == alert_id, c.closed_at.is_(None))
        # Whoever acknowledged it did not know what it has become.
        graver = self._rows.change(*standing, c.severity != one.severity, acked_at=None, acked_by=None)
        raised = graver or self._rows.change(*standing, c.rung != one.rung, rung=one.rung)
        if raised:
            self._rows.change(*standing, rung=one.rung, **_words(one))
        return alert_id if raised else None

    def _close(self, alert_id: str, now: Millis) -> str | None:
        c = self._rows.c
        return alert_id if self._rows.change(c.id == alert_id, c.closed_at.is_(None), closed_at=now) else None

    def _note(self, channel: Channel, kind: str, alert_id: str, now: Millis) -> None:
        facts = {"alert_id": alert_id, "channel": channel, "kind": kind, "state": "waiting"}
        self._notices.insert(id=self._new_id(now), at=now, due_at=now, attempts=0, **facts)


class Notices:
    """What is to be sent in one workspace, and what was."""

    def __init__(self, scope: Scope) -> None:
        self._rows = scope.own("notices")

    def waiting(self, channel: Channel) -> tuple[Notice, ...]:
        """What is not sent yet, oldest first, due or not."""
        c = self._rows.c
        statement = self._rows.select().where(c.state == "waiting", c.channel == channel).order_by(c.at, c.id)
        return tuple(map(_notice, self._rows.connection.execute(statement)))

    def begun(self, channel: Channel, since: Millis) -> tuple[Millis, ...]:
        """When each message of a channel that was made since then was first to go, oldest first."""
        c = self._rows.c
        first = func.min(c.tried_at)
        made = self._rows.select(first).where(c.channel == channel, c.tried_at > since)
        return tuple(sorted(self._rows.connection.scalars(made.group_by(c.message_id))))

    def gather(self, ids: Collection[str], message_id: str, now: Millis) -> None:
        """They go in one message, and the first try is now."""
        self._rows.change(self._rows.c.id.in_(ids), message_id=message_id, tried_at=now)

    def sent(self, message_id: str) -> None:
        """A message arrived."""
        c = self._rows.c
        self._rows.change(c.message_id == message_id, state="sent", attempts=c.attempts + 1, error=None)

    def failed(self, message_id: str, error: str, due_at: Millis | None) -> None:
        """It did not; tried again at `due_at`, or never."""
        c = self._rows.c
        ended = {"state": "dead"} if due_at is None else {"due_at": due_at}
        self._rows.change(
            c.message_id == message_id, attempts=c.attempts + 1, error=error[:LONGEST_ERROR], **ended
        )

    def newest(self, channel: Channel, limit: int = 1) -> tuple[Notice, ...]:
        """The last ones that were tried, newest first."""
        c = self._rows.c
        tried = self._rows.select().where(c.channel == channel, c.attempts > 0)
        rows = self._rows.connection.execute(tried.order_by(c.tried_at.desc(), c.id.desc()).limit(limit))
        return tuple(map(_notice, rows))

    def forget(self, before: Millis) -> int:
        """Remove what was ended before then; how many."""
        c = self._rows.c
        return self._rows.remove(c.state != "waiting", c.at < before)


class AlertDesk(Desk):
    """What the deployment signs its notices with."""

    def alert_key(self) -> bytes:
        """The key of the alert webhook's signature: made of a sealed one, and it outlives every SECRET_KEY."""
        with self._ground.looking() as connection:
            return hmac.digest(self._ground.vault(connection).hook_key, SIGNS, hashlib.sha256)


def _words(one: Condition) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("severity", "message", "remedy", "href")}


def _alert(row: Row[Any]) -> Alert:
    return Alert(**{name: row._mapping[name] for name in Alert.__slots__})


def _notice(row: Row[Any]) -> Notice:
    return Notice(**{name: row._mapping[name] for name in Notice.__slots__})
