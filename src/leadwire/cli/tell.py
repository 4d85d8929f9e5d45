"""How commands speak: tables for people, JSON for programs on standard output, all else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from leadwire.logs import visible

UNLIMITED = 10_000  # columns, where no terminal is: a program cuts lines itself


def origin(code: str) -> str:
    """Where an interval in force comes from, in words."""
    return "stretched, because LinkedIn is proven to push" if code == "push_healthy" else f"from the {code}"


def as_json(value: object) -> None:
    """One JSON document. What would move a terminal's cursor is escaped, which JSON allows in texts."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    print("".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text))


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Rows below their heads; without rows, what to do to get some."""
    shown = [[_cell(value) for value in row] for row in rows]
    if not shown:
        note(empty)
        return
    made = Table(box=None, pad_edge=False, header_style="bold", show_header=any(heads))
    for place, head in enumerate(heads):  # never an ellipsis: what comes first is an id to be copied
        made.add_column(head, overflow="fold", no_wrap=place == 0)
    for row in shown:
        made.add_row(*row)
    _print(made)


def facts(pairs: Iterable[tuple[str, object]]) -> None:
    """Names and values below each other; a list has a line per item."""
    made = Table(box=None, show_header=False, pad_edge=False)
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in pairs:
        made.add_row(Text(name, style="bold"), _cell(value, "\n"))
    _print(made)


def line(text: str = "") -> None:
    """A line, or several, as it is; at once, because who reads it through a pipe may have to act on it."""
    print("\n".join(map(visible, text.expandtabs(4).split("\n"))), flush=True)


def note(text: str) -> None:
    """For the person at the terminal, not for the program that reads our output."""
    print("\n".join(map(visible, text.split("\n"))), file=sys.stderr)


def problem(said: Mapping[str, Any]) -> str:
    """A problem document in words."""
    words = [f"{said['detail']} {said.get('remedy') or ''}".strip()]
    problems = said.get("problems") or []
    if [one.get("message") for one in problems] != [said["detail"]]:
        words += [f"  {one['code']}: {one['message']} {one['remedy']}".rstrip() for one in problems]
    return "\n".join(words)


def moment(text: str | None) -> str:
    """`2026-01-02T03:04:05.678Z` as people read it, still in UTC."""
    return f"{text[:10]} {text[11:19]}" if text else ""


def _print(made: Table) -> None:
    console = Console(width=None if sys.stdout.isatty() else UNLIMITED, highlight=False)
    with console.capture() as captured:
        console.print(made)
    print("\n".join(text.rstrip() for text in captured.get().splitlines()))


def _cell(value: object, between: str = ", ") -> Text:
    if isinstance(value, (list, tuple)):
        return Text(between.join(visible(str(one)) for one in value))
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    return Text("" if value is None else visible(str(value)))
