"""Everything the emulator knows at one moment, under one lock."""

from __future__ import annotations

import copy
import random
import threading
from dataclasses import dataclass, field, fields

from linkedin_emulator.api.quota import Quota
from linkedin_emulator.clock import Clock
from linkedin_emulator.faults.rules import Faults
from linkedin_emulator.hooks.subscriptions import Subscriptions
from linkedin_emulator.journal import Journal
from linkedin_emulator.knobs import Knobs
from linkedin_emulator.oauth.grants import Grants
from linkedin_emulator.world.entities import World
from linkedin_emulator.world.lead_book import LeadBook


@dataclass(slots=True)
class State:
    """One world in motion. `dice` serves what happens, `Grants` and `Faults` have their own."""

    seed: int
    clock: Clock
    knobs: Knobs
    world: World
    leads: LeadBook
    grants: Grants
    faults: Faults
    dice: random.Random
    hooks: Subscriptions = field(default_factory=Subscriptions)
    quota: Quota = field(default_factory=Quota)
    journal: Journal = field(default_factory=Journal)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def copied(self) -> State:
        """The same world a second time; what happens in the one changes nothing in the other."""
        with self.lock:
            return copy.deepcopy(self)

    def __getstate__(self) -> dict[str, object]:
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name != "lock"}

    def __setstate__(self, kept: dict[str, object]) -> None:
        for name, value in kept.items():
            setattr(self, name, value)
        self.lock = threading.RLock()

    def become(self, other: State) -> None:
        """Take over everything from another state but its lock."""
        for item in fields(self):
            if item.name != "lock":
                setattr(self, item.name, getattr(other, item.name))


def new_state(seed: int, clock: Clock, knobs: Knobs) -> State:
    """An empty world whose chances all follow from the seed."""
    return State(
        seed,
        clock,
        knobs,
        World(),
        LeadBook(seed),
        Grants(_dice(seed, "grants")),
        Faults(_dice(seed, "faults")),
        _dice(seed, "events"),
    )


def _dice(seed: int, purpose: str) -> random.Random:
    """Chances that can be had again; nothing here guards a secret."""
    return random.Random(f"{seed}/{purpose}")  # noqa: S311
