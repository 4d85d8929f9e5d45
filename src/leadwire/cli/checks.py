"""What `leadwire doctor` says of what it was shown: facts in, findings out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from leadwire.domain.times import MINUTE
from leadwire.linkedin.versions import newest_known, sunset_of
from leadwire.setting_values import is_loopback
from leadwire.settings import PREFIX, Settings

Verdict = Literal["ok", "warning", "broken"]

SKEW = 60  # seconds between two clocks that nobody notices
WARN_DAYS = 60  # before a version of LinkedIn's API ends


@dataclass(frozen=True)
class Finding:
    verdict: Verdict
    about: str
    words: str


def risks(settings: Settings) -> Iterator[Finding]:
    """Values that work, and are no good for other people's leads."""
    for name, text, least in (
        ("SECRET_KEY", settings.secret_key and settings.secret_key.split(",")[0], 32),
        ("ADMIN_TOKEN", settings.admin_token, 16),
    ):
        if text and len(text.strip()) < least:
            words = f"{PREFIX}{name} can be guessed: take {least} characters or more, e.g. from `openssl rand -hex 32`"
            yield Finding("warning", "setting", words)
    for name, span in (("SETTLE", settings.settle), ("DELETE_CONFIRM_AFTER", settings.delete_confirm_after)):
        if span < MINUTE:
            words = f"{PREFIX}{name} is under 1m: what LinkedIn shows late is taken for missing"
            yield Finding("warning", "setting", words)


def public_url(url: str, emulated: bool) -> Iterator[Finding]:
    """Whether LinkedIn can reach this deployment."""
    if url.startswith("https://") or emulated:
        yield Finding("ok", "public URL", url)
    elif is_loopback(url):
        words = f"{url} is this machine only: LinkedIn cannot push, leads are polled"
        yield Finding("warning", "public URL", f"{words}; set {PREFIX}PUBLIC_URL to an https:// address")
    else:
        words = f"{url} is not https://: LinkedIn takes no such address, neither for consent nor for push"
        yield Finding("warning", "public URL", words)


def database(facts: Any) -> Iterator[Finding]:
    """The database, its schema and role, and what is odd about it."""
    role = f", rows are worked on as {facts['app_role']}" if facts["app_role"] else ""
    words = f"{facts['database']} {facts['database_version']}, schema {facts['schema_version']}{role}"
    yield Finding("ok", "database", words)
    for warning in facts["warnings"]:
        yield Finding("warning", "database", warning)


def keys(sealing: Any) -> Iterator[Finding]:
    """During a rotation: whether the old keys are still needed."""
    first = f"the first key of {PREFIX}SECRET_KEY"
    if sealing["older"]:
        words = f"{sealing['older']} sealed values need an older key than {first}: keep it; a start seals them anew"
        yield Finding("warning", "keys", words)
    elif sealing["keys"] > 1:
        yield Finding("ok", "keys", f"everything is sealed with {first}: take the others away")
    if sealing["lost"]:
        words = f"{sealing['lost']} sealed values open with none of the keys: put theirs behind {first}, or reconnect"
        yield Finding("warning", "keys", words)


def linkedin_app(status: Any) -> Iterator[Finding]:
    """The LinkedIn app, and the redirect URI to compare there."""
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


def scopes(wanted: Iterable[str], connections: Iterable[Any]) -> Iterator[Finding]:
    """Connections that need a person, or will lose their tokens at the next consent."""
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


def api_version(version: str, today: date) -> Iterator[Finding]:
    """How long the version of LinkedIn's API in use will live."""
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


def next_version(trial: Any) -> Iterator[Finding]:
    """What LinkedIn said to the version after the one in use, and what it would change."""
    version, tried, said = trial["version"], trial["tried"], trial["said"]
    lasts = f"to {trial['tried_sunset']}" if trial["tried_sunset"] else "about a year from its month on"
    words = {
        "accepted": f"LinkedIn takes {tried}, too, and is understood: {PREFIX}LINKEDIN_VERSION={tried} lasts {lasts}",
        "unreadable": f"LinkedIn takes {tried}, but answers otherwise than {version} ({said}): update Leadwire first",
        "refused": f"LinkedIn does not offer {tried} (426): stay with {version}",
        "unclear": f"{tried} could not be tried: {said}",
    }
    yield Finding(
        "warning" if trial["result"] == "unreadable" else "ok", "next version", words[trial["result"]]
    )


def clock(said: str | None, now: float) -> Iterator[Finding]:
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
