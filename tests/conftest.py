"""What every room's tests may ask for: `store`, empty and migrated, on SQLite and on PostgreSQL in turn."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.databases import Home, PostgresHomes, SqliteHomes

from leadwire.store import Store

# How quick a machine is says nothing about what is tested.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def sqlite_homes(tmp_path_factory: pytest.TempPathFactory) -> SqliteHomes:
    return SqliteHomes(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_homes() -> Iterator[PostgresHomes]:
    homes = PostgresHomes()
    yield homes
    homes.stop()


@pytest.fixture(params=BOTH)
def homes(request: pytest.FixtureRequest) -> SqliteHomes | PostgresHomes:
    """Where databases come from, of the one kind and of the other in turn."""
    made: SqliteHomes | PostgresHomes = request.getfixturevalue(f"{request.param}_homes")
    return made


@pytest.fixture
def home(homes: SqliteHomes | PostgresHomes, tmp_path: Path) -> Iterator[Home]:
    """A migrated database, not yet opened."""
    with homes.home(tmp_path / "home") as home:
        yield home


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    """An open store on a fresh database: workspace `default` is there, nothing else."""
    with closing(home.open()) as store:
        yield store
