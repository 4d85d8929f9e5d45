"""The emulator: requests in, answers out, no sockets. One lock; webhooks are called outside of it."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal

from linkedin_emulator.api import accounts, forms, leads, notifications, organizations
from linkedin_emulator.api.answers import error_response
from linkedin_emulator.api.edge import stamp
from linkedin_emulator.api.gate import admit, check_size, untunnel
from linkedin_emulator.api.routes import Answer, locate, table
from linkedin_emulator.campaign_manager.site import answer_page, concerns
from linkedin_emulator.clock import Clock, Millis
from linkedin_emulator.control import Control
from linkedin_emulator.control.http import answer_control, methods
from linkedin_emulator.faults.mishaps import after, before, down
from linkedin_emulator.faults.rules import Action
from linkedin_emulator.hooks.outbound import Deliver, Outbound, nobody_answers
from linkedin_emulator.hooks.pushes import push_call, settle_push
from linkedin_emulator.hooks.sending import send
from linkedin_emulator.hooks.webhooks import challenge_call, due_webhook, new_code, record
from linkedin_emulator.knobs import Knobs
from linkedin_emulator.oauth import authorization
from linkedin_emulator.oauth import tokens as token_endpoint
from linkedin_emulator.oauth.pages import render
from linkedin_emulator.protocol.errors import ApiError, no_resource, wrong_verb
from linkedin_emulator.protocol.wire import Json, Request, Response, html_response, request
from linkedin_emulator.state import State, new_state
from linkedin_emulator.world.demo import AppSettings, build_demo, build_empty

REST = table(accounts.ROUTES, organizations.ROUTES, forms.ROUTES, leads.ROUTES, notifications.ROUTES)
PROFILE = table(organizations.PROFILE_ROUTES)
WORLDS = {"demo": build_demo, "empty": build_empty}
_OAUTH: dict[str, tuple[str, tuple[str, ...], Callable[[State, Request], Response]]] = {
    "/oauth/v2/authorization": ("oauth.authorization", ("GET", "POST"), authorization.authorize),
    "/oauth/v2/accessToken": ("oauth.accessToken", ("POST",), token_endpoint.access_token),
    "/oauth/v2/introspectToken": ("oauth.introspectToken", ("POST",), token_endpoint.introspect),
}


class Emulator:
    """One LinkedIn.

    `world` is "demo" or "empty"; `now` replaces the system's time (epoch ms); `deliver` makes the calls to
    webhooks: (method, url, headers, body, timeout) → (status, headers, body), any exception is "no reply".
    """

    def __init__(
        self,
        seed: int = 1,
        now: Callable[[], Millis] | None = None,
        world: Literal["demo", "empty"] = "demo",
        deliver: Deliver = nobody_answers,
        knobs: Mapping[str, Json] | None = None,
        app: AppSettings | None = None,
    ) -> None:
        self._deliver = deliver
        self._fresh = functools.partial(_build, seed, now, world, knobs or {}, app or AppSettings(), deliver)
        self._state = self._fresh()
        self.control = Control(self._state, deliver, self.reset)
        self._control_methods = methods(self.control)

    def reset(self) -> None:
        """Back to the beginning: world, leads, tokens, clock, knobs, faults, journal."""
        with self._state.lock:
            self._state.become(self._fresh())

    def keep(self) -> State:
        """All of it as it is now, for `restore`."""
        return self._state.copied()

    def restore(self, kept: State) -> None:
        """Go on from what `keep` gave, as often as wanted; the system's time stands in for what passed since."""
        with self._state.lock:
            self._state.become(kept.copied())

    def go_on(self, kept: State, app: AppSettings, knobs: Mapping[str, Json]) -> None:
        """Go on from a world of an earlier process, with the app and the knobs of this one."""
        with self._state.lock:
            self._state.become(kept)
            known = self._state.world.apps.get(app.client_id)
            if known is None:
                self.control.world.create_app(
                    app.client_id, app.secrets, app.redirect_uris, refresh_enabled=app.refresh_enabled
                )
            else:
                known.secrets, known.redirect_uris = list(app.secrets), list(app.redirect_uris)
                known.refresh_enabled = app.refresh_enabled
            self._state.knobs.patch(dict(knobs))

    @property
    def state(self) -> State:
        """What there is at this moment, for a file."""
        return self._state

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """Answer one request; `target` is the raw path and query as they stand in the request line."""
        began = time.perf_counter()
        asked = request(method, target, headers, body)
        if asked.path.startswith("/control/"):
            return answer_control(self._control_methods, asked)
        if concerns(asked.path):
            return answer_page(self.control, asked)
        with self._state.lock:
            actions, name, answer = self._begin(asked)
        if isinstance(answer, Outbound):
            reply = send(self._state, self._deliver, answer.call)
            with self._state.lock:
                answer = _caught(functools.partial(answer.finish, reply))
        with self._state.lock:
            return self._end(asked, name, actions, answer, began)

    def authorize(
        self,
        scopes: Iterable[str],
        member: str | None = None,
        client_id: str | None = None,
        redirect_uri: str | None = None,
    ) -> str:
        """A member (default: the first) allows the scopes without a browser; return the one-time code."""
        return self.control.tokens.authorize(list(scopes), member, client_id, redirect_uri)

    def now(self) -> Millis:
        """The emulator's time, epoch ms."""
        return self._state.clock.now()

    def advance(self, milliseconds: int) -> Millis:
        """Move the emulator's clock; nothing is sent before `tick`."""
        with self._state.lock:
            return self._state.clock.advance(milliseconds)

    def tick(self) -> int:
        """Make the calls that are due, challenges before pushes; return how many were made."""
        made = 0
        while self._challenge_one() or self._push_one():
            made += 1
        return made

    def _begin(self, asked: Request) -> tuple[list[Action], str, Answer]:
        """Under the lock: name the route, let faults strike, answer or say which webhook must be asked."""
        state = self._state
        state.leads.settle(state.clock.now())
        try:
            asked_truly = untunnel(asked)
        except ApiError:
            asked_truly = asked
        name = _route_name(asked_truly)
        actions = state.faults.strike(name, asked_truly.method, asked_truly.target)
        instead = down(state) or before(state, asked, actions)
        return actions, name, instead or _caught(lambda: _dispatch(state, asked))

    def _end(
        self, asked: Request, name: str, actions: list[Action], answer: Answer, began: float
    ) -> Response:
        state = self._state
        assert isinstance(answer, Response)
        response = after(stamp(state, answer, asked.path.startswith(("/rest/", "/v2/"))), actions)
        took, member = (time.perf_counter() - began) * 1000, _member_of(state, asked)
        state.journal.note(state.clock.now(), asked, name, response, member, took, state.knobs.calls_kept)
        return response

    def _challenge_one(self) -> bool:
        state = self._state
        with state.lock:
            webhook = due_webhook(state)
            if webhook is None:
                return False
            secret = state.world.apps[webhook.client_id].secrets[0]
            call = challenge_call(webhook.url, new_code(state.dice), secret)
        reply = send(state, self._deliver, call)
        with state.lock:
            record(state, webhook, call.good(reply))
        return True

    def _push_one(self) -> bool:
        state = self._state
        with state.lock:
            push = state.hooks.take_due(state.clock.now())
            if push is None:
                return False
            call = push_call(state, push)
        reply = send(state, self._deliver, call)
        with state.lock:
            settle_push(state, push, reply)
        return True


def _build(
    seed: int,
    now: Callable[[], Millis] | None,
    world: str,
    knobs: Mapping[str, Json],
    app: AppSettings,
    deliver: Deliver,
) -> State:
    turned = Knobs()
    turned.patch(dict(knobs))
    state = new_state(seed, Clock(now), turned)
    WORLDS[world](state, Control(state, deliver, lambda: None), app)
    return state


def _member_of(state: State, asked: Request) -> str | None:
    token = state.grants.tokens.get(asked.headers.get("authorization", "").partition(" ")[2].strip())
    return token.grant.member if token else None


def _caught(work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    except ApiError as error:
        return error_response(error)


def _route_name(asked: Request) -> str:
    if asked.path in _OAUTH:
        return _OAUTH[asked.path][0]
    if not asked.path.startswith(("/rest/", "/v2/")):
        return "page"
    resource, method, _ = locate(asked)
    route = REST.get((resource, method)) or PROFILE.get((resource, method))
    return route.name if route else f"{resource.rpartition('/')[2]}.{method}"


def _dispatch(state: State, asked: Request) -> Answer:
    check_size(asked)
    if asked.path in _OAUTH:
        _, methods, work = _OAUTH[asked.path]
        if asked.method not in methods:
            raise wrong_verb(asked.method)
        return work(state, asked)
    if asked.path.startswith("/rest/"):
        call = admit(state, asked, REST, versioned=True)
        return call.route.handler(state, call)
    if asked.path.startswith("/v2/"):
        call = admit(state, asked, PROFILE, versioned=False)
        return call.route.handler(state, call)
    if asked.path == "/" and asked.method == "GET":
        now = datetime.fromtimestamp(state.clock.now() / 1000, UTC).isoformat(timespec="seconds")
        return html_response(render("index.html", world=state.world, now=now, leads=len(state.leads)))
    raise no_resource()
