"""`leadwire`, the operators' doorbell: parse, call, print."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from leadwire.cli import accounts, forms, leads, mapping, quarantine, webhooks, workspaces
from leadwire.cli.connect import connect
from leadwire.cli.demo import demo
from leadwire.cli.doctor import doctor
from leadwire.cli.endings import erase, teardown
from leadwire.cli.ends import EXIT_CODES, Commands
from leadwire.cli.export import export
from leadwire.cli.keeping import backup, restore
from leadwire.cli.leads import pull
from leadwire.cli.options import address
from leadwire.cli.reach import Way
from leadwire.cli.reconcile import reconcile
from leadwire.cli.serving import emulator, serve
from leadwire.cli.status import openapi, status

EPILOG = "Exit codes: " + ". ".join(f"{code} {text}" for code, text in EXIT_CODES.items()) + "."

app = typer.Typer(
    cls=Commands,
    help="Brings the leads of LinkedIn Lead Gen Forms into a data store you own: completely, provably.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

RUN, ACT, SET_UP = "Run", "Leads", "Operate"
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

app.command(rich_help_panel=RUN)(serve)
app.command(rich_help_panel=RUN)(demo)
app.command(rich_help_panel=RUN, context_settings=PASS_ON)(emulator)
app.command(rich_help_panel=ACT)(connect)
app.add_typer(accounts.app, name="accounts", rich_help_panel=ACT)
app.add_typer(forms.app, name="forms", rich_help_panel=ACT)
app.command(rich_help_panel=ACT)(pull)
app.command(rich_help_panel=ACT)(reconcile)
app.add_typer(leads.app, name="leads", rich_help_panel=ACT)
app.command(rich_help_panel=ACT)(export)
app.command(rich_help_panel=ACT)(erase)
app.command(rich_help_panel=ACT)(teardown)
app.add_typer(mapping.app, name="mapping", rich_help_panel=ACT)
app.add_typer(quarantine.app, name="quarantine", rich_help_panel=ACT)
app.add_typer(webhooks.app, name="webhooks", rich_help_panel=ACT)
app.command(rich_help_panel=SET_UP)(status)
app.command(rich_help_panel=SET_UP)(doctor)
app.command(rich_help_panel=SET_UP)(backup)
app.command(rich_help_panel=SET_UP)(restore)
app.add_typer(workspaces.workspace, name="workspace", rich_help_panel=SET_UP)
app.add_typer(workspaces.api_key, name="api-key", rich_help_panel=SET_UP)
app.command(rich_help_panel=SET_UP)(openapi)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"leadwire {version('leadwire')}")
        raise typer.Exit


@app.callback()
def _top(
    ctx: typer.Context,
    url: Annotated[
        str | None,
        typer.Option(parser=address, metavar="URL", help="Act through the Leadwire there; needs --key."),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(help="API key to act with; @FILE reads it from a file.", metavar="KEY|@FILE"),
    ] = None,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    ctx.obj = Way(url, key)


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    app()
