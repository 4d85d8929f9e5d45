"""OAuth 2.0 as LinkedIn does it: the consent URL, its callback, tokens, introspection, and who the member is.

Secrets and codes travel in form bodies only. The refresh token is the same one every time and its 365 days
are never extended. Source:
learn.microsoft.com/en-us/linkedin/shared/authentication/{authorization-code-flow,
programmatic-refresh-tokens,token-introspection}.
"""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar
from urllib.parse import quote, urlencode

from leadwire.linkedin.answers import read_entity
from leadwire.linkedin.calls import FORM, Call
from leadwire.linkedin.errors import AskAgain, LinkedInError, Refused, Surprise, TokenDead
from leadwire.linkedin.failures import failure
from leadwire.linkedin.loose import Millis, Record, at, integer, load_record, moment, text, texts

E = TypeVar("E", bound=LinkedInError)
DenialKind: TypeAlias = Literal["cancelled", "login_cancelled", "scope_not_enabled", "error"]

_DENIALS: dict[str, DenialKind] = {
    "user_cancelled_authorize": "cancelled",
    "user_cancelled_login": "login_cancelled",
    "unauthorized_scope_error": "scope_not_enabled",
}
_GRANT_IS_GONE = {"invalid_request", "invalid_grant", "invalid_client", "invalid_redirect_uri"}
# The only way to tell our own malformed call from a dead grant: LinkedIn says invalid_request of both.
_OUR_MISTAKE = re.compile(r"required parameter", re.IGNORECASE)
_LONGEST_LIFE = 10 * 366 * 86_400  # seconds; longer is a mistake
_TOKEN = re.compile(r"[!-~]{1,10000}")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A token answer. Lifetimes are seconds from now; no refresh token unless LinkedIn enabled it for the
    app.
    """

    access_token: str = field(repr=False)
    access_expires_in: int
    refresh_token: str | None = field(repr=False)
    refresh_expires_in: int | None
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Introspection:
    """What LinkedIn says of a token. Only `active` is certain; a token of another app is plainly not
    active.
    """

    active: bool
    status: str | None
    expires_at: Millis | None
    scopes: frozenset[str]
    authorized_at: Millis | None


@dataclass(frozen=True, slots=True)
class Member:
    """The person behind a token. Person ids are scoped to the application."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Code:
    """The member consented; the code lives 30 minutes and works once."""

    code: str = field(repr=False)
    state: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Denied:
    """No consent, and why; `description` is LinkedIn's text for people."""

    kind: DenialKind
    description: str
    state: str = field(repr=False)


def authorization_url(base: str, client_id: str, redirect_uri: str, scopes: Iterable[str], state: str) -> str:
    """Where to send the member's browser. A scope that the app lacks fails the whole consent."""
    params = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "scope": " ".join(scopes),
    }
    return f"{base.rstrip('/')}/oauth/v2/authorization?{urlencode(params, quote_via=quote, safe='')}"


def read_callback(params: Mapping[str, str]) -> Code | Denied:
    """What LinkedIn sent the browser back with. The caller compares the state before it believes either."""
    state, error, code = params.get("state", ""), params.get("error", ""), params.get("code", "")
    if error or not _TOKEN.fullmatch(code):
        said = html.unescape(params.get("error_description", ""))[:500]
        return Denied(_DENIALS.get(error, "error"), said or error[:100] or "no code came back", state)
    return Code(code, state)


def exchange_code(client_id: str, client_secret: str, code: str, redirect_uri: str) -> Call:
    """Code for tokens; `redirect_uri` as in the authorization request."""
    return _post(
        "accessToken",
        grant_type="authorization_code",
        code=code,
        client_id=client_id,
        client_secret=client_secret,
        redirect_uri=redirect_uri,
    )


def refresh(client_id: str, client_secret: str, refresh_token: str) -> Call:
    """A new access token; it never outlives the refresh token."""
    return _post(
        "accessToken",
        grant_type="refresh_token",
        refresh_token=refresh_token,
        client_id=client_id,
        client_secret=client_secret,
    )


def introspect(client_id: str, client_secret: str, token: str) -> Call:
    """Ask what a token is worth."""
    return _post("introspectToken", client_id=client_id, client_secret=client_secret, token=token)


def me() -> Call:
    """The member; needs `r_basicprofile` or `r_liteprofile`. LinkedIn's sign-off list calls it the
    heartbeat.
    """
    return Call("me.GET", "GET", "/v2/me", api="v2")


def userinfo() -> Call:
    """The member; needs `openid profile`."""
    return Call("userinfo.GET", "GET", "/v2/userinfo", api="v2")


def read_tokens(status: int, headers: Mapping[str, str], body: bytes) -> Tokens:
    """The answer to `exchange_code` and `refresh`.

    Raises AskAgain when the code or the refresh token is refused, Refused for a malformed call of ours.
    """
    if status in (400, 401):
        raise _grant_refused(failure(status, headers, body))
    said = load_record(read_entity(status, headers, body), "a token answer")
    access_token, expires_in = text(said.get("access_token")) or "", _seconds(said, "expires_in")
    if not _TOKEN.fullmatch(access_token) or expires_in is None:
        raise Surprise("a token answer without a token or its lifetime", body, status=status)
    refresh_token = text(said.get("refresh_token")) or ""
    return Tokens(
        access_token=access_token,
        access_expires_in=expires_in,
        refresh_token=refresh_token if _TOKEN.fullmatch(refresh_token) else None,
        refresh_expires_in=_seconds(said, "refresh_token_expires_in"),
        scopes=_scopes(said),
    )


def read_introspection(status: int, headers: Mapping[str, str], body: bytes) -> Introspection:
    """The answer to `introspect`; its times come in seconds. 400 and 401 speak of the app's credentials:
    Refused.
    """
    if status in (400, 401):
        error = failure(status, headers, body)
        raise _as(Refused, error) if isinstance(error, TokenDead) else error
    said = load_record(read_entity(status, headers, body), "an introspection")
    active = said.get("active")
    if not isinstance(active, bool):
        raise Surprise("an introspection that does not say whether the token is active", body, status=status)
    return Introspection(
        active=active,
        status=text(said.get("status")),
        expires_at=_moment(said, "expires_at"),
        scopes=_scopes(said),
        authorized_at=_moment(said, "authorized_at"),
    )


def read_me(status: int, headers: Mapping[str, str], body: bytes) -> Member:
    """The answer to `me`."""
    said = load_record(read_entity(status, headers, body), "a member")
    return _member(said.get("id"), " ".join(filter(None, (_name(said, "First"), _name(said, "Last")))), body)


def read_userinfo(status: int, headers: Mapping[str, str], body: bytes) -> Member:
    """The answer to `userinfo`."""
    said = load_record(read_entity(status, headers, body), "a member")
    return _member(said.get("sub"), text(said.get("name")) or "", body)


def _member(member_id: object, name: str, body: bytes) -> Member:
    if not isinstance(member_id, str) or not member_id:
        raise Surprise("a member without an id", body)
    return Member(member_id, name)


def _name(said: Record, which: str) -> str | None:
    localized = at(said, f"{which.lower()}Name", "localized")
    words = list(localized.values()) if isinstance(localized, dict) else []
    return text(said.get(f"localized{which}Name")) or next(texts(words), None)


def _grant_refused(error: LinkedInError) -> LinkedInError:
    if error.code in _GRANT_IS_GONE and not _OUR_MISTAKE.search(error.message):
        gone = _as(AskAgain, error)
        gone.client_refused = error.code == "invalid_client"
        return gone
    return _as(Refused, error) if isinstance(error, TokenDead) else error


def _as(kind: type[E], error: LinkedInError) -> E:
    """The same answer under another name: at these endpoints 401 does not speak of an access token."""
    return kind(
        error.text,
        status=error.status,
        code=error.code,
        service_code=error.service_code,
        message=error.message,
        request_id=error.request_id,
    )


def _scopes(said: Record) -> frozenset[str]:
    """Documented as blank-delimited, sent with commas."""
    return frozenset(filter(None, re.split(r"[,\s]+", text(said.get("scope")) or "")))


def _seconds(said: Record, name: str) -> int | None:
    number = integer(said.get(name))
    return number if number is not None and 0 <= number <= _LONGEST_LIFE else None


def _moment(said: Record, name: str) -> Millis | None:
    number = integer(said.get(name))
    return None if number is None else moment(number * 1000)


def _post(endpoint: str, **form: str) -> Call:
    body = urlencode(form, quote_via=quote, safe="").encode("ascii")
    return Call(
        f"oauth.{endpoint}", "POST", f"/oauth/v2/{endpoint}", body=body, content_type=FORM, api="oauth"
    )
