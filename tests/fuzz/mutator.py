"""Well-formed JSON made odd, by dice: at a place of its tree, or somewhere in its bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

Path = tuple[Any, ...]

# What a JSON writer refuses to write stands for itself in the text, and is put in its place afterwards.
RAW = {
    "@raw0@": "9" * 5_000,
    "@raw1@": "-" + "9" * 30,
    "@raw2@": "[" * 200 + "]" * 200,
    "@raw3@": "[" * 20_000 + "]" * 20_000,
    "@raw4@": '{"a":' * 3_000 + "1" + "}" * 3_000,
    "@raw5@": "1e999",
    "@raw6@": "1e300",
    "@raw7@": "0.5",
    "@raw8@": "NaN",
    "@raw9@": '{"a":1,"a":2}',
    "@rawA@": "1.0",
    "@rawB@": "-0",
}
_RAW_BYTES = [(json.dumps(name).encode(), said.encode()) for name, said in RAW.items()]
NUMBERS = [
    0,
    1,
    -1,
    2**31,
    2**53 + 1,
    2**63 - 1,
    2**63,
    2**64,
    10**39,
    253_402_300_799_999,
    253_402_300_800_000,
]
TEXTS = [
    *(
        "",
        " ",
        "x",
        "0",
        "null",
        "\0",
        "a\0b",
        "\ud83d",
        "\udc00\ud83d",
        "e\u0301",
        "\u202eevil\u202c",
        "\ufeff",
        "\x7f",
    ),
    *(
        "👩‍👩‍👧",
        "½",
        "٣",
        "İ",
        "\r\n",
        "\u2028",
        "x" * 300,
        "x" * 10_000,
        "é" * 63,
        "=1+1",
        '"',
        "'",
        "%",
        "{}",
        "\\",
    ),
    *(
        "..",
        "/",
        "?",
        "#",
        "urn:",
        "urn:li:",
        "urn:li:a:b",
        "urn:li:sponsoredAccount:1234567",
        "urn:li:organization:x",
    ),
    *(
        "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:7234246, 999999999)",
        "urn:li:leadGenFormResponse:..",
        "id",
    ),
    *(
        "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:7234246,2)",
        "2026-01-01",
        "EMAIL",
        "TEST",
        "<script>",
    ),
]
ODD: list[Any] = [
    None,
    True,
    False,
    [],
    {},
    [[]],
    {"localized": 7},
    {"urn": "urn:li:x:y"},
    *NUMBERS,
    *TEXTS,
    *RAW,
]
SPLINTERS = [
    *(
        b"null",
        b"NaN",
        b"-1",
        b"[]",
        b"{}",
        b'""',
        b'"\\ud83d"',
        b'"\\u0000"',
        b"\xff",
        b"true",
        b"9" * 5000,
        b"\0",
    ),
    *(
        b"[" * 3000,
        b"]" * 3000,
        b'"',
        b",",
        b":",
        b"\\",
        b"0.5",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        b" " * 50,
        b"{",
        b"}",
    ),
]


class Sample:
    """One well-formed document, and the places in it."""

    def __init__(self, value: Any) -> None:
        self.value, self.paths = value, tuple(_paths(value))

    def mutant(self, dice: Random, tree: float = 0.7) -> bytes:
        """It with one to three things wrong; `tree`: how often that is still JSON. Now and then nothing is wrong."""
        value = self.value
        if dice.random() < tree:
            for _ in range(dice.choice((0, 1, 1, 1, 2, 3))):
                path = dice.choice(self.paths)
                value = _changed(value, path, dice)
            return dump(value)
        return splintered(dump(value), dice)


def dump(value: Any) -> bytes:
    """JSON text of a value that may hold what no writer writes."""
    body = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
    if b'"@raw' in body:
        for name, said in _RAW_BYTES:
            body = body.replace(name, said)
    return body


def splintered(body: bytes, dice: Random) -> bytes:
    """Bytes with up to three pieces cut out, doubled, or replaced by something nasty; or cut short."""
    for _ in range(dice.randint(1, 3)):
        start = dice.randint(0, len(body))
        end = min(len(body), start + dice.randint(0, 40))
        match dice.randrange(5):
            case 0:
                middle = b""
            case 1:
                middle = body[start:end] * 2
            case 2:
                middle = dice.randbytes(dice.randint(1, 8))
            case 3 if dice.random() < 0.1:
                return body[:start]
            case _:
                middle = dice.choice(SPLINTERS)
        body = body[:start] + middle + body[end:]
    return body


def odd_text(dice: Random) -> str:
    """A text as people, scripts and attackers write it."""
    match dice.randrange(4):
        case 0:
            return "".join(chr(dice.randrange(0x110000)) for _ in range(dice.choice((1, 3, 8))))
        case 1:
            return "".join(chr(dice.randrange(128)) for _ in range(dice.choice((1, 3, 8))))
        case 2:
            return dice.choice(TEXTS)
        case _:
            return dice.choice(TEXTS) + dice.choice(TEXTS)


def _changed(value: Any, path: Path, dice: Random) -> Any:
    """The value with another one at the end of the path, copied only along it; as it is without such a path."""
    if not path:
        return _other(value, dice)
    step = path[0]
    if isinstance(value, dict) and step in value:
        if len(path) == 1 and dice.random() < 0.2:
            return {name: one for name, one in value.items() if name != step}
        name = odd_text(dice) if len(path) == 1 and dice.random() < 0.05 else step
        return {**value, name: _changed(value[step], path[1:], dice)}
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        if len(path) == 1 and dice.random() < 0.2:
            return value[:step] + value[step:] * 2
        return [*value[:step], _changed(value[step], path[1:], dice), *value[step + 1 :]]
    return value


def _other(value: Any, dice: Random) -> Any:
    match dice.randrange(6):
        case 0:
            return [value]
        case 1 if isinstance(value, str):
            return value + odd_text(dice)
        case 1 if isinstance(value, int):
            return str(value) if dice.random() < 0.5 else -value
        case 1 if isinstance(value, list):
            return value * dice.choice((2, 2, 3, 50))
        case 2:
            return odd_text(dice)
        case 3:
            return dice.choice(NUMBERS)
        case _:
            return dice.choice(ODD)


def _paths(value: Any, here: Path = ()) -> Iterator[Path]:
    yield here
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inside:
        yield from _paths(one, (*here, step))
