"""`leadwire webhooks`: what LinkedIn is to tell us of, whether it does, and the way in tried out."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from leadwire.cli import tell
from leadwire.cli.ends import Failed, Listed
from leadwire.cli.options import Account, Json, OfAccount
from leadwire.cli.reach import reach

app = typer.Typer(cls=Listed, help="Subscriptions at LinkedIn: planned, registered, moved, tested.")

HEADS = ("WEBHOOK", "ACCOUNT", "FORM", "LEADS", "STATE", "AT LINKEDIN", "CHALLENGED", "PUSHED", "MISSED")
STEPS = ("DO", "ACCOUNT", "LEADS", "FORM", "VERSION", "AT LINKEDIN", "WHY", "NOT DONE")
TRIED = ("STEP", "WELL", "MS", "SEEN")
NONE = "No webhooks. Leads are polled; leadwire webhooks create ACCOUNT lets LinkedIn push them."
Webhook = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Its id in the list.")]


@app.command("list")
def list_(ctx: typer.Context, account: OfAccount = None, json: Json = False) -> None:
    """List what is wanted, and how each stands."""
    with reach(ctx) as api:
        found = list(api.each("/webhooks", account=account))
    tell.as_json(found) if json else _show(found)


@app.command("plan")
def plan(ctx: typer.Context, account: OfAccount = None, json: Json = False) -> None:
    """Show what is wanted against what LinkedIn has; nothing is changed."""
    with reach(ctx) as api:
        _steps(api.get("/webhooks/plan", account=account), json)


@app.command("apply")
def apply(ctx: typer.Context, account: OfAccount = None, json: Json = False) -> None:
    """Create what is missing, delete what is doubled or old; what is not ours stays."""
    with reach(ctx) as api:
        _steps(api.post("/webhooks/apply", account=account), json)


@app.command("create")
def create(
    ctx: typer.Context,
    account: Account,
    form: Annotated[str | None, typer.Option(metavar="FORM", help="Only this form's leads.")] = None,
    lead_type: Annotated[str | None, typer.Option(help="Which leads; a page has several types.")] = None,
    json: Json = False,
) -> None:
    """Let LinkedIn push an account's leads, or those of one form."""
    wish = {"account": account, "form": form, "lead_type": lead_type}
    with reach(ctx) as api:
        made = api.post("/webhooks", {name: value for name, value in wish.items() if value is not None})
    tell.as_json(made) if json else _show([made])
    _check(made)


@app.command("replace")
def replace(ctx: typer.Context, webhook: Webhook, json: Json = False) -> None:
    """Give its account a new address; the old one goes once LinkedIn has validated the new one."""
    with reach(ctx) as api:
        moved = api.put(f"/webhooks/{webhook}", {})
    tell.as_json(moved) if json else _show([moved])
    _check(moved)


@app.command("delete")
def delete(ctx: typer.Context, webhook: Webhook) -> None:
    """End it, here and at LinkedIn. The account's leads are polled."""
    with reach(ctx) as api:
        api.delete(f"/webhooks/{webhook}")
    tell.note(f"{webhook} is ended.")


@app.command("test")
def test(ctx: typer.Context, webhook: Webhook, json: Json = False) -> None:
    """Go LinkedIn's way to our own address: connect, challenge, signed push, inbox."""
    with reach(ctx) as api:
        tried = api.post(f"/webhooks/{webhook}/test")
    if json:
        tell.as_json(tried)
    else:
        tell.line(tried["url"])
        rows = [[one["step"], one["ok"], one["took_ms"], one["said"]] for one in tried["steps"]]
        tell.table(TRIED, rows, "")
    if not tried["ok"]:
        raise Failed(tried["steps"][-1]["remedy"])


def _show(found: list[Any]) -> None:
    tell.table(HEADS, map(_row, found), NONE)
    for one in found:
        if one["problem"]:
            tell.note(f"\n{one['id']}: {_words(one['problem'])}")


def _row(one: Any) -> list[object]:
    form = one["form"] or "all"
    heard = [tell.moment(one["last_challenge_at"]), tell.moment(one["last_push_at"])]
    named = [one["id"], one["account"], form, one["lead_type"], one["state"], one["linkedin_ids"]]
    return [*named, *heard, one["missed_pushes"]]


def _steps(said: Any, json: bool) -> None:
    """The steps of every account; a failure if some could not be seen or done."""
    accounts = said["accounts"]
    if json:
        tell.as_json(said)
    else:
        rows = [_step(one["account"], step) for one in accounts for step in one["steps"]]
        tell.table(STEPS, rows, "LinkedIn has nothing, and nothing is wanted.")
        for one in accounts:
            if one["problem"]:
                tell.note(f"{one['account']}: {_words(one['problem'])}")
    left = sum(bool(one["problem"]) + sum(bool(step["problem"]) for step in one["steps"]) for one in accounts)
    if left:
        raise Failed(f"{left} could not be done; the reasons stand beside them")


def _step(account: str, step: Any) -> list[object]:
    named = [step[name] for name in ("lead_type", "form", "form_version", "linkedin_id", "why")]
    return [step["action"], account, *named, step["problem"] and _words(step["problem"])]


def _check(one: Any) -> None:
    if one["problem"]:
        raise Failed(f"{one['id']} is {one['state']}")


def _words(problem: Any) -> str:
    return f"{problem['message']} {problem['remedy']}".strip()
