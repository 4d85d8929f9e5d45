"""The consent screen, and what comes of it: a redirect with a code or an error, or an error page.

Source: learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode, urlsplit

from linkedin_emulator.clock import DAY, SECOND
from linkedin_emulator.oauth.grants import Grant
from linkedin_emulator.oauth.pages import render
from linkedin_emulator.protocol.wire import Request, Response, html_response
from linkedin_emulator.state import State
from linkedin_emulator.world.entities import SCOPES, App, Member

COOKIE = "emulator_member"
_CANCELLED = {
    "cancel": ("user_cancelled_authorize", "The user cancelled the authorization"),
    "cancel_login": ("user_cancelled_login", "The user cancelled LinkedIn login"),
}


class RefusedError(Exception):
    """A request that ends on an error page of LinkedIn's own, without a redirect."""


class SentBackError(Exception):
    """A request that ends at the redirect URI with an error."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error, self.description = error, description


def authorize(state: State, request: Request) -> Response:
    """GET shows the consent screen (or skips it); POST is the member's decision, in a plain HTML form."""
    sent = request.body.decode("utf-8", "replace") if request.method == "POST" else request.query
    asked = dict(parse_qsl(sent, keep_blank_values=True))
    try:
        app, redirect_uri = _known(state, asked)
        scopes = _known_scopes(asked)
    except RefusedError as refusal:
        return html_response(render("refused.html", reason=str(refusal)), 401)
    back = {"state": asked["state"]} if "state" in asked else {}
    try:
        _check_request(app, asked, scopes)
        return _decide(state, request, app, redirect_uri, asked, scopes, back)
    except SentBackError as error:
        return _redirect(redirect_uri, {"error": error.error, "error_description": error.description} | back)


def _known(state: State, asked: Mapping[str, str]) -> tuple[App, str]:
    app = state.world.apps.get(asked.get("client_id", ""))
    if app is None:
        raise RefusedError("Client_id doesn't match")
    redirect_uri = asked.get("redirect_uri", "")
    # Queries of *registered* URLs take no part in the comparison.
    registered = {uri.partition("?")[0] for uri in app.redirect_uris}
    if redirect_uri not in registered or not urlsplit(redirect_uri).scheme or "#" in redirect_uri:
        raise RefusedError("Redirect_uri doesn't match")
    return app, redirect_uri


def _known_scopes(asked: Mapping[str, str]) -> list[str]:
    scopes = asked.get("scope", "").split()
    if not scopes or any(scope not in SCOPES for scope in scopes):
        raise RefusedError("Invalid scope")
    return scopes


def _check_request(app: App, asked: Mapping[str, str], scopes: list[str]) -> None:
    if asked.get("response_type") != "code":
        raise SentBackError(
            "invalid_request", 'A required parameter "response_type" is missing or not "code"'
        )
    for scope in scopes:
        if scope not in app.scopes:
            text = f"Scope &quot;{scope}&quot; is not authorized for your application"
            raise SentBackError("unauthorized_scope_error", text)


def _decide(
    state: State,
    request: Request,
    app: App,
    redirect_uri: str,
    asked: Mapping[str, str],
    scopes: list[str],
    back: dict[str, str],
) -> Response:
    remembered = state.world.members.get(_cookie(request))
    if request.method == "POST":
        if problem := _CANCELLED.get(asked.get("decision", "")):
            raise SentBackError(*problem)
        member = state.world.members.get(asked.get("member", ""))
        if asked.get("decision") != "allow" or member is None:
            raise SentBackError("invalid_request", "The consent form was not filled in")
        return _allow(state, app, member, redirect_uri, scopes, back)
    now = state.clock.now()
    if (
        remembered
        and state.knobs.silent_reconsent
        and state.grants.alive(app.client_id, remembered.id, scopes, now)
    ):
        return _allow(state, app, remembered, redirect_uri, scopes, back)
    page = render(
        "consent.html",
        app=app,
        members=list(state.world.members.values()),
        remembered=remembered,
        scopes=[(scope, SCOPES[scope]) for scope in scopes],
        asked={k: v for k, v in asked.items() if k not in ("member", "decision")},
    )
    return html_response(page)


def _allow(
    state: State, app: App, member: Member, redirect_uri: str, scopes: list[str], back: dict[str, str]
) -> Response:
    now = state.clock.now()
    grant = give_consent(state, app, member, scopes)
    response = _redirect(redirect_uri, {"code": state.grants.code(grant, redirect_uri, now)} | back)
    response.headers["set-cookie"] = f"{COOKIE}={member.id}; Path=/; HttpOnly; SameSite=Lax"
    return response


def give_consent(state: State, app: App, member: Member, scopes: Iterable[str]) -> Grant:
    """The member says yes; without refresh tokens the permission is as short as an access token."""
    now, knobs = state.clock.now(), state.knobs
    life = knobs.refresh_token_seconds * SECOND if app.refresh_enabled else knobs.access_token_days * DAY
    return state.grants.consent(app.client_id, member.id, scopes, now, now + life)


def _redirect(uri: str, params: Mapping[str, str]) -> Response:
    return Response(
        302, {"location": f"{uri}?{urlencode(params)}", "content-type": "text/html; charset=utf-8"}
    )


def _cookie(request: Request) -> str:
    try:
        found = SimpleCookie(request.headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
