"""The export's CSV: RFC 4180, read back as it was written, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.fuzz.engine import Target, alone
from tests.fuzz.mutator import odd_text

from leadwire.cli.export import FACTS, cell, rows

COLUMNS = ("email", "first_name", "consent_0", "topics")
FORMULAS = (
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "=cmd|' /C calc'!A0",
)
BEFORE = ("", "", " ", "  ", "\u00a0", "\u3000", "\u200b", "\ufeff", "\0", "\x1f", "'", '"', "\u2028 ", "x")
# Written anew: the product must not vouch for itself.
UNSEEN = r"\s\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
RUNS = re.compile(rf"[{UNSEEN}]*[=+\-@＝＋－＠\t\r\n]")
FORMATS = re.compile(r"[\U00010000-\U0010ffff\u0600-\u08ff\ufff9-\ufffb]")  # some are not seen, too


@dataclass(frozen=True)
class Case:
    leads: tuple[dict[str, Any], ...]
    raw: tuple[str, ...]


def make(dice: Random) -> Case:
    """A few leads as the API shows them, with answers that people, scripts and attackers gave."""
    return Case(tuple(_lead(dice) for _ in range(dice.randint(1, 2))), tuple(_text(dice) for _ in range(2)))


def check(case: Case) -> None:
    file = io.StringIO(newline="")
    for _ in rows(case.leads, COLUMNS, file):
        pass
    text = file.getvalue()
    text.encode()
    found = list(_rfc_4180(text))
    assert found[0] == [*FACTS, *COLUMNS, "extras"], found[0]
    assert len(found) == len(case.leads) + 1
    assert found == list(csv.reader(io.StringIO(text, newline="")))
    for lead, line in zip(case.leads, found[1:], strict=True):
        consents = {one["column"]: one["accepted"] for one in lead["consents"] or ()}
        said = {**(lead["answers"] or {}), **consents}
        wanted = [*(lead[name] for name in FACTS), *map(said.get, COLUMNS), lead["extras"] or None]
        assert len(line) == len(wanted)
        for value, written in zip(wanted, line, strict=True):
            assert not _runs(written), f"a spreadsheet runs {written!r}"
            if isinstance(value, str):
                assert written in (value, f"'{value}"), (value, written)
    for value in case.raw:
        assert not _runs(cell(value)), f"a spreadsheet runs {cell(value)!r}"
        assert _runs(value) or FORMATS.match(value) or cell(value) == value, (
            "a cell that nobody runs has changed"
        )


def _runs(text: str) -> bool:
    """Does it begin a formula, also behind what is not seen?"""
    return RUNS.match(text) is not None


def _rfc_4180(text: str) -> Iterator[list[str]]:
    """The records of a file, after the grammar: a bare quote, CR or LF is a mistake."""
    place, record = 0, []
    while place < len(text):
        if text[place] == '"':
            end = place + 1
            while text[end] != '"' or text[end : end + 2] == '""':
                end += 2 if text[end] == '"' else 1
            record.append(text[place + 1 : end].replace('""', '"'))
            place = end + 1
        else:
            end = place
            while text[end] not in ',"\r\n':
                end += 1
            record.append(text[place:end])
            place = end
        if text.startswith("\r\n", place):
            yield record
            place, record = place + 2, []
        else:
            assert text[place] == ",", f"{text[place]!r} behind a field"
            place += 1
            assert place < len(text), "a file that ends with a comma"
    assert not record, "a last line without an end"


def _lead(dice: Random) -> dict[str, Any]:
    facts: dict[str, Any] = {name: _text(dice) if dice.random() < 0.1 else "x" for name in FACTS}
    answers = {name: _value(dice) for name in COLUMNS if dice.random() < 0.8}
    consents = [{"column": "consent_0", "accepted": dice.choice((True, False, None))}]
    extras = {_text(dice): _value(dice)} if dice.random() < 0.3 else None
    said = {
        "answers": answers if dice.random() < 0.95 else None,
        "consents": consents if dice.random() < 0.5 else None,
    }
    return facts | said | {"extras": extras}


def _value(dice: Random) -> Any:
    kind = dice.randrange(8)
    if kind == 0:
        return None
    if kind == 1:
        return [_text(dice) for _ in range(dice.randrange(3))]
    if kind == 2:
        return dice.choice((True, False, -1, 0.5))
    return _text(dice)


def _text(dice: Random) -> str:
    """A text as the API can show it: UTF-8."""
    text = dice.choice(BEFORE) + dice.choice(FORMULAS) if dice.random() < 0.4 else odd_text(dice)
    return text.encode("utf-8", "replace").decode()


TARGET = Target("sheets", 150, make, alone(check))
