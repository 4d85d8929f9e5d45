"""`leadwire accounts`: who owns leads, whether they may be read, and switching their reading on and off."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from leadwire.cli import follow, tell
from leadwire.cli.api import Api
from leadwire.cli.ends import Listed
from leadwire.cli.options import Account, Interval, Json, NoWait, Timeout
from leadwire.cli.reach import reach

app = typer.Typer(cls=Listed, help="Ad accounts and pages: what may be read, and what is read.")

HEADS = ("ACCOUNT", "NAME", "STATUS", "ROLE", "CAN READ", "READING", "PROBLEMS")
SETTLED = 1.0  # seconds; a connection stores all its accounts at once, others may follow
NONE = "No accounts yet. Connect a LinkedIn member: leadwire connect"


@app.command("list")
def list_(ctx: typer.Context, json: Json = False) -> None:
    """List accounts with the verdict on each."""
    with reach(ctx) as api:
        show(list(api.each("/accounts")), json)


@app.command("show")
def show_one(ctx: typer.Context, account: Account, json: Json = False) -> None:
    """Show one account: problems with their remedies, what has been read and what not."""
    with reach(ctx) as api:
        found, covered = api.get(f"/accounts/{account}"), api.get(f"/accounts/{account}/coverage")
    if json:
        tell.as_json({**found, "coverage": covered})
        return
    tell.facts(_facts(found))
    for one in covered["lead_types"]:
        tell.line(f"\n{one['lead_type']}: read and not read")
        tell.table(("", "SINCE", "UNTIL", "LOST AT LINKEDIN ON"), _intervals(one), "Nothing read yet.")


@app.command("refresh")
def refresh(ctx: typer.Context, json: Json = False, timeout: Timeout = "2m") -> None:
    """Ask LinkedIn anew which accounts there are and what may be read."""
    with reach(ctx, work=True) as api:
        asked = api.get("/status")["now"]
        if api.post("/accounts/refresh")["connections"]:
            checked_since(api, asked, timeout)
        show(list(api.each("/accounts")), json)


@app.command("enable")
def enable(
    ctx: typer.Context,
    account: Account,
    poll_interval: Interval = None,
    lead_type: Annotated[list[str] | None, typer.Option(help="Only these; repeatable.")] = None,
    push: Annotated[
        bool | None,
        typer.Option("--push/--no-push", help="Let LinkedIn push leads; at first it does where it can."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Try although nobody may read its leads.")] = False,
    no_wait: NoWait = False,
    timeout: Timeout = None,
    json: Json = False,
) -> None:
    """Start reading: forms become tables, 365 days of leads arrive, and new ones follow."""
    wish: dict[str, Any] = {"enabled": True, "force": force}
    if push is not None:
        wish["push"] = push
    if poll_interval is not None:
        wish["poll_interval"] = poll_interval
    if lead_type:
        wish["lead_types"] = lead_type
    with reach(ctx, work=not no_wait) as api:
        started = api.put(f"/accounts/{account}/sync", wish)["runs"]
        seen = [api.get(f"/runs/{run}") for run in started] if no_wait else follow.runs(api, started, timeout)
    tell.as_json(seen) if json else follow.show_runs(seen)
    follow.check_runs(seen)


@app.command("disable")
def disable(ctx: typer.Context, account: Account) -> None:
    """Stop reading. What was read stays."""
    with reach(ctx) as api:
        api.put(f"/accounts/{account}/sync", {"enabled": False})
    tell.note(f"{account} is read no more; its leads stay.")


def show(accounts: list[Any], json: bool) -> None:
    """All accounts, for programs or for people, problems with their remedies below."""
    if json:
        tell.as_json(accounts)
        return
    tell.table(HEADS, map(_row, accounts), NONE)
    whose: dict[str, list[str]] = {}
    for one in accounts:
        for problem in one["problems"]:
            words = f"{problem['code']}: {problem['message']} {problem['remedy']}".strip()
            whose.setdefault(words, []).append(one["id"])
    for words, ids in whose.items():
        tell.note(f"\n{words}\n  {', '.join(ids)}")


def checked_since(api: Api, moment: str, timeout: str | None) -> None:
    """Wait until accounts have been checked after a moment, and no more of them for a second."""
    seen: list[tuple[int, float]] = [(0, 0.0)]

    def look() -> bool | None:
        fresh = sum((one["checked_at"] or "") >= moment for one in api.each("/accounts"))
        if fresh != seen[-1][0]:
            seen.append((fresh, time.monotonic()))
        return (fresh > 0 and time.monotonic() - seen[-1][1] >= SETTLED) or None

    with follow.progress() as shown:
        shown.add_task("reading accounts", total=None, said="")
        follow.until(look, timeout, "reading the accounts")


def _row(one: Any) -> list[object]:
    status = f"{one['status']}, test" if one["test"] else one["status"]
    reading = f"every {one['sync']['poll_interval']}" if one["sync"]["enabled"] else "no"
    codes = [problem["code"] for problem in one["problems"]]
    return [one["id"], one["name"], status, one["role"], one["can_read_leads"], reading, codes]


def _facts(one: Any) -> list[tuple[str, object]]:
    sync = one["sync"]
    interval = f"every {sync['poll_interval']} ({tell.origin(sync['poll_interval_origin'])})"
    return [
        ("Account", one["id"]),
        ("Name", one["name"]),
        ("Status", ", ".join([one["status"], *one["serving_statuses"]])),
        ("Type", f"{one['type'] or ''}{' (test)' if one['test'] else ''}"),
        ("Currency", one["currency"]),
        ("Page", one["organization"]),
        ("Role", one["role"]),
        ("Roles on the page", one["organization_roles"]),
        ("Can read leads", one["can_read_leads"]),
        ("Problems", [f"{p['code']}: {p['message']} {p['remedy']}" for p in one["problems"]]),
        ("Reading", interval if sync["enabled"] else "no"),
        ("Push", sync["push"]),
        ("Lead types", sync["lead_types"]),
    ]


def _intervals(one: Any) -> list[list[object]]:
    covered: list[list[object]] = [
        ["read", tell.moment(c["since"]), tell.moment(c["until"]), ""] for c in one["covered"]
    ]
    gaps: list[list[object]] = [
        ["gap", tell.moment(g["since"]), tell.moment(g["until"]), tell.moment(g["lost_on"])]
        for g in one["gaps"]
    ]
    return sorted([*covered, *gaps], key=lambda interval: str(interval[1]))
