"""Options that several commands take, and how their texts are read."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from leadwire.domain.errors import InvalidInput
from leadwire.domain.owners import Owner
from leadwire.domain.times import duration_text, iso, parse_duration, parse_iso


def _time(text: str) -> str:
    """RFC 3339 with a zone, or a day, which begins at 00:00 UTC."""
    return iso(parse_iso(f"{text}T00:00:00Z" if len(text) == len("2026-01-02") else text))


def _account(text: str) -> str:
    return Owner.parse(text).name


def address(text: str) -> str:
    """An http:// or https:// address of a Leadwire, without a path."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and parts.hostname and not parts.path.strip("/")
    except ValueError:
        good = False
    if not good:
        raise typer.BadParameter(f"{text!r} is no address: write it like https://leads.example.com")
    return text.rstrip("/")


def _duration(text: str) -> str:
    return duration_text(parse_duration(text))


def _read(parse: Any) -> Any:
    """A parser whose refusal names what to write instead."""

    def read(text: str) -> Any:
        try:
            return parse(text)
        except InvalidInput as error:
            raise typer.BadParameter(str(error)) from None

    return read


a_time = _read(_time)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of tables.")]
Account = Annotated[
    str,
    typer.Argument(parser=_read(_account), metavar="ACCOUNT", help="Its number, or organization:NUMBER."),
]
OfAccount = Annotated[
    str | None,
    typer.Option("--account", parser=_read(_account), metavar="ACCOUNT", help="Only those of this account."),
]
OfForm = Annotated[str | None, typer.Option("--form", metavar="FORM", help="Only those of this form.")]
Since = Annotated[
    str | None,
    typer.Option(parser=a_time, metavar="TIME", help="Submitted then or later: a day, or RFC 3339."),
]
Until = Annotated[
    str | None,
    typer.Option(parser=a_time, metavar="TIME", help="Submitted before: a day, or RFC 3339."),
]
Limit = Annotated[int, typer.Option(min=1, help="How many, newest first.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Do not wait until it is done.")]
Timeout = Annotated[
    str | None,
    typer.Option(parser=_read(_duration), metavar="DURATION", help="Wait no longer (90s, 5m); exit code 4."),
]
Interval = Annotated[
    str | None,
    typer.Option(parser=_read(_duration), metavar="DURATION", help="Time between two pulls, 1m to 24h."),
]
