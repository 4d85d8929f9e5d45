"""What docs/cli.md says exists, and what exists stands there; so do the exit codes and the help."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.cli.people import PROGRAM
from typer.main import get_command
from typer.testing import CliRunner

from leadwire.cli import app
from leadwire.cli.ends import EXIT_CODES

DOCS = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
OF_THIS_ISSUE = (
    "serve demo emulator connect accounts forms pull reconcile leads mapping quarantine webhooks status doctor "
    "workspace api-key openapi export erase teardown backup restore"
)


def leaves(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Every command with its full name."""
    for name, below in getattr(command, "commands", {}).items():
        yield from leaves(below, (*path, name))
    if not hasattr(command, "commands"):
        yield " ".join(path), command


COMMANDS = dict(leaves(get_command(app), ("leadwire",)))


def usage(name: str, command: Any) -> str:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    return " ".join([name, *(one.metavar if one.required else f"[{one.metavar}]" for one in arguments)])


def test_every_command_has_its_section_with_its_arguments() -> None:
    assert set(re.findall(r"^### `(.+)`$", DOCS, re.M)) == {usage(*one) for one in COMMANDS.items()}


def test_every_option_stands_in_its_commands_section_with_its_meaning() -> None:
    sections = dict(re.findall(r"^### `(.+?)`\n(.*?)(?=^##|\Z)", DOCS, re.M | re.S))
    for name, command in COMMANDS.items():
        options = [one for one in command.params if one.param_type_name == "option" and one.name != "help"]
        rows = re.findall(r"^\| (`-.*?) \| .*? \| (.*) \|$", sections[usage(name, command)], re.M)
        documented = {tuple(re.findall(r"--?[a-z][a-z-]*", said)): meaning for said, meaning in rows}
        assert documented == {(*one.opts, *one.secondary_opts): one.help for one in options}, name


def test_the_exit_codes_stand_in_the_help_and_in_the_docs() -> None:
    said = re.sub(r"\s+", " ", CliRunner().invoke(app, ["--help"], env={"COLUMNS": "300"}).stdout)
    for code, text in EXIT_CODES.items():
        assert f"| {code} | {text} |" in DOCS
        assert f"{code} {text}." in said


def test_only_what_exists_stands_in_the_help() -> None:
    shown = CliRunner().invoke(app, ["--help"]).stdout
    assert set(get_command(app).commands) == set(OF_THIS_ISSUE.split())  # type: ignore[attr-defined]
    assert not [later for later in ("signoff", "destinations") if later in shown]


def test_every_reading_command_speaks_json() -> None:
    reading = [name for name in COMMANDS if name.split()[-1] in ("list", "show", "status", "plan", "doctor")]
    assert len(reading) > 10
    for name in reading:
        assert any(one.opts == ["--json"] for one in COMMANDS[name].params), name


def test_every_command_has_help_that_fits_a_line() -> None:
    for name in [*COMMANDS, "leadwire", "leadwire accounts", "leadwire api-key"]:
        said = CliRunner().invoke(app, [*name.split()[1:], "--help"])
        assert said.exit_code == 0
        assert name.removeprefix("leadwire") in said.stdout


def test_the_shell_completes_commands_and_options() -> None:
    def completed(words: str) -> list[str]:
        env = {
            "_LEADWIRE_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(words.count(" ")),
        }
        return subprocess.run([PROGRAM], env=os.environ | env, capture_output=True, text=True).stdout.split()

    assert completed("leadwire acc") == ["accounts"]
    assert completed("leadwire accounts en") == ["enable"]
    assert "--no-test" in completed("leadwire leads list --")
