"""The door to all state: open a database, migrate it, and go into a workspace."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

from sqlalchemy import URL, make_url

from leadwire.domain.times import Millis
from leadwire.store import ids
from leadwire.store.database import Database
from leadwire.store.deployment import Deployment
from leadwire.store.desk_rows import Facts
from leadwire.store.ground import Ground
from leadwire.store.ids import NewId
from leadwire.store.migrate import current, migrate, refuse_other
from leadwire.store.postgres import Postgres
from leadwire.store.seal import Keyring
from leadwire.store.sqlite import Sqlite
from leadwire.store.workspace import Workspace

PATIENCE = 30.0


class Store:
    """One database, opened; safe to share between threads."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.deployment = Deployment(ground)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        keys: Keyring,
        owner_url: str | None = None,
        new_id: NewId = ids.new_id,
        patience: float = PATIENCE,
    ) -> "Store":
        """Open `sqlite:///path` or `postgresql://…`; touches no table. ValueError for any other database.

        `owner_url`: the role that owns and shapes, where it is not that of `url`. `patience`: seconds that a
        transaction waits for its turn or its connection before TryLater.
        """
        return cls(Ground(_database(url, owner_url, patience), keys, new_id))

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._ground.database.dialect

    def migrate(self, now: Millis) -> None:
        """Bring the database to this program's schema; many may at once. SchemaTooNew, WrongKey, TryLater."""
        migrate(self._ground.database, self._ground.keys, now)

    def check(self) -> None:
        """For a process that does not migrate. SchemaTooNew, SchemaTooOld, WrongKey, TryLater."""
        with self._ground.looking() as connection:
            refuse_other(connection)
            self._ground.vault(connection)

    def workspace(self, workspace_id: str) -> Workspace:
        """Go into a workspace. NotFound."""
        return Workspace(self._ground, self.deployment.workspace(workspace_id))

    def when_landed(self, tell: Callable[[str], None]) -> None:
        """From now on `tell` a workspace's id after each transaction of this process that may have changed its
        leads, in the thread that made it; it must be quick and not fail.
        """
        self._ground.landed = tell

    def new_id(self, now: Millis) -> str:
        """An id that sorts by time."""
        return self._ground.new_id(now)

    def alone(self, name: str) -> AbstractContextManager[None]:
        """Hold a name that no other thread or process holds, over network calls if need be. TryLater."""
        return self._ground.database.alone(f":{name}")

    def facts(self) -> Facts:
        """What `doctor` shows of the database."""
        with self._ground.looking() as connection:
            version = current(connection)
        return replace(self._ground.database.facts(), schema_version=version)

    def close(self) -> None:
        """Give every connection back."""
        self._ground.database.close()


def _database(url: str, owner_url: str | None, patience: float) -> Database:
    parsed: URL = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return Sqlite(parsed, patience)
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return Postgres(parsed, make_url(owner_url) if owner_url else None, patience)
    raise ValueError("the database must be sqlite:///<file> or postgresql://…")
