"""HOME/erasures.log: what was erased, outside of the database, so that an old backup cannot bring it back.

A line names a time, a kind, a workspace and a keyed hash; the key is in the database, sealed, and in every backup of
it. A line is on the disk before the erasure is committed: a line too many erases what a person asked to be erased.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import cast, get_args

from leadwire.domain.errors import InvalidInput
from leadwire.domain.times import iso, parse_iso
from leadwire.store import Mark
from leadwire.store.erasing import Gone

NAME = "erasures.log"
KINDS = get_args(Gone)


def append(home: Path, marks: Sequence[Mark]) -> None:
    """Add marks; they are on the disk when it returns. OSError: nothing may be erased then."""
    if not marks:
        return
    made = os.open(home / NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(made, "".join(map(_line, marks)).encode())
        os.fsync(made)
    finally:
        os.close(made)


def read(home: Path) -> list[Mark]:
    """All marks, each once, with its latest time. What no line says whole (a torn end) is left out."""
    try:
        text = (home / NAME).read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return []
    return merged(_marks(text))


def complete(home: Path, marks: Iterable[Mark]) -> list[Mark]:
    """Add what the file has not heard of yet; all that it holds now."""
    known = read(home)
    there = {(one.kind, one.id_hash): one.at for one in known}
    fresh = [one for one in merged(marks) if there.get((one.kind, one.id_hash), -1) < one.at]
    append(home, fresh)
    return merged([*known, *fresh])


def merged(marks: Iterable[Mark]) -> list[Mark]:
    """Each kind and lead once, with the latest time."""
    last: dict[tuple[str, bytes], Mark] = {}
    for one in marks:
        key = one.kind, one.id_hash
        if key not in last or last[key].at < one.at:
            last[key] = one
    return list(last.values())


def _line(mark: Mark) -> str:
    return f"{iso(mark.at)} {mark.kind} {mark.workspace_id} {mark.id_hash.hex()}\n"


def _marks(text: str) -> Iterator[Mark]:
    for line in text.splitlines():
        parts = line.split(" ")
        if len(parts) == 4 and parts[1] in KINDS and len(parts[3]) == 64:
            try:
                yield Mark(parse_iso(parts[0]), cast(Gone, parts[1]), parts[2], bytes.fromhex(parts[3]))
            except (ValueError, InvalidInput):
                continue
