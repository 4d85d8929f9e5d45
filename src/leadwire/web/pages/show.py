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
SHORT = 8  # of an id that nobody reads: enough to tell two apart
DUMMY = "<test lead: dummy data"  # how LinkedIn answers its own test leads


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
    text = f"{span(now - ms)} ago" if ms <= now else f"in {ahead(ms - now)}"
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


def ahead(ms: Millis) -> str:
    """The same, to the nearest where there are many: a grant of 60 days ends in 60 days, and not in 59."""
    unit = next((unit for unit, _ in _STEPS if ms >= unit), SECOND)
    return span(ms + unit // 2 if ms // unit >= 10 else ms)


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
    """Whom a lead is from, at the head of a page or a row: the name, the e-mail, or that it is a lead."""
    return _who(lead) or f"Lead {short(lead.lead_id)}"


def whose(lead: StoredLead | None, lead_id: str) -> str:
    """The same behind the word "lead"; None is one that is not stored."""
    return (_who(lead) if lead else "") or short(lead_id)


def _who(lead: StoredLead) -> str:
    answers = lead.answers or {}
    names = (answers.get("first_name"), answers.get("last_name"))
    name = " ".join(one for one in names if isinstance(one, str) and one.strip())
    if name.startswith(DUMMY):
        return "Test lead"
    mail = answers.get("email") or answers.get("work_email")
    return name or (mail if isinstance(mail, str) else "")


def listed(answers: Mapping[str, Any] | None, *names: str) -> str:
    """The first of these answers that says something, for a list: LinkedIn's dummy data says nothing."""
    found = ((answers or {}).get(name) for name in names)
    return next((one for one in found if isinstance(one, str) and one and not one.startswith(DUMMY)), "")


def short(text: str) -> str:
    """An id for the eye; the whole one stands in a title or on the page that it leads to."""
    return text if len(text) <= SHORT + 4 else f"{text[:SHORT]}…"


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
    "listed": listed,
    "short": short,
    "part": part,
    "pretty": pretty,
    "evidence": evidence,
    "raw": raw,
    "spaced": spaced,
}
