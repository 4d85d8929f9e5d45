"""Copies of a SQLite database: made while it is written, looked through before one takes the place of another."""

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from leadwire.store.errors import StoreError
from leadwire.store.migrate import VERSION_TABLE

COUNTED = ("workspaces", "connections", "accounts", "forms", "ledger", "quarantine", "erasures")
PATIENCE = 30.0  # seconds


def copy_file(source: Path, target: Path) -> None:
    """One consistent copy in a file of its own, which must not exist; whoever writes goes on. StoreError.

    What was erased is in no page of the copy: VACUUM INTO writes only what there is.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(_open(source)) as there:
            there.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise StoreError(f"{source.name} cannot be copied: {error}") from None
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def look_through(path: Path) -> tuple[str, Mapping[str, int]]:
    """The schema's version and how much there is of what, of a whole and sound database. StoreError."""
    try:
        with closing(_open(path)) as there:
            said = [row[0] for row in there.execute("PRAGMA integrity_check")]
            if said != ["ok"]:
                raise StoreError(f"{path.name} is damaged: {said[0]}")
            (version,) = there.execute(f'SELECT version_num FROM "{VERSION_TABLE}"').fetchone()  # noqa: S608
            counts = {
                name: there.execute(f'SELECT count(*) FROM "_{name}"').fetchone()[0]  # noqa: S608
                for name in COUNTED
            }
    except sqlite3.Error as error:
        raise StoreError(f"{path.name} is no database of Leadwire: {error}") from None
    return str(version), counts


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)
