"""Jinja filters: times, numbers and names as people read them. All times UTC."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from leadwire.domain.errors import InvalidInput
from leadwire.domain.owners import Owner
from leadwire.domain.times import DAY, HOUR, MINUTE, SECOND, Millis, duration_text, iso
from leadwire.store.rows import StoredLead

RAW_SHOWN = 4_000  # bytes of a lead that a page shows

FORCE = ("force", False)  # entries of old say it of every account

_STEPS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"))


def when(ms: Millis | None, empty: str = "never") -> Markup | str:
    """`2026-01-02 03:04 UTC` in a <time>, to the millisecond in its attribute and title."""
    return _time(ms, empty, 16)


def exactly(ms: Millis | None, empty: str = "never") -> Markup | str:
    """The same to the second."""
    return _time(ms, empty, 19)


def finely(ms: Millis | None, empty: str = "never") -> Markup | str:
    """The same to the millisecond: what a stopwatch would show."""
    return _time(ms, empty, 23)


def day(ms: Millis | None, empty: str = "never") -> Markup | str:
    """The same to the day."""
    return _time(ms, empty, 10)


def _time(ms: Millis | None, empty: str, length: int) -> Markup | str:
    if ms is None:
        return empty
    try:
        text = iso(ms)
    except OverflowError:  # LinkedIn's number, as it came
        return str(ms)
    shown = text[:length].replace("T", " ")
    return Markup('<time datetime="{0}" title="{0}">{1} UTC</time>').format(text, shown)


def ago(ms: Millis | None, now: Millis, empty: str = "never") -> Markup | str:
    """`3 minutes ago`, `in 59 days`, inside a <time>."""
    if ms is None:
        return empty
    text = f"{span(now - ms)} ago" if ms <= now else f"in {span(ms - now)}"
    if abs(now - ms) < SECOND:
        text = "just now"
    try:
        return Markup('<time datetime="{0}" title="{0}">{1}</time>').format(iso(ms), text)
    except OverflowError:
        return text


def span(ms: Millis) -> str:
    """`3 minutes`: the largest unit that fits, rounded down."""
    for unit, name in _STEPS:
        if ms >= unit:
            count = ms // unit
            return f"{number(count)} {name}{'' if count == 1 else 's'}"
    return "less than a second"


def number(value: int) -> str:
    """`1,234,567`."""
    return f"{value:,}"


def counted(value: int, one: str, many: str = "") -> str:
    """`1 lead`, `1,200 leads`."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def account(owner: str) -> str:
    """The owner's URN as people name the account: `123` or `organization:123`."""
    try:
        return Owner.parse(owner).name
    except InvalidInput:
        return owner


def person(lead: StoredLead) -> str:
    """Whom a lead is from: the name, the e-mail, or the lead's id where neither was answered."""
    answers = lead.answers or {}
    names = (answers.get("first_name"), answers.get("last_name"))
    name = " ".join(one for one in names if isinstance(one, str) and one.strip())
    mail = answers.get("email") or answers.get("work_email")
    return name or (mail if isinstance(mail, str) else "") or lead.lead_id


def part(text: str) -> str:
    """Text as one part of an address."""
    return quote(text, safe="")


def pretty(value: object) -> str:
    """JSON as people read it."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def evidence(value: object) -> str:
    """What LinkedIn shows, or that it shows nothing."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def told(detail: Mapping[str, object]) -> list[tuple[str, str]]:
    """What an entry of the audit says beside its action: what was not given or not asked for is left out."""
    said = ((name, value) for name, value in detail.items() if value is not None and (name, value) != FORCE)
    return [(name.replace("_", " "), _saying(name, value)) for name, value in said]


def _saying(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("_interval") and isinstance(value, int):
        return duration_text(value)
    return str(value)


def raw(data: bytes) -> str:
    """Bytes as text, cut where they are many; what is no UTF-8 is escaped."""
    text = data[:RAW_SHOWN].decode("utf-8", "backslashreplace")
    return text if len(data) <= RAW_SHOWN else f"{text}… ({number(len(data))} bytes)"


def spaced(code: str) -> str:
    """LinkedIn's `LEAD_GEN_FORMS_MANAGER` as `Lead gen forms manager`."""
    return code.replace("_", " ").capitalize()


FILTERS: Mapping[str, Callable[..., Any]] = {
    "when": when,
    "exactly": exactly,
    "finely": finely,
    "day": day,
    "ago": ago,
    "span": span,
    "duration": duration_text,
    "number": number,
    "counted": counted,
    "account": account,
    "person": person,
    "part": part,
    "pretty": pretty,
    "evidence": evidence,
    "told": told,
    "raw": raw,
    "spaced": spaced,
}
