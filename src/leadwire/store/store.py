"""The door to all state: open a database, migrate it, and go into a workspace."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

from sqlalchemy import URL, make_url

from leadwire.domain.times import Millis
from leadwire.store import ids
from leadwire.store.database import Database
from leadwire.store.deployment import Deployment
from leadwire.store.desk_rows import Facts
from leadwire.store.erasing import Mark
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

    def marks(self) -> Iterator[Mark]:
        """Of every lead that is gone, in all workspaces."""
        for info in self.deployment.all_workspaces():
            with self.workspace(info.id).read() as tx:
                yield from tx.erasing.marks()

    def bury(self, marks: Iterable[Mark], deleted: bool = False) -> int:
        """Let go of what marks say was erased and this database, older than they are, still holds; with `deleted`,
        of what was deleted at LinkedIn, too. How many leads that were.
        """
        by_workspace: dict[str, list[Mark]] = defaultdict(list)
        for mark in marks:
            by_workspace[mark.workspace_id].append(mark)
        gone = 0
        for info in self.deployment.all_workspaces():
            gone += self._bury(self.workspace(info.id), by_workspace.get(info.id, []), deleted)
        return gone

    @staticmethod
    def _bury(workspace: Workspace, marks: list[Mark], deleted: bool) -> int:
        with workspace.read() as tx:
            fresh = tx.erasing.unknown(marks)
        fresh += [one for one in marks if deleted and one.kind == "deleted"]
        if not fresh:
            return 0
        with workspace.write() as tx:
            gone = tx.erasing.bury(fresh)
        workspace.scrub()
        return gone

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
