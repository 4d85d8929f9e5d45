"""How things are shown: templates with everything escaped, and the few filters they use."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from linkedin_emulator.clock import DAY, HOUR, MINUTE, SECOND, Millis
from linkedin_emulator.protocol.urns import ACCOUNT, ORGANIZATION, number
from linkedin_emulator.protocol.wire import Json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = ((365 * DAY, "year"), (DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"))


def iso(at: Millis) -> str:
    """ISO 8601 in UTC to the second; a moment beyond the calendar stays a number."""
    try:
        return (_EPOCH + timedelta(milliseconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError):
        return f"{at} ms"


def ago(at: Millis, now: Millis) -> str:
    """The distance in its largest unit: "3 minutes ago", "in 2 days", "just now"."""
    far = abs(now - at)
    for length, name in _UNITS:
        if far >= length:
            count = far // length
            words = f"{count} {name}{'' if count == 1 else 's'}"
            return f"{words} ago" if at <= now else f"in {words}"
    return "just now"


def words(localized: Json) -> str:
    """The text of a `{"localized": {locale: text}}`, or ""."""
    return str(next(iter((localized or {}).get("localized", {}).values()), ""))


def locale(version: dict[str, Json]) -> str:
    """`ll_CC` of a form version."""
    made = version["creationLocale"]
    return "_".join(filter(None, (made.get("language"), made.get("country"))))


def place(owner: str) -> str:
    """Where an owner's page is, below the root."""
    account = number(owner, ACCOUNT)
    return f"accounts/{account}" if account else f"pages/{number(owner, ORGANIZATION)}"


def pretty(text: str) -> str:
    """JSON with line breaks; what is no JSON, or too long to be read, stays as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2) if len(text) < 20_000 else text
    except (ValueError, RecursionError):
        return text


def short(text: str, length: int = 90) -> str:
    """The beginning, with an ellipsis where something is left out."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("linkedin_emulator", "templates/campaign_manager"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    filters = (iso, ago, words, locale, place, pretty, short)
    made.filters |= {each.__name__: each for each in filters}
    return made


_PAGES = _environment()


def render(template: str, **values: Any) -> str:
    """One page as text; a lone surrogate, which UTF-8 cannot hold, becomes a replacement sign."""
    page = _PAGES.get_template(template).render(values)
    return page.encode("utf-8", "replace").decode()
