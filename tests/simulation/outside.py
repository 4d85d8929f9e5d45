"""What happens at LinkedIn and on the way: to leads, forms, members, quotas, lists. Leadwire does not move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from tests.simulation.plan import PAGING
from tests.simulation.world import COLOURS, ORGANIC, PAGE, SIDE_FORM, SPONSORED, TENANTS

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

T = TypeVar("T")
Act = Callable[..., None]
STATUSES = {"500": 500, "503": 503, "429": 429}
SILENT = ("absent", "page_size")
MEANINGS = ((65_600, "INVALID"), (65_601, "REVOKED"), (65_602, "EXPIRED"))


def pick(some: Sequence[T], at: float) -> T | None:
    """The one at this part of them."""
    return some[int(at * len(some)) % len(some)] if some else None


def _leads(sim: Simulation, fits: Callable[[Any], bool]) -> list[str]:
    return [one.id for one in sim.truth.leads() if fits(one)]


def _young(sim: Simulation) -> list[str]:
    return _leads(sim, lambda one: not one.deleted and not one.hidden)


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


def forge(sim: Simulation, action: str, at: float) -> None:
    """Somebody says of a lead what is not so, with a good signature; now and then of one that is too old to be seen."""
    seen = [one.id for one in sim.truth.leads() if sim.truth.readable(one)]
    aged = [one.id for one in sim.truth.leads() if sim.truth.aged(one)]
    if lead := pick(aged if at > 0.7 and aged else seen, at):
        sim.reach["forged deletion did nothing"] += action == "DELETED"
        sim.emulator.control.leads.notify(lead, action)


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


def trouble(sim: Simulation, kind: str, route: str, times: int, at: float, nth: int = 1) -> None:
    """Calls of a kind, from the n-th on, go wrong in one way."""
    action: dict[str, Any] = {"kind": kind}
    if kind in STATUSES:
        action = {"kind": "status", "status": STATUSES[kind]}
    elif kind == "401":
        code, name = MEANINGS[int(at * 3) % 3]
        body = {"status": 401, "serviceErrorCode": code, "code": f"{name}_ACCESS_TOKEN", "message": "No."}
        action = {"kind": "status", "status": 401, "body": body}
        route = route if route != "*" else "leadFormResponses.*"
    elif kind == "null_element":
        action["index"] = int(at * 5)
    elif kind == "cut_body":
        action["keep"] = round(at * 0.9, 3)
    if kind in ("null_element", "empty_list"):
        route = "leadFormResponses.FINDER*"
    sim.rule(action, {"route": route, "nth": list(range(nth, nth + times))})


def paging(sim: Simulation, way: int, at: float = 0.0) -> None:
    usual = {"page_fullness": "full", "page_total": "overall", "page_links": True, "empty_page_after": 0}
    sim.emulator.control.knobs.patch(**(usual | PAGING[way]))


def move(sim: Simulation, what: str, nth: int, times: int, at: float = 0.0) -> None:
    """Just before the n-th list from now is answered, one of its newest leads comes or goes."""

    def happen() -> None:
        newest = [one.id for one in sim.truth.leads() if sim.truth.readable(one)][-10:]
        lead = pick(newest, at)
        sim.log("move", what)
        if what == "submit" or lead is None:
            sim.truth.submit(SIDE_FORM, at, 0, "", False)
        else:
            if sim.emulator.control.knobs.read()["page_total"] in SILENT:
                # A short page that speaks of no more, and the rows behind it move up: known to be open.
                sim.truth.denied |= {one.id for one in sim.truth.leads() if sim.truth.readable(one)}
            if what == "withdraw":
                sim.emulator.control.leads.withdraw(lead)
            else:
                sim.truth.hide(lead)

    sim.network.moves |= {nth + more: happen for more in range(times)}


def flood(sim: Simulation, form: int, at: float) -> None:
    """Many people at once: more than a page of them."""
    for number in range(4 + int(at * 5)):
        sim.truth.submit(form, at, 0, "", False)
        sim.emulator.advance(1000 * (number % 2))


def vanish(sim: Simulation, at: float) -> None:
    """Of an account hardly anything is shown any more, though nobody withdrew it."""
    for lead in [one.id for one in sim.truth.shown(SPONSORED)][:-3]:
        sim.truth.hide(lead)


def date(sim: Simulation, ms: int, at: float = 0.0) -> None:
    """LinkedIn's `Date` goes wrong; not ahead together with our clock: nothing could tell that from the time."""
    sim.emulator.control.knobs.patch(date_offset_ms=min(ms, 0) if sim.skew > 0 else ms)


def blink(sim: Simulation, at: float) -> None:
    """LinkedIn does not find one lead, once, though it is there."""
    sim.network.blink = pick([one.id for one in sim.truth.leads() if sim.truth.readable(one)], at)


OUTSIDE: dict[str, Act] = {
    act.__name__: act
    for act in (
        *(submit, flood, withdraw, resubmit, hide, unhide, vanish, mend, publish, newform, forge, blink),
        *(token, refresh, fresh, role, roleback, quota, trouble, paging, move, date),
    )
}
