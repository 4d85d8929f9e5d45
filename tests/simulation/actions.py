"""What an action of a plan does to time, to our clock, to the mail, and to Leadwire itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.simulation import outside
from tests.simulation.outside import Act, pick
from tests.simulation.world import DAY, MINUTE, TENANTS, Tenant

from leadwire.orders import PullOrder

if TYPE_CHECKING:
    from tests.simulation.network import Mail
    from tests.simulation.simulation import Simulation

LOOK = ("confirm",)


def _pair(at: float) -> tuple[Tenant, str]:
    """A workspace and one of its owners."""
    pairs = [(tenant, owner) for tenant in TENANTS for owner in tenant.owners]
    return pairs[int(at * len(pairs)) % len(pairs)]


def mail(sim: Simulation, how: str, at: float) -> None:
    """A push arrives, arrives twice, never, or once more after a long time."""
    if how == "replay":
        if old := pick(sim.delivered, at):
            sim.reach["push replayed"] += 1
            deliver(sim, old)
        return
    letter = pick(sim.letters, at)
    if letter is None:
        return
    if how != "double":
        sim.letters.remove(letter)
    if how != "lose":
        sim.reach["push doubled"] += how == "double"
        deliver(sim, letter)


def deliver(sim: Simulation, letter: Mail) -> None:
    """LinkedIn's POST; what is answered with 200 is our promise."""
    status = sim.machine.reach_out("POST", letter.url, letter.headers, letter.body)[0]
    sim.log("push", status)
    if status != 200:
        return
    sim.reach["push acknowledged"] += 1
    sim.delivered.append(letter)
    sim.note_ack(letter)


def time(sim: Simulation, ms: int, at: float = 0.0) -> None:
    sim.pass_time(ms + int(at * 1000))


def age(sim: Simulation, days: int, at: float = 0.0) -> None:
    sim.pass_time(days * DAY)


def drain(sim: Simulation) -> None:
    sim.machine.drain()


def turn(sim: Simulation, at: float) -> None:
    sim.machine.turn(at)


def work(sim: Simulation, questions: int, at: float = 0.0) -> None:
    sim.machine.work(questions)


def reconnect(sim: Simulation, at: float) -> None:
    tenant = pick(TENANTS, at)
    assert tenant is not None
    sim.reconnect(tenant)


def skew(sim: Simulation, ms: int, at: float = 0.0) -> None:
    """Our clock goes wrong against LinkedIn's; see `outside.date`."""
    if sim.emulator.control.knobs.read()["date_offset_ms"] > 0:
        ms = min(ms, 0)
    sim.skew = ms
    sim.reach["our clock ahead" if ms > 0 else "our clock behind"] += bool(ms)
    sim.worst_skew = max(sim.worst_skew, abs(ms))


def beside(sim: Simulation, what: str, at: float) -> None:
    """While the next answer is on its way, something else happens."""

    def happen(shown: list[str]) -> bool:
        if what in ASIDE and not shown:
            return False
        sim.reach["work beside a call"] += 1
        sim.log("beside", what)
        if what in ASIDE:
            ASIDE[what](sim, shown[int(at * len(shown)) % len(shown)])
        elif what == "mail":
            mail(sim, "deliver", at)
        elif what == "drain":
            drain(sim)
        else:
            ACTS[what](sim, at=at)
        return True

    sim.network.beside = happen


def _stopped(sim: Simulation, lead: str) -> None:
    """Who waits for this answer sleeps for a quarter of an hour; meanwhile others find a lead of it deleted."""
    sim.emulator.control.leads.withdraw(lead)
    _bring(sim, lead)
    for _ in range(2):
        sim.machine.drain()
        sim.machine.only(LOOK)
        sim.emulator.advance(11 * MINUTE)
    sim.machine.only(LOOK)


def _resent(sim: Simulation, lead: str) -> None:
    """While this answer is on its way, a lead of it comes again with other answers, which are read first."""
    if sim.truth.lead(lead) is not None:
        sim.emulator.advance(1000)
        sim.truth.resubmit(lead, True)
        _bring(sim, lead)
        sim.machine.drain()


def _bring(sim: Simulation, lead: str) -> None:
    sim.emulator.tick()
    for letter in [one for one in sim.letters if lead.encode() in one.body]:
        sim.letters.remove(letter)
        deliver(sim, letter)


ASIDE = {"stopped": _stopped, "resent": _resent}


def killed(sim: Simulation, points: int, form: int, at: float) -> None:
    """Many leads, a poll that reads them page by page, and somewhere in it the process dies."""
    outside.flood(sim, form, at)
    sim.pass_time(31 * MINUTE)
    sim.points.arm(points, "kill")
    sim.machine.work()


def blindness(sim: Simulation, at: float) -> None:
    """A member has lost a role, LinkedIn says "not found" of everything, and somebody says that leads are deleted."""
    outside.role(sim, "empty", at)
    for part in (at, 1 - at):
        outside.forge(sim, "DELETED", part)
    sim.emulator.tick()
    for letter in sim.letters[-4:]:
        sim.letters.remove(letter)
        deliver(sim, letter)
    for _ in range(3):
        sim.machine.drain()
        sim.machine.only(LOOK)
        sim.emulator.advance(61 * MINUTE)


def pull(sim: Simulation, back: int, at: float) -> None:
    tenant, owner = _pair(at)
    workspace = sim.machine.workspace(tenant.slug)
    sim.machine.app.orders.pull(workspace, owner, PullOrder(since=max(0, sim.now() - back)), "api")


def reconcile(sim: Simulation, at: float) -> None:
    tenant, owner = _pair(at)
    sim.machine.app.orders.reconcile(sim.machine.workspace(tenant.slug), owner, actor="api")


def off(sim: Simulation, at: float) -> None:
    _switch(sim, at, False)


def on(sim: Simulation, at: float) -> None:
    _switch(sim, at, True)


def _switch(sim: Simulation, at: float, enabled: bool) -> None:
    tenant, owner = _pair(at)
    sim.switch(tenant, owner, enabled)


def erase(sim: Simulation, at: float) -> None:
    """A person wants a lead forgotten, in one workspace."""
    tenant = TENANTS[int(at * 100) % 2]
    lead = pick(sorted(one for slug, one in sim.memory.ledger if slug == tenant.slug), at)
    if lead is None:
        return
    sim.memory.may_be_erased.add((tenant.slug, lead))
    sim.machine.app.erasure.lead(sim.machine.workspace(tenant.slug), lead, "somebody")
    sim.memory.erased.add((tenant.slug, lead))
    sim.memory.dead.add((tenant.slug, lead))


def interval(sim: Simulation, ms: int, at: float) -> None:
    tenant, owner = _pair(at)
    workspace = sim.machine.workspace(tenant.slug)
    with workspace.read() as tx:
        wish = tx.accounts.get(owner).sync
    if wish.enabled:
        sim.machine.app.orders.sync(workspace, owner, replace(wish, poll_interval=ms), "api")


def crash(sim: Simulation, points: int, how: str, at: float = 0.0) -> None:
    sim.points.arm(points, how)


ACTS: dict[str, Act] = outside.OUTSIDE | {
    act.__name__: act
    for act in (
        *(mail, time, age, drain, turn, work, reconnect, killed, blindness, skew, beside, pull, reconcile),
        *(off, on, erase, interval, crash),
    )
}
# Leadwire has not moved, so nothing of it is checked.
QUIET = {*outside.OUTSIDE, "time", "age", "skew", "beside", "crash"}
