"""Backups: a copy that is checked when it is made and again before it is put back.

SQLite: a file and, beside it, what it must be (`.json`). PostgreSQL: its own programs make a dump and put it back.
What was erased since a backup stays erased: HOME/erasures.log is applied before anybody sees a restored database.
The key (SECRET_KEY, HOME/secret.key) is in no backup: whoever has both can read the tokens in it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from leadwire import dumps, graves
from leadwire.domain.times import Millis, iso
from leadwire.settings import Settings
from leadwire.store import Keyring, Mark, Store
from leadwire.store.copying import copy_file, look_through
from leadwire.store.errors import StoreError

FOLDER = "backups"
BLOCK = 1 << 20


class CannotRestore(Exception):
    """Nothing was changed; the text says why and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a backup is: compared before it is restored."""

    made_at: str
    leadwire: str
    database: str
    schema: str
    bytes: int
    sha256: str
    counts: Mapping[str, int]

    def write(self, backup: Path) -> None:
        path = _beside(backup)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(self), file, indent=2)
            file.flush()
            os.fsync(file.fileno())


@dataclass(frozen=True)
class Restored:
    """What is there now. `buried`: leads that the backup still had and that were erased or deleted since."""

    manifest: Manifest
    buried: int


def make(settings: Settings, path: Path | None, now: Millis) -> tuple[Path, Manifest]:
    """Make a backup while Leadwire runs or not. StoreError, dumps.NoProgram, FileExistsError."""
    target = path or _place(settings, now)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    if target.exists():
        raise FileExistsError(target)
    try:
        if settings.on_postgres:
            dumps.make(_owner_url(settings), part)
            schema, counts = _live(settings)
        else:
            source = _file(settings)
            if not source.is_file():
                raise StoreError(f"there is no database {source} yet")
            copy_file(source, part)
            schema, counts = look_through(part)
        kind = "postgresql" if settings.on_postgres else "sqlite"
        made = Manifest(
            iso(now), version("leadwire"), kind, schema, part.stat().st_size, _digest(part), counts
        )
        made.write(target)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target, made


def check(settings: Settings, path: Path) -> Manifest:
    """What a backup says of itself, once it is known to be that, and of a kind that can be restored here.

    CannotRestore.
    """
    manifest = _manifest(path)
    kind = "postgresql" if settings.on_postgres else "sqlite"
    if manifest.database != kind:
        raise CannotRestore(f"{path} is a backup of {manifest.database}; this Leadwire is set to {kind}.")
    if path.stat().st_size != manifest.bytes or _digest(path) != manifest.sha256:
        raise CannotRestore(f"{path} is not what was backed up: its checksum is another. Take another copy.")
    if kind == "sqlite":
        try:
            look_through(path)
        except StoreError as error:
            raise CannotRestore(str(error)) from None
    return manifest


def restore(settings: Settings, key: str, path: Path, now: Millis) -> Restored:
    """Put a backup in the place of the database; nobody else is at it. Erasures since then are applied first.

    CannotRestore, dumps.NoProgram, and what a store says against the key and the schema: then nothing was changed.
    """
    manifest = check(settings, path)
    marks = graves.complete(settings.home, _marks_of_living(settings, key))
    if settings.on_postgres:
        with dumps.restored(_owner_url(settings), path):
            buried = _bury(settings.store_url, settings.database_owner_url, key, marks, now)
    else:
        buried = _put_file(settings, key, path, marks, now)
    return Restored(manifest, buried)


def _put_file(settings: Settings, key: str, path: Path, marks: list[Mark], now: Millis) -> int:
    """Prepared beside the database, and put in its place in one step."""
    target = _file(settings)
    part = target.with_name(f"{target.name}.restoring")
    for suffix in ("", "-wal", "-shm"):
        part.with_name(part.name + suffix).unlink(missing_ok=True)
    try:
        copy_file(path, part)
        buried = _bury(f"sqlite:///{part.absolute()}", None, key, marks, now)
        for suffix in ("-wal", "-shm"):  # of the old one, which was emptied when its marks were read
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        part.replace(target)
    finally:
        for suffix in ("", "-wal", "-shm"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)
    return buried


def _bury(url: str, owner_url: str | None, key: str, marks: list[Mark], now: Millis) -> int:
    with closing(Store.open(url, keys=Keyring.parse(key), owner_url=owner_url)) as store:
        store.migrate(now)
        return store.bury(marks, deleted=True)


def _marks_of_living(settings: Settings, key: str) -> list[Mark]:
    """What the database that goes knows to be gone; one that is damaged or empty knows nothing."""
    if not settings.on_postgres and not _file(settings).is_file():
        return []
    with suppress(StoreError), closing(_open(settings, key)) as store:
        store.check()
        return list(store.marks())
    return []


def _live(settings: Settings) -> tuple[str, Mapping[str, int]]:
    """The schema of a PostgreSQL. What a dump counts is its own affair."""
    with closing(Store.open(settings.store_url, keys=Keyring.parse(settings.secret_key or ""))) as store:
        return store.facts().schema_version or "", {}


def _open(settings: Settings, key: str) -> Store:
    return Store.open(settings.store_url, keys=Keyring.parse(key), owner_url=settings.database_owner_url)


def _owner_url(settings: Settings) -> str:
    return settings.database_owner_url or settings.store_url


def _file(settings: Settings) -> Path:
    return Path(settings.store_url.removeprefix("sqlite:///"))


def _place(settings: Settings, now: Millis) -> Path:
    moment = iso(now)[:19].replace("-", "").replace(":", "")
    return settings.home / FOLDER / f"leadwire-{moment}Z.{'dump' if settings.on_postgres else 'db'}"


def _beside(backup: Path) -> Path:
    return backup.with_name(f"{backup.name}.json")


def _manifest(path: Path) -> Manifest:
    if not path.is_file():
        raise CannotRestore(f"there is no backup {path}")
    try:
        return Manifest(**json.loads(_beside(path).read_bytes()))
    except (OSError, ValueError, TypeError):
        raise CannotRestore(
            f"{_beside(path)} is missing or cannot be read: it says what the backup must be. Copy it along."
        ) from None


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()
