"""Moving Leadwire's schemas of a PostgreSQL out of the way, and back: so that a restore that fails changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, NullPool, create_engine, make_url, text

from leadwire.store import walls
from leadwire.store.errors import StoreError

ASIDE = "before_restore__"
OURS = "SELECT nspname FROM pg_namespace WHERE nspname = 'leadwire' OR starts_with(nspname, 'ws_') ORDER BY 1"
LEFT = "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, :aside) ORDER BY 1"
# Who works with it now: the roles that own and write, beside ourselves. Names are hidden from others' eyes, roles not.
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = ANY(:roles)
"""


def busy(url: str, roles: list[str]) -> int:
    """How many sessions of these roles are at the database."""
    with _owner(url) as connection:
        return int(connection.scalar(text(OTHERS), {"roles": roles}) or 0)


@contextmanager
def seen_whole(url: str) -> Iterator[None]:
    """Meanwhile the owner is not bound by row-level security: a dump would be refused, or empty.

    A table at a time: who locks them all in one transaction waits for those who wait for it.
    """
    try:
        with _owner(url, isolation_level="AUTOCOMMIT") as connection:
            walls.unforce_all(connection)
        yield
    finally:  # also where it failed in the middle
        with _owner(url, isolation_level="AUTOCOMMIT") as connection:
            walls.force_all(connection)


def roles(*urls: str) -> list[str]:
    """Who these URLs log in as."""
    return [name for name in (make_url(url).username for url in urls) if name]


def put_aside(url: str) -> list[str]:
    """Rename Leadwire's schemas; what they are called. StoreError, if an earlier restore left some behind."""
    with _owner(url) as connection:
        if left := list(connection.scalars(text(LEFT), {"aside": ASIDE})):
            raise StoreError(f"an earlier restore left {', '.join(left)} behind: look at them, drop them")
        names = list(connection.scalars(text(OURS)))
        for name in names:
            _rename(connection, name, ASIDE + name)
    return names


def put_back(url: str, names: list[str]) -> None:
    """As it was before `put_aside`."""
    with _owner(url) as connection:
        for name in list(connection.scalars(text(OURS))):
            connection.exec_driver_sql(f'DROP SCHEMA "{name}" CASCADE')
        for name in names:
            _rename(connection, ASIDE + name, name)


def forget_aside(url: str, names: list[str]) -> None:
    """Remove what was put aside."""
    with _owner(url) as connection:
        for name in names:
            connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{ASIDE}{name}" CASCADE')


def _rename(connection: Connection, name: str, new: str) -> None:
    connection.exec_driver_sql(f'ALTER SCHEMA "{name}" RENAME TO "{new}"')


@contextmanager
def _owner(url: str, **options: str) -> Iterator[Connection]:
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        hide_parameters=True,
        **options,
    )
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
