"""`leadwire status` and `leadwire openapi`: how it is doing, and what its API offers."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import typer

from leadwire.cli import tell
from leadwire.cli.options import Json
from leadwire.cli.reach import reach
from leadwire.settings import Settings

GRAVEST = ("critical", "warning", "info")
HEADS = ("CONNECTION", "STATE", "MEMBER", "VERIFIED", "ACCESS UNTIL", "REFRESH UNTIL")


def status(ctx: typer.Context, json: Json = False) -> None:
    """Show how the workspace is doing: connections, accounts, leads, open work."""
    with reach(ctx) as api:
        said, connections = api.get("/status"), list(api.each("/connections"))
        alerts = list(api.each("/alerts"))
    if json:
        tell.as_json({**said, "connection_list": connections, "alerts": alerts})
        return
    tell.facts(_facts(said))
    if connections:
        tell.line()
        tell.table(HEADS, map(_connection, connections), "")
    for one in sorted(alerts, key=lambda one: GRAVEST.index(one["severity"])):
        known = ", acknowledged" if one["acknowledged_at"] else ""
        tell.line()
        tell.line(f"{one['severity'].upper()}{known}: {one['message']}\n  {one['remedy']}")


def openapi() -> None:
    """Print the description of the HTTP API; needs no running service."""
    from leadwire.app import App
    from leadwire.web import create_app

    with tempfile.TemporaryDirectory() as folder:
        app = App(Settings(home=Path(folder), secret_key="seals nothing: nothing is kept here"))  # noqa: S106
        try:
            tell.as_json(create_app(app.services()).openapi())
        finally:
            app.close()


def _facts(said: Any) -> list[tuple[str, object]]:
    linkedin, leads, accounts = said["linkedin"], said["leads"], said["accounts"]
    kind = "emulator" if linkedin["emulated"] else "LinkedIn"
    pairs: list[tuple[str, object]] = [
        ("Leadwire", f"{said['version']} at {said['public_url']}, workspace {said['workspace']}"),
        (kind, f"{linkedin['api_url']}, version {linkedin['version']}"),
        (
            "LinkedIn app",
            "set up" if linkedin["app_set_up"] else f"not set up: open {said['public_url']}/setup",
        ),
        ("Connections", _counts(said["connections"]) or "none: leadwire connect"),
        (
            "Accounts",
            f"{accounts['known']} known, {accounts['readable']} readable, {accounts['enabled']} read",
        ),
        ("Forms", said["forms"]),
        ("Leads", f"{leads['stored']} stored, {leads['test']} test, {leads['deleted']} deleted"),
        ("Newest lead", tell.moment(leads["newest"])),
        ("Open runs", _counts(said["open_runs"]) or "none"),
        ("Quarantine", f"{said['open_quarantine']} open"),
        ("Alerts", _counts(said["open_alerts"]) or "none"),
        ("Next work", tell.moment(said["due_at"])),
    ]
    if said["deployment"] is not None:
        pairs += _deployment(said["deployment"])
    return pairs


def _connection(one: Any) -> list[object]:
    state = f"{one['state']} ({one['reason']})" if one["reason"] else one["state"]
    member, beat = one["member"] or {}, one["last_heartbeat"]
    verified = f"{tell.moment(beat['at'])} {beat['result']} ({beat['method']})" if beat else "not yet"
    ends = [tell.moment(one["access_expires_at"]), tell.moment(one["refresh_expires_at"])]
    return [one["id"], state, member.get("name") or member.get("id"), verified, *ends]


def _deployment(said: Any) -> list[tuple[str, object]]:
    facts = said["facts"]
    pauses = [f"{p['endpoint']} until {tell.moment(p['until'])}: {p['reason']}" for p in said["pauses"]]
    return [
        ("Database", f"{facts['database']} {facts['database_version']}, schema {facts['schema_version']}"),
        ("Calls to LinkedIn", [_calls(one) for one in said["budget"]] or "none"),
        ("Paused by LinkedIn", pauses or "nothing"),
    ]


def _calls(one: Any) -> str:
    limit = one["limit"]
    allowed = f", limit {limit['calls']} ({limit['source']})" if limit else ""
    return f"{one['endpoint']} {one['used_today']} today, {one['predicted']} planned a day{allowed}"


def _counts(by_state: Any) -> str:
    return ", ".join(f"{number} {state}" for state, number in sorted(by_state.items()))
