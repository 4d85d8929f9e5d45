"""The stage: two workspaces connected and filled, kept as a database file and a world, copied for every run."""

from __future__ import annotations

import copyreg
import io
import logging
import pickle
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import structlog
from sqlalchemy import URL, Engine
from tests.databases import KEY, MEMORY, SqliteHomes
from tests.simulation.world import BEGIN

from leadwire.settings import Settings
from leadwire.store import sqlite
from linkedin_emulator import AppSettings, Emulator

PUBLIC = "https://leadwire.example"
LINKEDIN = "http://127.0.0.1:8001"
APP = AppSettings(redirect_uris=(f"{PUBLIC}/oauth/linkedin/callback",))


@dataclass(frozen=True)
class Stage:
    """`database`: a file to copy; `world`: a pickled state of the emulator; `settings` but for home and database."""

    database: Path
    world: bytes
    settings: Settings


def begin() -> int:
    """The emulator's base of time."""
    return BEGIN


def emulator(deliver: Callable[..., Any]) -> Emulator:
    """An empty LinkedIn at the beginning of time."""
    return Emulator(now=begin, world="empty", app=APP, deliver=deliver)


def settings(folder: Path) -> Settings:
    given = {
        "home": folder / "leadwire",
        "database_url": f"sqlite:///{folder / 'leadwire.db'}",
        "secret_key": KEY,
        "public_url": PUBLIC,
        "linkedin_client_id": APP.client_id,
        "linkedin_client_secret": tuple(APP.secrets),
        "linkedin_api_url": LINKEDIN,
        "linkedin_oauth_url": LINKEDIN,
        # Else a quota that an action makes tiny is learned, and nothing may be switched on any more.
        "call_limits": {"leadFormResponses.FINDER": 1_000_000},
    }
    return Settings.model_validate(given)


class _Pickler(pickle.Pickler):
    """A lock is made anew."""

    dispatch_table: ClassVar = {
        **copyreg.dispatch_table,
        type(threading.RLock()): lambda lock: (threading.RLock, ()),
    }


def frozen(emulator: Emulator) -> bytes:
    """The emulator's world, for `thaw`."""
    out = io.BytesIO()
    _Pickler(out, pickle.HIGHEST_PROTOCOL).dump(emulator._state)
    return out.getvalue()


def thaw(emulator: Emulator, world: bytes) -> None:
    """Go on from a world that `frozen` gave."""
    emulator._state.become(pickle.loads(world))


@contextmanager
def room() -> Iterator[Path]:
    """A folder in memory, where there is some."""
    folder = Path(tempfile.mkdtemp(prefix="leadwire-sim-", dir=MEMORY if MEMORY.is_dir() else None))
    folder.chmod(0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fresh(folder: Path) -> Path:
    """A migrated database without anything in it."""
    with SqliteHomes(folder / "empty").home(folder / "stage"):
        return folder / "stage" / "leadwire.db"


complaints: list[str] = []


def _complain(_: object, level: str, event: dict[str, Any]) -> dict[str, Any]:
    """What the product itself calls a defect: a handler that raised."""
    if event.get("event") in ("item_failed", "drain_failed", "buried"):
        complaints.append(f"{event['event']} {event.get('kind', '')} {event.get('error', '')}")
    raise structlog.DropEvent


@contextmanager
def hushed() -> Iterator[None]:
    """The product logs to `complaints` alone."""
    before = structlog.get_config()
    structlog.configure(
        processors=[_complain],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        structlog.configure(**before)


@contextmanager
def lasting_engines() -> Iterator[None]:
    """Engines outlive the lives of a run, and runs at one path: compiled SQL is the most of a boot."""
    made: dict[tuple[str, str], Engine] = {}
    make = sqlite._engine

    def again(url: URL, begin: str, pragmas: tuple[str, ...], *, size: int, patience: float) -> Engine:
        key = (str(url), begin)
        if key not in made:
            made[key] = make(url, begin, pragmas, size=size, patience=patience)
        made[key].dispose()
        return made[key]

    sqlite._engine = again
    try:
        yield
    finally:
        sqlite._engine = make
