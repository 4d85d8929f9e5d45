"""A world in a file: kept while it moves, and gone on from at the next start.

The file is read as a program is, so only one that nobody but its owner could have written counts.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
from pathlib import Path

from linkedin_emulator.state import State

MARK = b"linkedin-emulator world "
HERE = Path(__file__).parent


class WorldFile:
    """`path` is written whole, beside it first, so that an end at any moment leaves a good one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = b""

    def load(self) -> tuple[State | None, str]:
        """The world in it; without one, why: an empty text where there is no file. One that is no good is put aside."""
        try:
            return self._read(), ""
        except FileNotFoundError:
            return None, ""
        except Exception as error:  # whatever it takes to read what is no world
            aside = self._path.with_name(f"{self._path.name}.aside")
            self._path.replace(aside)
            return None, f"{self._path} is put aside as {aside.name}, and a fresh world begins: {error}"

    def save(self, state: State) -> None:
        """Write the world if it has moved."""
        with state.lock:
            packed = pickle.dumps(state, pickle.HIGHEST_PROTOCOL)
        digest = hashlib.sha256(packed).digest()
        if digest == self._written:
            return
        beside = self._path.with_name(f"{self._path.name}.new")
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_head() + packed)
        beside.replace(self._path)
        self._written = digest

    def _read(self) -> State:
        with self._path.open("rb") as file:
            found = os.fstat(file.fileno())
            if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o022:
                raise ValueError("others could have written it")
            head = file.readline(200)
            if not head.startswith(MARK):
                raise ValueError("it holds no world")
            if head != _head():
                raise ValueError("another version of the emulator wrote it")
            world = pickle.load(file)  # noqa: S301
        if not isinstance(world, State):
            raise ValueError("it holds no world")
        return world


def _head() -> bytes:
    """Of this very program: a world of another one may lack what this one looks for."""
    said = hashlib.sha256()
    for path in sorted(HERE.rglob("*.py")):
        said.update(path.read_bytes())
    return MARK + said.hexdigest().encode() + b"\n"
