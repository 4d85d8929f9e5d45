"""`leadwire mapping`: which source fills which column of the view `contacts`."""

from __future__ import annotations

import json as jsons
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from leadwire.cli import tell
from leadwire.cli.ends import Failed, Listed
from leadwire.cli.options import Json
from leadwire.cli.reach import reach


class Shown(Listed):
    """A group of commands whose own name alone means `show`."""

    usual = "show"


app = typer.Typer(cls=Shown, help="Which source fills which column of the view `contacts`, for all forms.")

HEADS = ("SOURCE", "TARGET", "REQUIRED", "ALSO ALIKE", "ON FORM")
SUGGESTED = ("SOURCE", "READS", "AS DOES", "WHICH FILLS")
NONE_ALIKE = "No question reads like one that is mapped."
File = Annotated[str, typer.Argument(metavar="FILE", help="JSON as `show --json` prints it; - reads it.")]


@app.command("show")
def show(ctx: typer.Context, json: Json = False) -> None:
    """Show the mapping in force."""
    with reach(ctx) as api:
        found, view = api.get("/mappings"), api.get("/mappings/view")
    if json:
        tell.as_json(found)
        return
    tell.table(HEADS, map(_row, found["fields"]), "Nothing is mapped: leadwire mapping reset")
    tell.line(
        f"\nView: {view['view']}{' (the preset: nobody has saved a mapping)' if view['preset'] else ''}"
    )


@app.command("set")
def set_(ctx: typer.Context, file: File, json: Json = False) -> None:
    """Put a whole mapping in force."""
    wanted = _read(file)
    with reach(ctx) as api:
        said = api.put("/mappings", wanted)
    _tell(said, json)


@app.command("preview")
def preview(
    ctx: typer.Context,
    file: Annotated[
        str | None, typer.Argument(metavar="FILE", help="As for `set`; without it the mapping in force.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--form", metavar="FORM", help="Only leads of this form.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="On how many leads, newest first.")] = 10_000,
    json: Json = False,
) -> None:
    """Try a mapping on stored leads; nothing is saved."""
    wanted = None if file is None else _read(file)
    with reach(ctx) as api:
        asked = {**(wanted or api.get("/mappings")), "limit": limit}
        seen = api.post("/mappings/preview", asked if form is None else {**asked, "form": form})
    if json:
        tell.as_json(seen)
        return
    tell.line(f"{seen['passed']} of {seen['passed'] + seen['failed']} leads have everything required.")
    rows = [[one[name] for name in ("target", "form", "leads", "message")] for one in seen["causes"]]
    if rows:
        tell.table(("LACKING", "ON FORM", "LEADS", "WHY"), rows, "")


@app.command("suggestions")
def suggestions(ctx: typer.Context, json: Json = False) -> None:
    """List questions that read like one that is mapped, and are not mapped themselves."""
    with reach(ctx) as api:
        found = list(api.each("/mappings/suggestions"))
    rows = [[one[name] for name in ("source", "text", "alike", "target")] for one in found]
    tell.as_json(found) if json else tell.table(SUGGESTED, rows, NONE_ALIKE)


@app.command("accept")
def accept(
    ctx: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE...", help="Those to map; without any --all.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every suggestion.")] = False,
    always: Annotated[
        bool, typer.Option("--always", help="And whatever reads the same on any form, now and later.")
    ] = False,
    json: Json = False,
) -> None:
    """Map suggested questions to what they read like."""
    if every == bool(sources):
        raise typer.BadParameter("name suggestions, or say --all")
    with reach(ctx) as api:
        wanted = sources or [one["source"] for one in api.each("/mappings/suggestions")]
        if not wanted:
            raise Failed(NONE_ALIKE)
        said = api.post("/mappings/suggestions/accept", {"sources": wanted, "always": always})
    _tell(said, json)


@app.command("reset")
def reset(ctx: typer.Context, json: Json = False) -> None:
    """Go back to the preset: every predefined field under its standard name."""
    with reach(ctx) as api:
        said = api.delete("/mappings")
    _tell(said, json)


def _tell(said: Any, json: bool) -> None:
    tell.as_json(said) if json else tell.table(HEADS, map(_row, said["fields"]), "Nothing is mapped now.")


def _row(one: Any) -> list[object]:
    return [one["source"], one["target"], one["required"], one.get("also_alike", False), one.get("form")]


def _read(file: str) -> Any:
    try:
        read = jsons.loads(sys.stdin.read() if file == "-" else Path(file).read_text())
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise Failed(f"{file} is no JSON object; `leadwire mapping show --json` prints the form it takes.")
    return read
