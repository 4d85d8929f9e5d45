"""The calendar file, read back by a reader that takes RFC 5545 at its word."""

import re

from hypothesis import given
from hypothesis import strategies as st

from leadwire.domain.calendar import Reminder, calendar, ladder
from leadwire.domain.times import DAY, iso

END = 1_800_000_000_000
PAGE = "https://leads.example.com/connections/01c"
WRITTEN = {"\\\\": "\\", "\\;": ";", "\\,": ",", "\\n": "\n"}


def read(file: bytes) -> list[dict[str, str]]:
    """The properties of each event; its alarm's are named `VALARM:…`."""
    assert file.endswith(b"\r\n")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", file)
    lines = file[:-2].split(b"\r\n")
    assert max(map(len, lines)) <= 75
    events: list[dict[str, str]] = []
    within: list[str] = []
    for line in b"\r\n".join(lines).replace(b"\r\n ", b"").decode().split("\r\n"):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            within.append(value)
            events += [{}] if value == "VEVENT" else []
        elif name == "END":
            assert within.pop() == value
        elif "VEVENT" in within:
            key = name if within[-1] == "VEVENT" else f"{within[-1]}:{name}"
            assert key not in events[-1]
            events[-1][key] = re.sub(r"\\.", lambda found: WRITTEN[found[0]], value)
    assert within == []
    return events


def test_the_ladder_has_an_entry_for_each_rung_that_says_what_to_do() -> None:
    events = read(calendar("Leadwire", ladder("01c", "Jane Doe", END, END - 365 * DAY, PAGE), END - 40 * DAY))
    assert [one["UID"] for one in events] == [f"01c-{days}@leadwire" for days in (30, 14, 7, 3, 1)]
    days = [iso(END - days * DAY)[:10].replace("-", "") for days in (30, 14, 7, 3, 1)]
    assert [one["DTSTART"] for one in events] == [f"{day}T080000Z" for day in days]
    for one in events:
        assert one["DTSTAMP"] == "20261206T080000Z"
        assert one["URL"] == PAGE
        assert PAGE in one["DESCRIPTION"] and "press Reconnect" in one["DESCRIPTION"]
        assert (one["VALARM:ACTION"], one["VALARM:TRIGGER"]) == ("DISPLAY", "PT0S")
        assert one["VALARM:DESCRIPTION"] == one["SUMMARY"]
    assert events[0]["SUMMARY"] == "Reconnect LinkedIn: Jane Doe ends in 30 days"
    assert events[-1]["SUMMARY"] == "Reconnect LinkedIn: Jane Doe ends in 1 day"


def test_a_new_consent_moves_the_same_entries() -> None:
    first, second = (ladder("01c", "Jane", END + n * DAY, END + n * DAY - 365 * DAY, PAGE) for n in (0, 200))
    assert [one.uid for one in first] == [one.uid for one in second]
    assert all(newer.revision > older.revision for older, newer in zip(first, second, strict=True))


@given(st.text(max_size=400))
def test_whatever_a_member_is_called_the_file_can_be_read(name: str) -> None:
    (event,) = read(calendar(name, [Reminder("u", END, name, name, PAGE)], END))
    shown = re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", "", name).encode("utf-8", "replace").decode()
    assert event["SUMMARY"] == event["DESCRIPTION"] == shown
