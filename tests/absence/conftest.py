"""A rig with a filled and subscribed account: on both databases, and on SQLite for what the SQL does not touch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.databases import SqliteHomes
from tests.rig import Homes, Rig, staged, synced

OPEN: dict[str, Any] = {"knobs": {"allow_http_webhooks": True}, "allow_http_webhooks": True}


@pytest.fixture
def rig(homes: Homes, tmp_path: Path) -> Iterator[Rig]:
    with staged(homes, tmp_path, synced, Rig, **OPEN) as rig:
        yield rig


@pytest.fixture
def quick(sqlite_homes: SqliteHomes, tmp_path: Path) -> Iterator[Rig]:
    with staged(sqlite_homes, tmp_path, synced, Rig, **OPEN) as rig:
        yield rig
