"""The rig for whole-path tests, and one on SQLite alone for long histories in virtual time."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.databases import SqliteHomes
from tests.rig import Rig, rig

__all__ = ["rig"]


@pytest.fixture
def long_rig(sqlite_homes: SqliteHomes, tmp_path: Path) -> Iterator[Rig]:
    """What is told of hours and days does not depend on the database; SQLite tells it quicker."""
    with sqlite_homes.home(tmp_path / "home") as home, closing(Rig(home, tmp_path)) as made:
        yield made
