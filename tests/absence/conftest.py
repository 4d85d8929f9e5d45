"""A rig with a filled and subscribed account: on both databases, and on SQLite for what the SQL does not touch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Home, SqliteHomes
from tests.rig import Rig

OPEN: dict[str, Any] = {"knobs": {"allow_http_webhooks": True}, "allow_http_webhooks": True}


def begin(rig: Rig) -> Rig:
    rig.connect_member()
    rig.sync()
    return rig


@pytest.fixture
def rig(home: Home, tmp_path: Path) -> Iterator[Rig]:
    with closing(Rig(home, tmp_path, **OPEN)) as rig:
        yield begin(rig)


@pytest.fixture
def quick(sqlite_homes: SqliteHomes, tmp_path: Path) -> Iterator[Rig]:
    with sqlite_homes.home(tmp_path / "home") as home, closing(Rig(home, tmp_path, **OPEN)) as rig:
        yield begin(rig)
