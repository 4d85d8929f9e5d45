"""`make proof`: what the kept ledgers of the simulation, the planted bugs, the storms and the fuzz add up to.

A violation counts as mended where the same seed was run again later, and held.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SIMULATION = HERE / "simulation" / "ledger.jsonl"
MUTANTS = HERE / "simulation" / "mutants.jsonl"
CHAOS = HERE / "chaos" / "ledger.jsonl"
FUZZ = HERE / "fuzz" / "ledger.jsonl"
Line = dict[str, Any]


def main() -> int:
    said = [
        *_simulation(read(SIMULATION)),
        *_mutants(read(MUTANTS)),
        *_chaos(read(CHAOS)),
        *_fuzz(read(FUZZ)),
    ]
    print(*said, sep="\n")
    return 0


def read(path: Path) -> list[Line]:
    """The lines of a ledger, in the order they were written; none where it does not exist."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def open_violations(lines: Iterable[Line]) -> list[tuple[str, int]]:
    """(what of, seed) of what went wrong and was not seen to hold when it was run again later."""
    wrong: set[tuple[str, int]] = set()
    for line in lines:
        for what, seeds, bad in _parts(line):
            wrong -= {(what, seed) for seed in seeds if seed not in bad}
            wrong |= {(what, seed) for seed in bad}
    return sorted(wrong)


def _parts(line: Line) -> Iterator[tuple[str, range, set[int]]]:
    seeds = range(line["start"], line["start"] + line["seeds"])
    if "database" in line:
        yield line["database"], seeds, set(line["wrong_seeds"])
        return
    for mode in line["modes"]:
        yield mode, seeds, {seed for seed, where, _ in line["violations"] if where == mode}


def _simulation(lines: list[Line]) -> Iterator[str]:
    runs, reach = Counter[str](), Counter[str]()
    for line in lines:
        runs.update(dict.fromkeys(line["modes"], line["seeds"]))
        reach.update(line["reach"])
    told = ", ".join(f"{mode} {number:,}" for mode, number in runs.items())
    yield (
        f"simulation: {sum(runs.values()):,} runs ({told}) of commits {_commits(lines)},"
        f" {sum(line['seconds'] for line in lines) / 60:.0f} min, open violations {open_violations(lines) or 0}"
    )
    never = [name for name, times in reach.items() if not times]
    crashes = sum(times for name, times in reach.items() if name.startswith("crash"))
    yield (
        f"  {crashes:,} crashes; sometimes reached {len(reach) - len(never)} of {len(reach)}"
        + (f", never: {', '.join(never)}" if never else "")
    )


def _mutants(lines: list[Line]) -> Iterator[str]:
    found = {line["name"]: line for line in lines}
    yield f"planted bugs: {sum(bool(one['seeds']) for one in found.values())} of {len(found)} found"
    for name, one in found.items():
        yield f"  {name:36} {one['mode']:5} after {one['seeds']:>5} seeds  {one['invariant']}"


def _chaos(lines: list[Line]) -> Iterator[str]:
    for database in dict.fromkeys(line["database"] for line in lines):
        those = [line for line in lines if line["database"] == database]
        names = ("kills", "freezes", "database_kills", "pushes", "leads")
        told = ", ".join(f"{sum(line[name] for line in those):,} {name.replace('_', ' ')}" for name in names)
        yield (
            f"storms on {database}: {sum(line['seeds'] for line in those)} seeds, {told},"
            f" open violations {open_violations(those) or 0}"
        )


def _fuzz(lines: list[Line]) -> Iterator[str]:
    inputs = sum(line["inputs"] for line in lines)
    yield f"fuzz: {inputs:,} inputs, {sum(line['wrong'] for line in lines)} uncaught exceptions or broken rules"


def _commits(lines: list[Line]) -> str:
    return " … ".join(dict.fromkeys(line["commit"] for line in (lines[:1] + lines[-1:])))


if __name__ == "__main__":
    sys.exit(main())
