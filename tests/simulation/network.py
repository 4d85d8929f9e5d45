"""The way between Leadwire and LinkedIn in one process: what was asked, what was shown, what went wrong on the way."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.points import Points
from tests.simulation.world import DAY, SECOND, TENANTS

from leadwire.linkedin.answers import Answer
from leadwire.linkedin.client import Request
from leadwire.linkedin.errors import TryLater
from linkedin_emulator import Emulator

LEADS = re.compile(r"/rest/leadFormResponses(?:/([^?]+)|\?(.*))?$")
ID = re.compile(rb'"id":"([0-9a-f]{8}-[0-9a-f-]{27}-[0-9])"')
WANTED = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}-[0-9]")
WORKSPACE_OF = {tenant.member: tenant.slug for tenant in TENANTS}
Key = tuple[str, str]  # workspace, lead


@dataclass(frozen=True)
class Sight:
    """One look at one lead: the call's number, when it was sent by our clock, whether it was shown."""

    call: int
    at: int
    shown: bool


@dataclass
class Mail:
    """A push that LinkedIn has sent and nobody has got yet."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    sent_at: int
    workspace: str  # whose address it was then


@dataclass
class Network:
    """`beside` is done while an answer that shows these leads is on its way, and says whether that was its time.

    `log` gets a line for each call.
    """

    emulator: Emulator
    points: Points
    now: Callable[[], int]
    log: Callable[..., None]
    sights: dict[Key, list[Sight]] = field(default_factory=lambda: defaultdict(list))
    beside: Callable[[list[str]], bool] | None = None
    moves: dict[int, Callable[[], None]] = field(default_factory=dict)  # by the number of lists from now
    blink: str | None = None  # a lead that LinkedIn does not find, this once
    calls: int = 0
    # endpoint -> UTC day used up, since when, and how often the disk had failed by then
    days_over: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    storms: list[str] = field(default_factory=list)
    hid: set[str] = field(default_factory=set)  # leads that LinkedIn once did not find though they were there
    _answering: bool = False  # an answer is on its way, and something else happens

    def __call__(self, request: Request) -> Answer:
        self.points.at("call_before")
        self.calls += 1
        number, sent_at = self.calls, self.now()
        target = "/" + request.url.partition("://")[2].partition("/")[2]
        wanted = self._wanted(target, request)
        if "q=owner" in target and "/leadFormResponses" in target and self.moves:
            self._move()
        said = self.emulator.handle(request.method, target, request.headers, request.body or b"")
        if self.blink and wanted and self.blink in wanted:
            self.hid.add(self.blink)
            said, self.blink = self._blinked(said), None
        self.log(
            "call", request.method, target.partition("?")[0][:60], _start(target), said.status, said.fate
        )
        self._note_quota(target, said.status, said.body, whole=said.fate == "answer")
        self._do_beside([one.decode() for one in ID.findall(said.body)])
        self.points.at("call_after")
        if said.fate != "answer":
            raise TryLater(f"no whole answer from LinkedIn ({said.fate})")
        self._look(request, wanted, said, number, sent_at)
        return Answer(said.status, said.headers, said.body)

    def _do_beside(self, shown: list[str]) -> None:
        beside, self.beside = self.beside, None
        if beside is None:
            return
        self._answering = True
        try:
            if not beside(shown):
                self.beside = beside
        finally:
            self._answering = False

    def _move(self) -> None:
        due, self.moves = self.moves.pop(1, None), {at - 1: move for at, move in self.moves.items() if at > 1}
        if due is not None:
            due()

    def last(self, key: Key, shown: bool) -> int:
        """The number of the last call that showed a lead (or did not find it); 0 where none has."""
        return max((one.call for one in self.sights.get(key, ()) if one.shown is shown), default=0)

    def _wanted(self, target: str, request: Request) -> list[str]:
        """The leads that a call names; empty for a list."""
        found = LEADS.search(target)
        if found is None:
            return []
        text = (found[1] or "") + (found[2] or "") + (request.body or b"").decode("latin-1")
        return WANTED.findall(text)

    def _look(self, request: Request, wanted: list[str], said: Any, number: int, sent_at: int) -> None:
        if b'"submittedAt"' not in said.body and not wanted:
            return
        workspace = self._whose(request)
        if workspace is None or said.status not in (200, 404):
            return
        shown = {one.decode() for one in ID.findall(said.body)} if said.status == 200 else set[str]()
        for lead in shown:
            self.sights[workspace, lead].append(Sight(number, sent_at, True))
        for lead in wanted:
            if lead not in shown:
                self.sights[workspace, lead].append(Sight(number, sent_at, False))

    def _whose(self, request: Request) -> str | None:
        token = self.emulator._state.grants.tokens.get(request.headers.get("Authorization", "")[7:])
        return WORKSPACE_OF.get(token.grant.member) if token else None

    def _blinked(self, said: Any) -> Any:
        """A single GET of one lead that says "not found"; batches are left alone."""
        if said.status == 200 and b'"results"' not in said.body and b'"elements"' not in said.body:
            said.status, said.body = 404, b'{"status":404,"message":"Not found"}'
        return said

    def _note_quota(self, target: str, status: int, body: bytes, *, whole: bool) -> None:
        """A call to an endpoint whose day is over, a second after that was answered, is a storm.

        Pauses are looked up once a second: where the note of one was cut off behind its commit, it counts later.
        An answer that did not arrive whole told nobody, and where the disk failed since, it may have failed the note.
        """
        name = re.sub(r"[0-9-]{8,}|\d+", "#", target.partition("?")[0]) + ("?q" if "q=" in target else "")
        now = self.now()
        day, since, strikes = self.days_over.get(name, (-1, now, 0))
        if status == 429 and b"DAY" in body:
            self.points.reach["quota of a day used up"] += 1
            noted = day == now // DAY and strikes == self.points.strikes
            if noted and now - since > SECOND and not self._answering:
                self.storms.append(name)
            if whole and not noted:
                self.days_over[name] = (now // DAY, now, self.points.strikes)


def _start(target: str) -> str:
    found = re.search(r"start=(\d+)", target)
    return found[1] if found else ""
