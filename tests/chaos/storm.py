"""A storm: a real server and its workers, killed, frozen and cut off by a seeded plan; then calm, in which all must
come right.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from tests.chaos.books import opened
from tests.chaos.company import Actor
from tests.chaos.findings import OWNERS, Findings
from tests.chaos.plan import Plan, Step
from tests.chaos.proxy import Weather
from tests.chaos.stage import Scene, Stage
from tests.simulation.world import MINUTE

from leadwire.domain.owners import Owner

COME_RIGHT = 40.0  # seconds of calm; a fraction of it is used
# What passes in the calm, a round every ROUND seconds: pushes are tried again, what was submitted settles and is
# reconciled, what is missing is looked for twice.
PASSES = (6 * MINUTE, 65 * MINUTE, *[11 * MINUTE] * 100)
ORDERED = 2  # the round in which people ask for a reconciliation: everybody knows by then how late it is
ROUND = 1.1
SIGNALS = {"end": signal.SIGTERM, "freeze": signal.SIGSTOP, "thaw": signal.SIGCONT}
ENDED = (0, -signal.SIGTERM, 128 + signal.SIGTERM)  # in good order; while it began; told so twice
TOLD = ("runs", "schedule", "absences", "certificates", "webhooks", "ledger", "inbox")
UNFINISHED = (
    "SELECT workflow_uuid, status, executor_id, queue_partition_key, created_at, updated_at, started_at_epoch_ms"
    " FROM dbos.workflow_status WHERE status <> 'SUCCESS' ORDER BY created_at LIMIT 12"
)


@dataclass
class Report:
    """What one storm did, and what was wrong after it. `calm`: seconds until all was right."""

    plan: Plan
    acks: int = 0
    leads: int = 0
    seconds: float = 0.0
    calm: float = 0.0
    wrong: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        said = self.plan.count
        return (
            f"seed {self.plan.seed:4} {self.plan.dialect:10} {'+'.join(self.plan.cast):10} {said('kill')} kills, "
            f"{said('end')} ends, {said('freeze')} freezes, {said('weather', but='calm')} weathers, "
            f"{said('kill database')} database kills; {self.acks:3} pushes, {self.leads:3} leads; "
            f"{self.seconds:4.1f} s ({self.calm:4.1f} calm) {'; '.join(self.wrong[:5]) or 'OK'}"
        )


class Storm:
    """One plan on a scene."""

    def __init__(self, stage: Stage, scene: Scene, plan: Plan) -> None:
        self._stage, self._scene = stage, scene
        self._linkedin, self._actors = stage.linkedin, scene.company.actors
        self.report = Report(plan)
        self._began, self._calm_since = time.monotonic(), 0

    def run(self) -> Report:
        self._scene.company.each(Actor.start)
        assert self._wait(self._stage.up, 30), "it never came up"
        self._rage()
        began = time.monotonic()
        self._make_calm()
        self._come_right()
        self._read_logs()
        if self.report.wrong:
            self._tell()
        self.report.calm = time.monotonic() - began
        self.report.acks, self.report.seconds = len(self._linkedin.acks), time.monotonic() - self._began
        return self.report

    def _rage(self) -> None:
        began = time.monotonic()
        for step in self.report.plan.steps:
            at = began + step.at
            self._wait(lambda at=at: time.monotonic() >= at, 60)  # type: ignore[misc]
            self._note(str(step))
            self._do(step)

    def _do(self, step: Step) -> None:
        match step.act:
            case "weather":
                self._stage.roads[step.on].turn(cast(Weather, step.how))
            case "kill database" | "start database":
                assert self._stage.cluster is not None
                (self._stage.cluster.kill if step.act.startswith("kill") else self._stage.cluster.start)()
            case "reconcile":  # who is asked may be frozen
                threading.Thread(target=self._order, daemon=True).start()
            case "start" | "kill":
                getattr(self._actors[step.on], step.act)()
            case _ if step.act in SIGNALS:
                self._actors[step.on].send(SIGNALS[step.act])
            case _:
                self._linkedin.act(step)

    def _make_calm(self) -> None:
        self._note("calm")
        self._calm_since = self._linkedin.emulator.now()
        self._linkedin.witness()
        for road in self._stage.roads.values():
            road.turn("calm")
        if self._stage.cluster is not None:
            self._stage.cluster.start()
        self._scene.company.calm()
        if not self._wait(self._stage.up, COME_RIGHT):
            self.report.wrong.append("I10 it does not come up again")

    def _come_right(self) -> None:
        """Let time pass until everything is right; what may never be ends it at once."""
        end, left = time.monotonic() + COME_RIGHT, ["I10 no reconciliation could be ordered"]
        ordered = False
        for number, passes in enumerate(PASSES):
            if self.report.wrong or not left or time.monotonic() > end:
                break
            self._linkedin.pass_time(passes)
            self._note(f"time passes to {self._linkedin.emulator.now()}; left: {left[:3]}")
            ordered = ordered or (number >= ORDERED and self._order())
            self._wait(self._right if ordered else lambda: False, ROUND)
            left = self._look() if ordered else left
        self.report.wrong += left

    def _tell(self) -> None:
        """What else there is to see, for whom has to find out why."""
        with opened(self._scene.home) as books:
            for table in TOLD:
                rows = books.ask(f"SELECT * FROM {{{table}}}")
                self.report.trace += [f"{table}: {row}" for row in rows]
            if self._stage.cluster is not None:
                jobs = books.ask(UNFINISHED)
                self.report.trace += [f"jobs: {row}" for row in jobs]
        for actor in self._actors.values():
            for life in range(1, actor.lives + 1):
                self.report.trace += [
                    f"{actor.role}-{life}",
                    actor.log(life).read_text(errors="replace")[-60000:],
                ]

    def _right(self) -> bool:
        return not self._look()

    def _look(self) -> list[str]:
        """What has not come true yet."""
        acks = list(self._linkedin.acks)
        with self._linkedin.still(), opened(self._scene.home) as books:
            found = Findings(books, self._linkedin, self._calm_since)
            never, left = list(found.never(acks)), list(found.at_last())
        self.report.leads = found.leads
        self.report.wrong += [one for one in never if one not in self.report.wrong]
        return left

    def _order(self) -> bool:
        """Somebody asks for a reconciliation of everything; whether that was understood."""
        accounts = [f"/accounts/{Owner.parse(owner).name}" for owner in OWNERS]
        answers = [self._stage.call("POST", f"{one}/reconcile", {}) for one in accounts]
        return all(answers)

    def _read_logs(self) -> None:
        """S0: what the product itself calls a defect, and what ended though nobody ended it."""
        killed = self.report.plan.count("kill database")
        for role, actor in self._actors.items():
            self.report.wrong += [f"S0 {role}: {line[:300]}" for line in actor.complaints()]
            odd = [code for code in actor.ends if code not in ENDED]
            self.report.trace.append(f"{role}: {actor.lives} lives, ended by itself with {actor.ends}")
            if odd and not killed:
                self.report.wrong.append(f"S0 {role} ended with {odd}")

    def _wait(self, so: Callable[[], bool], seconds: float) -> bool:
        """Until it is so, at most for so long; what ends meanwhile is started again."""
        end = time.monotonic() + seconds
        while not so():
            if time.monotonic() > end:
                return False
            self._scene.company.each(Actor.tend)
            time.sleep(0.02)
        return True

    def _note(self, what: str) -> None:
        self.report.trace.append(f"{time.monotonic() - self._began:6.2f} {what}")
