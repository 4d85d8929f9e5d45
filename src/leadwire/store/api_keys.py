"""API keys: a 256-bit secret, shown once, of which only the SHA-256 is kept."""

import hashlib
import secrets
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, or_, select

from leadwire.domain.texts import storable
from leadwire.domain.times import MINUTE, Millis
from leadwire.store.errors import nothing
from leadwire.store.ground import Desk
from leadwire.store.paging import page
from leadwire.store.rows import ApiKey, IssuedKey, Page


class ApiKeys(Desk):
    """The keys of all workspaces, found by their text."""

    @property
    def _keys(self) -> Table:
        return self._table("api_keys")

    def create_api_key(self, workspace_id: str, name: str, now: Millis) -> IssuedKey:
        """Make a key for a workspace. NotFound."""
        text = f"lw_{secrets.token_urlsafe(32)}"
        key = ApiKey(self._ground.new_id(now), workspace_id, storable(name), now, None)
        values = {"id": key.id, "workspace_id": workspace_id, "name": key.name, "created_at": now}
        with self._ground.changing() as connection:
            ids = self._table("workspaces").c.id
            if connection.scalar(select(ids).where(ids == workspace_id)) is None:
                raise nothing("workspace", workspace_id)
            connection.execute(self._keys.insert(), {**values, "hash": _hash(text)})
        return IssuedKey(key, text)

    def api_keys(self, workspace_id: str, limit: int = 50, after: str | None = None) -> Page[ApiKey]:
        """The keys of a workspace, newest first."""
        statement = select(self._keys).where(self._keys.c.workspace_id == workspace_id)
        with self._ground.looking() as connection:
            return page(connection, statement, [self._keys.c.id], limit, after, _key)

    def api_key(self, workspace_id: str, key_id: str) -> ApiKey:
        """One key. NotFound."""
        with self._ground.looking() as connection:
            row = connection.execute(select(self._keys).where(self._is(workspace_id, key_id))).one_or_none()
        if row is None:
            raise nothing("API key", key_id)
        return _key(row)

    def revoke_api_key(self, workspace_id: str, key_id: str) -> bool:
        """Forget a key at once; False if there was none."""
        with self._ground.changing() as connection:
            return connection.execute(self._keys.delete().where(self._is(workspace_id, key_id))).rowcount > 0

    def authenticate(self, text: str, now: Millis) -> ApiKey | None:
        """The key with this text, None if there is none. Its last use is noted at most once a minute."""
        with self._ground.looking() as connection:
            row = connection.execute(select(self._keys).where(self._keys.c.hash == _hash(text))).one_or_none()
        if row is None:
            return None
        if row.last_used_at is None or row.last_used_at <= now - MINUTE:
            self._touch(row.hash, now)
        return _key(row)

    def _touch(self, digest: bytes, now: Millis) -> None:
        used = self._keys.c.last_used_at
        stale = and_(self._keys.c.hash == digest, or_(used.is_(None), used < now))
        with self._ground.changing() as connection:
            connection.execute(self._keys.update().where(stale).values(last_used_at=now))

    def _is(self, workspace_id: str, key_id: str) -> ColumnElement[bool]:
        return and_(self._keys.c.workspace_id == workspace_id, self._keys.c.id == key_id)


def _hash(text: str) -> bytes:
    # 256 random bits need no slow hash; what is typed in may hold anything, surrogates included.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(row.id, row.workspace_id, row.name, row.created_at, row.last_used_at)
