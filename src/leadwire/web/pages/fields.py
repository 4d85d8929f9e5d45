"""What people type into forms, as values. InvalidInput says what to write instead."""

from __future__ import annotations

import re

from leadwire.domain.times import Millis, parse_duration, parse_iso

# A date field gives a day, a date-and-time field leaves seconds out; both mean UTC here, as the page says.
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_SECOND = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?")
_ENDINGS = ((_DAY, "T00:00:00Z"), (_MINUTE, ":00Z"), (_SECOND, "Z"))

CHOICES = {"yes": True, "no": False}


def moment(text: str | None) -> Millis | None:
    """A moment in UTC; None for an empty field."""
    if text is None:
        return None
    ending = next((ending for shape, ending in _ENDINGS if shape.fullmatch(text)), "")
    return parse_iso(text + ending)


def interval(text: str | None) -> Millis | None:
    """`90s`, `5m`, `24h`; None for an empty field, which takes a setting back."""
    return None if text is None else parse_duration(text)


def choice(text: str | None) -> bool | None:
    """`yes`, `no`, or None for anything else."""
    return CHOICES.get(text or "")
