"""`leadwire doctor`: what is set up, what is missing, and what to do about it, in words."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import typer

from leadwire import runfile
from leadwire.cli import checks, reach, tell
from leadwire.cli.checks import Finding
from leadwire.cli.ends import FAILED, end_of
from leadwire.cli.options import Json
from leadwire.domain.times import parse_iso
from leadwire.linkedin.client import HttpTransport, Request
from leadwire.linkedin.errors import LinkedInError
from leadwire.settings import PREFIX, Settings, SettingsError, gather, load


def doctor(ctx: typer.Context, json: Json = False) -> None:
    """Say what is set up, what is missing, and what to do; exit code 1 if something is broken.

    Checks settings, HOME, database, LinkedIn app, connections, reachability, API version and clocks.
    """
    found = list(examine(ctx))
    if json:
        tell.as_json([asdict(one) for one in found])
    else:
        tell.table(("", "", ""), ([one.verdict, one.about, one.words] for one in found), "")
    if any(one.verdict == "broken" for one in found):
        raise typer.Exit(FAILED)


def examine(ctx: typer.Context) -> Iterator[Finding]:
    """Everything that can be checked; what cannot be, because something before it is broken, is left out."""
    folder = Path.cwd()
    try:
        settings, given = load(os.environ, folder), gather(os.environ, folder)
    except SettingsError as error:
        yield from (Finding("broken", "setting", line) for line in str(error).splitlines())
        return
    shown = settings.model_dump()
    for name, one in sorted(given.items()):
        yield Finding("ok", "setting", f"{PREFIX}{name.upper()} = {shown[name]} (from the {one.source})")
    yield from checks.risks(settings)
    yield from _home(settings)
    yield from _service(ctx, settings)


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home.absolute()
    if not home.is_dir():
        yield Finding("ok", "home", f"{home} does not exist yet; it is made at the first start")
        return
    yield Finding("ok", "home", str(home))
    for path, mode in ((home, 0o700), (home / "secret.key", 0o600), (home / "run.json", 0o600)):
        if path.exists() and (found := stat.S_IMODE(path.stat().st_mode)) & ~mode:
            words = f"{path} can be read by others (mode {found:o}): chmod {mode:o} {path}"
            yield Finding("warning", "home", words)
    left = runfile.read(settings.home)
    if left is not None and reach.find(settings) is None:
        yield Finding(
            "warning", "service", f"run.json is stale: process {left.pid} does not answer at {left.url}"
        )


def _service(ctx: typer.Context, settings: Settings) -> Iterator[Finding]:
    """What only a running Leadwire knows: database, LinkedIn app, connections."""
    runs = reach.find(settings)
    yield Finding("ok", "service", f"runs at {runs.url}, process {runs.pid}" if runs else "does not run now")
    trial = None
    try:
        with reach.reach(ctx) as api:
            status, connections = api.get("/status"), list(api.each("/connections"))
            if any(one["state"] == "active" for one in connections):
                trial = api.post("/status/next-version")
    except Exception as error:
        end = end_of(error)
        if end is None:
            raise
        yield Finding("broken", "service", end[1])
        return
    linkedin, facts = status["linkedin"], (status["deployment"] or {}).get("facts")
    if facts is not None:
        yield from checks.database(facts)
        yield from checks.keys(facts["sealing"])
    yield from checks.public_url(status["public_url"], linkedin["emulated"])
    yield from checks.linkedin_app(status)
    yield from checks.scopes(facts["scopes"] if facts else settings.linkedin_scopes, connections)
    yield from checks.api_version(linkedin["version"], datetime.now(UTC).date())
    if trial is not None:
        yield from checks.next_version(trial)
    ours = linkedin["api_url"] == settings.linkedin_api_url
    others = [settings.linkedin_oauth_url] if ours else []
    yield from _linkedin([linkedin["api_url"], *others], parse_iso(status["now"]) / 1000)


def _linkedin(bases: Sequence[str], now: float) -> Iterator[Finding]:
    """Whether LinkedIn answers, and what its clock says against Leadwire's; the first base is the API's."""
    transport = HttpTransport(connect=5.0, read=5.0, total=10.0)
    try:
        for base in dict.fromkeys(bases):
            try:
                answer = transport(Request("GET", f"{base}/"))
            except LinkedInError as error:
                yield Finding("broken", "LinkedIn", f"{base}: {error}")
                continue
            yield Finding("ok", "LinkedIn", f"{base} answers")
            if base == bases[0]:
                yield from checks.clock(answer.headers.get("date"), now)
    finally:
        transport.close()
