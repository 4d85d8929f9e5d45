"""How a command ends: what is said on standard error, and the exit code for the program that called."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import typer
from typer.core import TyperGroup

from leadwire.cli import tell
from leadwire.cli.api import Refused, Unreachable
from leadwire.listening import CannotListen
from leadwire.settings import SettingsError

OK, FAILED, USAGE, UNREACHABLE, GOES_ON = 0, 1, 2, 3, 4

EXIT_CODES: Mapping[int, str] = {
    OK: "done",
    FAILED: "refused or failed; the reason stands on standard error",
    USAGE: "the command or a setting is wrong",
    UNREACHABLE: "Leadwire, its database or its HOME cannot be reached or is in use",
    GOES_ON: "the time given with --timeout is over; the work goes on",
    130: "interrupted with Ctrl-C",
}


class Failed(Exception):
    """The command could not do it; the text says why."""


class GoesOn(Exception):
    """The command waits no longer; what it waited for goes on."""


def _words(error: Exception) -> str:
    return str(error)


def _problem(error: Exception) -> str:
    return tell.problem(error.said) if isinstance(error, Refused) else str(error)


# By name, because a command that only asks the running service has no need to load the app or the store.
ENDS: Mapping[str, tuple[int, Callable[[Exception], str]]] = {
    f"{SettingsError.__module__}.{SettingsError.__qualname__}": (USAGE, _words),
    f"{Refused.__module__}.{Refused.__qualname__}": (FAILED, _problem),
    f"{Unreachable.__module__}.{Unreachable.__qualname__}": (UNREACHABLE, _words),
    f"{CannotListen.__module__}.{CannotListen.__qualname__}": (FAILED, _words),
    f"{__name__}.Failed": (FAILED, _words),
    f"{__name__}.GoesOn": (GOES_ON, _words),
    "leadwire.home.CannotStart": (UNREACHABLE, _words),
    "leadwire.backups.CannotRestore": (FAILED, _words),
    "leadwire.dumps.NoProgram": (FAILED, _words),
    "leadwire.store.errors.TryLater": (UNREACHABLE, _words),
    "leadwire.store.errors.StoreError": (FAILED, _words),
}


def end_of(error: Exception) -> tuple[int, str] | None:
    """Exit code and words for an error that is nobody's bug; None for the others."""
    end = next((ENDS[name] for name in map(_name, type(error).__mro__) if name in ENDS), None)
    return None if end is None else (end[0], end[1](error))


class Commands(TyperGroup):
    """The top of the tree: turns what commands raise into words and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            end = end_of(error)
            if end is None:
                raise
            code, words = end
            for text in words.splitlines():
                tell.note(text if text.startswith(" ") else f"leadwire: {text}")
            sys.stdout.flush()
            raise typer.Exit(code) from None


class Listed(TyperGroup):
    """A group of commands whose own name alone means `list`, or what is `usual`."""

    usual = "list"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        alone = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        if alone and not ctx.resilient_parsing:  # completion asks what could stand here
            args = [self.usual, *args]
        return super().parse_args(ctx, args)


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
