"""`make simulate`, `make simulate-mutants`: runs by seeds, one run again, a seed made smaller."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.simulation import runs
from tests.simulation.mutants import MUTANTS
from tests.simulation.plan import plan_of
from tests.simulation.reach import SOMETIMES
from tests.simulation.runs import MODES, Tally, many, play, shrunk, tally
from tests.simulation.simulation import Result

HERE = Path(__file__).parent
SEEDS, LEDGER, FOUND = HERE / "seeds", HERE / "ledger.jsonl", HERE / "mutants.jsonl"
ENOUGH = 500  # runs of a set that must have been everywhere


def main() -> int:
    options = _options()
    if options.mutants:
        return _mutants(options)
    if options.seed is not None:
        return _one(options)
    modes = MODES if options.mode == "every" else (options.mode,)
    seeds = range(options.start, options.start + options.seeds)
    total = tally(many(modes, seeds, options.jobs), _tell)
    _report(total, modes)
    if options.ledger:
        _write_down(total, modes, options)
    missed = [name for name in SOMETIMES if not total.reach[name]]
    if total.runs >= ENOUGH and options.mode == "every" and missed:
        print(f"never reached: {', '.join(missed)}")
        return 1
    return 1 if total.bad else 0


def _options() -> argparse.Namespace:
    said = argparse.ArgumentParser(prog="simulation")
    said.add_argument("--seeds", type=int, default=200)
    said.add_argument("--start", type=int, default=0)
    said.add_argument("--mode", choices=[*MODES, "every"], default="every")
    said.add_argument("--jobs", type=int, default=2)
    said.add_argument("--seed", type=int, help="one run")
    said.add_argument("--file", type=Path, help="a kept plan instead of a seed's")
    said.add_argument("--trace", action="store_true", help="every step and call of one run")
    said.add_argument(
        "--shrink", action="store_true", help="take away actions while it goes wrong in the same way"
    )
    said.add_argument("--ledger", action="store_true", help="write down what came of it")
    said.add_argument("--mutants", action="store_true", help="find each planted bug")
    said.add_argument("--only", default="", help="these planted bugs, comma between")
    options = said.parse_args()
    if options.file:
        options.seed = -1
    return options


def _one(options: argparse.Namespace) -> int:
    mode = MODES[0] if options.mode == "every" else options.mode
    plan = json.loads(options.file.read_text())["plan"] if options.file else plan_of(options.seed, mode)
    if options.shrink:
        plan = shrunk(plan, options.only)
    result = play(plan, options.trace, options.only)
    print(*result.trace, sep="\n")
    print(f"{len(plan['actions'])} actions, digest {result.digest}")
    if result.wrong:
        _tell(result)
    if options.shrink and result.wrong:
        kept = SEEDS / f"{plan['mode']}-{plan['seed']}.json"
        invariant = result.wrong[0][0]
        kept.write_text(json.dumps({"found": invariant, "at": runs.commit(), "plan": plan}, indent=1) + "\n")
        print(f"kept in {kept.relative_to(HERE.parent.parent)}")
    return 1 if result.wrong else 0


def _mutants(options: argparse.Namespace) -> int:
    """Each planted bug against seeds from 0 on, until one shows it."""
    chosen = [name for name in MUTANTS if not options.only or name in options.only.split(",")]
    missed = 0
    print(f"{'planted bug':34} {'mode':5} {'seeds':>6}  invariant")
    for name, seeds, invariant in runs.hunt(chosen, options.seeds, options.jobs):
        missed += not seeds
        mode = MUTANTS[name].mode
        print(f"{name:34} {mode:5} {seeds or '-':>6}  {invariant}", flush=True)
        if options.ledger:
            _add(FOUND, {"name": name, "mode": mode, "seeds": seeds, "invariant": invariant})
    return 1 if missed else 0


def _tell(result: Result) -> None:
    for invariant, what in result.wrong[:3]:
        print(
            f"{runs.commit()} seed {result.seed} {result.mode} step {result.at} {result.digest}: {invariant}: {what}"
        )
    sys.stdout.flush()


def _report(total: Tally, modes: tuple[str, ...]) -> None:
    print(
        f"{total.runs} runs ({', '.join(modes)}) in {total.seconds:.0f} s, {total.runs / total.seconds:.2f} runs/s,"
        f" {len(total.bad)} violations, digest {total.digest}"
    )
    for name in SOMETIMES:
        print(f"{total.reach[name]:>8} {name}")


def _write_down(total: Tally, modes: tuple[str, ...], options: argparse.Namespace) -> None:
    line = {
        "modes": modes,
        "start": options.start,
        "seeds": options.seeds,
        "runs": total.runs,
        "seconds": round(total.seconds),
        "violations": [[one.seed, one.mode, one.wrong[0][0]] for one in total.bad],
        "digest": total.digest,
        "reach": {name: total.reach[name] for name in SOMETIMES},
    }
    _add(LEDGER, line)


def _add(ledger: Path, line: dict[str, Any]) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with ledger.open("a") as file:
        file.write(json.dumps({"at": now, "commit": runs.commit(), **line}) + "\n")


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # sets of texts have an order, and it is to be the same again
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-W", "ignore", "-m", "tests.simulation", *sys.argv[1:]])
    code = main()
    runs.close()
    sys.exit(code)
