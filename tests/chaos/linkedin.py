"""LinkedIn beside real processes: the emulator on a socket, and what members do there."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import uvicorn
from tests.chaos.plan import Step
from tests.simulation import outside, world
from tests.simulation.checks import marks_in
from tests.simulation.truth import Story, Truth
from tests.simulation.world import EVENT_FORM, HOUR, MAIN_FORM, MINUTE, SIDE_FORM

from linkedin_emulator import AppSettings, Emulator
from linkedin_emulator.hooks.outbound import Reply
from linkedin_emulator.server.asgi import EmulatorApp
from linkedin_emulator.server.serving import listen
from linkedin_emulator.server.sockets import deliver
from linkedin_emulator.state import State

FORMS = (MAIN_FORM, MAIN_FORM, SIDE_FORM, EVENT_FORM)
SENDERS, TICK = 4, 0.05  # threads, seconds
Ack = tuple[str, str, int]  # lead, action, when it happened


class LinkedIn:
    """`acks`: pushes that were answered with 200; `withdrawn`: leads that were ever taken back."""

    def __init__(self, port: int, public_url: str) -> None:
        app = AppSettings(redirect_uris=(f"{public_url}/oauth/linkedin/callback",))
        self.emulator = Emulator(
            world="empty", app=app, deliver=self._deliver, knobs={"allow_http_webhooks": True}
        )
        world.build(self.emulator)
        self._port, self.app = port, app
        self.acks: list[Ack] = []
        self.withdrawn: set[str] = set()
        self.truth = Truth(self.emulator)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Answers while the block runs."""
        app = EmulatorApp(self.emulator)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, date_header=False, lifespan="off"))
        thread = threading.Thread(
            target=server.run, args=([listen("127.0.0.1", self._port)],), name="linkedin", daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            server.should_exit = server.force_exit = True
            thread.join(10)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Challenges and pushes leave while the block runs."""
        over = threading.Event()

        def go_on() -> None:
            while not over.wait(TICK):
                self.emulator.tick()

        threads = [threading.Thread(target=go_on, name="mail", daemon=True) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join(20)

    def begin(self, kept: State) -> None:
        """Go on from what `emulator.keep` gave; nothing may be under way."""
        self.emulator.restore(kept)
        self.acks, self.withdrawn, self.truth = [], set(), Truth(self.emulator)
        for lead in self.truth.leads():
            self.truth.stories[lead.id].numbers = list(marks_in(lead.response))

    def act(self, step: Step) -> None:
        """What a step of a plan does here."""
        with self.still():
            ACTS[step.act](self, random.Random(step.many), step.many)

    @contextmanager
    def still(self) -> Iterator[None]:
        """Nothing changes here while the block runs."""
        with self.emulator._state.lock:
            yield

    def pass_time(self, milliseconds: int) -> None:
        self.emulator.advance(milliseconds)

    def submit(self, form: int, **more: object) -> str:
        """A lead of a form's newest version."""
        self.truth.number += 1
        versions = self.emulator._state.world.forms[form].versions
        lead = world.submit(self.emulator, self.truth.number, form, len(versions), **more)
        self.truth.stories[lead] = Story([self.truth.number])
        return lead

    def witness(self) -> None:
        """One lead on each form: what is read next is no empty list, which proves little."""
        with self.still():
            for form in set(FORMS):
                self.submit(form)

    def lead(self, dice: random.Random, deleted: bool = False) -> str | None:
        """One of the newest that are there, or of those that are gone."""
        some = [one.id for one in self.truth.leads() if one.deleted == deleted]
        return dice.choice(some[-20:]) if some else None

    def _deliver(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float
    ) -> Reply:
        reply = deliver(method, url, headers, body, timeout)
        if method == "POST" and reply[0] == 200:
            said = json.loads(body)
            lead = said["leadGenFormResponse"].rpartition(":")[2]
            self.acks.append((lead, said["leadAction"], said["occurredAt"]))
        return reply


def _submit(here: LinkedIn, dice: random.Random, many: int) -> None:
    for _ in range(many):
        here.submit(dice.choice(FORMS))


def _submit_secretly(here: LinkedIn, dice: random.Random, many: int) -> None:
    for _ in range(dice.randint(1, 15)):
        here.submit(dice.choice(FORMS), push=False)


def _submit_late(here: LinkedIn, dice: random.Random, many: int) -> None:
    here.submit(dice.choice(FORMS), readable_after_ms=dice.choice((1_000, 20_000, 5 * MINUTE)))


def _withdraw(here: LinkedIn, dice: random.Random, many: int, push: bool = True) -> None:
    if lead := here.lead(dice):
        here.withdrawn.add(lead)
        here.emulator.control.leads.withdraw(lead, push)


def _withdraw_secretly(here: LinkedIn, dice: random.Random, many: int) -> None:
    _withdraw(here, dice, many, push=False)


def _resubmit(here: LinkedIn, dice: random.Random, many: int) -> None:
    if lead := here.lead(dice, deleted=dice.random() < 0.5):
        here.truth.resubmit(lead, new=dice.random() < 0.7)


def _repeat(here: LinkedIn, dice: random.Random, many: int) -> None:
    if lead := here.lead(dice):
        here.emulator.control.leads.notify(lead, "CREATED")


def _publish(here: LinkedIn, dice: random.Random, many: int) -> None:
    outside.publish(here, dice.choice(FORMS), dice.random())  # type: ignore[arg-type]


def _minutes(here: LinkedIn, dice: random.Random, many: int) -> None:
    here.pass_time(dice.randint(1, 6) * MINUTE)


def _hours(here: LinkedIn, dice: random.Random, many: int) -> None:
    here.pass_time(dice.randint(1, 5) * HOUR)


ACTS: dict[str, Callable[[LinkedIn, random.Random, int], None]] = {
    "submit": _submit,
    "submit secretly": _submit_secretly,
    "submit late": _submit_late,
    "withdraw": _withdraw,
    "withdraw secretly": _withdraw_secretly,
    "resubmit": _resubmit,
    "repeat": _repeat,
    "publish": _publish,
    "minutes": _minutes,
    "hours": _hours,
}
