"""HOME: the folder of a deployment: its generated key, and the lock that keeps a second process out."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadwire.settings import Settings
from leadwire.store import Keyring


class CannotStart(Exception):
    """The start is refused; the text says why and what to do."""


def secret_key(settings: Settings) -> str:
    """The key-encryption key: as set, else generated once into HOME (SQLite only), before there is a database."""
    if settings.secret_key:
        return settings.secret_key
    home = make_home(settings.home)
    path, database = home / "secret.key", Path(settings.store_url.removeprefix("sqlite:///"))
    if not path.exists() and database.exists():
        raise CannotStart(
            f"{path} is missing, and {database} is sealed with the key in it: put it back, or set LEADWIRE_SECRET_KEY"
        )
    if not path.exists():
        path.touch(0o600, exist_ok=False)
        path.write_text(Keyring.generate() + "\n")
    key = path.read_text().strip()
    if not key:
        raise CannotStart(f"{path} is empty: put the key back, or set LEADWIRE_SECRET_KEY")
    return key


def make_home(home: Path) -> Path:
    """HOME, readable by its owner alone."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"the folder {home} cannot be made ({error.strerror}); set LEADWIRE_HOME"
        ) from error
    return home


@contextmanager
def alone_in(home: Path) -> Iterator[None]:
    """One process per HOME. Raises CannotStart with the pid of the one that is there."""
    path = make_home(home) / "lock"
    path.touch(0o600)
    with path.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            who = file.read().strip() or "unknown"
            raise CannotStart(
                f"another Leadwire (pid {who}) uses {home}; stop it, or set LEADWIRE_HOME"
            ) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
