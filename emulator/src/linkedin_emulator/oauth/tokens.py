"""Codes and refresh tokens into access tokens, and what a token is worth.

Source: learn.microsoft.com/en-us/linkedin/shared/authentication/{authorization-code-flow,
programmatic-refresh-tokens,token-introspection}
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from linkedin_emulator.clock import SECOND
from linkedin_emulator.oauth.grants import Grant, Token
from linkedin_emulator.protocol.wire import Json, Request, Response, json_response, to_json
from linkedin_emulator.state import State
from linkedin_emulator.world.entities import App

_MISMATCH = (
    "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code. "
    "Or authorization code expired. Or external member binding exists"
)
_CODE_NOT_FOUND = "Unable to retrieve access token: authorization code not found"
_DEAD_REFRESH = "The provided authorization grant or refresh token is invalid, expired or revoked"


class OAuthError(Exception):
    """A refusal of the token endpoint."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status, self.error, self.description = status, error, description


def access_token(state: State, request: Request) -> Response:
    """Exchange a code, or refresh."""
    return _answer(request, lambda form: _by_grant_type(state, form))


def introspect(state: State, request: Request) -> Response:
    """Tell an app about one of its own tokens."""
    return _answer(request, lambda form: _introspect(state, form))


def _answer(request: Request, work: Callable[[dict[str, str]], Json]) -> Response:
    try:
        return json_response(work(_form(request)))
    except OAuthError as error:
        return json_response({"error": error.error, "error_description": error.description}, error.status)


def _form(request: Request) -> dict[str, str]:
    """The form-encoded body; what stands in the URL is not looked at, for secrets do not belong there."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise OAuthError(400, "invalid_request", "The body must be application/x-www-form-urlencoded")
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _need(form: Mapping[str, str], *names: str) -> None:
    for name in names:
        if not form.get(name):
            raise OAuthError(400, "invalid_request", f'A required parameter "{name}" is missing')


def _client(state: State, form: Mapping[str, str]) -> App:
    app = state.world.apps.get(form["client_id"])
    if app is None or not _is_secret(app, form["client_secret"]):
        raise OAuthError(401, "invalid_client", "Client authentication failed")
    return app


def _is_secret(app: App, secret: str) -> bool:
    return any(hmac.compare_digest(known.encode(), secret.encode()) for known in app.secrets)


def _by_grant_type(state: State, form: dict[str, str]) -> Json:
    _need(form, "grant_type")
    if form["grant_type"] == "authorization_code":
        return _exchange(state, form)
    if form["grant_type"] == "refresh_token":
        return _refresh(state, form)
    raise OAuthError(400, "invalid_request", f'grant_type "{form["grant_type"]}" is not supported')


def _exchange(state: State, form: dict[str, str]) -> Json:
    _need(form, "code", "redirect_uri", "client_id", "client_secret")
    app = _client(state, form)
    code = state.grants.codes.get(form["code"])
    if code is None or code.grant.revoked:
        raise OAuthError(401, "invalid_request", _CODE_NOT_FOUND)
    now = state.clock.now()
    if (
        code.grant.client_id != app.client_id
        or code.redirect_uri != form["redirect_uri"]
        or now >= code.expires_at
    ):
        raise OAuthError(400, "invalid_redirect_uri", _MISMATCH)
    del state.grants.codes[form["code"]]
    return token_answer(state, app, code.grant)


def _refresh(state: State, form: dict[str, str]) -> Json:
    _need(form, "refresh_token", "client_id", "client_secret")
    app = _client(state, form)
    token = state.grants.tokens.get(form["refresh_token"])
    now = state.clock.now()
    usable = token and token.kind == "refresh" and token.grant.client_id == app.client_id
    if token is None or not usable or token.status(now) != "active" or not app.refresh_enabled:
        raise OAuthError(400, "invalid_request", _DEAD_REFRESH)
    return token_answer(state, app, token.grant, token)


def token_answer(state: State, app: App, grant: Grant, refresh: Token | None = None) -> dict[str, Json]:
    """A new access token; with it the same refresh token, or the grant's first if the app may have one."""
    now = state.clock.now()
    access = state.grants.mint(grant, "access", now, state.knobs)
    if refresh is None and app.refresh_enabled:
        refresh = state.grants.mint(grant, "refresh", now, state.knobs)
    answer: dict[str, Json] = {
        "access_token": access.value,
        "expires_in": (access.expires_at - now) // SECOND,
    }
    if refresh:
        answer["refresh_token"] = refresh.value
        answer["refresh_token_expires_in"] = (refresh.expires_at - now) // SECOND
    answer |= {"scope": ",".join(grant.scopes), "token_type": "Bearer"}
    if "openid" in grant.scopes:
        answer["id_token"] = _id_token(state, grant, access.expires_at)
    return answer


def _id_token(state: State, grant: Grant, ends: int) -> str:
    """An unsigned id token (`alg` none): LinkedIn signs with RS256, which the emulator does not imitate."""
    claims = {
        "iss": "https://www.linkedin.com/oauth",
        "aud": grant.client_id,
        "sub": grant.member,
        "iat": state.clock.now() // SECOND,
        "exp": ends // SECOND,
    }
    return ".".join([_base64({"alg": "none", "typ": "JWT"}), _base64(claims), ""])


def _base64(value: Json) -> str:
    return base64.urlsafe_b64encode(to_json(value)).decode().rstrip("=")


def _introspect(state: State, form: dict[str, str]) -> Json:
    _need(form, "client_id", "client_secret", "token")
    app = state.world.apps.get(form["client_id"])
    token = state.grants.tokens.get(form["token"])
    if app is None:
        raise OAuthError(400, "invalid_request", "Invalid client id")
    if not _is_secret(app, form["client_secret"]):
        raise OAuthError(401, "invalid_client", "Client authentication failed")
    if token is None:
        raise OAuthError(400, "invalid_request", "Invalid token")
    grant, status = token.grant, token.status(state.clock.now())
    if grant.client_id != app.client_id:
        return {"active": False}
    return {
        "active": status == "active",
        "client_id": grant.client_id,
        "authorized_at": grant.granted_at // SECOND,
        "created_at": token.minted_at // SECOND,
        "status": status,
        "expires_at": token.expires_at // SECOND,
        "scope": ",".join(grant.scopes),
        "auth_type": "3L",
    }
