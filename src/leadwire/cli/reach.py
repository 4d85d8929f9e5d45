"""The way to a Leadwire: a given one, the running one of HOME, or one that lives as long as the command."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from leadwire import runfile
from leadwire.cli.api import Api, Unreachable, answers
from leadwire.settings import Settings, load

PATIENCE = 10.0  # seconds for a service that is just starting or ending
EPHEMERAL = ("127.0.0.1", 0)


@dataclass(frozen=True)
class Way:
    """What was said about it on the command line."""

    url: str | None = None
    key: str | None = None

    def secret(self) -> str | None:
        """The key; `@file` keeps it off the list of processes."""
        if self.key is None or not self.key.startswith("@"):
            return self.key
        try:
            return Path(self.key[1:]).read_text().strip()
        except OSError as error:
            raise typer.BadParameter(f"{self.key[1:]} cannot be read: {error.strerror}") from None


def here() -> Settings:
    """The settings of this folder and environment. Raises SettingsError."""
    return load(os.environ, Path.cwd())


@contextmanager
def reach(ctx: typer.Context, *, work: bool = False, public: bool = False) -> Iterator[Api]:
    """The API to act through. If no service runs, one is started inside this command: with `work` it works
    off what is due, with `public` it listens where the settings say, so that a browser finds it.

    Raises SettingsError, Unreachable, and what keeps a Leadwire from starting.
    """
    way: Way = ctx.find_object(Way) or Way()
    key = way.secret()
    if way.url is not None:
        if key is None:
            raise typer.BadParameter("--url needs --key: a service elsewhere has told this machine none")
        with Api(way.url, key) as api:
            yield api
        return
    with ExitStack() as stack:
        url, local_key = stack.enter_context(_service(here(), work, public))
        yield stack.enter_context(Api(url, key or local_key))


@contextmanager
def _service(settings: Settings, work: bool, public: bool) -> Iterator[tuple[str, str]]:
    """URL and key of the running service, or of one that ends with the block."""
    found = find(settings)
    if found is not None:
        yield found.url, found.key
        return
    from leadwire import logs  # only now: loading the app takes longer than most commands
    from leadwire.home import CannotStart
    from leadwire.server import running

    logs.configure("ERROR" if settings.log_level == "ERROR" else "WARNING", settings.log_format)
    end = time.monotonic() + PATIENCE
    with ExitStack() as stack:
        while True:
            try:
                started = stack.enter_context(
                    running(settings, work=work, address=None if public else EPHEMERAL)
                )
                break
            except CannotStart as error:  # one that starts or ends now, or another command
                found = find(settings)
                if found is not None:
                    yield found.url, found.key
                    return
                if time.monotonic() > end:
                    raise Unreachable(str(error)) from None
                time.sleep(0.2)
        yield started.url, started.key


def find(settings: Settings) -> runfile.RunFile | None:
    """The running service of HOME; None also where what it left behind is stale."""
    found = runfile.read(settings.home)
    return found if found is not None and found.alive() and answers(found.url) else None
