"""What a seed does to real processes, and when: a pure function, so that it can be read and done again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.chaos.proxy import WEATHERS

LENGTH = 4.5  # seconds in which things go wrong
ROADS = ("linkedin", "hook")  # Leadwire's way to LinkedIn, and LinkedIn's to Leadwire
CASTS = {"sqlite": (("all",),), "postgresql": (("web", "worker"), ("all", "worker"))}
ANY = 10**6  # `many` of this many chooses one among whatever there will be


@dataclass(frozen=True, order=True)
class Step:
    """At so many seconds: what, to whom, how (a weather) or how many."""

    at: float
    act: str
    on: str = ""
    how: str = ""
    many: int = 0

    def __str__(self) -> str:
        said = (f"{self.at:5.2f}", self.act, self.on, self.how, str(self.many or ""))
        return " ".join(part for part in said if part)


@dataclass(frozen=True)
class Plan:
    """Who plays, by role, and what happens to them."""

    seed: int
    dialect: str
    cast: tuple[str, ...]
    steps: tuple[Step, ...]

    def count(self, act: str, but: str = "") -> int:
        return sum(step.act == act and (not but or step.how != but) for step in self.steps)


Maker = Callable[[random.Random, tuple[str, ...], float], Iterator[Step]]


def plan(seed: int, dialect: str) -> Plan:
    """Faults by weights that the seed draws, over people who submit and withdraw all the time."""
    dice = random.Random(f"{seed} {dialect}")
    cast = dice.choice(CASTS[dialect])
    makers: list[Maker] = [_kill, _freeze, _bad_road, _end]
    makers += [_no_database] if dialect == "postgresql" else []
    weights = [dice.choice((0.3, 1.0, 3.0)) for _ in makers]
    steps = list(_people(dice))
    for _ in range(dice.randint(5, 10)):
        (make,) = dice.choices(makers, weights)
        steps += make(dice, cast, _moment(dice, 0.0))
    steps += _kill(dice, cast, _moment(dice, 0.5))  # at least once
    return Plan(seed, dialect, cast, tuple(sorted(steps)))


def _people(dice: random.Random) -> Iterator[Step]:
    """Members submit and withdraw; LinkedIn repeats itself; forms change; and time passes, so that polls are due."""
    busy, fickle = dice.choice((1, 3, 8)), dice.choice((0.0, 0.2, 0.5))
    likely = {
        "withdraw": fickle,
        "withdraw secretly": fickle / 4,
        "resubmit": fickle / 3,
        "repeat": 0.2,
        "submit secretly": 0.1,
        "submit late": 0.1,
        "publish": 0.06,
        "minutes": 0.4,
        "hours": 0.02,
        "reconcile": 0.05,
    }
    for tenth in range(0, int(LENGTH * 10), 2):
        yield Step(tenth / 10, "submit", many=dice.randint(1, busy))
        for act, chance in likely.items():
            if dice.random() < chance:
                yield Step(tenth / 10, act, many=dice.randrange(1, ANY))


def _kill(dice: random.Random, cast: tuple[str, ...], at: float) -> Iterator[Step]:
    whom = dice.choice(cast)
    yield Step(at, "kill", whom)
    yield Step(_later(dice, at, 0.0, 0.8), "start", whom)


def _end(dice: random.Random, cast: tuple[str, ...], at: float) -> Iterator[Step]:
    yield Step(at, "end", dice.choice(cast))


def _freeze(dice: random.Random, cast: tuple[str, ...], at: float) -> Iterator[Step]:
    whom = dice.choice(cast)
    yield Step(at, "freeze", whom)
    yield Step(_later(dice, at, 0.2, 2.5), "thaw", whom)


def _bad_road(dice: random.Random, cast: tuple[str, ...], at: float) -> Iterator[Step]:
    road = dice.choice(ROADS)
    yield Step(at, "weather", road, dice.choice(WEATHERS[1:]))
    yield Step(_later(dice, at, 0.2, 1.5), "weather", road, "calm")


def _no_database(dice: random.Random, cast: tuple[str, ...], at: float) -> Iterator[Step]:
    yield Step(at, "kill database")
    yield Step(_later(dice, at, 0.0, 0.6), "start database")


def _moment(dice: random.Random, least: float) -> float:
    return round(dice.uniform(least, LENGTH), 2)


def _later(dice: random.Random, at: float, least: float, most: float) -> float:
    return round(at + dice.uniform(least, most), 2)
