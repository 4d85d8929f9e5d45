"""`leadwire backup` and `leadwire restore`: they act on the database itself, not through the API."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadwire.cli import tell
from leadwire.cli.ends import Failed
from leadwire.cli.options import Json
from leadwire.cli.reach import find, here
from leadwire.settings import Settings

if TYPE_CHECKING:
    from leadwire.backups import Manifest

KEY = "The key (LEADWIRE_SECRET_KEY, or secret.key in HOME) is not in it: keep that elsewhere."


def backup(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH", help="The file to make; without it, one in HOME/backups.", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Copy the database, while Leadwire runs or not, and note what the copy must be."""
    from leadwire import backups

    try:
        made, manifest = backups.make(here(), path, _now())
    except FileExistsError as error:
        raise Failed(f"{error} is there already: name another file") from None
    if json:
        tell.as_json({"path": str(made), **vars(manifest)})
        return
    tell.facts(_facts(made, manifest))
    tell.note(KEY)


def restore(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file that `leadwire backup` made.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Put a backup in the place of the database. Leadwire must be stopped; what was erased since stays erased."""
    from leadwire import backups

    settings = here()
    if found := find(settings):
        raise Failed(f"Leadwire is running (pid {found.pid}): stop it first")
    with _alone(settings):
        manifest = backups.check(settings, path)
        tell.facts(_facts(path, manifest))
        if not yes:
            typer.confirm("Replace the database with this?", abort=True, err=True)
        restored = backups.restore(settings, _key(settings), path, _now())
    tell.note(
        f"Restored. {restored.buried} leads of it had been erased or deleted since, and are gone again."
    )
    tell.note(
        f"Now start Leadwire: what LinkedIn took in since {manifest.made_at} counts as not read and is pulled by"
        " itself. Connections whose tokens were renewed since may need `leadwire connect --again`."
    )


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    from leadwire.home import alone_in
    from leadwire.store.moving import busy, roles

    if not settings.on_postgres:
        with alone_in(settings.home):
            yield
        return
    owner = settings.database_owner_url or settings.store_url
    if sessions := busy(owner, roles(owner, settings.store_url)):
        raise Failed(f"{sessions} sessions of Leadwire's roles are at the database: stop Leadwire first")
    yield


def _key(settings: Settings) -> str:
    from leadwire.home import secret_key

    if not settings.secret_key and not (settings.home / "secret.key").is_file():
        raise Failed(f"the key is missing: put secret.key into {settings.home}, or set LEADWIRE_SECRET_KEY")
    return secret_key(settings)


def _facts(path: Path, manifest: Manifest) -> list[tuple[str, object]]:
    counts = [(name.replace("ledger", "leads"), f"{count:,}") for name, count in manifest.counts.items()]
    about = [("File", path), ("Made at", manifest.made_at), ("Schema", manifest.schema)]
    return [*about, ("Bytes", f"{manifest.bytes:,}"), ("SHA-256", manifest.sha256), *counts]


def _now() -> int:
    return time.time_ns() // 1_000_000
