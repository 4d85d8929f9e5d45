"""The app's credentials as typed into set-up, and the change of the key that seals everything."""

from collections import Counter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select

from leadwire.domain.times import Millis
from leadwire.store import schema
from leadwire.store.desk_rows import AppCredentials, Sealing
from leadwire.store.errors import SealBroken
from leadwire.store.ground import Desk, inside
from leadwire.store.scope import insert_into
from leadwire.store.vault import place_of

OURS = ("", "app_credentials", "client_secret", "1")


class Credentials(Desk):
    """Sealed values that belong to the deployment, and sealing them all anew."""

    def save_app_credentials(self, client_id: str, client_secret: str, now: Millis) -> None:
        """Keep the app's credentials, the secret sealed."""
        values = {
            "client_id": client_id,
            "client_secret": self._ground.keys.seal(client_secret, OURS),
            "saved_at": now,
        }
        statement = insert_into(self._table("app_credentials"), self._ground.database.dialect).values(
            id=1, **values
        )
        with self._ground.changing() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))

    def app_credentials(self) -> AppCredentials | None:
        """The credentials, None if none were typed in. SealBroken."""
        with self._ground.looking() as connection:
            row = connection.execute(select(self._table("app_credentials"))).one_or_none()
        if row is None:
            return None
        return AppCredentials(row.client_id, self._ground.keys.open(row.client_secret, OURS), row.saved_at)

    def forget_app_credentials(self) -> None:
        """Remove them."""
        with self._ground.changing() as connection:
            connection.execute(self._table("app_credentials").delete())

    def reseal(self) -> int:
        """Seal under the newest key what an older one sealed; how many. May be broken off and run again.

        What no key opens is left as it is: it is somebody else's trouble, and must not hinder a start.
        """
        with self._ground.changing() as connection:
            done = self._again(connection, self._table("app_credentials"), "client_secret", OURS[:-1])
            done += self._again(connection, self._table("secrets"), "sealed", place_of("")[:-1])
            workspaces = list(connection.scalars(select(self._table("workspaces").c.id)))
        return done + sum(map(self._reseal_workspace, workspaces))

    def sealing(self) -> Sealing:
        """Whose keys are still needed. Where there is one key, nothing is counted: all is sealed with it or lost."""
        keys = self._ground.keys.keys
        if len(keys) == 1:
            return Sealing(1, 0, 0)
        found = Counter[bytes]()
        with self._ground.looking() as connection:
            found += _key_ids(connection, self._table("app_credentials").c.client_secret)
            found += _key_ids(connection, self._table("secrets").c.sealed)
            workspaces = list(connection.scalars(select(self._table("workspaces").c.id)))
        for workspace_id in workspaces:
            with self._ground.database.read(inside(workspace_id)) as connection:
                for name, columns in schema.SEALED.items():
                    c = self._table(name).c
                    for column in columns:
                        found += _key_ids(connection, c[column], c.workspace_id == workspace_id)
        older = sum(found[key.id] for key in keys[1:])
        return Sealing(len(keys), older, found.total() - older - found[keys[0].id])

    def _reseal_workspace(self, workspace_id: str) -> int:
        done = 0
        with self._ground.database.write(inside(workspace_id)) as connection:
            for name, columns in schema.SEALED.items():
                table = self._table(name)
                for column in columns:
                    aad = (workspace_id, name, column)
                    done += self._again(connection, table, column, aad, table.c.workspace_id == workspace_id)
        return done

    def _again(
        self,
        connection: Connection,
        table: Table,
        column: str,
        aad: tuple[str, ...],
        *where: ColumnElement[bool],
    ) -> int:
        """Seal one column anew. `aad` lacks the row's own name, which is the last part of its key."""
        keys, name, done = self._ground.keys, list(table.primary_key)[-1], 0
        sealed_rows = select(table.c[column], name).where(table.c[column].is_not(None), *where)
        for sealed, row in connection.execute(sealed_rows).all():
            if not keys.is_current(sealed):
                bound = (*aad, str(row))
                try:
                    fresh = keys.seal(keys.open(sealed, bound), bound)
                except SealBroken:
                    continue
                # Only over what was read: another process may have put a newer token there meanwhile.
                same = table.update().where(name == row, table.c[column] == sealed, *where)
                done += connection.execute(same.values({column: fresh})).rowcount
        return done


def _key_ids(
    connection: Connection, column: ColumnElement[Any], *where: ColumnElement[bool]
) -> Counter[bytes]:
    """How many values each key sealed; see `seal` for where its id stands."""
    key_id = func.substr(column, 2, 4)
    counted = select(key_id, func.count()).where(column.is_not(None), *where).group_by(key_id)
    return Counter({bytes(found): count for found, count in connection.execute(counted)})
