"""`leadwire leads` and `leadwire pull`: what people answered, and reading a window of it by hand."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from leadwire.cli import follow, tell
from leadwire.cli.ends import Listed
from leadwire.cli.options import Account, Json, Limit, NoWait, OfAccount, OfForm, Since, Timeout, Until
from leadwire.cli.reach import reach

app = typer.Typer(cls=Listed, help="Leads as they were answered.")

HEADS = ("LEAD", "SUBMITTED", "FORM", "TEST", "NAME", "E-MAIL", "COMPANY")
NONE = "No leads here. Read some: leadwire pull ACCOUNT"


@app.command("list")
def list_(
    ctx: typer.Context,
    form: OfForm = None,
    account: OfAccount = None,
    since: Since = None,
    until: Until = None,
    test: Annotated[bool | None, typer.Option("--test/--no-test", help="Test leads only, or none.")] = None,
    search: Annotated[
        str | None, typer.Option("--search", "-q", help="Start of an e-mail, name or company; or a lead id.")
    ] = None,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """List leads, the newest submission first."""
    asked = {"form": form, "account": account, "since": since, "until": until, "test": test, "q": search}
    with reach(ctx) as api:
        found = list(api.each("/leads", limit, **asked))
    tell.as_json(found) if json else tell.table(HEADS, map(_row, found), NONE)


@app.command("show")
def show(
    ctx: typer.Context,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="LinkedIn's id of the lead.")],
    json: Json = False,
) -> None:
    """Show one lead: its answers by column, consents, and what happened to it."""
    with reach(ctx) as api:
        found = api.get(f"/leads/{lead}")
    if json:
        tell.as_json(found)
        return
    told = ("id", "form", "form_version", "account", "lead_type", "submitted_at", "test_lead", "campaign_id")
    tell.facts((name, found[name]) for name in (*told, "creative_id", "received_via", "deleted_at"))
    if found["answers"] is None:
        tell.line("\nDeleted at LinkedIn: every answer is erased.")
    else:
        tell.line("\nAnswers")
        tell.facts(found["answers"].items())
        tell.facts((one["column"], one["accepted"]) for one in found["consents"])
        tell.facts((found["extras"] or {}).items())
    tell.line("\nHistory")
    tell.facts((tell.moment(one["at"]), f"{one['event']} {one['via'] or ''}") for one in found["history"])


def pull(
    ctx: typer.Context,
    account: Account,
    since: Since = None,
    until: Until = None,
    form: OfForm = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and count, store nothing.")] = False,
    no_wait: NoWait = False,
    timeout: Timeout = None,
    json: Json = False,
) -> None:
    """Read an account's leads of a window now, whatever was read of it before (LGF-110)."""
    wish = {"since": since, "until": until, "form": form, "dry_run": dry_run}
    with reach(ctx, work=not no_wait) as api:
        run = api.post(f"/accounts/{account}/pull", {k: v for k, v in wish.items() if v is not None})["run"]
        seen = [api.get(f"/runs/{run}")] if no_wait else follow.runs(api, [run], timeout)
    tell.as_json(seen[0]) if json else follow.show_runs(seen)
    follow.check_runs(seen)


def _row(one: Any) -> list[object]:
    answers = one["answers"] or {}
    name = " ".join(str(answers[part]) for part in ("first_name", "last_name") if answers.get(part))
    named = [one["id"], tell.moment(one["submitted_at"]), one["form"], one["test_lead"]]
    said = [name or answers.get("full_name"), answers.get("email") or answers.get("work_email")]
    return [*named, *(said if one["answers"] is not None else ["deleted", None]), answers.get("company_name")]
