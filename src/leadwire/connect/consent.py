"""The three-legged OAuth dance, bound to one browser and one use.

A connect link (24 h) can be handed to anyone; opening it sets a state cookie in that browser and leads to
LinkedIn; the callback needs both the state and the cookie. A refused answer stores nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import structlog

from leadwire.connect import heartbeat
from leadwire.connect.line import AppKeys, Line, Switchboard, stored
from leadwire.domain import alerts
from leadwire.domain.errors import InvalidInput
from leadwire.domain.owners import shard
from leadwire.domain.times import Millis
from leadwire.linkedin import oauth
from leadwire.linkedin.accounts import ad_account_users, read_account_users
from leadwire.linkedin.errors import LinkedInError, TryLater
from leadwire.store import Connection, Store, Tx, Workspace

LINK_LIVES: Millis = 24 * 3_600_000
STATE_LIVES: Millis = 10 * 60_000
CALLBACK_PATH = "/oauth/linkedin/callback"

log = structlog.get_logger()


@dataclass(frozen=True)
class Departure:
    """Where to send the browser, and the cookie that binds the way back to it."""

    url: str
    cookie: str


@dataclass(frozen=True)
class Arrival:
    """How a consent ended: `active`, `cancelled`, `scope_not_enabled` or `error`, with words for people."""

    workspace_id: str
    connection_id: str
    result: str
    message: str
    return_url: str | None


class Consent:
    def __init__(
        self,
        board: Switchboard,
        *,
        oauth_url: str,
        public_url: str,
        scopes: tuple[str, ...],
        return_origins: tuple[str, ...],
        secret_text: Callable[[], str],
    ) -> None:
        self._board = board
        self._store: Store = board.store
        self._oauth_url, self._public_url = oauth_url, public_url
        self._scopes, self._return_origins = scopes, return_origins
        self._secret_text = secret_text

    @property
    def redirect_uri(self) -> str:
        return self._public_url + CALLBACK_PATH

    @property
    def scopes(self) -> tuple[str, ...]:
        return self._scopes

    def begin(self, workspace: Workspace, return_url: str | None) -> tuple[Connection, str]:
        """A new pending connection and the link that a person opens. Raises InvalidInput for a foreign return_url."""
        self._check_return(return_url)
        now = self._board.now()
        with workspace.write() as tx:
            connection = tx.connections.create(now, return_url)
        return connection, self._link(workspace, connection.id, return_url)

    def again(
        self, workspace: Workspace, connection_id: str, return_url: str | None = None
    ) -> tuple[Connection, str]:
        """A new link for the same connection: its accounts, settings, coverage and tables stay."""
        self._check_return(return_url)
        now = self._board.now()
        with workspace.write() as tx:
            tx.connections.get(connection_id)
            tx.connections.pending(connection_id, now, return_url)
            connection = tx.connections.get(connection_id)
        return connection, self._link(workspace, connection_id, return_url)

    def depart(self, one_time: str) -> Departure:
        """Use a connect link. Raises OneTimeRefused when it is unknown, used or too old."""
        now = self._board.now()
        link = self._store.deployment.use_link(one_time, now)
        state, cookie = self._secret_text(), self._secret_text()
        with self._store.workspace(link.workspace_id).write() as tx:
            tx.links.create_state(state, cookie, link.connection_id, now, now + STATE_LIVES)
        app = self._board.app()
        url = oauth.authorization_url(self._oauth_url, app.client_id, self.redirect_uri, self._scopes, state)
        return Departure(url, cookie)

    def arrive(self, params: Mapping[str, str], cookie: str) -> Arrival:
        """LinkedIn's answer in the browser. Raises OneTimeRefused for a forged, used or old state."""
        known = self._store.deployment.use_state(params.get("state", ""), cookie, self._board.now())
        workspace = self._store.workspace(known.workspace_id)
        with workspace.read() as tx:
            return_url = tx.connections.get(known.connection_id).return_url
        answer = oauth.read_callback(params)
        if isinstance(answer, oauth.Denied):
            result, message = DENIED[answer.kind]
            words = message.format(scopes=" ".join(self._scopes), said=answer.description or "no reason")
            return Arrival(workspace.id, known.connection_id, result, words, return_url)
        try:
            self._exchange(workspace, known.connection_id, answer.code)
        except LinkedInError as error:
            log.warning("exchange_failed", error=str(error))
            result, message = "error", self._exchange_words(error)
        else:
            result, message = "active", "LinkedIn is connected. Ad accounts are being read."
        return Arrival(workspace.id, known.connection_id, result, message, return_url)

    def _exchange(self, workspace: Workspace, connection_id: str, code: str) -> None:
        app: AppKeys = self._board.app()
        call = oauth.exchange_code(app.client_id, app.secret, code, self.redirect_uri)
        tokens = oauth.read_tokens(*self._board.send(call, None, ""))
        now = self._board.now()
        with workspace.write() as tx:
            tx.connections.grant(connection_id, stored(tokens, now), now)
            tx.connections.set_member(connection_id, None, None, now)  # another admin may have come
            tx.schedule.put("verdict", connection_id, shard(connection_id), now)
            tx.schedule.put(heartbeat.KIND, connection_id, shard(connection_id), now + heartbeat.FIRST)
            _read_on(tx, connection_id, now)
            if tx.schedule.get(alerts.KIND, ""):
                tx.schedule.hasten(alerts.KIND, "", shard(""), now)
            tx.audit.add("linkedin member", "connection.granted", connection_id, {}, now)

    def _link(self, workspace: Workspace, connection_id: str, return_url: str | None) -> str:
        now = self._board.now()
        text = self._secret_text()
        with workspace.write() as tx:
            tx.links.create_link(text, connection_id, return_url, now, now + LINK_LIVES)
        return f"{self._public_url}/connect/{text}"

    def _check_return(self, return_url: str | None) -> None:
        if return_url is None:
            return
        parts = urlsplit(return_url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._return_origins or parts.username or parts.password:
            raise InvalidInput(
                "return_url_not_allowed",
                f"return_url may not lead to {origin}.",
                "Add that origin to LEADWIRE_RETURN_ORIGINS, or leave return_url out.",
            )

    @staticmethod
    def _exchange_words(error: LinkedInError) -> str:
        if isinstance(error, TryLater):
            return "LinkedIn did not answer in time. Nothing was stored; press Connect again."
        return (
            f"LinkedIn did not accept the code ({error.message or error}). Nothing was stored. "
            "Compare client id, client secret and redirect URI with the app's Auth tab, then connect again."
        )


def _read_on(tx: Tx, connection_id: str, now: Millis) -> None:
    """A grant has come back: what waited for it is read at once, and its gaps close."""
    for account in tx.accounts.all(enabled=True):
        if any(access.connection_id == connection_id for access in tx.accounts.access(account.owner)):
            for kind in ("forms", "poll"):
                tx.schedule.hasten(kind, account.owner, shard(account.owner), now)


DENIED = {
    "cancelled": (
        "cancelled",
        "You pressed Cancel on LinkedIn's consent screen. Nothing was stored; connect again when ready.",
    ),
    "login_cancelled": (
        "cancelled",
        "The log-in at LinkedIn was cancelled. Nothing was stored; connect again when ready.",
    ),
    "scope_not_enabled": (
        "scope_not_enabled",
        "The LinkedIn app may not ask for one of these scopes: {scopes}. LinkedIn said: {said}. Add the product that "
        "carries it on the app's Products tab (Lead Sync API, Advertising API), or change LEADWIRE_LINKEDIN_SCOPES.",
    ),
    "error": (
        "error",
        "LinkedIn ended the consent with an error: {said}. Nothing was stored; connect again.",
    ),
}


def with_result(return_url: str, connection_id: str, result: str) -> str:
    """The embedding product's page, told which connection and how it ended."""
    sign = "&" if urlsplit(return_url).query else "?"
    return f"{return_url}{sign}{urlencode({'connection': connection_id, 'result': result})}"


def read_member(line: Line, scopes: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Who granted: id and name where a scope allows the name, the id from their ad-account roles otherwise."""
    if {"r_basicprofile", "r_liteprofile"} & set(scopes):
        member = line(oauth.me(), oauth.read_me)
        return member.id, member.name
    if "openid" in scopes:
        member = line(oauth.userinfo(), oauth.read_userinfo)
        return member.id, member.name
    if {"r_ads", "rw_ads"} & set(scopes):
        page = line(ad_account_users(0, 1), read_account_users)
        return next(((row.user_id, None) for row in page.elements), (None, None))
    return None, None
