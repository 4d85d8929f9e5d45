"""`leadwire workspace` and `leadwire api-key`: tenants, and the keys by which programs act in them."""

from __future__ import annotations

from typing import Annotated

import typer

from leadwire.cli import tell
from leadwire.cli.api import Api
from leadwire.cli.ends import Failed, Listed
from leadwire.cli.options import Json
from leadwire.cli.reach import reach

workspace = typer.Typer(cls=Listed, help="Workspaces: tenants that see nothing of each other.")
api_key = typer.Typer(cls=Listed, help="API keys; each belongs to one workspace.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name for people.")]
Which = Annotated[str, typer.Argument(metavar="WORKSPACE", help="Its slug or id.")]
In = Annotated[str, typer.Option("--workspace", metavar="WORKSPACE", help="Its slug or id.")]


@workspace.command("list")
def list_workspaces(ctx: typer.Context, json: Json = False) -> None:
    """List workspaces."""
    with reach(ctx) as api:
        found = list(api.each("/workspaces"))
    rows = [[one["id"], one["slug"], one["name"], tell.moment(one["created_at"])] for one in found]
    tell.as_json(found) if json else tell.table(("WORKSPACE", "SLUG", "NAME", "MADE"), rows, "")


@workspace.command("create")
def create_workspace(
    ctx: typer.Context,
    name: Name,
    slug: Annotated[
        str | None, typer.Option(help="Stands in the names of its tables; never changes.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a workspace."""
    with reach(ctx) as api:
        made = api.post("/workspaces", {"name": name} if slug is None else {"name": name, "slug": slug})
    tell.as_json(made) if json else tell.facts((part, made[part]) for part in ("id", "slug", "name"))


@workspace.command("delete")
def delete_workspace(
    ctx: typer.Context,
    which: Which,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a workspace with every lead, form, connection, key and table in it."""
    with reach(ctx) as api:
        found = _id(api, which)
        if not yes:
            typer.confirm(f"Remove workspace {which} with everything in it, for good?", abort=True, err=True)
        api.delete(f"/workspaces/{found}")
    tell.note(f"{which} and everything in it are gone.")


@api_key.command("list")
def list_keys(ctx: typer.Context, workspace: In = "default", json: Json = False) -> None:
    """List the keys of a workspace, without their texts."""
    with reach(ctx) as api:
        found = list(api.each(f"/workspaces/{_id(api, workspace)}/api-keys"))
    rows = [
        [one["id"], one["name"], tell.moment(one["created_at"]), tell.moment(one["last_used_at"])]
        for one in found
    ]
    none = "No keys yet. Make one: leadwire api-key create NAME"
    tell.as_json(found) if json else tell.table(("KEY", "NAME", "MADE", "LAST USED"), rows, none)


@api_key.command("create")
def create_key(ctx: typer.Context, name: Name, workspace: In = "default", json: Json = False) -> None:
    """Make a key; it is shown this once."""
    with reach(ctx) as api:
        made = api.post(f"/workspaces/{_id(api, workspace)}/api-keys", {"name": name})
    if json:
        tell.as_json(made)
        return
    tell.line(made["key"])
    tell.note(f"Key {made['id']}. Keep it safe: only its hash is stored, nobody can show it again.")


@api_key.command("delete")
def delete_key(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="Its id, not its text.")],
    workspace: In = "default",
) -> None:
    """Take a key back; it is of no use from now on."""
    with reach(ctx) as api:
        api.delete(f"/workspaces/{_id(api, workspace)}/api-keys/{key}")
    tell.note(f"Key {key} is of no use from now on.")


def _id(api: Api, which: str) -> str:
    found = next((one["id"] for one in api.each("/workspaces") if which in (one["slug"], one["id"])), None)
    if found is None:
        raise Failed(f"there is no workspace {which}")
    return str(found)
