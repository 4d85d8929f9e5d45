"""The processes of a deployment, under a supervisor that starts again what ends."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.cli.people import PROGRAM

AGAIN = 0.2  # seconds until what has ended by itself is started again
# What the product itself calls a defect.
COMPLAINTS = re.compile(r"^Traceback| (item_failed|drain_failed|buried|a_part_has_ended)\b")


@dataclass
class Actor:
    """One process and its lives. `wanted`: the supervisor sees to it that it runs."""

    role: str
    folder: Path
    env: Mapping[str, str]
    running: subprocess.Popen[bytes] | None = None
    wanted: bool = False
    frozen: bool = False
    lives: int = 0
    not_before: float = 0.0
    ends: list[int] = field(default_factory=list)  # how it ended when nobody had killed it

    def start(self) -> None:
        self.wanted = True
        if self.alive() or time.monotonic() < self.not_before:
            return
        self.lives += 1
        with self.log(self.lives).open("wb") as said:
            command = [PROGRAM, "serve", "--role", self.role]
            self.running = subprocess.Popen(command, cwd=self.folder, env=self.env, stdout=said, stderr=said)

    def alive(self) -> bool:
        return self.running is not None and self.running.poll() is None

    def kill(self) -> None:
        self.wanted = False
        if self.running is not None:
            self.running.kill()
            self.running.wait(10)
        self.frozen = False

    def send(self, number: int) -> None:
        if self.running is not None and self.alive():
            self.running.send_signal(number)
            self.frozen = number == signal.SIGSTOP or (self.frozen and number != signal.SIGCONT)

    def tend(self) -> None:
        """Start it again if it has ended."""
        if self.wanted and not self.alive():
            if self.running is not None and time.monotonic() > self.not_before:
                self.ends.append(self.running.returncode)
                self.running, self.not_before = None, time.monotonic() + AGAIN
            self.start()

    def log(self, life: int) -> Path:
        return self.folder / f"{self.role}-{life}.log"

    def complaints(self) -> list[str]:
        """Lines in which it speaks of a defect."""
        said = (self.log(life).read_text(errors="replace").splitlines() for life in range(1, self.lives + 1))
        return [line for lines in said for line in lines if COMPLAINTS.search(line)]


class Company:
    """All of them, by role."""

    def __init__(self, cast: tuple[str, ...], folder: Path, env: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.actors = {role: Actor(role, folder, env) for role in cast}

    def each(self, do: Callable[[Actor], None]) -> None:
        for actor in self.actors.values():
            do(actor)

    def calm(self) -> None:
        """Nobody is frozen, and everybody is to run."""
        for actor in self.actors.values():
            actor.send(signal.SIGCONT)
            actor.start()

    def finish(self) -> None:
        """The end of the play: it does not matter how."""
        self.each(Actor.kill)
