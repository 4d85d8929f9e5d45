"""Texts that count once: connect links and OAuth states. Only their hashes are stored."""

import hashlib
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, delete, select, update

from leadwire.domain.times import DAY, Millis
from leadwire.store.desk_rows import ConnectLink, OAuthState
from leadwire.store.errors import OneTimeRefused, Refusal
from leadwire.store.ground import Desk
from leadwire.store.scope import Scope


class Links:
    """One-time texts given out by a workspace."""

    def __init__(self, scope: Scope) -> None:
        self._links = scope.own("connect_links")
        self._states = scope.own("oauth_states")

    def create_link(
        self, text: str, connection_id: str, return_url: str | None, now: Millis, expires_at: Millis
    ) -> None:
        """Remember a link by the hash of its text."""
        self._links.insert(
            hash=hashed(text),
            connection_id=connection_id,
            return_url=return_url,
            created_at=now,
            expires_at=expires_at,
        )

    def create_state(
        self, state: str, cookie: str, connection_id: str, now: Millis, expires_at: Millis
    ) -> None:
        """Remember an OAuth state, and the browser that asked by its cookie."""
        self._states.insert(
            hash=hashed(state),
            cookie_hash=hashed(cookie),
            connection_id=connection_id,
            created_at=now,
            expires_at=expires_at,
        )


class OneTime(Desk):
    """One-time texts as they come back: only the text says whose they are."""

    def use_link(self, text: str, now: Millis) -> ConnectLink:
        """Use a link up. OneTimeRefused."""
        table = self._table("connect_links")
        with self._ground.changing() as connection:
            row = _use(connection, table, table.c.hash == hashed(text), now)
            if row is None:
                raise OneTimeRefused(_why(connection, table, hashed(text), now))
        return ConnectLink(
            row.workspace_id, row.connection_id, row.return_url, row.created_at, row.expires_at
        )

    def use_state(self, state: str, cookie: str, now: Millis) -> OAuthState:
        """Use a state up, from the browser that asked. OneTimeRefused; another browser does not use it up."""
        table = self._table("oauth_states")
        same = and_(table.c.hash == hashed(state), table.c.cookie_hash == hashed(cookie))
        with self._ground.changing() as connection:
            row = _use(connection, table, same, now)
            if row is None:
                raise OneTimeRefused(_why(connection, table, hashed(state), now))
        return OAuthState(row.workspace_id, row.connection_id, row.created_at, row.expires_at)

    def prune(self, now: Millis) -> int:
        """Forget what expired a day ago or longer; till then the answer is `expired`, not `unknown`."""
        with self._ground.changing() as connection:
            return sum(
                connection.execute(delete(table).where(table.c.expires_at < now - DAY)).rowcount
                for table in map(self._table, ("connect_links", "oauth_states"))
            )


def hashed(text: str) -> bytes:
    """What is stored of a one-time text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _use(connection: Connection, table: Table, same: ColumnElement[bool], now: Millis) -> Row[Any] | None:
    fresh = and_(same, table.c.used_at.is_(None), table.c.expires_at > now)
    statement = update(table).where(fresh).values(used_at=now).returning(*table.c)
    return connection.execute(statement).one_or_none()


def _why(connection: Connection, table: Table, digest: bytes, now: Millis) -> Refusal:
    row = connection.execute(select(table).where(table.c.hash == digest)).one_or_none()
    if row is None:
        return "unknown"
    if row.used_at is not None:
        return "used"
    return "expired" if row.expires_at <= now else "other_browser"
