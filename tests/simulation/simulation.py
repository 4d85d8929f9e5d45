"""One run: a stage, a plan, Leadwire in a world of faults, and at the end calm, in which all must come right."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.simulation import stage
from tests.simulation.actions import ACTS, QUIET
from tests.simulation.books import Books
from tests.simulation.checks import YOUNG, Ack, Memory, Safety, Wrong, marks_in
from tests.simulation.ending import Ending
from tests.simulation.machine import Crash, Machine
from tests.simulation.network import Mail, Network
from tests.simulation.plan import Action, Plan
from tests.simulation.points import Points
from tests.simulation.reach import counted, left
from tests.simulation.stage import Stage
from tests.simulation.truth import Truth
from tests.simulation.world import DAY, HOUR, JANE, MINUTE, ORGANIC, TENANTS, Tenant

from leadwire.domain.errors import LeadwireError
from leadwire.ingest.ports import NobodyMayRead
from leadwire.linkedin.errors import LinkedInError
from leadwire.store.errors import StoreError

REFUSALS = (LeadwireError, LinkedInError, StoreError, NobodyMayRead)
RECONCILED = 80 * DAY  # as far back as a reconciliation goes by itself
CALM: Action = {"do": "calm"}


@dataclass
class Result:
    """How a run ended; `at` is the number of the step that went wrong."""

    seed: int
    mode: str
    wrong: list[Wrong]
    digest: str
    reach: Counter[str]
    at: int = 0
    trace: list[str] = field(default_factory=list)


class Simulation:
    """`now` is our clock, `emulator.now` LinkedIn's."""

    def __init__(self, on: Stage, folder: Path, plan: Plan, reach: Counter[str], trace: bool = False) -> None:
        self.plan, self.reach = plan, reach
        self.skew = self.worst_skew = 0
        self.quota_used = False
        self._meanwhile: list[Wrong] = []  # what went wrong within a step
        self.letters: list[Mail] = []
        self.delivered: list[Mail] = []
        self._hash, self._trace = sha256(), [] if trace else None
        self._lay(on, folder)
        self.points = Points(reach)
        self.emulator = stage.emulator(self._posted)
        stage.thaw(self.emulator, on.world)
        self.truth = Truth(self.emulator)
        for lead in self.truth.leads():
            self.truth.stories[lead.id].numbers = list(marks_in(lead.response))
        self.network = Network(self.emulator, self.points, self.now, self.log)
        self.memory = Memory()
        self.machine = Machine(on.settings, self.network, self.points, self.now, plan["mode"], plan["page"])
        self.books = Books(Path(on.settings.database_url.removeprefix("sqlite:///")))
        known = self.books, self.truth, self.network, self.memory
        self.safety, self.ending = Safety(*known), Ending(*known)

    def now(self) -> int:
        return self.emulator.now() + self.skew

    def run(self) -> Result:
        """All actions, then calm; ends with the first thing that is wrong."""
        step, wrong = -1, list[Wrong]()
        while not wrong and step < len(self.plan["actions"]):
            step += 1
            wrong = self._step([*self.plan["actions"], CALM][step])
        left(self.books, self.reach)
        return Result(
            self.plan["seed"],
            self.plan["mode"],
            wrong,
            self._hash.hexdigest()[:16],
            self.reach,
            step,
            self._trace or [],
        )

    def close(self) -> None:
        self.books.close()
        self.machine.close()

    def log(self, *what: object) -> None:
        """A line of the trace; equal seeds give equal lines."""
        line = f"{self.emulator.now()} {' '.join(map(str, what))}"
        self._hash.update(line.encode())
        if self._trace is not None:
            self._trace.append(line)

    def pass_time(self, ms: int) -> None:
        before = {one.id for one in self.truth.leads() if self.truth.aged(one)}
        self.emulator.advance(ms)
        self.reach["lead aged out"] += any(
            self.truth.aged(one) for one in self.truth.leads() if one.id not in before
        )

    def rule(self, action: dict[str, Any], match: dict[str, Any]) -> None:
        """A standing fault at LinkedIn."""
        self.emulator.control.faults.add(action, match)

    def reconnect(self, tenant: Tenant) -> None:
        """The member presses Connect again."""
        workspace = self.machine.workspace(tenant.slug)
        with workspace.read() as tx:
            (connection,) = tx.connections.all()
        _, link = self.machine.app.consent.again(workspace, connection.id)
        before, result = self.truth.refresh_tokens(), ""
        try:
            result = self.machine.consent(link, lambda scopes, uri: self._allow(tenant.member, scopes, uri))
        finally:
            if result != "active":  # what LinkedIn granted did not get into the store
                self.truth.nobodys |= self.truth.refresh_tokens() - before
        self.reach["reconnected"] += result == "active"

    def switch(self, tenant: Tenant, owner: str, enabled: bool) -> None:
        """Switch the reading of an account on or off."""
        workspace = self.machine.workspace(tenant.slug)
        with workspace.read() as tx:
            account = tx.accounts.get(owner)
        if account.sync.enabled != enabled:
            self.machine.app.orders.sync(
                workspace, owner, replace(account.sync, enabled=enabled), "api", force=enabled
            )

    def note_ack(self, letter: Mail) -> None:
        """A push that we said we have: whose it is, and what it tells."""
        said = json.loads(letter.body)
        lead = said["leadGenFormResponse"].rpartition(":")[2]
        slug = letter.workspace
        ack = Ack(slug, lead, said["leadAction"], said["occurredAt"], self.now())
        self.memory.acks.append(ack)
        known, here = self.truth.lead(lead), self.memory.ledger.get((slug, lead))
        at = here.submitted_at if here is not None else known and known.submitted_at
        if ack.action != "DELETED" or known is None:
            return
        word = (slug, lead, ack.at)
        if not known.deleted:
            self.memory.false_words.add(word)
        elif word not in self.memory.false_words and at and self.now() - at < YOUNG:
            self.memory.told.add((slug, lead))

    def amiss(self) -> bool:
        """Whether anything has still to come true."""
        self._meanwhile += self.safety.step(set(), False)
        return bool(self._meanwhile or self.ending.end(self.plan["mode"]))

    @property
    def broken(self) -> bool:
        """Whether something went wrong that no waiting mends."""
        return bool(self._meanwhile)

    def _step(self, action: Action) -> list[Wrong]:
        self.emulator.advance(1)  # no two things happen at one moment
        self.log("do", json.dumps(action, sort_keys=True))
        shown = {one.id for one in self.truth.leads() if self.truth.readable(one)}
        crashed = self._do(action)
        self.truth.moved(shown)
        self.emulator.tick()
        if action["do"] in QUIET and not crashed:
            return []
        wrong = self._meanwhile + self.safety.step(shown, crashed)
        if not wrong and action is CALM:
            wrong = self.ending.end(self.plan["mode"])
        self.log("holds", len(self.memory.ledger), len(self.memory.dead), len(self.memory.acks), len(wrong))
        return wrong

    def _do(self, action: Action) -> bool:
        """True: the process died of it."""
        given = {name: value for name, value in action.items() if name != "do"}
        act: Callable[..., None] = _calm if action is CALM else ACTS[action["do"]]
        try:
            act(self, **given)
            if action["do"] not in QUIET:
                self.machine.beat()
        except Crash:
            self._die()
            return True
        except REFUSALS as error:
            if action is CALM:
                raise
            self.log("refused", type(error).__name__, str(error)[:80])
        return False

    def _die(self) -> None:
        self.log("crash")
        running = self.books.ask("SELECT count(*) FROM _runs WHERE state = 'running' AND cursor IS NOT NULL")
        self.reach["run resumed after a crash"] += running[0][0]
        self.network.beside = None
        self.network.moves.clear()
        self.machine.crash()

    def _allow(self, member: str, scopes: list[str], uri: str) -> str:
        return self.emulator.authorize(scopes, member, redirect_uri=uri)

    def _posted(self, method: str, url: str, headers: Any, body: bytes, timeout: float) -> tuple[Any, ...]:
        """What LinkedIn sends: a challenge is answered at once, a push waits for an action to bring it."""
        if method == "GET":
            if self.points.dead:
                raise ConnectionError("nobody is there")
            return self.machine.reach_out(method, url, headers, body)
        if self.plan["mode"] != "poll":
            whose = next(slug for slug, address in self._addresses() if address == url)
            self.letters.append(Mail(url, headers, body, self.emulator.now(), whose))
        return 200, {}, b""

    def _addresses(self) -> Iterator[tuple[str, str]]:
        """Which workspace each address at LinkedIn belongs to: the members differ."""
        members = {tenant.member: tenant.slug for tenant in TENANTS}
        for one in self.emulator._state.hooks.by_id.values():
            yield members[one.member], one.webhook

    def _lay(self, on: Stage, folder: Path) -> None:
        """The stage's database in the place where every run has its own."""
        home = Path(on.settings.home)
        shutil.rmtree(home, ignore_errors=True)
        path = Path(on.settings.database_url.removeprefix("sqlite:///"))
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
        shutil.copyfile(on.database, path)
        stage.complaints.clear()


def _calm(sim: Simulation) -> None:
    """Faults stop. After two polls, a reconciliation and a confirmation at the latest all must be right.

    What is right sooner is left at that: most of a run's time goes here. A reconciliation compares what is settled.
    """
    _faults_stop(sim)
    thorough, mode = sim.plan["seed"] % 4 == 0, sim.plan["mode"]
    if not thorough:
        sim.machine.sweep_whole_pages()
    long = sim.quota_used or sim.worst_skew > 10 * MINUTE
    soon = (0,) if thorough else ()
    _wait(sim, *soon, DAY + sim.worst_skew if long else 61 * MINUTE)
    if mode == "all" and (thorough or sim.amiss()):
        _reconcile(sim)
        _wait(sim, 0, 11 * MINUTE)
    forms = (6 * HOUR,)  # after which a version that was only reconstructed is asked for again
    for waits in ((31 * MINUTE,), (61 * MINUTE, 11 * MINUTE), (61 * MINUTE, 61 * MINUTE), forms):
        if sim.amiss() and not sim.broken:
            _wait(sim, *waits)


def _faults_stop(sim: Simulation) -> None:
    sim.points.disarm()
    sim.memory.calm_since = sim.emulator.now()
    sim.network.beside = sim.network.blink = None
    sim.network.moves.clear()
    sim.skew = 0
    sim.emulator.control.faults.remove()
    ACTS["paging"](sim, way=0)
    ACTS["roleback"](sim)
    sim.emulator.control.knobs.patch(fresh_token_401_seconds=0.0, quota_by_endpoint={}, date_offset_ms=0)
    for tenant in TENANTS:
        if sim.books.states()[tenant.slug] != "active" or not sim.truth.grants(tenant.member):
            sim.reconnect(tenant)
        elif sim.reach["role lost"]:
            sim.machine.app.orders.check_accounts(sim.machine.workspace(tenant.slug))
        for owner in tenant.owners:
            sim.switch(tenant, owner, True)


def _wait(sim: Simulation, *waits: int) -> None:
    for wait in waits:
        sim.emulator.advance(wait)
        sim.machine.work()
        _answer(sim)


def _answer(sim: Simulation) -> None:
    """What a person is asked, they answer: these leads are deleted."""
    for tenant in TENANTS:
        workspace = sim.machine.workspace(tenant.slug)
        with workspace.read() as tx:
            asked = [hold.owner for hold in tx.absences.holds()]
        for owner in asked:
            sim.machine.app.confirm.answer(workspace, owner, True, "somebody")


def _reconcile(sim: Simulation) -> None:
    """Have all compared as far back as happens by itself."""
    for tenant in TENANTS:
        workspace = sim.machine.workspace(tenant.slug)
        for owner in tenant.owners:
            sim.machine.app.orders.reconcile(
                workspace, owner, sim.now() - RECONCILED, accepted=True, actor="api"
            )


@contextmanager
def ready() -> Iterator[Callable[..., Result]]:
    """A stage, made once; then `run(plan, trace=…)` as often as wanted, in this process."""
    with stage.room() as folder, stage.hushed(), stage.lasting_engines():
        on = prepare(folder)

        def run(plan: Plan, trace: bool = False) -> Result:
            reach = Counter[str]()
            simulation = Simulation(on, folder, plan, reach, trace)
            try:
                with counted(reach):
                    return simulation.run()
            finally:
                simulation.close()

        yield run


def prepare(folder: Path) -> Stage:
    """Both workspaces connected, all owners read, their webhooks taken, two hours ago."""
    from tests.simulation.prologue import begun

    return begun(folder)


__all__ = ["HOUR", "JANE", "ORGANIC", "Simulation", "ready"]
