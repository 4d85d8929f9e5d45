"""`leadwire serve` and `leadwire emulator`: processes that stay in the foreground."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import Annotated, NoReturn

import typer

from leadwire.cli import tell
from leadwire.cli.reach import here
from leadwire.setting_values import listen_text
from leadwire.settings import SettingsError


class Role(StrEnum):
    """What this process does; `web` and `worker` share a PostgreSQL."""

    all = "all"
    web = "web"
    worker = "worker"


def serve(
    role: Annotated[Role, typer.Option(help="web or worker alone: on PostgreSQL only.")] = Role.all,
) -> None:
    """Run Leadwire: pages, API and workers, until SIGTERM or Ctrl-C."""
    settings = here()
    if role is not Role.all and not settings.on_postgres:
        raise SettingsError(f"--role {role} needs PostgreSQL: on SQLite one process does everything")
    from leadwire import logs, server  # loading the app takes longer than most commands

    logs.configure(settings.log_level, settings.log_format)
    leave(server.serve(settings, role.value))


def emulator(ctx: typer.Context) -> NoReturn:
    """Run the LinkedIn emulator alone. Arguments after -- are its own (-- --help lists them)."""
    settings = here()
    command = [sys.executable, "-m", "linkedin_emulator", "--listen", listen_text(settings.emulator_listen)]
    command += ["--redirect-uri", f"{settings.base_url}/oauth/linkedin/callback", *ctx.args]
    tell.note(
        "For a Leadwire that speaks to it: set LEADWIRE_LINKEDIN_API_URL and …_OAUTH_URL to its address,"
    )
    tell.note(
        "and LEADWIRE_LINKEDIN_CLIENT_ID and …_CLIENT_SECRET to its app's. `leadwire demo` does all that."
    )
    sys.stderr.flush()
    os.execv(sys.executable, command)  # noqa: S606


def leave(code: int) -> NoReturn:
    """End now: what still runs in threads was given its time, and is resumed by the next start."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
