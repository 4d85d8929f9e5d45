"""`leadwire quarantine`: what did not fit, why, and putting it right."""

from __future__ import annotations

import json as jsons
from typing import Annotated, Any

import typer

from leadwire.cli import follow, tell
from leadwire.cli.api import Api
from leadwire.cli.ends import Failed, Listed
from leadwire.cli.options import Json, Limit, OfAccount, OfForm
from leadwire.cli.reach import reach

app = typer.Typer(cls=Listed, help="Fields and leads that did not fit: see, fix, retry.")

HEADS = ("ITEM", "LEVEL", "STATE", "LEAD", "FORM", "COLUMN", "REASON", "TRIES", "FIRST SEEN")
Item = Annotated[str, typer.Argument(metavar="ITEM", help="Its id in the list.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    resolved: Annotated[bool, typer.Option("--resolved", help="Those put right, not the open ones.")] = False,
    account: OfAccount = None,
    form: OfForm = None,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """List open items."""
    state = "resolved" if resolved else "open"
    with reach(ctx) as api:
        found = list(api.each("/quarantine", limit, state=state, account=account, form=form))
    tell.as_json(found) if json else tell.table(HEADS, map(_row, found), "Nothing is in quarantine.")


@app.command("show")
def show(ctx: typer.Context, item: Item, json: Json = False) -> None:
    """Show one item with what LinkedIn sent."""
    with reach(ctx) as api:
        found = api.get(f"/quarantine/{item}")
    tell.as_json(found) if json else tell.facts((name, value) for name, value in found.items())


@app.command("fix")
def fix(
    ctx: typer.Context,
    item: Item,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What belongs there.")],
    as_json: Annotated[
        bool, typer.Option("--as-json", help="VALUE is JSON: a list, a boolean, a whole lead, null.")
    ] = False,
    later: Annotated[bool, typer.Option("--later", help="Note the value, do not retry now.")] = False,
    json: Json = False,
) -> None:
    """Give the right value and try again."""
    given = _json(value) if as_json else value
    with reach(ctx) as api:
        said = api.patch(f"/quarantine/{item}", {"value": given})
        said = said if later else api.post(f"/quarantine/{item}/retry")
    _end(said, json, may_stay=later)


@app.command("retry")
def retry(
    ctx: typer.Context,
    item: Annotated[str | None, typer.Argument(metavar="ITEM", help="Its id; without it --all.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every open item.")] = False,
    json: Json = False,
) -> None:
    """Read the lead anew and try again."""
    if every == (item is not None):
        raise typer.BadParameter("name one item, or say --all")
    with reach(ctx) as api:
        if item is not None:
            _end(api.post(f"/quarantine/{item}/retry"), json)
            return
        tried = _retry_all(api)
    heads = ("ITEM", "STATE", "ERROR")
    rows = [[one["id"], one["state"], one["error"]] for one in tried]
    tell.as_json(tried) if json else tell.table(heads, rows, "Nothing is in quarantine.")
    still = sum(one["state"] == "open" for one in tried)
    if still:
        raise Failed(f"{still} of {len(tried)} items stay open")


@app.command("dismiss")
def dismiss(ctx: typer.Context, item: Item) -> None:
    """Accept an open item as it is; of one put right only the note goes.

    The same odd value is not noted again, another one is. What was put right stays in the tables.
    """
    with reach(ctx) as api:
        api.delete(f"/quarantine/{item}")
    tell.note(f"{item} is dismissed.")


def _retry_all(api: Api) -> list[Any]:
    tried: list[Any] = []
    cursor = None
    with follow.progress() as shown:
        task = shown.add_task("trying again", total=None, said="")
        while True:
            page = api.post("/quarantine/retry", cursor=cursor)
            tried += page["items"]
            shown.update(task, said=f"{len(tried):,} items")
            cursor = page["next"]
            if cursor is None:
                return tried


def _end(said: Any, json: bool, may_stay: bool = False) -> None:
    tell.as_json(said) if json else tell.table(HEADS, [_row(said)], "")
    if said["state"] == "open" and not may_stay:
        raise Failed(f"{said['id']} stays open: {said['reason']}")


def _json(text: str) -> object:
    try:
        return jsons.loads(text)
    except ValueError as error:
        raise typer.BadParameter(f"VALUE is no JSON: {error}") from None


def _row(one: Any) -> list[object]:
    named = [one[name] for name in ("id", "level", "state", "lead", "form", "column", "reason", "attempts")]
    return [*named, tell.moment(one["first_seen"])]
