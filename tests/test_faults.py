"""docs/faults.md is true: every fault stands there once, and what is said to show it exists."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.chaos.plan import CASTS, plan
from tests.simulation.plan import ACTIONS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "faults.md"
# F55 to F58, the limits of the door, are shown elsewhere; deliveries (F78 to F89) and F104 to F106 come later.
FAULTS = Counter(
    f"F{number}"
    for span in ((1, 54), (59, 77), (90, 103), (107, 110))
    for number in range(span[0], span[1] + 1)
)
ROW = re.compile(r"\| (F\d+) \| (.+) \| (.+) \| (.+) \|")
ACTS = {step.act for dialect in CASTS for seed in range(100) for step in plan(seed, dialect).steps}
KINDS = {"simulate": set(ACTIONS), "chaos": ACTS}


@cache
def named_in(path: Path) -> frozenset[str]:
    """The names of the tests of a file, those of classes too, as pytest would collect them."""
    if not (path.is_file() and path.name.startswith("test_")):
        return frozenset()
    tree = ast.parse(path.read_text())
    bodies = [
        tree.body,
        *(one.body for one in tree.body if isinstance(one, ast.ClassDef) and one.name[:4] == "Test"),
    ]
    named = [
        one.name
        for body in bodies
        for one in body
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    return frozenset(name for name in named if name.startswith("test_"))


def wrong(page: str) -> Iterator[str]:
    """Everything on the page that is not so."""
    rows = [ROW.fullmatch(line) for line in page.splitlines() if line.startswith("| F")]
    yield from (f"a row of another form, number {number}" for number, row in enumerate(rows) if row is None)
    numbers = Counter(row[1] for row in rows if row)
    yield from (f"{name} is not there" for name in FAULTS - numbers)
    yield from (f"{name} is there too often" for name in numbers - FAULTS)
    for row in filter(None, rows):
        shown = row[4].split(", ")
        yield from (f"{row[1]}: {one} does not exist" for one in shown if not exists(one))


def exists(shown: str) -> bool:
    """Whether a test, or an action of the simulation or of the storms, is there."""
    named = re.fullmatch(r"`(.+)`", shown)
    if named is None:
        return False
    path, found, test = named[1].partition("::")
    if found:
        return test in named_in(ROOT / path)
    kind, _, action = named[1].partition(": ")
    return action in KINDS.get(kind, ())


def test_every_fault_is_listed_once_and_shown_by_what_exists() -> None:
    assert list(wrong(PAGE.read_text())) == []


THRICE = "`tests/store/test_leads.py::test_landing_thrice_is_landing_once`"


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("| F12 |", "| F55 |", {"F12 is not there", "F55 is there too often"}),
        ("| F12 |", "| F11 |", {"F12 is not there", "F11 is there too often"}),
        ("::test_landing_twice", "::test_landing_thrice", {f"F9: {THRICE} does not exist"}),
        ("`simulate: blink`", "`simulate: wink`", {"F43: `simulate: wink` does not exist"}),
        ("`chaos: end`", "`chaos: peace`", {"F10: `chaos: peace` does not exist"}),
        ("`chaos: end`", "believe it", {"F10: believe it does not exist"}),
        ("| F12 | ", "| F12, ", {"a row of another form, number 11", "F12 is not there"}),
    ],
)
def test_an_untrue_page_is_noticed(good: str, bad: str, said: set[str]) -> None:
    page = PAGE.read_text()
    assert set(wrong(page.replace(good, bad, 1))) == said


def test_what_is_no_test_shows_nothing() -> None:
    assert not exists("`tests/rig.py::rig`")
    assert not exists("`tests/store/test_leads.py::workspace`")
    assert exists("`tests/store/test_leads.py::test_landing_twice_is_landing_once`")
