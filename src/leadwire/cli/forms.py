"""`leadwire forms`: what forms ask, the tables they become, and making those anew."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from leadwire.cli import follow, tell
from leadwire.cli.ends import Listed
from leadwire.cli.options import Json, OfAccount
from leadwire.cli.reach import reach

app = typer.Typer(cls=Listed, help="Lead forms, their versions, columns and tables.")

HEADS = ("FORM", "NAME", "STATE", "VERSION", "LOCALE", "ACCOUNT", "QUESTIONS", "TABLE")
NONE = "No forms yet. Switch an account on: leadwire accounts enable ACCOUNT"
Form = Annotated[str, typer.Argument(metavar="FORM", help="LinkedIn's id of the form.")]


@app.command("list")
def list_(ctx: typer.Context, account: OfAccount = None, json: Json = False) -> None:
    """List forms with the table of each."""
    with reach(ctx) as api:
        found = list(api.each("/forms", account=account))
    tell.as_json(found) if json else tell.table(HEADS, map(_row, found), NONE)


@app.command("show")
def show(ctx: typer.Context, form: Form, json: Json = False) -> None:
    """Show one form: its columns with the question of each, and its versions."""
    with reach(ctx) as api:
        found = api.get(f"/forms/{form}")
    if json:
        tell.as_json(found)
        return
    tell.facts(_facts(found))
    tell.line("\nColumns")
    tell.table(
        ("COLUMN", "KIND", "TYPE", "SINCE VERSION", "WHAT IT HOLDS"), map(_column, found["columns"]), ""
    )
    tell.line("\nVersions")
    tell.table(
        ("VERSION", "STATE", "QUESTIONS", "CHANGES"), map(_version, found["versions"]), "None is known."
    )


@app.command("plan")
def plan(ctx: typer.Context, form: Form, json: Json = False) -> None:
    """Print the DDL that shaping the form's table would run now."""
    with reach(ctx) as api:
        planned = api.get(f"/forms/{form}/plan")
    if json:
        tell.as_json(planned)
        return
    for statement in planned["ddl"]:
        tell.line(f"{statement.rstrip(';')};")
    if not planned["ddl"]:
        tell.note(f"{planned['table']} is up to date.")


@app.command("refresh")
def refresh(ctx: typer.Context, account: OfAccount = None, json: Json = False) -> None:
    """Read forms from LinkedIn now: of one account, or of all that can be read."""
    with reach(ctx) as api, follow.progress() as shown:
        shown.add_task("reading forms", total=None, said="")
        seen = api.post("/forms/refresh", {"account": account} if account else {})["accounts"]
    heads = ("ACCOUNT", "SEEN", "NEW", "CHANGED", "UNREADABLE")
    rows = [[one[head.lower()] for head in heads] for one in seen]
    tell.as_json(seen) if json else tell.table(heads, rows, "No account can be read: leadwire accounts list")


@app.command("rebuild")
def rebuild(ctx: typer.Context, form: Form, json: Json = False) -> None:
    """Write the form's table anew from the leads as they were received."""
    rows, cursor = 0, None
    with reach(ctx) as api, follow.progress() as shown:
        task = shown.add_task(f"rebuilding {form}", total=None, said="")
        while True:
            done = api.post(f"/forms/{form}/rebuild", cursor=cursor)
            rows, cursor = rows + done["rows"], done["next"]
            shown.update(task, said=f"{rows:,} rows")
            if cursor is None:
                break
    tell.as_json({"form": form, "rows": rows}) if json else tell.line(f"{rows} rows written anew.")


def _row(one: Any) -> list[object]:
    named = [one[name] for name in ("id", "name", "state", "version", "locale", "account")]
    return [*named, len(one["questions"]), one["table"]]


def _facts(one: Any) -> list[tuple[str, object]]:
    return [
        ("Form", one["id"]),
        ("Name", one["name"]),
        ("State", one["state"]),
        ("Version", one["version"]),
        ("Locale", one["locale"]),
        ("Account", one["account"]),
        ("Table", one["table"]),
        ("Headline", one["headline"]),
        ("Polled", f"every {one['poll_interval']} ({tell.origin(one['poll_interval_origin'])})"),
        ("Hidden fields", [f"{field['name']} = {field['value']}" for field in one["hidden_fields"]]),
        ("Consents", [f"{consent['id']}: {consent['text']}" for consent in one["consents"]]),
    ]


def _column(one: Any) -> list[object]:
    texts = one["texts"]
    said = texts[max(texts, key=int)] if texts else ""
    return [one["name"], one["kind"], one["type"], one["since_version"], one["predefined_field"] or said]


def _version(one: Any) -> list[object]:
    state = f"{one['state']} (reconstructed)" if one["reconstructed"] else one["state"]
    return [one["version"], state, len(one["questions"]), one["changes"]]
