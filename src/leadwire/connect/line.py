"""A line to LinkedIn in the name of one connection.

Everything that a 401 can mean is settled here, so that a caller only ever sees: a value, `TryLater`,
`Refused`, or `AskAgain` (and the connection then already says `needs_reconnect` and why).
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import structlog

from leadwire.domain import alerts
from leadwire.domain.errors import Conflict
from leadwire.domain.owners import shard
from leadwire.domain.permissions import Reason, should_refresh
from leadwire.domain.times import DAY, HOUR, MINUTE, SECOND, Millis, utc_day
from leadwire.linkedin import oauth
from leadwire.linkedin.answers import Answer
from leadwire.linkedin.calls import Call
from leadwire.linkedin.client import Api
from leadwire.linkedin.errors import (
    AskAgain,
    Forbidden,
    LinkedInError,
    Refused,
    Throttled,
    TokenDead,
    TryLater,
)
from leadwire.linkedin.patience import is_fresh_token_doubt
from leadwire.store import Connection, Learned, Pause, Store, Tokens, Workspace
from leadwire.store.errors import TryLater as StoreTryLater

T = TypeVar("T")
Reader = Callable[[int, Mapping[str, str], bytes], T]

FRESH_DOUBT_WAIT = 5.0  # seconds: a token minted a moment ago may be refused for some seconds
REST: Millis = HOUR  # between two mintings
NEVER: Millis = -SECOND
MIDNIGHT_SPREAD: Millis = 15 * MINUTE  # nobody storms LinkedIn at 00:00 UTC

log = structlog.get_logger()


@dataclass(frozen=True)
class AppKeys:
    """The LinkedIn app this deployment acts as; the first secret is the active one."""

    client_id: str
    secrets: tuple[str, ...]

    @property
    def secret(self) -> str:
        return self.secrets[0]


def no_app() -> Conflict:
    """Nobody has set the LinkedIn app up yet; nothing can be asked of LinkedIn."""
    return Conflict(
        "no_linkedin_app",
        "No LinkedIn app is set up.",
        "Open the set-up page, or set LEADWIRE_LINKEDIN_CLIENT_ID and LEADWIRE_LINKEDIN_CLIENT_SECRET.",
    )


class Switchboard:
    """Opens lines and counts what goes over them. One per process."""

    def __init__(
        self,
        store: Store,
        api: Api,
        app: Callable[[], AppKeys],
        now: Callable[[], Millis],
        spread: Callable[[], float],
    ) -> None:
        self.store, self.api, self.app, self.now = store, api, app, now
        self._spread = spread
        self._counts: Counter[tuple[str, str, str, str]] = Counter()
        self._counting = threading.Lock()
        self._tried: dict[str, Millis] = {}
        self._paused: tuple[Millis, list[Pause]] = (NEVER, [])

    def line(self, workspace: Workspace, connection_id: str) -> Line:
        return Line(self, workspace, connection_id)

    def send(self, call: Call, token: str | None, member: str, version: str | None = None) -> Answer:
        """One call, counted for the app and for the member, unless its endpoint is paused. `version`: another one
        of LinkedIn's API than is in use.
        """
        self._refuse_paused(call.endpoint, member)
        self._count(call.endpoint, member)
        return (self.api if version is None else self.api.at(version)).send(call, token)

    def may_refresh(self, connection_id: str) -> bool:
        """Whether an early refresh was not tried within the hour: one that fails must not be tried with every call."""
        now = self.now()
        return now - self._tried.get(connection_id, now - REST) >= REST

    def tried(self, connection_id: str) -> None:
        self._tried[connection_id] = self.now()

    def note(self, error: LinkedInError, endpoint: str, member: str) -> None:
        """Remember a used-up daily quota, for every process, until after midnight UTC; and how much it was.

        A refusal of our own, without an answer of LinkedIn's, says nothing new.
        """
        if isinstance(error, Throttled) and error.until_midnight and error.status is not None:
            now = self.now()
            self._count(endpoint, member, -1)  # LinkedIn does not count what it refuses so
            until = now - now % DAY + DAY + int(MIDNIGHT_SPREAD * self._spread())
            whose = member if error.scope == "member" else ""
            # This first: should the store fail in the middle, at least nobody asks on.
            self.store.deployment.pause(endpoint, until, "daily quota used up", whose)
            self._paused = (NEVER, [])
            self._learn(endpoint, whose, now)

    def _learn(self, endpoint: str, member: str, now: Millis) -> None:
        self.flush()
        counted = self.store.deployment.calls(utc_day(now))
        calls = sum(one.count for one in counted if (one.endpoint, one.member) == (endpoint, member))
        whose: Literal["app", "member"] = "member" if member else "app"
        self.store.deployment.learn(Learned(endpoint, whose, calls, now))

    def flush(self) -> None:
        """Write the counted calls down; what a crash takes is a few counts."""
        with self._counting:
            counts, self._counts = self._counts, Counter()
        for day in {key[0] for key in counts}:
            self.store.deployment.count_calls(day, {k[1:]: n for k, n in counts.items() if k[0] == day})

    def _count(self, endpoint: str, member: str, calls: int = 1) -> None:
        day, client = utc_day(self.now()), self.app().client_id
        with self._counting:
            for whose in {"", member}:
                self._counts[day, endpoint, client, whose] += calls

    def _refuse_paused(self, endpoint: str, member: str) -> None:
        now = self.now()
        for pause in self._pauses(now):
            lasts = (
                now < pause.until <= now + DAY + MIDNIGHT_SPREAD
            )  # longer was never meant: a clock was wrong
            if lasts and pause.endpoint == endpoint and pause.member in ("", member):
                raise Throttled(
                    f"{endpoint}: {pause.reason}", after=(pause.until - now) / 1000, until_midnight=True
                )

    def _pauses(self, now: Millis) -> list[Pause]:
        """Looked up once a second, not with every page: one that another process noted counts that much later."""
        looked_at, pauses = self._paused
        if not looked_at <= now < looked_at + SECOND:
            pauses = self.store.deployment.pauses(now)
            self._paused = (now, pauses)
        return pauses


class Line:
    """Callable: `line(call, read)` sends, reads and returns the value. `calls` counts what was sent."""

    def __init__(self, board: Switchboard, workspace: Workspace, connection_id: str) -> None:
        self._board, self._workspace, self._id = board, workspace, connection_id
        self.calls = 0
        self._serial = 0  # of the tokens last read

    @property
    def connection_id(self) -> str:
        """Over whose grant is spoken."""
        return self._id

    def __call__(self, call: Call, read: Reader[T]) -> T:
        connection, tokens = self._tokens()
        if self._wants_refresh(connection):
            connection, tokens = self._refresh_early(connection, tokens)
        try:
            return self._send(call, read, connection, tokens)
        except TokenDead as error:
            connection, tokens = self._second_token(connection, tokens, error)
        try:
            return self._send(call, read, connection, tokens)
        except TokenDead as error:
            self._doubt(error, tokens)
            raise self._settled(error) from error

    def renew(
        self, seen: Connection, tokens: Tokens, dead: Reason = "refresh_dead"
    ) -> tuple[Connection, Tokens]:
        """Mint a new access token, once however many ask: who comes second finds the first one's.

        `dead`: why the grant has ended, if LinkedIn refuses.
        """
        with self._workspace.alone(f"refresh:{self._id}"):
            connection, current = self._tokens()
            if connection.token_serial != seen.token_serial:
                return connection, current
            assert tokens.refresh_token is not None
            app = self._board.app()
            call = oauth.refresh(app.client_id, app.secret, tokens.refresh_token)
            try:
                minted = oauth.read_tokens(*self._board.send(call, None, ""))
            except AskAgain as error:
                if not error.client_refused:
                    self._needs_reconnect(dead)
                raise
            self.calls += 1
            now = self._board.now()
            fresh = stored(minted, now)
            if fresh.refresh_token is None:  # an answer that leaves it out does not take it away
                fresh = replace(
                    fresh, refresh_token=tokens.refresh_token, refresh_expires_at=tokens.refresh_expires_at
                )
            with self._workspace.write() as tx:
                tx.connections.mint(self._id, fresh, now, serial=connection.token_serial)
        return self._tokens()

    def introspect(self) -> oauth.Introspection:
        """What LinkedIn says of the access token itself. A token that it does not even know (400) is dead."""
        _, tokens = self._tokens()
        app = self._board.app()
        self.calls += 1
        call = oauth.introspect(app.client_id, app.secret, tokens.access_token)
        try:
            return oauth.read_introspection(*self._board.send(call, None, ""))
        except Refused as error:
            if error.status != 400:
                raise
            return oauth.Introspection(False, None, None, frozenset(), None)

    def prove(self) -> None:
        """Ask what the grant is worth, without using it. Raises AskAgain when neither of its tokens lives."""
        connection, tokens = self._tokens()
        said = self.introspect()
        if not said.active and tokens.refresh_token is not None:
            self.renew(connection, tokens, "revoked" if said.status == "revoked" else "refresh_dead")
            said = self.introspect()
        if not said.active:
            raise self._ended(said.status == "revoked")

    def _second_token(
        self, connection: Connection, tokens: Tokens, error: TokenDead
    ) -> tuple[Connection, Tokens]:
        """Another token to try after a 401, or the error that it means.

        A token of the last hour is asked about before another is minted: a lost role, which LinkedIn also answers
        with 401, must not mint one with every poll.
        """
        self._doubt(error, tokens)
        if tokens.refresh_token is None:
            raise self._settled(error) from error
        if self._board.now() - tokens.minted_at < REST and self.introspect().active:
            raise self._role_missing() from error
        return self.renew(connection, tokens, "revoked" if error.reason == "revoked" else "refresh_dead")

    def _doubt(self, error: TokenDead, tokens: Tokens) -> None:
        if is_fresh_token_doubt(error, tokens.minted_at, self._board.now()):
            raise TryLater("a new access token is not accepted yet", after=FRESH_DOUBT_WAIT) from error

    def _settled(self, error: TokenDead) -> LinkedInError:
        """What a 401 means that no other token cures: a living token lacks a role, a dead one a new consent."""
        said = self.introspect()
        return self._role_missing() if said.active else self._ended("revoked" in (said.status, error.reason))

    @staticmethod
    def _role_missing() -> Forbidden:
        return Forbidden("LinkedIn refused a living token: the member lacks a role for this", status=401)

    def _ended(self, revoked: bool) -> AskAgain:
        self._needs_reconnect("revoked" if revoked else "expired")
        return AskAgain("the grant has ended: connect again", status=401)

    def _send(self, call: Call, read: Reader[T], connection: Connection, tokens: Tokens) -> T:
        self.calls += 1
        member = connection.member_id or connection.id
        try:
            return read(*self._board.send(call, tokens.access_token, member))
        except LinkedInError as error:
            self._board.note(error, call.endpoint, member)
            raise

    def _tokens(self) -> tuple[Connection, Tokens]:
        with self._workspace.read() as tx:
            connection, tokens = tx.connections.opened(self._id)
        if connection.state != "active" or tokens is None:
            raise AskAgain("this connection is not active: connect again")
        self._serial = connection.token_serial
        return connection, tokens

    def _wants_refresh(self, connection: Connection) -> bool:
        return (
            connection.has_refresh_token
            and self._board.may_refresh(self._id)
            and should_refresh(
                access_expires_at=connection.access_expires_at,
                minted_at=connection.minted_at,
                refresh_expires_at=connection.refresh_expires_at,
                last_refresh_at=connection.refreshed_at,
                now=self._board.now(),
            )
        )

    def _refresh_early(self, connection: Connection, tokens: Tokens) -> tuple[Connection, Tokens]:
        """Refresh ahead of the end; while the old token lives, a failing endpoint delays nothing."""
        self._board.tried(self._id)
        try:
            return self.renew(connection, tokens)
        except (LinkedInError, StoreTryLater) as error:
            log.warning("refresh_delayed", error=str(error))
            return self._tokens()  # raises AskAgain, if that was the end of the grant

    def _needs_reconnect(self, reason: Reason) -> None:
        now = self._board.now()
        with self._workspace.write() as tx:
            now_there = tx.connections.get(self._id)
            if now_there.state != "active" or now_there.token_serial != self._serial:
                return  # somebody granted anew, or noticed first, meanwhile
            tx.connections.set_state(self._id, "needs_reconnect", reason, now)
            tx.audit.add("leadwire", "connection.needs_reconnect", self._id, {"reason": reason}, now)
            if tx.schedule.get(alerts.KIND, ""):  # whoever tells people of it does so now
                tx.schedule.hasten(alerts.KIND, "", shard(""), now)
        log.warning("needs_reconnect", connection=self._id, reason=reason)


def stored(minted: oauth.Tokens, now: Millis) -> Tokens:
    """LinkedIn's token answer (seconds from now) as what the store keeps (points in time)."""
    refresh_ends = minted.refresh_expires_in
    return Tokens(
        access_token=minted.access_token,
        access_expires_at=now + minted.access_expires_in * 1000,
        minted_at=now,
        refresh_token=minted.refresh_token,
        refresh_expires_at=None if refresh_ends is None else now + refresh_ends * 1000,
        scopes=tuple(sorted(minted.scopes)),
    )
