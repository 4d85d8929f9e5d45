"""A whole Leadwire whose LinkedIn answers oddly now and then: no duty raises, no page or call of the API is a 5xx."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.databases import SqliteHomes
from tests.fuzz.engine import Check, Target
from tests.fuzz.mutator import Sample, splintered
from tests.rig import TEST, Rig

from leadwire.domain.times import MINUTE
from leadwire.linkedin.answers import Answer
from leadwire.linkedin.client import Request

FORM = 7234246
STEPS = (MINUTE, MINUTE, 5 * MINUTE, 20 * MINUTE)
LISTS = (
    "/connections",
    "/accounts",
    "/forms",
    "/leads",
    "/runs",
    "/quarantine",
    "/alerts",
    "/audit",
    "/webhooks",
)
PAGES = (
    "/",
    "/connections",
    "/accounts",
    "/forms",
    "/leads",
    "/mapping",
    "/runs",
    "/quarantine",
    "/webhooks",
)
PAGES += ("/settings", "/alerts", "/activity")


@dataclass(frozen=True)
class Case:
    """`answer`: which answer from now is odd. `seed`: how."""

    seed: int
    answer: int
    step: int
    submit: bool


def make(dice: Random) -> Case:
    return Case(
        dice.randrange(2**32), dice.choice((0, 0, 0, 1, 2, 4)), dice.choice(STEPS), dice.random() < 0.5
    )


class OddRig(Rig):
    """`odd`: how many answers from now one goes odd, and how."""

    odd: tuple[int, Random] | None = None

    def carry(self, request: Request) -> Answer:
        said = super().carry(request)
        if self.odd is None:
            return said
        left, dice = self.odd
        self.odd = (left - 1, dice) if left else None
        return said if left else _odd(said, dice)


def _odd(said: Answer, dice: Random) -> Answer:
    status = said.status if dice.random() < 0.95 else dice.choice((200, 201, 204, 302, 400, 404, 429, 500))
    headers = dict(said.headers)
    if dice.random() < 0.05:
        headers["Date"] = dice.choice(
            ("Mon, 23 Nov 99999 12:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "x", "")
        )
    try:
        body = Sample(json.loads(said.body)).mutant(dice, tree=0.9)
    except ValueError:
        body = splintered(said.body, dice)
    return Answer(status, headers, body)


class Stage:
    def __init__(self, rig: OddRig) -> None:
        self.rig = rig

    def check(self, cases: Sequence[Case]) -> Iterator[tuple[int, Exception]]:
        place = 0
        for place, case in enumerate(cases):
            try:
                self._go(case)
                if place % 8 == 7:
                    self._look()
            except Exception as error:
                yield place, error
                return  # what a duty raised comes again in each round: the first is the one to look at
        try:
            self._look()
        except Exception as error:
            yield place, error

    def _go(self, case: Case) -> None:
        if case.submit:
            self.rig.emulator.control.leads.submit(FORM)
        self.rig.odd = case.answer, Random(case.seed)
        self.rig.run_for(case.step)

    def _look(self) -> None:
        self.rig.odd = None
        self.rig.look()
        for path in LISTS:
            answer = self.rig.api.get(path)
            assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
        assert self.rig.api.get("/status").status_code == 200
        for path in PAGES:
            answer = self.rig.client.get(path)
            assert answer.status_code < 500, f"{path}: {answer.status_code}"


@contextmanager
def opened(folder: Path) -> Iterator[Check]:
    with SqliteHomes(folder / "t").home(folder / "home") as home, closing(OddRig(home, folder)) as rig:
        rig.connect_member()
        rig.sync(TEST)
        yield Stage(rig).check


TARGET = Target("worlds", 1, make, opened, 32)
