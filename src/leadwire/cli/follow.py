"""Long work seen from a command: what it has done so far, until it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from leadwire.cli import tell
from leadwire.cli.api import Api
from leadwire.cli.ends import Failed, GoesOn
from leadwire.domain.times import parse_duration

T = TypeVar("T")
LOOKS = (0.1, 0.2, 0.3, 0.5)  # seconds between two looks; the last one stays
COUNTS = ("read", "stored", "duplicates", "quarantined")
HEADS = ("RUN", "ACCOUNT", "KIND", "STATE", "SINCE", "UNTIL", *(name.upper() for name in COUNTS), "CALLS")


def until(look: Callable[[], T | None], timeout: str | None, waiting_for: str) -> T:
    """Look until there is something to see. Raises GoesOn when `timeout` is over."""
    end = None if timeout is None else time.monotonic() + parse_duration(timeout) / 1000
    looks = 0
    while (seen := look()) is None:
        if end is not None and time.monotonic() > end:
            raise GoesOn(f"{waiting_for} takes longer than --timeout; it goes on while Leadwire runs")
        time.sleep(LOOKS[min(looks, len(LOOKS) - 1)])
        looks += 1
    return seen


def progress() -> Progress:
    """A display on standard error that leaves nothing behind, and shows nothing where no terminal is."""
    console = Console(stderr=True)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(20),
        TextColumn("{task.fields[said]}", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def runs(api: Api, ids: Sequence[str], timeout: str | None) -> list[Any]:
    """The runs once all of them have ended. Raises GoesOn."""
    with progress() as shown:
        tasks = {run: shown.add_task(f"run {run[-6:]}", total=None, said="") for run in ids}

        def look() -> list[Any] | None:
            seen = [api.get(f"/runs/{run}") for run in ids]
            for run in seen:
                shown.update(tasks[run["id"]], description=_name(run), said=_said(run))
            return seen if all(run["state"] in ("done", "failed") for run in seen) else None

        return until(look, timeout, "the reading")


def show_runs(seen: Sequence[Any]) -> None:
    """A row per run, and why it failed where it did."""
    tell.table(HEADS, map(row, seen), "Nothing had to be read.")
    for run in seen:
        if run["error"]:
            tell.note(f"run {run['id']}: {run['error']}")


def check_runs(seen: Sequence[Any]) -> None:
    """Raises Failed if one of them did."""
    failed = [run for run in seen if run["state"] == "failed"]
    if failed:
        raise Failed(
            f"{len(failed)} of {len(seen)} runs failed: {failed[0]['error']}. "
            "What they did not read is a gap; it is tried again by itself"
        )


def row(run: Any) -> list[object]:
    """A run below HEADS."""
    window = run["window"]
    times = [tell.moment(window["since"]), tell.moment(window["until"]) or "now"]
    return [run[n] for n in ("id", "account", "kind", "state")] + times + [run[n] for n in (*COUNTS, "calls")]


def _name(run: Any) -> str:
    return f"{run['account']} {run['kind']} {run['lead_type'] or ''}".strip()


def _said(run: Any) -> str:
    counts = "  ".join(f"{name} {run[name]:,}" for name in COUNTS if run[name])
    again = f"  trying again: {run['error']}" if run["error"] and run["state"] == "queued" else ""
    return (counts or str(run["state"])) + again
