"""Moments and durations: whole milliseconds inside, RFC 3339 and `90s` at the edges."""

import re
from datetime import UTC, datetime, timedelta

from leadwire.domain.errors import InvalidInput

Millis = int

SECOND: Millis = 1000
MINUTE: Millis = 60 * SECOND
HOUR: Millis = 60 * MINUTE
DAY: Millis = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_UNITS: dict[str, Millis] = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
# RFC 3339 §5.6: `T` and `Z` in either case, a blank instead of `T`, any number of fraction digits.
_RFC_3339 = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]+))?(?P<zone>[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DURATION = re.compile(r"(?P<number>[0-9]{1,9})(?P<unit>[smhd])")


def iso(ms: Millis) -> str:
    """`0` -> `1970-01-01T00:00:00.000Z`. OverflowError outside the years 1 to 9999."""
    moment = _EPOCH + timedelta(milliseconds=ms)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def utc_day(ms: Millis) -> str:
    """The UTC day that a moment is in: `2026-01-31`."""
    return iso(ms)[:10]


def parse_iso(text: str) -> Millis:
    """An RFC 3339 time with an offset or `Z`; what is finer than a millisecond is dropped.

    InvalidInput `bad_time`; a time without a zone is refused, because it names no moment.
    """
    found = _RFC_3339.fullmatch(text)
    if found is None:
        raise _bad_time(text)
    zone = "+00:00" if found["zone"] in "Zz" else found["zone"]
    fraction = (found["fraction"] or "")[:3].ljust(3, "0")
    try:
        moment = datetime.fromisoformat(f"{found['day']}T{found['clock']}.{fraction}{zone}").astimezone(UTC)
        return (moment - _EPOCH) // _MILLISECOND
    except (ValueError, OverflowError) as error:
        raise _bad_time(text) from error


def _bad_time(text: str) -> InvalidInput:
    return InvalidInput(
        "bad_time",
        f"{text[:64]!r} is not an RFC 3339 time with a zone.",
        "Write it like 2026-01-02T03:04:05Z or 2026-01-02T04:04:05+01:00.",
    )


def parse_duration(text: str) -> Millis:
    """`90s`, `5m`, `24h`, `365d` -> milliseconds. InvalidInput `bad_duration`."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise InvalidInput(
            "bad_duration",
            f"{text[:64]!r} is not a duration.",
            "Write a whole number and s, m, h or d: 90s, 5m, 24h, 365d.",
        )
    return int(found["number"]) * _UNITS[found["unit"]]


def duration_text(ms: Millis) -> str:
    """The shortest whole form, never finer than a second; days from two on, so that `24h` stays `24h`."""
    if ms >= 2 * DAY and ms % DAY == 0:
        return f"{ms // DAY}d"
    for unit in ("h", "m"):
        if ms and ms % _UNITS[unit] == 0:
            return f"{ms // _UNITS[unit]}{unit}"
    return f"{ms // SECOND}s"
