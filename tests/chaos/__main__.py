"""`python -m tests.chaos --seeds 20 --start 0`: storms, on SQLite and PostgreSQL in turn (`--only`: on one of them).

`--seed 7 --only postgresql --trace` tells one, `--ledger` writes the sums down. Or `make chaos SEEDS=20`.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos.plan import CASTS, plan
from tests.chaos.stage import Stage
from tests.chaos.storm import Report, Storm
from tests.databases import MEMORY

LEDGER = Path(__file__).with_name("ledger.jsonl")


@contextmanager
def stage(dialect: str) -> Iterator[Stage]:
    """A stage that is ready, in memory where there is some."""
    memory = MEMORY if MEMORY.is_dir() else None
    with (
        tempfile.TemporaryDirectory(prefix="leadwire-storm-", dir=memory) as path,
        Stage(Path(path), dialect).open() as ready,
    ):
        yield ready


def play(on: Stage, seed: int) -> Report:
    """One storm."""
    planned = plan(seed, on.dialect)
    with on.scene(f"seed-{seed}", planned.cast) as scene:
        return Storm(on, scene, planned).run()


def summed(reports: Iterable[Report], start: int) -> list[dict[str, object]]:
    """One sum for each database."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout
    found = []
    for dialect in CASTS:
        those = [one for one in reports if one.plan.dialect == dialect]
        if those:
            found.append(
                {
                    "at": datetime.now(UTC).isoformat(timespec="seconds"),
                    "commit": commit.strip(),
                    "database": dialect,
                    "start": start,
                    "seeds": len(those),
                    "kills": sum(one.plan.count("kill") for one in those),
                    "freezes": sum(one.plan.count("freeze") for one in those),
                    "database_kills": sum(one.plan.count("kill database") for one in those),
                    "pushes": sum(one.acks for one in those),
                    "leads": sum(one.leads for one in those),
                    "violations": sum(len(one.wrong) for one in those),
                    "wrong_seeds": [one.plan.seed for one in those if one.wrong],
                    "seconds": round(sum(one.seconds for one in those)),
                }
            )
    return found


def main() -> int:
    given = _arguments()
    for number in (signal.SIGTERM, signal.SIGINT):  # so that nothing is left running
        signal.signal(number, lambda *_: sys.exit(1))
    seeds = [given.seed] if given.seed is not None else range(given.start, given.start + given.seeds)
    dialects = [given.only] if given.only else list(CASTS)
    reports = []
    with ExitStack() as stack:
        stages = [stack.enter_context(stage(dialect)) for dialect in dialects]
        for number, seed in enumerate(seeds):
            report = play(stages[number % len(stages)], seed)
            reports.append(report)
            print(report, flush=True)
            if given.trace:
                print(*report.trace, *report.wrong, sep="\n", flush=True)
    for row in summed(reports, seeds[0]):
        print(json.dumps(row))
        if given.ledger:
            with LEDGER.open("a") as file:
                file.write(json.dumps(row) + "\n")
    return int(any(one.wrong for one in reports))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--only", choices=list(CASTS))
    parser.add_argument("--trace", action="store_true")
    parser.add_argument("--ledger", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
