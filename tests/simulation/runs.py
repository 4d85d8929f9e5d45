"""Many runs: over seeds and modes, in several processes; each process makes its own stage."""

from __future__ import annotations

import gc
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from typing import Any

from tests.simulation.mutants import MUTANTS, planted
from tests.simulation.plan import Plan, plan_of
from tests.simulation.simulation import Result, ready

MODES = ("all", "poll", "hook")
_here: dict[str, Any] = {}


@dataclass
class Tally:
    """What a set of runs came to."""

    runs: int = 0
    seconds: float = 0.0
    reach: Counter[str] = field(default_factory=Counter)
    bad: list[Result] = field(default_factory=list)
    digest: str = ""


def play(plan: Plan, trace: bool = False, mutant: str = "") -> Result:
    """One run in this process, whose stage is made with the first; a product that cannot go on has gone wrong, too."""
    run = _runner()
    with planted(mutant):
        try:
            result: Result = run(plan, trace)
        except Exception as error:  # of whatever part: the seed shows it
            wrong = [("S0 the run broke", f"{type(error).__name__}: {error}"[:200])]
            result = Result(plan["seed"], plan["mode"], wrong, "", Counter())
    return result


def many(modes: Iterable[str], seeds: Iterable[int], jobs: int, mutant: str = "") -> Iterator[Result]:
    """Runs as they end, in the order of seeds within a mode."""
    work = [(mode, seed) for mode in modes for seed in seeds]
    if jobs == 1:
        yield from (_one(mutant, each) for each in work)
        return
    with get_context("spawn").Pool(jobs, _seldom_tidy) as pool:
        yield from pool.imap(partial(_one, mutant), work, chunksize=4)


def hunt(names: Iterable[str], seeds: int, jobs: int) -> Iterator[tuple[str, int, str]]:
    """Of each planted bug how many seeds it took to find it, and by which invariant; 0 where none did."""
    work = [(name, seeds) for name in names]
    with get_context("spawn").Pool(jobs, _seldom_tidy) as pool:
        yield from pool.imap(_hunted, work, chunksize=1)


def tally(results: Iterable[Result], tell: Callable[[Result], None]) -> Tally:
    """Count them, and say at once what goes wrong."""
    total, digest, began = Tally(), sha256(), time.monotonic()
    for result in results:
        total.runs += 1
        total.reach += result.reach
        digest.update(result.digest.encode())
        if result.wrong:
            total.bad.append(result)
            tell(result)
    total.seconds, total.digest = time.monotonic() - began, digest.hexdigest()[:16]
    return total


def shrunk(plan: Plan, mutant: str = "") -> Plan:
    """The plan with as few actions as still break the same invariant."""
    wanted = _broken(plan, mutant)
    if wanted is None:
        return plan
    size = max(1, len(plan["actions"]) // 2)
    while size:
        start, actions = 0, plan["actions"]
        while start < len(actions):
            fewer = {**plan, "actions": actions[:start] + actions[start + size :]}
            if _broken(fewer, mutant) == wanted:
                plan, actions = fewer, fewer["actions"]
            else:
                start += size
        size //= 2
    return plan


def commit() -> str:
    """What is being tested: the commit, and whether the tree differs from it."""

    def git(*words: str) -> str:
        return subprocess.run(("git", *words), capture_output=True, text=True, check=False).stdout.strip()

    dirty = "+" if git("status", "--porcelain", "--", "src", "emulator/src", "tests/simulation") else ""
    return (git("rev-parse", "--short", "HEAD") or "unknown") + dirty


def close() -> None:
    """Give back what the first run of this process made."""
    if stack := _here.pop("stack", None):
        stack.close()
    _here.clear()


def _seldom_tidy() -> None:
    """A run makes little that is left over, and looking for it took a tenth of the time."""
    gc.set_threshold(200_000, 20, 100)


def _runner() -> Callable[..., Result]:
    if "run" not in _here:
        stack = ExitStack()
        _here["stack"], _here["run"] = stack, stack.enter_context(ready())
    run: Callable[..., Result] = _here["run"]
    return run


def _one(mutant: str, each: tuple[str, int]) -> Result:
    mode, seed = each
    return play(plan_of(seed, mode), mutant=mutant)


def _hunted(each: tuple[str, int]) -> tuple[str, int, str]:
    name, seeds = each
    mode = MUTANTS[name].mode
    for seed in range(seeds):
        plan = plan_of(seed, mode)
        wrong = play(plan, mutant=name).wrong
        if wrong and not play(plan).wrong:
            return name, seed + 1, wrong[0][0]
    return name, 0, "NOT FOUND"


def _broken(plan: Plan, mutant: str) -> str | None:
    wrong = play(plan, mutant=mutant).wrong
    return wrong[0][0] if wrong else None
