"""Reminders as a calendar file: RFC 5545, for whatever calendar people keep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from leadwire.domain.alerts import RUNGS
from leadwire.domain.times import DAY, Millis, iso

MEDIA_TYPE: Final = "text/calendar"
LONGEST: Final = 75  # octets of a line, its end not counted (RFC 5545, 3.1)

_ESCAPED: Final = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}
_CONTROLS: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Reminder:
    """One entry. `uid` stays when its moment moves; the entry of the greater `revision` is the newer one."""

    uid: str
    at: Millis
    summary: str
    description: str
    url: str
    revision: int = 0


def ladder(connection_id: str, name: str, ends_at: Millis, granted_at: Millis, url: str) -> list[Reminder]:
    """A reminder for each day on which people are told that a grant ends (LGF-006), the first one first."""
    return [
        Reminder(
            uid=f"{connection_id}-{days}@leadwire",
            at=ends_at - days * DAY,
            summary=f"Reconnect LinkedIn: {name} ends in {days} day{'s' if days > 1 else ''}",
            description=(
                f"LinkedIn's consent for {name} ends on {iso(ends_at)[:16].replace('T', ' ')} UTC. No program can "
                f"renew it.\nOpen {url} and press Reconnect; any admin of the same accounts may. Accounts, settings "
                "and leads stay, and what was missed is pulled by itself."
            ),
            url=url,
            revision=granted_at // DAY,
        )
        for days in RUNGS
    ]


def calendar(title: str, reminders: Iterable[Reminder], now: Millis) -> bytes:
    """A whole file; RFC 5545 wants at least one reminder."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Leadwire//Reminders//EN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(title)}",
        *(line for one in reminders for line in _event(one, now)),
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _event(one: Reminder, now: Millis) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{one.uid}"
    yield f"DTSTAMP:{_moment(now)}"
    yield f"SEQUENCE:{one.revision}"
    yield f"DTSTART:{_moment(one.at)}"
    yield "DURATION:PT15M"
    yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{_text(one.summary)}"
    yield f"DESCRIPTION:{_text(one.description)}"
    yield f"URL:{one.url}"
    yield from ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:PT0S", f"DESCRIPTION:{_text(one.summary)}")
    yield from ("END:VALARM", "END:VEVENT")


def _moment(at: Millis) -> str:
    return iso(at)[:19].replace("-", "").replace(":", "") + "Z"


def _text(text: str) -> str:
    plain = _CONTROLS.sub("", text)
    return "".join(_ESCAPED.get(letter, letter) for letter in plain)


def _folded(line: str) -> bytes:
    """The line with its end; where it is too long, it goes on behind a blank, and no letter is cut."""
    parts, length = [b""], 0
    for letter in line:
        octets = letter.encode("utf-8", "replace")
        if length + len(octets) > LONGEST:
            parts.append(b" ")
            length = 1
        parts[-1] += octets
        length += len(octets)
    return b"\r\n".join(parts) + b"\r\n"
