"""Many inputs, each known by its number: made by dice of that number, tried, and told of if anything goes wrong."""

from __future__ import annotations

import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.databases import MEMORY

SHOWN = 2_000  # characters of an input

# From inputs to (place among them, what went wrong).
Check = Callable[[Sequence[Any]], Iterable[tuple[int, Exception]]]


@dataclass(frozen=True)
class Target:
    """`share`: of 1,000 inputs. `block`: how many share what `opened` makes, so that the first begins a replay."""

    name: str
    share: int
    make: Callable[[Random], Any]
    opened: Callable[[Path], AbstractContextManager[Check]]
    block: int = 64


@dataclass(frozen=True)
class Finding:
    target: str
    seed: int
    block: int
    shown: str
    error: str

    def __str__(self) -> str:
        first = self.seed - self.seed % self.block
        replay = (
            f"python -m tests.fuzz --target {self.target} --start {first} --inputs {self.seed - first + 1}"
        )
        return f"{self.target}, seed {self.seed}: {self.error}\n  input: {self.shown}\n  again: {replay}"


@dataclass
class Score:
    inputs: int = 0
    seconds: float = 0.0
    wrong: int = 0


def alone(check: Callable[[Any], object]) -> Callable[[Path], AbstractContextManager[Check]]:
    """For inputs that have nothing to do with each other."""

    def each(inputs: Sequence[Any]) -> Iterator[tuple[int, Exception]]:
        for place, one in enumerate(inputs):
            try:
                check(one)
            except Exception as error:
                yield place, error

    return lambda folder: nullcontext(each)


def shares(targets: Sequence[Target], inputs: int) -> dict[str, int]:
    """How many inputs each target gets of so many."""
    whole = sum(target.share for target in targets)
    parts = {target.name: inputs * target.share // whole for target in targets}
    parts[targets[0].name] += inputs - sum(parts.values())
    return parts


def storm(target: Target, start: int, inputs: int, score: Score) -> Iterator[Finding]:
    """Try the inputs of these numbers; what is made for a block lives as long as its inputs."""
    began = time.perf_counter()
    end = start + inputs
    while start < end:
        stop = min(end, start - start % target.block + target.block)
        seeds = range(start, stop)
        made = [target.make(Random(f"{target.name} {seed}")) for seed in seeds]
        with _folder() as folder, target.opened(Path(folder)) as check:
            for place, error in check(made):
                score.wrong += 1
                yield Finding(target.name, seeds[place], target.block, _shown(made[place]), _told(error))
        score.inputs += len(seeds)
        score.seconds = time.perf_counter() - began
        start = stop


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)


def _shown(one: Any) -> str:
    text = ascii(one)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text):,} characters)"


def _told(error: Exception) -> str:
    """The error, and the lines it came through."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    way = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    return f"{type(error).__name__}: {ascii(str(error))[:500]} ({way})"
