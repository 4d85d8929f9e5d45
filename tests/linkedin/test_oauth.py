"""OAuth: the consent URL, its callback, tokens, introspection, the member."""

import json
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from leadwire.linkedin import oauth
from leadwire.linkedin.calls import FORM
from leadwire.linkedin.errors import AskAgain, Forbidden, Refused, Surprise, Throttled, TokenDead, TryLater

SAMPLES = Path(__file__).parent / "samples"


def sample(name):
    return (SAMPLES / f"{name}.json").read_bytes()


def test_the_consent_url_is_the_documented_one():
    url = oauth.authorization_url(
        "https://www.linkedin.com/",
        "78abc",
        "https://app.example.com/linkedin/callback",
        ["r_ads", "r_marketing_leadgen_automation", "r_organization_admin"],
        "opaque-anti-csrf-value",
    )
    assert url == (
        "https://www.linkedin.com/oauth/v2/authorization?response_type=code&client_id=78abc"
        "&redirect_uri=https%3A%2F%2Fapp.example.com%2Flinkedin%2Fcallback&state=opaque-anti-csrf-value"
        "&scope=r_ads%20r_marketing_leadgen_automation%20r_organization_admin"
    )


def test_state_and_redirect_survive_the_url_whatever_they_hold():
    url = oauth.authorization_url("https://x", "a b", "https://h/c?d=e&f=g", ["s"], "&=#+ é")
    assert dict(parse_qsl(urlsplit(url).query))["state"] == "&=#+ é"
    assert dict(parse_qsl(urlsplit(url).query))["redirect_uri"] == "https://h/c?d=e&f=g"


@pytest.mark.parametrize(
    ("call", "path", "form"),
    [
        (
            oauth.exchange_code("78abc", "se==cret", "AQT+/code", "https://app.example.com/cb"),
            "/oauth/v2/accessToken",
            {
                "grant_type": "authorization_code",
                "code": "AQT+/code",
                "client_id": "78abc",
                "client_secret": "se==cret",
                "redirect_uri": "https://app.example.com/cb",
            },
        ),
        (
            oauth.refresh("78abc", "se==cret", "AQW refresh"),
            "/oauth/v2/accessToken",
            {
                "grant_type": "refresh_token",
                "refresh_token": "AQW refresh",
                "client_id": "78abc",
                "client_secret": "se==cret",
            },
        ),
        (
            oauth.introspect("78abc", "se==cret", "AQX&token"),
            "/oauth/v2/introspectToken",
            {"client_id": "78abc", "client_secret": "se==cret", "token": "AQX&token"},
        ),
    ],
)
def test_secrets_travel_in_a_form_body_only(call, path, form):
    assert (call.method, call.path, call.query, call.api, call.content_type) == (
        "POST",
        path,
        "",
        "oauth",
        FORM,
    )
    assert call.endpoint == f"oauth.{path.rsplit('/', 1)[1]}"
    assert dict(parse_qsl(call.body.decode(), strict_parsing=True)) == form
    assert b"se%3D%3Dcret" in call.body


@pytest.mark.parametrize(
    ("name", "access", "refresh", "scopes"),
    [
        ("tokens", 5184000, 31556951, 3),
        ("tokens_day_59", 5184000, 26459351, 3),
        ("tokens_day_360", 452951, 452951, 3),
        ("tokens_without_refresh", 5183999, None, 2),
    ],
)
def test_token_answers(name, access, refresh, scopes):
    tokens = oauth.read_tokens(200, {}, sample(name))
    assert tokens.access_token.startswith("AQXexample")
    assert (tokens.access_expires_in, tokens.refresh_expires_in) == (access, refresh)
    assert (tokens.refresh_token is None) == (refresh is None)
    assert len(tokens.scopes) == scopes
    assert "r_marketing_leadgen_automation" in tokens.scopes
    assert "example" not in repr(tokens)


@pytest.mark.parametrize("scope", ["r_ads r_x", "r_ads,r_x", " r_ads , r_x "])
def test_scopes_come_with_blanks_or_commas(scope):
    body = b'{"access_token":"t","expires_in":60,"scope":"%s"}' % scope.encode()
    assert oauth.read_tokens(200, {}, body).scopes == {"r_ads", "r_x"}


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"access_token":"t"}',
        b'{"access_token":"","expires_in":60}',
        b'{"access_token":7,"expires_in":60}',
        b'{"access_token":"t\\nx","expires_in":60}',
        b'{"access_token":"t","expires_in":-1}',
        b"[]",
        b'{"access_token":"t","expires_in":1e15}',
        b'{"access_token":"t","expires_in":true}',
    ],
)
def test_a_token_answer_without_a_usable_token_is_a_surprise(body):
    with pytest.raises(Surprise):
        oauth.read_tokens(200, {}, body)


@pytest.mark.parametrize(
    ("status", "body", "client_refused"),
    [
        (400, sample("error_refresh_refused"), False),
        (401, sample("error_code_unknown"), False),
        (400, sample("error_redirect_uri"), False),
        (400, b'{"error":"invalid_grant"}', False),
        (401, b'{"error":"invalid_client","error_description":"Client authentication failed"}', True),
    ],
)
def test_a_refused_grant_needs_a_person(status, body, client_refused):
    with pytest.raises(AskAgain) as caught:
        oauth.read_tokens(status, {}, body)
    assert caught.value.client_refused is client_refused
    assert caught.value.status == status
    assert caught.value.code


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (
            400,
            b'{"error":"invalid_request","error_description":"A required parameter \\"code\\" is missing"}',
            Refused,
        ),
        (400, b"", Refused),
        (401, b"{}", Refused),
        (401, b"<html>", TryLater),
        (404, b"{}", Refused),
        (429, b"{}", Throttled),
        (500, b"{}", TryLater),
        (200, b"<html>", TryLater),
        (200, b'{"access_token":"t', TryLater),
    ],
)
def test_what_is_no_verdict_on_the_grant_ends_no_connection(status, body, kind):
    with pytest.raises(kind) as caught:
        oauth.read_tokens(status, {}, body)
    assert not isinstance(caught.value, (AskAgain, TokenDead))


def test_a_living_token_is_introspected():
    found = oauth.read_introspection(200, {}, sample("introspection"))
    assert (found.active, found.status, found.expires_at, found.authorized_at) == (
        True,
        "active",
        1767139200000,
        1761955200000,
    )
    assert found.scopes == {"r_ads", "r_marketing_leadgen_automation", "r_organization_admin"}


def test_a_dead_token_and_a_foreign_one_are_not_active():
    foreign = oauth.read_introspection(200, {}, sample("introspection_foreign"))
    revoked = oauth.read_introspection(200, {}, sample("introspection_revoked"))
    assert (foreign.active, foreign.status, foreign.expires_at, foreign.scopes) == (
        False,
        None,
        None,
        frozenset(),
    )
    assert (revoked.active, revoked.status) == (False, "revoked")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b"{}", Refused),
        (401, b"{}", Refused),
        (500, b"", TryLater),
        (200, b"{}", Surprise),
        (200, b'{"active":"yes"}', Surprise),
        (401, b"<html>", TryLater),
    ],
)
def test_a_failed_introspection_says_nothing_about_the_token(status, body, kind):
    with pytest.raises(kind) as caught:
        oauth.read_introspection(status, {}, body)
    assert not isinstance(caught.value, TokenDead)


ME = (
    b'{"localizedLastName":"Doe","localizedFirstName":"Jane","id":"BcLKblgopR","firstName":{"localized":'
    b'{"en_US":"Jane"},"preferredLocale":{"country":"US","language":"en"}}}'
)


def test_the_member_is_named_by_me_and_by_userinfo():
    assert oauth.read_me(200, {}, ME) == oauth.Member("BcLKblgopR", "Jane Doe")
    assert oauth.read_userinfo(200, {}, sample("userinfo")) == oauth.Member("782bbtaQ", "Jane Doe")
    assert oauth.read_me(200, {}, b'{"id":"x","lastName":{"localized":{"de_DE":"Roe"}}}').name == "Roe"
    assert oauth.read_userinfo(200, {}, b'{"sub":"x","locale":"en-US"}') == oauth.Member("x", "")


def test_a_heartbeat_tells_a_dead_token_from_a_missing_scope():
    with pytest.raises(TokenDead) as dead:
        oauth.read_me(401, {}, sample("error_401_expired"))
    with pytest.raises(Forbidden) as forbidden:
        oauth.read_userinfo(403, {}, sample("error_403_me"))
    assert (dead.value.reason, forbidden.value.scope_missing) == ("expired", True)
    with pytest.raises(Surprise):
        oauth.read_me(200, {}, b"{}")


@pytest.mark.parametrize(
    ("params", "kind", "description"),
    [
        (
            {"error": "user_cancelled_login", "error_description": "The user cancelled"},
            "login_cancelled",
            None,
        ),
        ({"error": "user_cancelled_authorize", "error_description": "The user cancelled"}, "cancelled", None),
        (
            {
                "error": "unauthorized_scope_error",
                "error_description": "Scope &quot;r_ads&quot; is not authorized for your application",
            },
            "scope_not_enabled",
            'Scope "r_ads" is not authorized for your application',
        ),
        ({"error": "server_error"}, "error", "server_error"),
        ({"error": "invalid_request", "code": "AQT"}, "error", "invalid_request"),
        ({}, "error", "no code came back"),
        ({"code": "a\nb"}, "error", "no code came back"),
    ],
)
def test_a_denied_consent_says_which_kind(params, kind, description):
    answer = oauth.read_callback({**params, "state": "s"})
    assert isinstance(answer, oauth.Denied)
    assert (answer.kind, answer.state) == (kind, "s")
    assert answer.description == (description or "The user cancelled")


def test_a_granted_consent_brings_a_code():
    answer = oauth.read_callback({"code": "AQTexampleAuthorizationCode", "state": "opaque"})
    assert answer == oauth.Code("AQTexampleAuthorizationCode", "opaque")
    assert "AQT" not in repr(answer)


@pytest.mark.parametrize("odd", [10**39, 253_402_300_800, -1, 1e300])
def test_an_introspection_that_ends_in_no_year_says_nothing_of_the_end(odd):
    body = json.dumps({"active": True, "expires_at": odd, "authorized_at": odd}).encode()
    read = oauth.read_introspection(200, {}, body)
    assert (read.active, read.expires_at, read.authorized_at) == (True, None, None)
