"""`leadwire doctor`: what is set up, what is missing, and what to do about it, in words."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Literal

import typer

from leadwire import runfile
from leadwire.cli import reach, tell
from leadwire.cli.ends import FAILED, end_of
from leadwire.cli.options import Json
from leadwire.linkedin.client import HttpTransport, Request
from leadwire.linkedin.errors import LinkedInError
from leadwire.linkedin.versions import newest_known, sunset_of
from leadwire.settings import PREFIX, Settings, SettingsError, gather, is_loopback, load

Verdict = Literal["ok", "warning", "broken"]

SKEW = 60  # seconds between two clocks that nobody notices
WARN_DAYS = 60  # before a version of LinkedIn's API ends


@dataclass(frozen=True)
class Finding:
    verdict: Verdict
    about: str
    words: str


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
    try:
        with reach.reach(ctx) as api:
            status, connections = api.get("/status"), list(api.each("/connections"))
    except Exception as error:
        end = end_of(error)
        if end is None:
            raise
        yield Finding("broken", "service", end[1])
        return
    linkedin, facts = status["linkedin"], (status["deployment"] or {}).get("facts")
    if facts is not None:
        yield from _database(facts)
    yield from _public(status["public_url"], linkedin["emulated"])
    yield from _app(status)
    yield from _scopes(facts["scopes"] if facts else settings.linkedin_scopes, connections)
    yield from _version(linkedin["version"], datetime.now(UTC).date())
    ours = linkedin["api_url"] == settings.linkedin_api_url
    yield from _linkedin(linkedin["api_url"], *([settings.linkedin_oauth_url] if ours else []))


def _public(url: str, emulated: bool) -> Iterator[Finding]:
    if url.startswith("https://") or emulated:
        yield Finding("ok", "public URL", url)
    elif is_loopback(url):
        words = f"{url} is this machine only: LinkedIn cannot push, leads are polled"
        yield Finding("warning", "public URL", f"{words}; set {PREFIX}PUBLIC_URL to an https:// address")
    else:
        words = f"{url} is not https://: LinkedIn takes no such address, neither for consent nor for push"
        yield Finding("warning", "public URL", words)


def _database(facts: Any) -> Iterator[Finding]:
    role = f", rows are worked on as {facts['app_role']}" if facts["app_role"] else ""
    words = f"{facts['database']} {facts['database_version']}, schema {facts['schema_version']}{role}"
    yield Finding("ok", "database", words)
    for warning in facts["warnings"]:
        yield Finding("warning", "database", warning)


def _app(status: Any) -> Iterator[Finding]:
    facts = status["deployment"]["facts"] if status["deployment"] else {}
    if not status["linkedin"]["app_set_up"]:
        words = (
            f"not set up: open {status['public_url']}/setup, or set {PREFIX}LINKEDIN_CLIENT_ID and …_SECRET"
        )
        yield Finding("warning", "LinkedIn app", words)
    elif facts:
        yield Finding("ok", "LinkedIn app", f"client id {facts['client_id']}")
    if facts:
        words = f"{facts['redirect_uri']} must stand exactly so on the app's Auth tab at LinkedIn"
        yield Finding("ok", "redirect URI", words)


def _scopes(wanted: Iterable[str], connections: Iterable[Any]) -> Iterator[Finding]:
    for one in connections:
        name = f"connection {one['id']}"
        if one["state"] == "needs_reconnect":
            words = f"needs a person ({one['reason']}): leadwire connect --again {one['id']}"
            yield Finding("warning", name, words)
        elif one["state"] == "active" and set(one["scopes"]) != set(wanted):
            words = (
                f"was granted {' '.join(sorted(one['scopes']))}, the settings ask for "
                f"{' '.join(sorted(wanted))}: the next consent of this member ends its present tokens"
            )
            yield Finding("warning", name, words)


def _version(version: str, today: date) -> Iterator[Finding]:
    end = sunset_of(version)
    if end is None:
        words = f"{version} is not known to this release; the newest it knows is {newest_known()}"
        yield Finding("warning", "API version", words)
    elif end <= today:
        words = f"{version} ended on {end}: set {PREFIX}LINKEDIN_VERSION to {newest_known()}, or leave it out"
        yield Finding("broken", "API version", words)
    elif (end - today).days < WARN_DAYS:
        words = f"{version} ends on {end}, in {(end - today).days} days; a newer Leadwire speaks a newer one"
        yield Finding("warning", "API version", words)
    else:
        yield Finding("ok", "API version", f"{version}, ends on {end}")


def _linkedin(api_url: str, *others: str) -> Iterator[Finding]:
    transport = HttpTransport(connect=5.0, read=5.0, total=10.0)
    try:
        for base in dict.fromkeys((api_url, *others)):
            try:
                answer = transport(Request("GET", f"{base}/"))
            except LinkedInError as error:
                yield Finding("broken", "LinkedIn", f"{base}: {error}")
                continue
            yield Finding("ok", "LinkedIn", f"{base} answers")
            if base == api_url:
                yield from _clock(answer.headers.get("date"), time.time())
    finally:
        transport.close()


def _clock(said: str | None, now: float) -> Iterator[Finding]:
    """Our clock against the Date header of LinkedIn's answer."""
    if said is None:
        return
    apart = round(now - parsedate_to_datetime(said).timestamp())
    if abs(apart) <= SKEW:
        yield Finding("ok", "clock", f"{abs(apart)} s apart from LinkedIn's")
    else:
        words = (
            f"{abs(apart)} s {'ahead of' if apart > 0 else 'behind'} LinkedIn's: set this machine's by NTP"
        )
        yield Finding("warning", "clock", words)
