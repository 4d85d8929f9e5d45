"""`leadwire leads` and `leadwire pull`: what people answered, and reading a window of it by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from leadwire.cli import follow, tell
from leadwire.cli.api import Api
from leadwire.cli.ends import Failed, GoesOn, Listed
from leadwire.cli.options import (
    Account,
    Json,
    Limit,
    NoWait,
    OfAccount,
    OfForm,
    Since,
    Timeout,
    Until,
    a_time,
)
from leadwire.cli.reach import reach

app = typer.Typer(cls=Listed, help="Leads as they were answered.")

HEADS = ("LEAD", "SUBMITTED", "FORM", "TEST", "NAME", "E-MAIL", "COMPANY")
STEPS = ("STEP", "AFTER MS", "AT", "WHAT")
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


@app.command("test")
def test(
    ctx: typer.Context,
    account: Account,
    since: Annotated[
        str | None, typer.Option(parser=a_time, metavar="TIME", help="As if begun then, instead of now.")
    ] = None,
    timeout: Timeout = "10m",
    json: Json = False,
) -> None:
    """Wait for the next test lead of an account, and tell its way into the table with times (LGF-109)."""
    with reach(ctx, work=True) as api:
        began = since or api.get(f"/accounts/{account}/test-lead")["since"]
        tell.note(f"Waiting since {began}. In Campaign Manager, send a test lead of a form of this account.")
        path, late = f"/accounts/{account}/test-lead", ""
        try:
            check = follow.until(_arrived(api, path, began), timeout, "the test lead")
        except GoesOn as error:
            check, late = api.get(path, since=began), str(error)
    tell.as_json(check) if json else _show_check(check)
    for one in check["problems"]:
        tell.note(f"{one['code']}: {one['message']} {one['remedy']}")
    if late:
        raise GoesOn(f"{late}. Go on with --since {began}")
    if check["problems"]:
        raise Failed(f"the lead is stored, but was not pushed, only read ({check['received_via']})")


def _arrived(api: Api, path: str, began: str) -> Callable[[], Any]:
    """A look at the check that tells each step once, and is over when the lead is stored."""
    told: set[str] = set()

    def look() -> Any:
        check = api.get(path, since=began)
        for step in check["steps"]:
            line = f"+{step['after_ms']:,} ms {step['step']}: {step['said']}"
            if line not in told:
                told.add(line)
                tell.note(line)
        return check if check["state"] == "stored" else None

    return look


def _show_check(check: Any) -> None:
    rows = [[one["step"], f"{one['after_ms']:,}", one["at"], one["said"]] for one in check["steps"]]
    tell.table(STEPS, rows, "No test lead has come.")
    if check["lead"]:
        tell.line(f"{check['lead']} is in {check['table']}, {check['took_ms']:,} ms after its submission.")


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
