"""Reading JSON that may be odd: tolerant views of decoded values, and one way to fail.

LinkedIn may add members, change the order and send new enum values without notice
(learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/breaking-change-policy), so nothing here insists
on more than the caller asks for.
"""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from leadwire.linkedin.errors import Surprise

Millis: TypeAlias = int
Record: TypeAlias = Mapping[str, object]

_LATEST: Final[Millis] = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z, the last that four digits can write
_LONGEST_INTEGER = 40  # digits; 19 are real. Python refuses to convert more than 4,300
_ABSURD = 10.0**_LONGEST_INTEGER
_LONGEST_NAME = 300
_NOTHING: Record = {}


def _integer(digits: str) -> object:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


_decoder = json.JSONDecoder(parse_int=_integer)


def load(raw: bytes) -> object:
    """Decode JSON with the standard library: lone surrogates and NaN survive as values, so that one odd
    answer does not hide the others; integers of absurd length become text. Raises Surprise for what is no
    JSON.
    """
    try:
        return _decoder.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Surprise(f"not readable as JSON ({type(error).__name__})", raw) from None


def load_record(raw: bytes, what: str) -> Record:
    """Decode a JSON object. Raises Surprise, naming `what` was expected."""
    value = load(raw)
    if not isinstance(value, dict):
        raise Surprise(f"{what} is not a JSON object", raw)
    return value


def dump(value: object) -> str:
    """The JSON text of a decoded value, for showing and for mending by hand."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:  # written with one more frame per level than it was read with
        return '"(nested too deeply)"'


def record(value: object) -> Record:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def at(value: object, *path: str) -> object:
    """The member at the end of a path of names, or None."""
    for name in path:
        value = record(value).get(name)
    return value


def items(value: object) -> list[object]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: object) -> str | None:
    """The value if it is text, else None."""
    return value if isinstance(value, str) else None


def texts(values: object) -> Iterator[str]:
    """The texts of a list."""
    return (value for value in items(values) if isinstance(value, str))


def integer(value: object) -> int | None:
    """The value if it is a whole number (also `1.0`, which JSON does not tell from `1`), else None; `1e300` is
    none: nobody could read what is made of it.
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < _ABSURD:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def moment(value: object) -> Millis | None:
    """The value if it is a time, epoch ms from 1970 to 9999, else None: no calendar and no database holds others."""
    number = integer(value)
    return number if number is not None and 0 <= number <= _LATEST else None


def identifier(value: object) -> str | None:
    """An id given as a number, as text, or as a URN, as text; None where there is none, or an absurd one."""
    if isinstance(value, str):
        return _last_part(value) if len(value) <= _LONGEST_NAME else None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


@lru_cache(maxsize=4096)  # a page names the same campaign a hundred times
def _last_part(text: str) -> str | None:
    return text.rsplit(":", 1)[-1].strip() or None if text.isascii() and text.isprintable() else None


def urn(value: object) -> str | None:
    """The value if it is a URN, else None."""
    return value if isinstance(value, str) and value.startswith("urn:") else None


def union_urn(value: object) -> str | None:
    """The URN in a union, whatever the member is called (`{"event": "urn:li:event:6789"}`), or a bare one."""
    if isinstance(value, dict):
        for member in value.values():
            if isinstance(member, str) and member.startswith("urn:"):
                return member
        return None
    return urn(value)
