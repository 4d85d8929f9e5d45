"""PostgreSQL's own programs, which know best how to copy a database: `pg_dump`, `pg_restore`."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from leadwire.store.errors import StoreError
from leadwire.store.moving import forget_aside, put_aside, put_back, seen_whole

SCHEMAS = ("leadwire", "ws_*")
NO_ONE = ("--no-owner", "--no-privileges")


class NoProgram(Exception):
    """PostgreSQL's client programs are not here; the text holds the command to run where they are."""


def make(url: str, target: Path) -> None:
    """Dump Leadwire's schemas into a file of its own. NoProgram, StoreError."""
    only = [f"--schema={name}" for name in SCHEMAS]
    target.touch(0o600, exist_ok=False)
    with seen_whole(url):
        _run(url, "pg_dump", "--format=custom", *NO_ONE, *only, f"--file={target}")


@contextmanager
def restored(url: str, path: Path) -> Iterator[None]:
    """Put a dump in the place of Leadwire's schemas. They come back if that fails, or the block does."""
    _find("pg_restore")
    aside = put_aside(url)
    try:
        _run(url, "pg_restore", "--single-transaction", "--exit-on-error", *NO_ONE, str(path))
        yield
    except BaseException:
        put_back(url, aside)
        raise
    forget_aside(url, aside)


def _find(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise NoProgram(f"{program} is not installed here; it comes with PostgreSQL's client programs")
    return found


def _run(url: str, program: str, *arguments: str) -> None:
    """The password goes by the environment: arguments are seen by everybody on the machine."""
    bare, password = _without_password(url)
    try:
        found = _find(program)
    except NoProgram as error:
        shown = " ".join(f"'{one}'" if "*" in one else one for one in arguments)
        raise NoProgram(f"{error}. Where they are, run\n  {program} {shown} --dbname='{bare}'") from None
    done = subprocess.run(  # noqa: S603
        [found, *arguments, f"--dbname={bare}"],
        env={**os.environ, "PGPASSWORD": password} if password else None,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"code {done.returncode}"]
        raise StoreError(f"{program} failed: {said[-1]}")


def _without_password(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    who, at, where = parts.netloc.rpartition("@")
    name = who.partition(":")[0]
    return parts._replace(netloc=f"{name}{at}{where}").geturl(), unquote(parts.password or "")
