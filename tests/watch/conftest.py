"""A Leadwire that is watched, told on both channels; and what the test of a condition asks of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.rig import Homes, Rig, staged, synced
from tests.webhooks.conftest import OPEN, Reached

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
CHANNELS: dict[str, Any] = {
    "alert_emails": "ops@example.com,night@example.com",
    "smtp_url": "smtp://mail.example.com",
    "alert_webhook_url": "http://10.0.0.7/alerts?team=1",
}


def codes(rig: Rig, state: str = "open") -> set[str]:
    """The codes of the alerts, as of now."""
    rig.look()
    with rig.workspace.read() as tx:
        return {one.code for one in tx.alerts.page(200, None, state).items}  # type: ignore[arg-type]


def alert(rig: Rig, code: str) -> Any:
    """The open alert of this code, as of now."""
    rig.look()
    with rig.workspace.read() as tx:
        (found,) = [one for one in tx.alerts.open() if one.code == code]
        return found


@pytest.fixture
def rig(homes: Homes, tmp_path: Path) -> Iterator[Rig]:
    """Nobody is connected yet."""
    with homes.home(tmp_path / "home") as home, closing(Rig(home, tmp_path, **CHANNELS)) as rig:
        yield rig


@pytest.fixture
def reader(homes: Homes, tmp_path: Path) -> Iterator[Rig]:
    """Jane is connected, and her main account is polled."""
    with staged(homes, tmp_path, synced, Rig, **CHANNELS) as rig:
        yield rig


@pytest.fixture
def pushed(homes: Homes, tmp_path: Path) -> Iterator[Reached]:
    """The same, and LinkedIn pushes."""
    with staged(homes, tmp_path, synced, Reached, **OPEN, **CHANNELS) as rig:
        yield rig
