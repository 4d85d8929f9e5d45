"""SQLite: one file, one writer connection behind a gate, readers beside it."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection, create_engine, event

from leadwire.store.database import passing_troubles
from leadwire.store.desk_rows import Facts
from leadwire.store.errors import TryLater
from leadwire.store.gate import Gate

# The WAL-reset bug can corrupt a database that several connections use: sqlite.org/wal.html
FIRST_WITHOUT_WAL_RESET_BUG = (3, 51, 3)
WRITER = (
    "journal_mode=WAL",
    "synchronous=FULL",  # an acknowledged push must survive a power cut
    # A page of leads dirties hundreds of pages: with SQLite's 1000, every other commit would be a checkpoint.
    "wal_autocheckpoint=10000",
    "journal_size_limit=67108864",
    "secure_delete=ON",  # what is erased must not stay readable in free pages
    "cache_size=-32768",
)
READER = ("query_only=ON", "wal_autocheckpoint=0", "cache_size=-8192")
BOTH = ("busy_timeout=30000", "foreign_keys=ON", "trusted_schema=OFF")


class Sqlite:
    """The engines of one SQLite file. The owner and the rows' role are the same here."""

    dialect = "sqlite"

    def __init__(self, url: URL, patience: float) -> None:
        self._path = Path(url.database or "")
        _make_private(self._path)
        self._gate = Gate(patience)
        self._names = Names(patience)
        # busy_timeout serves other programs at the file; our own writers meet at the gate.
        self._writer = _engine(url, "BEGIN IMMEDIATE", (*BOTH, *WRITER), size=1, patience=patience)
        self._readers = _engine(url, "BEGIN", (*BOTH, *READER), size=8, patience=patience)

    @contextmanager
    def read(self, settings: Mapping[str, str]) -> Iterator[Connection]:
        """See Database."""
        with passing_troubles(), self._readers.begin() as connection:
            yield connection

    @contextmanager
    def write(self, settings: Mapping[str, str], urgent: bool = False) -> Iterator[Connection]:
        """See Database."""
        with self._gate.turn(urgent), passing_troubles(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def own(self, settings: Mapping[str, str]) -> Iterator[Connection]:
        """See Database."""
        with self.write(settings) as connection:
            yield connection

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """See Database. One process is all there is on SQLite."""
        with self._names.held(name):
            yield

    def grantee(self) -> str | None:
        """See Database."""
        return None

    def forget_connections(self) -> None:
        """See Database."""

    def scrub(self, schema: str | None) -> bool:
        """See Database. Free pages are zeroed as they are freed; what was written before lies in the log."""
        with self._gate.turn(), closing(self._writer.raw_connection()) as writer:
            ask = writer.cursor().execute  # in no transaction, where a checkpoint would be refused
            ask("PRAGMA busy_timeout=500")  # a reader must not hold every writer up
            try:
                busy, _, _ = ask("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError as error:
                raise TryLater("the log cannot be emptied now") from error
            finally:
                ask(f"PRAGMA {BOTH[0]}")
        return not busy

    def facts(self) -> Facts:
        """See Database."""
        return Facts("sqlite", sqlite3.sqlite_version, None, None, tuple(self._warnings()))

    def _warnings(self) -> Iterator[str]:
        if sqlite3.sqlite_version_info < FIRST_WITHOUT_WAL_RESET_BUG:
            yield (
                f"SQLite {sqlite3.sqlite_version} has the WAL-reset bug, fixed in 3.51.3."
                " Leadwire writes through one connection, which keeps clear of it; a newer library is better."
            )
        folder = self._path.parent
        if folder.stat().st_mode & 0o077:
            yield f"Others on this machine can look into {folder}: make it 0700."

    def close(self) -> None:
        """See Database. The writer goes last, so that its checkpoint empties the log."""
        self._readers.dispose()
        self._writer.dispose()


@dataclass
class _Name:
    lock: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0


class Names:
    """Locks by name, kept only while somebody holds or wants them."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._mutex = threading.Lock()
        self._names: dict[str, _Name] = {}

    @contextmanager
    def held(self, text: str) -> Iterator[None]:
        """Hold one name. TryLater if somebody else keeps it longer than our patience."""
        name = self._want(text)
        try:
            if not name.lock.acquire(timeout=self._patience):
                raise TryLater(f"somebody else is at {text} for too long")
            try:
                yield
            finally:
                name.lock.release()
        finally:
            self._forget(text, name)

    def _want(self, text: str) -> _Name:
        with self._mutex:
            name = self._names.setdefault(text, _Name())
            name.users += 1
            return name

    def _forget(self, text: str, name: _Name) -> None:
        with self._mutex:
            name.users -= 1
            if not name.users:
                del self._names[text]


def _engine(url: URL, begin: str, pragmas: tuple[str, ...], *, size: int, patience: float) -> Engine:
    engine = create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=patience,
        hide_parameters=True,  # a traceback must not carry a lead
        query_cache_size=2000,
        connect_args={"isolation_level": None, "check_same_thread": False, "cached_statements": 512},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    # As `event.listens_for(engine, "begin")` would, at a third of the cost of a small transaction.
    engine.dialect.do_begin = _beginner(begin)  # type: ignore[assignment, method-assign]
    return engine


def _beginner(begin: str) -> Callable[[PoolProxiedConnection], None]:
    def do_begin(dbapi_connection: PoolProxiedConnection) -> None:
        dbapi_connection.cursor().execute(begin)

    return do_begin


def _make_private(path: Path) -> None:
    """Folder 0700 if it is ours to make, file 0600 always; SQLite gives -wal and -shm the file's mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
