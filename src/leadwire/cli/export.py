"""`leadwire export`: leads as a file for other programs, a page in memory at a time."""

from __future__ import annotations

import csv
import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from leadwire.cli import tell
from leadwire.cli.api import Api
from leadwire.cli.options import OfAccount, OfForm, Since, Until
from leadwire.cli.reach import reach

FACTS = (
    "id",
    "form",
    "form_version",
    "account",
    "lead_type",
    "submitted_at",
    "test_lead",
    "campaign_id",
    "creative_id",
    "associated_entity",
    "received_via",
    "stored_at",
    "deleted_at",
)
# A spreadsheet runs what begins so: owasp.org/www-community/attacks/CSV_Injection
RUNS = frozenset("=+-@\t\r\n＝＋－＠")


class Format(StrEnum):
    csv = "csv"
    jsonl = "jsonl"


def export(
    ctx: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write there; without it, standard output."),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="csv (RFC 4180) or jsonl.")] = Format.csv,
    form: OfForm = None,
    account: OfAccount = None,
    since: Since = None,
    until: Until = None,
    test: Annotated[bool | None, typer.Option("--test/--no-test", help="Test leads only, or none.")] = None,
) -> None:
    """Export leads, newest first, a column per question of the forms concerned."""
    asked: dict[str, Any] = {"form": form, "account": account, "since": since, "until": until, "test": test}
    with reach(ctx) as api, _opened(output) as file:
        leads = api.each("/leads", None, **asked)
        if format_ is Format.jsonl:
            lines: Iterable[object] = _jsonl(leads, file)
        else:
            lines = rows(leads, _columns(api, form, account), file)
        tell.note(f"{sum(1 for _ in lines):,} leads exported.")


def cell(value: object) -> str:
    """A value as a cell that no spreadsheet runs: what looks like a formula gets a `'` before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if _runs(text) else text


def _runs(text: str) -> bool:
    """Whether it begins as a formula, also behind blanks and what cannot be seen: some programs drop those."""
    for letter in text:
        if letter in RUNS:
            return True
        if not (letter.isspace() or unicodedata.category(letter) in ("Cc", "Cf")):
            return False
    return False


def rows(leads: Iterable[Any], columns: Sequence[str], file: TextIO) -> Iterator[object]:
    """Write a header and a row per lead, each as it is asked for."""
    writer = csv.writer(file)  # its lines end as RFC 4180 wants them
    writer.writerow([*FACTS, *columns, "extras"])
    for lead in leads:
        consents = {one["column"]: one["accepted"] for one in lead["consents"] or ()}
        said = {**(lead["answers"] or {}), **consents}
        row = [*(lead[name] for name in FACTS), *map(said.get, columns), lead["extras"] or None]
        yield writer.writerow(map(cell, row))


def _jsonl(leads: Iterable[Any], file: TextIO) -> Iterator[object]:
    for lead in leads:
        yield file.write(json.dumps(lead, ensure_ascii=False) + "\n")


def _columns(api: Api, form: str | None, account: str | None) -> list[str]:
    """The columns of the forms, each name once, those of older forms first."""
    forms = [api.get(f"/forms/{form}")] if form else list(api.each("/forms", account=account))
    names = (one["name"] for found in reversed(forms) for one in found["columns"] if one["kind"] != "fixed")
    return list(dict.fromkeys(names))


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    made = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(made, "w", encoding="utf-8", newline="") as file:
        yield file
