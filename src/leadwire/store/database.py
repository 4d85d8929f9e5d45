"""What the store needs of a database engine, whichever it is."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from leadwire.store.desk_rows import Facts
from leadwire.store.errors import TryLater


class Database(Protocol):
    """Two kinds of transaction for rows, one for shapes, and a name to be alone with.

    `settings` are what row-level security reads (`walls`); SQLite has no use for them.
    """

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""

    def read(self, settings: Mapping[str, str]) -> AbstractContextManager[Connection]:
        """One snapshot; nothing can be written."""

    def write(self, settings: Mapping[str, str], urgent: bool = False) -> AbstractContextManager[Connection]:
        """One transaction on rows."""

    def own(self, settings: Mapping[str, str]) -> AbstractContextManager[Connection]:
        """One transaction of the owner: migrations, shapes, what the rows' role may not do; one at a time."""

    def alone(self, name: str) -> AbstractContextManager[None]:
        """Hold a name that no other thread or process holds; not a transaction."""

    def grantee(self) -> str | None:
        """The role that works on rows and owns nothing, made if need be; None where there can be none."""

    def forget_connections(self) -> None:
        """Open new connections from now on: what they may do has changed."""

    def scrub(self, schema: str | None) -> bool:
        """Make what was removed unreadable in the files of the database; `schema`: where people's tables are.
        False: somebody still reads it; ask again.
        """

    def facts(self) -> Facts:
        """What `doctor` shows; `schema_version` is left to the store."""

    def close(self) -> None:
        """Give every connection back."""


# The primary result codes of SQLite that speak of the moment, not of the statement (sqlite.org/rescode.html):
# BUSY, LOCKED, NOMEM, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL.
SQLITE_PASSING = frozenset({5, 6, 7, 8, 10, 13, 14, 15})
# SQLSTATE classes (postgresql.org/docs/current/errcodes-appendix.html): connection, rollback for concurrency,
# resources, operator intervention, system error; and two single codes: read-only server, lock not available.
POSTGRES_PASSING = ("08", "40", "53", "57", "58", "25006", "55P03")


@contextmanager
def passing_troubles() -> Iterator[None]:
    """Turn what may be over in a moment into TryLater; a wrong statement stays what it is."""
    try:
        yield
    except PoolTimeout as error:
        raise TryLater("no free database connection") from error
    except DBAPIError as error:
        if error.connection_invalidated or _is_passing(error.orig):
            raise TryLater(f"the database cannot do it now: {_cause(error.orig)}") from error
        raise


def _cause(error: object) -> str:
    """SQLite's words for the moment name no row; PostgreSQL's may, so there the class is said alone."""
    return str(error) if hasattr(error, "sqlite_errorcode") else type(error).__name__


def _is_passing(error: object) -> bool:
    if hasattr(error, "sqlite_errorcode"):
        return error.sqlite_errorcode & 0xFF in SQLITE_PASSING
    state = getattr(error, "sqlstate", None)
    if state is None:
        # psycopg has no SQLSTATE for a server it could not reach or that went away.
        return type(error).__name__ in {"OperationalError", "ConnectionTimeout"}
    return str(state).startswith(POSTGRES_PASSING)
