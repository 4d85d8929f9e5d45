"""Seeded fuzzing of what comes from outside.

python -m tests.fuzz --inputs 20000 --start 0
python -m tests.fuzz --target answers --start 4711 --inputs 1
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import structlog
from tests.fuzz.engine import Score, shares, storm
from tests.fuzz.targets import TARGETS

LEDGER = Path(__file__).with_name("ledger.jsonl")
SHOWN = 20  # findings of one target


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--start", type=int, default=0, help="the number of the first input of each target")
    parser.add_argument("--target", choices=TARGETS, help="one alone")
    parser.add_argument("--ledger", action="store_true", help="write down what came of it")
    given = parser.parse_args()
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    inputs = {given.target: given.inputs} if given.target else shares(list(TARGETS.values()), given.inputs)
    whole = Score()
    print(f"{'target':12}{'inputs':>12}{'seconds':>10}{'a second':>10}{'uncaught or wrong':>20}")
    for name, number in inputs.items():
        score = Score()
        for finding in storm(TARGETS[name], given.start, number, score):
            if score.wrong <= SHOWN:
                print(finding, flush=True)
        tell(name, score)
        whole.inputs += score.inputs
        whole.seconds += score.seconds
        whole.wrong += score.wrong
    tell("all", whole)
    if given.ledger:
        _note(given.start, whole)
    return whole.wrong > 0


def _note(start: int, score: Score) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout
    told = {"start": start, "inputs": score.inputs, "wrong": score.wrong, "seconds": round(score.seconds)}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with LEDGER.open("a") as file:
        file.write(json.dumps({"at": at, "commit": commit.strip(), **told}) + "\n")


def tell(name: str, score: Score) -> None:
    rate = score.inputs / score.seconds if score.seconds else 0
    print(f"{name:12}{score.inputs:>12,}{score.seconds:>10.1f}{rate:>10,.0f}{score.wrong:>20,}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
