"""`leadwire reconcile`: read an account a second time, and print the certificate of what that found."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from leadwire.cli import follow, tell
from leadwire.cli.api import PAGE, Api
from leadwire.cli.ends import Failed
from leadwire.cli.options import Account, Json, Since, Timeout, Until
from leadwire.cli.reach import reach

COUNTED = ("missing", "extra", "repaired")
NUMBERS = ("pushed", "pulled", "stored", "quarantined")
HEADS = ("DAY", "FORM", "STATE", *(name.upper() for name in (*NUMBERS, *COUNTED)), "LEADS")
NONE = "No leads in this time, here or at LinkedIn."


def reconcile(
    ctx: typer.Context,
    account: Account,
    since: Since = None,
    until: Until = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for the certificate.")] = True,
    last: Annotated[bool, typer.Option("--last", help="Print the last certificate; read nothing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compare, repair and mark nothing.")] = False,
    accept_missing: Annotated[
        bool,
        typer.Option("--accept-missing", help="Mark what LinkedIn shows no more, however many leads it is."),
    ] = False,
    timeout: Timeout = None,
    json: Json = False,
) -> None:
    """Compare what LinkedIn shows with what is stored, and repair it. Ends with 1 when the certificate is red."""
    asked = {"since": since, "until": until}
    wish = {"dry_run": dry_run, "accept_missing": accept_missing}
    given = {name: value for name, value in asked.items() if value is not None}
    with reach(ctx, work=wait and not last) as api:
        if not last:
            run = api.post(f"/accounts/{account}/reconcile", {**given, **wish})["run"]
            seen = follow.runs(api, [run], timeout) if wait else [api.get(f"/runs/{run}")]
            if not wait:
                tell.as_json(seen[0]) if json else follow.show_runs(seen)
                return
            follow.check_runs(seen)
        certificate = _whole(api, account, given)
    tell.as_json(certificate) if json else _show(certificate)
    if certificate["state"] == "red":
        raise Failed(f"the certificate of {account} is red: {_why(certificate)}")


def _whole(api: Api, account: str, asked: dict[str, str]) -> Any:
    """The certificate with all of its rows."""
    path = f"/accounts/{account}/certificate"
    whole = api.get(path, limit=PAGE, **asked)
    while whole["next"] is not None:
        page = api.get(path, limit=PAGE, cursor=whole["next"], **asked)
        whole = {**whole, "rows": whole["rows"] + page["rows"], "next": page["next"]}
    return whole


def _show(certificate: Any) -> None:
    if certificate["state"] is None:
        tell.note("Never compared. Do it now: leadwire reconcile ACCOUNT")
        return
    odd = [row for row in certificate["rows"] if row["state"] != "green"]  # a year of green hides one red
    equal = len(certificate["rows"]) - len(odd)
    if odd or not equal:
        tell.table(HEADS, map(_row, odd), NONE)
    if equal:
        tell.line(f"{equal} rows, a form and a day each, are green: nothing to see. --json lists them.")
    compared = f"{tell.moment(certificate['since'])} to {tell.moment(certificate['until'])}"
    tell.note(f"{certificate['state']}: compared {compared}, at {tell.moment(certificate['checked_at'])} UTC")


def _row(row: Any) -> list[object]:
    numbers = [row[name] for name in NUMBERS] + [row[f"{name}_count"] for name in COUNTED]
    named = [f"{name} {lead}" for name in COUNTED for lead in row[name]]
    return [row["day"], row["form"] or "unknown", row["state"], *numbers, named]


def _why(certificate: Any) -> str:
    if certificate["reason"]:
        return f"{certificate['reason']['message']} {certificate['reason']['remedy']}"
    missing, extra = (sum(row[f"{name}_count"] for row in certificate["rows"]) for name in COUNTED[:2])
    return f"{missing} missing here, {extra} not shown by LinkedIn"
