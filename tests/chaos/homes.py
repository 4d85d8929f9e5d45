"""Where a chaos run takes place: a folder of its own, and a database that ends with it."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.databases import Home, PostgresHomes, SqliteHomes


def arguments(doc: str | None, **sizes: int) -> argparse.ArgumentParser:
    """What every run may be told; `sizes` with their usual values."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", action="store_true")
    return parser


@contextmanager
def place(postgres: bool) -> Iterator[tuple[Path, Home]]:
    """A folder, and a migrated database."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        homes = PostgresHomes() if postgres else SqliteHomes(folder)
        try:
            with homes.home(folder / "store") as home:
                yield folder / "run", home
        finally:
            if isinstance(homes, PostgresHomes):
                homes.stop()


def told(given: argparse.Namespace, report: object) -> None:
    print(f"{'PostgreSQL' if given.postgres else 'SQLite'}, seed {given.seed}: {report}")
