"""The app's credentials as typed into set-up, and the change of the key that seals everything."""

from collections.abc import Sequence

from sqlalchemy import Connection, Table, select

from leadwire.domain.times import Millis
from leadwire.store import schema
from leadwire.store.desk_rows import AppCredentials
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
        """Seal under the newest key what an older one sealed; how many. May be broken off and run again."""
        tables = self._ground.tables
        with self._ground.changing() as connection:
            done = self._again(connection, tables["app_credentials"], "client_secret", ("id",), OURS[:-1])
            done += self._again(connection, tables["secrets"], "sealed", ("name",), place_of("")[:-1])
            workspaces = list(connection.scalars(select(tables["workspaces"].c.id)))
        return done + sum(map(self._reseal_workspace, workspaces))

    def _reseal_workspace(self, workspace_id: str) -> int:
        with self._ground.database.write(inside(workspace_id)) as connection:
            return sum(
                self._again(
                    connection,
                    self._ground.tables[name],
                    column,
                    ("workspace_id", "id"),
                    (workspace_id, name, column),
                )
                for name, columns in schema.SEALED.items()
                for column in columns
            )

    def _again(
        self, connection: Connection, table: Table, column: str, key: Sequence[str], aad: tuple[str, ...]
    ) -> int:
        """Seal one column anew. `aad` but for the row's own name, which is the last part of its key."""
        keys, done = self._ground.keys, 0
        for row in connection.execute(select(table.c[column], *(table.c[name] for name in key))).all():
            sealed, *names = row
            if sealed is None or keys.is_current(sealed) or (len(names) > 1 and names[0] != aad[0]):
                continue
            bound = (*aad, str(names[-1]))
            same = [table.c[name] == value for name, value in zip(key, names, strict=True)]
            fresh = keys.seal(keys.open(sealed, bound), bound)
            connection.execute(table.update().where(*same).values({column: fresh}))
            done += 1
        return done
