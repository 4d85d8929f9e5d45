"""Grants of LinkedIn members, their tokens sealed for their row."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, Table, bindparam, select

from leadwire.domain.texts import storable_row
from leadwire.domain.times import DAY, Millis
from leadwire.store.errors import nothing
from leadwire.store.paging import page
from leadwire.store.rows import Beat, Connection, Page, Tokens
from leadwire.store.scope import Scope

NO_TOKENS: Mapping[str, None] = dict.fromkeys(
    ("access_token", "access_expires_at", "refresh_token", "refresh_expires_at", "minted_at")
)
BEATS_KEPT = 1000
BEATS_LAST: Millis = 30 * DAY
PLAIN = tuple(name for name in Connection.__slots__ if name not in ("scopes", "has_refresh_token"))


class Connections:
    """The connections of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._rows = scope.own("connections")
        self._beats = scope.own("beats")

    def create(self, now: Millis, return_url: str | None = None) -> Connection:
        """A connection that nobody has consented to yet: `pending`."""
        connection_id = self._scope.new_id(now)
        self._rows.insert(
            id=connection_id,
            state="pending",
            scopes=[],
            return_url=return_url,
            pending_since=now,
            created_at=now,
            updated_at=now,
            token_serial=0,
        )
        return self.get(connection_id)

    def get(self, connection_id: str) -> Connection:
        """One connection. NotFound."""
        return _connection(self._row(connection_id))

    def page(self, limit: int = 50, after: str | None = None) -> Page[Connection]:
        """Connections, newest first."""
        rows = self._rows
        return page(rows.connection, rows.select(), [rows.c.id], limit, after, _connection)

    def all(self) -> tuple[Connection, ...]:
        """All connections, oldest first."""
        statement = self._rows.select().order_by(self._rows.c.id)
        return tuple(map(_connection, self._rows.connection.execute(statement)))

    def pending(self, connection_id: str, now: Millis, return_url: str | None = None) -> None:
        """Consent is asked for (again). A connection that works goes on working meanwhile."""
        self._set(connection_id, now, pending_since=now, return_url=return_url)

    def grant(self, connection_id: str, tokens: Tokens, now: Millis) -> None:
        """A member has consented: store the tokens; the waiting is over."""
        self._mint(connection_id, tokens, now, granted_at=now, pending_since=None)

    def mint(self, connection_id: str, tokens: Tokens, now: Millis, *, serial: int | None = None) -> bool:
        """Store refreshed tokens. With `serial`: only if it still is that; False if somebody was quicker."""
        if serial is not None and self._row(connection_id).token_serial != serial:
            return False
        return self._mint(connection_id, tokens, now, serial, refreshed_at=now)

    def tokens(self, connection_id: str) -> Tokens | None:
        """The tokens, opened; None if there are none. NotFound, SealBroken."""
        return self.opened(connection_id)[1]

    def opened(self, connection_id: str) -> tuple[Connection, Tokens | None]:
        """A connection with its tokens, opened; None if there are none. NotFound, SealBroken."""
        row = self._row(connection_id)
        return _connection(row), self._opened(row)

    def _opened(self, row: Row[Any]) -> Tokens | None:
        connection_id = row.id
        access = self._scope.vault.open(row.access_token, self._seal_of(connection_id, "access_token"))
        if access is None:
            return None
        refresh = self._scope.vault.open(row.refresh_token, self._seal_of(connection_id, "refresh_token"))
        ends = (row.access_expires_at, row.minted_at)
        return Tokens(access, *ends, refresh, row.refresh_expires_at, tuple(row.scopes))

    def set_state(self, connection_id: str, state: str, reason: str | None, now: Millis) -> None:
        """Move it to a state, with the reason people are told."""
        self._set(connection_id, now, state=state, reason=reason)

    def set_member(
        self, connection_id: str, member_id: str | None, member_name: str | None, now: Millis
    ) -> None:
        """Whose grant it is."""
        self._set(connection_id, now, **storable_row({"member_id": member_id, "member_name": member_name}))

    def heartbeat(self, connection_id: str, at: Millis, method: str, result: str) -> None:
        """The last sign of life; those before are kept for 30 days, and no more than 1,000."""
        values = {"last_heartbeat_at": at, "last_heartbeat_method": method, "last_heartbeat_result": result}
        self._set(connection_id, at, **values)
        self._beats.upsert([{"connection_id": connection_id, "at": at, "method": method, "result": result}])
        c = self._beats.c
        theirs = c.connection_id == connection_id
        many = self._beats.select(c.at).where(theirs).order_by(c.at.desc()).offset(BEATS_KEPT).limit(1)
        too_old = max(at - BEATS_LAST, self._beats.connection.scalar(many) or 0)
        self._beats.remove(theirs, c.at <= too_old)

    def beats(self, connection_id: str, limit: int = 20) -> tuple[Beat, ...]:
        """The last signs of life, newest first."""
        c = self._beats.c
        statement = self._beats.select(c.at, c.method, c.result).where(c.connection_id == connection_id)
        newest = self._beats.connection.execute(statement.order_by(c.at.desc()).limit(limit))
        return tuple(Beat(*row) for row in newest)

    def forget_tokens(self, connection_id: str, now: Millis) -> None:
        """Remove the tokens; the connection stays."""
        self._set(connection_id, now, **NO_TOKENS)

    def delete(self, connection_id: str) -> bool:
        """Remove the connection with its tokens, links, states, verdicts and beats; False if there was none."""
        for name in ("connect_links", "oauth_states", "access", "beats"):
            rows = self._scope.own(name)
            rows.remove(rows.c.connection_id == connection_id)
        return self._rows.remove(self._rows.c.id == connection_id) > 0

    def _row(self, connection_id: str) -> Row[Any]:
        row = self._rows.ask(_by_id, id_=connection_id).one_or_none()
        if row is None:
            raise nothing("connection", connection_id)
        return row

    def _set(self, connection_id: str, now: Millis, **values: Any) -> None:
        if not self._rows.change(self._rows.c.id == connection_id, updated_at=now, **values):
            raise nothing("connection", connection_id)

    def _mint(
        self, connection_id: str, tokens: Tokens, now: Millis, serial: int | None = None, **more: Any
    ) -> bool:
        c = self._rows.c
        unchanged = [c.token_serial == serial] if serial is not None else []
        changed = self._rows.change(
            c.id == connection_id,
            *unchanged,
            **self._sealed(connection_id, tokens),
            state="active",
            reason=None,
            updated_at=now,
            token_serial=c.token_serial + 1,
            **more,
        )
        if not changed and serial is None:
            raise nothing("connection", connection_id)
        return changed > 0

    def _sealed(self, connection_id: str, tokens: Tokens) -> dict[str, Any]:
        secrets = {"access_token": tokens.access_token, "refresh_token": tokens.refresh_token}
        return {
            **({"scopes": list(tokens.scopes)} if tokens.scopes else {}),
            "access_expires_at": tokens.access_expires_at,
            "refresh_expires_at": tokens.refresh_expires_at,
            "minted_at": tokens.minted_at,
            **{
                name: self._scope.vault.seal(text, self._seal_of(connection_id, name))
                for name, text in secrets.items()
            },
        }

    def _seal_of(self, connection_id: str, column: str) -> tuple[str, ...]:
        return (self._scope.workspace_id, "connections", column, connection_id)


def _by_id(connections: Table) -> Select[Any]:
    return select(connections).where(connections.c.id == bindparam("id_"))


def _connection(row: Row[Any]) -> Connection:
    facts = row._mapping
    return Connection(
        scopes=tuple(row.scopes),
        has_refresh_token=row.refresh_token is not None,
        **{name: facts[name] for name in PLAIN},
    )
