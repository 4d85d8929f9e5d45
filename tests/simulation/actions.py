"""What an action of a plan does: to LinkedIn, to the way between, to time, to Leadwire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from tests.simulation.checks import Ack
from tests.simulation.plan import PAGING
from tests.simulation.truth import UNREADABLE
from tests.simulation.world import COLOURS, DAY, ORGANIC, PAGE, SPONSORED, TENANTS, Tenant

from leadwire.orders import PullOrder

if TYPE_CHECKING:
    from tests.simulation.network import Mail
    from tests.simulation.simulation import Simulation

T = TypeVar("T")
Act = Callable[..., None]
STATUSES = {"500": 500, "503": 503, "429": 429}
MEANINGS = ((65_600, "INVALID"), (65_601, "REVOKED"), (65_602, "EXPIRED"))


def pick(some: Sequence[T], at: float) -> T | None:
    """The one at this part of them."""
    return some[int(at * len(some)) % len(some)] if some else None


def _leads(sim: Simulation, fits: Callable[[Any], bool]) -> list[str]:
    return [one.id for one in sim.truth.leads() if fits(one)]


def _young(sim: Simulation) -> list[str]:
    return _leads(sim, lambda one: not one.deleted and not one.hidden)


def _pair(at: float) -> tuple[Tenant, str]:
    """A workspace and one of its owners."""
    pairs = [(tenant, owner) for tenant in TENANTS for owner in tenant.owners]
    return pairs[int(at * len(pairs)) % len(pairs)]


def submit(sim: Simulation, form: int, at: float, late: int, spoil: str, test: bool) -> None:
    sim.truth.submit(form, at, late, spoil, test)
    if late:
        sim.reach["late lead within settle" if late < 3_600_000 else "late lead beyond settle"] += 1


def withdraw(sim: Simulation, at: float) -> None:
    if lead := pick(_young(sim)[::-1], at * at):
        sim.emulator.control.leads.withdraw(lead)


def resubmit(sim: Simulation, at: float, new: bool) -> None:
    gone = _leads(sim, lambda one: one.deleted) or _young(sim)[-6:]
    if lead := pick(gone, at):
        sim.truth.resubmit(lead, new)


def hide(sim: Simulation, at: float) -> None:
    if lead := pick(_young(sim)[::-1], at * at):
        sim.truth.hide(lead)


def unhide(sim: Simulation, at: float) -> None:
    if lead := pick(_leads(sim, lambda one: one.hidden and not one.deleted), at):
        sim.truth.unhide(lead)


def mend(sim: Simulation, at: float) -> None:
    if lead := pick([name for name, story in sim.truth.stories.items() if story.spoil], at):
        sim.emulator.control.leads.mend(lead)
        sim.truth.stories[lead].spoil = ""


def publish(sim: Simulation, form: int, at: float) -> None:
    """A new version: a question more, a question less, other options, another name."""
    versions = sim.emulator._state.world.forms[form].versions
    number = len(versions) + 1
    if number > 6:
        return
    questions: list[dict[str, Any]] = [
        {"predefined": "EMAIL", "label": f"Mail {number}"},
        {"text": "Which colour?", "options": COLOURS[int(at * 3) :] + COLOURS[:1]},
        {"text": f"New in {number}?"},
    ]
    hidden = {"utm_source": f"version {number}"}
    sim.emulator.control.forms.publish(
        form, name=f"Form again {number}", questions=questions, hidden_fields=hidden
    )


def newform(sim: Simulation, at: float) -> None:
    if len(sim.emulator._state.world.forms) < 6:
        owner = ORGANIC if at < 0.4 else SPONSORED
        questions = [{"predefined": "EMAIL"}, {"text": "Why now?"}]
        number = int(sim.emulator.control.forms.create(owner, name=f"Fresh {at}", questions=questions)["id"])
        sim.truth.submit(number, 0.0, 0, "", False)


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


def forge(sim: Simulation, action: str, at: float) -> None:
    """Somebody says of a lead what is not so, with a good signature."""
    if lead := pick([one.id for one in sim.truth.leads() if sim.truth.readable(one)], at):
        sim.reach["forged deletion did nothing"] += action == "DELETED"
        sim.emulator.control.leads.notify(lead, action)


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


def token(sim: Simulation, how: str, at: float) -> None:
    tenant = pick(TENANTS, at)
    assert tenant is not None
    getattr(sim.emulator.control.tokens, how)(member=tenant.member)
    if how in ("revoke", "expire_refresh"):
        sim.reach["grant ended"] += 1


def refresh(sim: Simulation, on: bool, at: float = 0.0) -> None:
    if on:
        sim.rule({"kind": "status", "status": 500}, {"route": "oauth.accessToken"})


def fresh(sim: Simulation, seconds: int, at: float = 0.0) -> None:
    sim.emulator.control.knobs.patch(fresh_token_401_seconds=float(seconds))


def reconnect(sim: Simulation, at: float) -> None:
    tenant = pick(TENANTS, at)
    assert tenant is not None
    sim.reconnect(tenant)


def role(sim: Simulation, how: str, at: float) -> None:
    """A member loses the page role, or gets it back before somebody else loses theirs."""
    roleback(sim)
    tenant = pick(TENANTS, at)
    assert tenant is not None
    sim.emulator.control.knobs.patch(role_loss=how)
    sim.emulator.control.world.remove_page_role(PAGE, tenant.member)
    sim.reach["role lost"] += 1


def roleback(sim: Simulation) -> None:
    for tenant in TENANTS:
        sim.emulator.control.world.set_page_role(PAGE, tenant.member, "ADMINISTRATOR")


def quota(sim: Simulation, on: bool, at: float = 0.0) -> None:
    used = {"leadFormResponses.FINDER-owner": 0} if on else {}
    sim.emulator.control.knobs.patch(quota_by_endpoint=used)
    sim.quota_used |= on


def trouble(sim: Simulation, kind: str, route: str, times: int, at: float) -> None:
    """The next calls of a kind go wrong in one way."""
    action: dict[str, Any] = {"kind": kind}
    if kind in STATUSES:
        action = {"kind": "status", "status": STATUSES[kind]}
    elif kind == "401":
        code, name = MEANINGS[int(at * 3)]
        body = {"status": 401, "serviceErrorCode": code, "code": f"{name}_ACCESS_TOKEN", "message": "No."}
        action = {"kind": "status", "status": 401, "body": body}
        route = route if route != "*" else "leadFormResponses.*"
    elif kind == "null_element":
        action["index"] = int(at * 5)
    elif kind == "cut_body":
        action["keep"] = round(at * 0.9, 3)
    if kind in ("null_element", "empty_list"):
        route = "leadFormResponses.FINDER*"
    sim.rule(action, {"route": route, "times": times})


def paging(sim: Simulation, way: int, at: float = 0.0) -> None:
    usual = {"page_fullness": "full", "page_total": "overall", "page_links": True, "empty_page_after": 0}
    sim.emulator.control.knobs.patch(**(usual | PAGING[way]))


def move(sim: Simulation, what: str, nth: int, times: int, at: float = 0.0) -> None:
    match = {"route": "leadFormResponses.FINDER*", "nth": [nth, nth + 1][:times]}
    sim.rule({"kind": "move", what: 1 + (at > 0.6)}, match)


def skew(sim: Simulation, ms: int, at: float = 0.0) -> None:
    """Our clock goes wrong against LinkedIn's."""
    sim.skew = ms
    sim.reach["our clock ahead" if ms > 0 else "our clock behind"] += bool(ms)
    sim.worst_skew = max(sim.worst_skew, abs(ms))


def date(sim: Simulation, ms: int, at: float = 0.0) -> None:
    sim.emulator.control.knobs.patch(date_offset_ms=ms)


def beside(sim: Simulation, what: str, at: float) -> None:
    """While the next answer is on its way, something else happens."""

    def happen() -> None:
        sim.reach["work beside a call"] += 1
        sim.log("beside", what)
        {"mail": lambda: mail(sim, "deliver", at), "drain": lambda: drain(sim)}.get(
            what, lambda: ACTS[what](sim, at=at)
        )()

    sim.network.beside = happen


def pull(sim: Simulation, back: int, at: float) -> None:
    tenant, owner = _pair(at)
    workspace = sim.machine.workspace(tenant.slug)
    sim.machine.app.orders.pull(workspace, owner, PullOrder(since=max(0, sim.now() - back)))


def reconcile(sim: Simulation, at: float) -> None:
    tenant, owner = _pair(at)
    sim.machine.app.orders.reconcile(sim.machine.workspace(tenant.slug), owner)


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
        sim.machine.app.orders.sync(workspace, owner, replace(wish, poll_interval=ms))


def blink(sim: Simulation, at: float) -> None:
    """LinkedIn does not find one lead, once, though it is there."""
    sim.network.blink = pick([one.id for one in sim.truth.leads() if sim.truth.readable(one)], at)


def crash(sim: Simulation, points: int, how: str, at: float = 0.0) -> None:
    sim.points.arm(points, how)


ACTS: dict[str, Act] = {
    act.__name__: act
    for act in (
        *(
            submit,
            withdraw,
            resubmit,
            hide,
            unhide,
            mend,
            publish,
            newform,
            mail,
            forge,
            time,
            age,
            drain,
            turn,
        ),
        *(
            work,
            token,
            refresh,
            fresh,
            reconnect,
            role,
            roleback,
            quota,
            trouble,
            paging,
            move,
            skew,
            date,
            beside,
        ),
        *(pull, reconcile, off, on, erase, interval, blink, crash),
    )
}
# What only changes the world, or is only armed: Leadwire has not moved, so nothing of it is checked.
OUTSIDE = {
    *(
        "submit",
        "withdraw",
        "resubmit",
        "hide",
        "unhide",
        "mend",
        "publish",
        "newform",
        "forge",
        "token",
        "refresh",
    ),
    *(
        "fresh",
        "role",
        "roleback",
        "quota",
        "trouble",
        "paging",
        "move",
        "skew",
        "date",
        "beside",
        "blink",
        "crash",
    ),
    *("time", "age"),
}
__all__ = ["ACTS", "OUTSIDE", "UNREADABLE", "Ack"]
