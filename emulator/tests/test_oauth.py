"""Consent, codes, tokens, refresh, introspection, revocation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from linkedin_emulator import AppSettings, Emulator, Response

DAY = 86_400_000
CLIENT, SECRET, REDIRECT = "78emulatordemo01", "emulator-client-secret-01", AppSettings().redirect_uris[0]
SCOPES = "r_ads r_marketing_leadgen_automation r_organization_admin"
ASK = {
    "response_type": "code",
    "client_id": CLIENT,
    "redirect_uri": REDIRECT,
    "state": "xyz ä",
    "scope": SCOPES,
}
Post = Callable[..., Response]


def ask(emulator: Emulator, cookie: str = "", **changes: str | None) -> Response:
    query = urlencode({k: v for k, v in (ASK | changes).items() if v is not None})
    return emulator.handle("GET", f"/oauth/v2/authorization?{query}", {"Cookie": cookie} if cookie else {})


def landed(response: Response) -> dict[str, str]:
    """The query with which the browser comes back."""
    assert response.status == 302
    assert response.headers["location"].partition("?")[0] == REDIRECT
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


def exchange(post: Post, code: str, **changes: str) -> Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    return post("/oauth/v2/accessToken", **form, **{"client_id": CLIENT, "client_secret": SECRET} | changes)


def refresh(post: Post, token: str, **changes: str) -> Response:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": token,
        "client_id": CLIENT,
        "client_secret": SECRET,
    }
    return post("/oauth/v2/accessToken", **form | changes)


def introspect(post: Post, token: str, **changes: str) -> Response:
    return post(
        "/oauth/v2/introspectToken",
        **{"client_id": CLIENT, "client_secret": SECRET, "token": token} | changes,
    )


def test_the_consent_screen_lists_members_and_scopes_with_their_meaning(emulator: Emulator) -> None:
    page = ask(emulator)
    text = page.body.decode()
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    for shown in (
        "Jane Doe",
        "Omar Haddad",
        "r_ads",
        "Retrieve your advertising accounts",
        "Allow",
        "Cancel",
    ):
        assert shown in text
    assert "xyz ä" in text


def test_allowing_comes_back_with_a_code_and_the_state_untouched(emulator: Emulator, form_post: Post) -> None:
    answer = form_post("/oauth/v2/authorization", **ASK, member="BcLKblgopR", decision="allow")
    back = landed(answer)
    assert back["state"] == "xyz ä"
    token = exchange(form_post, back["code"]).json()
    assert set(token) == {
        "access_token",
        "expires_in",
        "refresh_token",
        "refresh_token_expires_in",
        "scope",
        "token_type",
    }
    assert token["scope"] == SCOPES.replace(" ", ",")
    assert (token["expires_in"], token["refresh_token_expires_in"]) == (5_184_000, 31_556_951)
    assert 450 <= len(token["access_token"]) <= 550
    assert emulator.control.tokens.all()[0]["member"] == "BcLKblgopR"


@pytest.mark.parametrize(
    ("decision", "error"), [("cancel", "user_cancelled_authorize"), ("cancel_login", "user_cancelled_login")]
)
def test_cancelling_comes_back_with_an_error(form_post: Post, decision: str, error: str) -> None:
    back = landed(form_post("/oauth/v2/authorization", **ASK, member="K1RwyVNukt", decision=decision))
    assert (back["error"], back["state"]) == (error, "xyz ä")
    assert back["error_description"]


ERROR_PAGES = [
    ({"client_id": "nobody"}, "Client_id doesn&#39;t match"),
    ({"redirect_uri": "https://evil.example/cb"}, "Redirect_uri doesn&#39;t match"),
    ({"redirect_uri": f"{REDIRECT}?next=1"}, "Redirect_uri doesn&#39;t match"),
    ({"redirect_uri": None}, "Redirect_uri doesn&#39;t match"),
    ({"scope": "r_everything"}, "Invalid scope"),
    ({"scope": None}, "Invalid scope"),
]


@pytest.mark.parametrize(("changes", "reason"), ERROR_PAGES)
def test_some_errors_stay_on_a_page(emulator: Emulator, changes: dict[str, str | None], reason: str) -> None:
    response = ask(emulator, **changes)
    assert (response.status, "location" in response.headers) == (401, False)
    assert reason in response.body.decode()


def test_a_scope_the_app_lacks_fails_the_whole_consent(emulator: Emulator) -> None:
    back = landed(ask(emulator, scope=f"{SCOPES} r_liteprofile"))
    assert back["error"] == "unauthorized_scope_error"
    assert (
        back["error_description"] == "Scope &quot;r_liteprofile&quot; is not authorized for your application"
    )


def test_a_wrong_response_type_comes_back(emulator: Emulator) -> None:
    assert landed(ask(emulator, response_type="token"))["error"] == "invalid_request"


def test_queries_of_registered_uris_do_not_count(form_post: Post, emulator: Emulator) -> None:
    emulator.control.world.patch_app(CLIENT, redirect_uris=["https://a.example/cb?id=1"])
    asked = ASK | {"redirect_uri": "https://a.example/cb"}
    answer = form_post("/oauth/v2/authorization", **asked, member="K1RwyVNukt", decision="allow")
    assert answer.headers["location"].startswith("https://a.example/cb?code=")


def test_the_same_scopes_again_are_granted_silently_to_a_remembered_member(
    emulator: Emulator, form_post: Post, time: Any
) -> None:
    first = form_post("/oauth/v2/authorization", **ASK, member="BcLKblgopR", decision="allow")
    cookie = first.headers["set-cookie"].partition(";")[0]
    assert "code" in landed(ask(emulator, cookie))
    assert ask(emulator).status == 200
    assert ask(emulator, cookie, scope="r_ads").status == 200
    time.at += 366 * DAY
    assert ask(emulator, cookie).status == 200


def test_silence_ends_with_the_grant_or_the_knob(emulator: Emulator, form_post: Post) -> None:
    first = form_post("/oauth/v2/authorization", **ASK, member="BcLKblgopR", decision="allow")
    cookie = first.headers["set-cookie"].partition(";")[0]
    emulator.control.knobs.patch(silent_reconsent=False)
    assert ask(emulator, cookie).status == 200
    emulator.control.knobs.patch(silent_reconsent=True)
    emulator.control.tokens.revoke()
    assert ask(emulator, cookie).status == 200


def test_a_code_works_once_and_for_thirty_minutes(emulator: Emulator, form_post: Post, time: Any) -> None:
    code = emulator.authorize(SCOPES.split())
    assert exchange(form_post, code).status == 200
    again = exchange(form_post, code)
    assert (again.status, again.json()["error"]) == (401, "invalid_request")
    assert again.json()["error_description"].endswith("authorization code not found")
    late = emulator.authorize(SCOPES.split())
    time.at += 30 * 60_000
    expired = exchange(form_post, late)
    assert (expired.status, expired.json()["error"]) == (400, "invalid_redirect_uri")


TOKEN_ERRORS = [
    ({"code": ""}, 400, "invalid_request", 'A required parameter "code" is missing'),
    ({"redirect_uri": ""}, 400, "invalid_request", 'A required parameter "redirect_uri" is missing'),
    ({"grant_type": ""}, 400, "invalid_request", 'A required parameter "grant_type" is missing'),
    ({"client_secret": ""}, 400, "invalid_request", 'A required parameter "client_secret" is missing'),
    ({"client_secret": "wrong"}, 401, "invalid_client", "Client authentication failed"),
    ({"client_id": "nobody"}, 401, "invalid_client", "Client authentication failed"),
    ({"grant_type": "password"}, 400, "invalid_request", ""),
    ({"code": "AQTmadeup"}, 401, "invalid_request", ""),
    ({"redirect_uri": "http://localhost:8000/oauth/linkedin/callback"}, 400, "invalid_redirect_uri", ""),
]


@pytest.mark.parametrize(("changes", "status", "error", "text"), TOKEN_ERRORS)
def test_token_endpoint_errors(
    emulator: Emulator, form_post: Post, changes: dict[str, str], status: int, error: str, text: str
) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": emulator.authorize(["r_ads"]),
        "redirect_uri": REDIRECT,
    }
    response = form_post(
        "/oauth/v2/accessToken", **form | {"client_id": CLIENT, "client_secret": SECRET} | changes
    )
    assert (response.status, response.json()["error"]) == (status, error)
    assert text in response.json()["error_description"]


def test_secrets_in_the_url_or_as_json_do_not_count(emulator: Emulator, form_post: Post) -> None:
    query = urlencode({"grant_type": "authorization_code", "code": emulator.authorize(["r_ads"])})
    assert form_post(f"/oauth/v2/accessToken?{query}").status == 400
    json_body = emulator.handle(
        "POST", "/oauth/v2/accessToken", {"Content-Type": "application/json", "Content-Length": "2"}, b"{}"
    )
    assert json_body.status == 400


def test_a_refresh_counts_the_refresh_token_down(emulator: Emulator, form_post: Post, time: Any) -> None:
    token = emulator.control.tokens.issue(SCOPES.split())
    time.at += 59 * DAY
    day_59 = refresh(form_post, token["refresh_token"]).json()
    assert day_59["refresh_token"] == token["refresh_token"]
    assert day_59["access_token"] != token["access_token"]
    assert (day_59["expires_in"], day_59["refresh_token_expires_in"]) == (5_184_000, 26_459_351)
    time.at += 301 * DAY
    day_360 = refresh(form_post, token["refresh_token"]).json()
    assert (day_360["expires_in"], day_360["refresh_token_expires_in"]) == (452_951, 452_951)
    time.at += 6 * DAY
    dead = refresh(form_post, token["refresh_token"])
    assert dead.status == 400
    said = "The provided authorization grant or refresh token is invalid, expired or revoked"
    assert dead.json() == {"error": "invalid_request", "error_description": said}


def test_an_app_without_refresh_gets_none(form_post: Post, emulator: Emulator) -> None:
    emulator.control.world.patch_app(CLIENT, refresh_enabled=False)
    token = exchange(form_post, emulator.authorize(["r_ads"])).json()
    assert "refresh_token" not in token
    assert "refresh_token_expires_in" not in token
    assert token["expires_in"] == 5_184_000


@pytest.mark.parametrize("changes", [{"refresh_token": "AQWmadeup"}, {"refresh_token": ""}])
def test_bad_refreshes(form_post: Post, changes: dict[str, str]) -> None:
    response = refresh(form_post, "unused", **changes)
    assert (response.status, response.json()["error"]) == (400, "invalid_request")


def test_an_expired_access_token_says_so(partner: Any, time: Any) -> None:
    time.at += 60 * DAY
    response = partner.get("/rest/adAccountUsers?q=authenticatedUser")
    assert response.json() == {
        "status": 401,
        "serviceErrorCode": 65602,
        "code": "EXPIRED_ACCESS_TOKEN",
        "message": "The token used in the request has expired",
    }


def test_tokens_of_one_scope_set_live_together_and_another_set_kills_them(
    emulator: Emulator, partner: Any, partner_as: Callable[..., Any], form_post: Post
) -> None:
    second = partner_as()
    assert partner.get("/rest/adAccountUsers?q=authenticatedUser").status == 200
    other = partner_as(["r_ads"])
    for old in (partner, second):
        assert old.get("/rest/adAccountUsers?q=authenticatedUser").json()["serviceErrorCode"] == 65601
        assert refresh(form_post, old.token["refresh_token"]).status == 400
    assert other.get("/rest/adAccountUsers?q=authenticatedUser").status == 200


def test_other_members_keep_their_tokens(partner: Any, partner_as: Callable[..., Any]) -> None:
    partner_as(["openid"], "BcLKblgopR")
    assert partner.get("/rest/adAccountUsers?q=authenticatedUser").status == 200


def test_introspection(emulator: Emulator, form_post: Post, time: Any) -> None:
    token = emulator.control.tokens.issue(SCOPES.split())["access_token"]
    seconds = time.at // 1000
    assert introspect(form_post, token).json() == {
        "active": True,
        "client_id": CLIENT,
        "authorized_at": seconds,
        "created_at": seconds,
        "status": "active",
        "expires_at": seconds + 5_184_000,
        "scope": SCOPES.replace(" ", ","),
        "auth_type": "3L",
    }
    emulator.control.tokens.revoke_access()
    assert (
        introspect(form_post, token).json() | {"active": False, "status": "revoked"}
        == introspect(form_post, token).json()
    )
    fresh = emulator.control.tokens.issue(SCOPES.split())["access_token"]
    time.at += 61 * DAY
    assert introspect(form_post, fresh).json()["status"] == "expired"


def test_introspection_of_strangers(emulator: Emulator, form_post: Post) -> None:
    emulator.control.world.create_app("78other", ["s"], [REDIRECT])
    foreign = emulator.control.tokens.issue(["r_ads"], client_id="78other")["access_token"]
    assert introspect(form_post, foreign).json() == {"active": False}
    assert introspect(form_post, foreign, client_secret="wrong").status == 401
    assert introspect(form_post, foreign, client_id="nobody").status == 400
    assert introspect(form_post, "madeup").status == 400
    assert introspect(form_post, "").status == 400


def test_every_secret_of_the_app_is_accepted(emulator: Emulator, form_post: Post) -> None:
    emulator.control.world.patch_app(CLIENT, secrets=["new==secret&", SECRET])
    for secret in ("new==secret&", SECRET):
        assert exchange(form_post, emulator.authorize(["r_ads"]), client_secret=secret).status == 200


def test_a_fresh_token_may_be_refused_for_a_while(partner_as: Callable[..., Any], time: Any) -> None:
    partner = partner_as()
    partner.emulator.control.knobs.patch(fresh_token_401_seconds=8)
    early = partner.get("/rest/adAccountUsers?q=authenticatedUser")
    assert (early.status, early.json()["serviceErrorCode"]) == (401, 65601)
    time.at += 8_000
    assert partner.get("/rest/adAccountUsers?q=authenticatedUser").status == 200


def test_revocation_ends_everything_of_the_member(emulator: Emulator, partner: Any, form_post: Post) -> None:
    assert emulator.control.tokens.revoke("K1RwyVNukt") == 1
    assert partner.get("/rest/adAccountUsers?q=authenticatedUser").json()["code"] == "REVOKED_ACCESS_TOKEN"
    assert refresh(form_post, partner.token["refresh_token"]).status == 400
    assert emulator.control.tokens.revoke("K1RwyVNukt") == 0


def test_tokens_can_be_cut_short(emulator: Emulator, partner: Any, form_post: Post, time: Any) -> None:
    emulator.control.tokens.expire_access(in_seconds=10)
    emulator.control.tokens.expire_refresh(in_seconds=20)
    time.at += 10_000
    assert partner.get("/rest/adAccountUsers?q=authenticatedUser").json()["code"] == "EXPIRED_ACCESS_TOKEN"
    assert refresh(form_post, partner.token["refresh_token"]).json()["expires_in"] == 10
    time.at += 10_000
    assert refresh(form_post, partner.token["refresh_token"]).status == 400


def test_the_profile_needs_its_scope(partner_as: Callable[..., Any]) -> None:
    me = partner_as(["r_basicprofile"]).get("/v2/me", LinkedIn_Version=None, X_Restli_Protocol_Version=None)
    assert (me.status, me.json()["id"], me.json()["localizedFirstName"]) == (200, "K1RwyVNukt", "Jane")
    who = partner_as(["openid", "profile", "email"]).get("/v2/userinfo").json()
    assert (who["sub"], who["name"], who["email"]) == ("K1RwyVNukt", "Jane Doe", "jane.doe@example.com")
    assert partner_as(["openid"]).get("/v2/userinfo").json() == {"sub": "K1RwyVNukt"}


def test_an_id_token_comes_only_with_openid(emulator: Emulator) -> None:
    assert "id_token" in emulator.control.tokens.issue(["openid"])
    assert "id_token" not in emulator.control.tokens.issue(["r_ads"])
