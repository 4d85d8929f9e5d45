"""From status and body to the error that names the next move."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.linkedin.errors import (
    AskAgain,
    Forbidden,
    LinkedInError,
    NotFound,
    Refused,
    Surprise,
    Throttled,
    TokenDead,
    TryLater,
    VersionRetired,
)
from leadwire.linkedin.failures import failure

SAMPLES = Path(__file__).parent / "samples"


@pytest.mark.parametrize(
    ("sample", "status", "kind", "code", "service_code"),
    [
        ("error_400_validation", 400, Refused, "MULTIPLE_VALIDATIONS_FAILED", None),
        ("error_401_invalid", 401, TokenDead, "INVALID_ACCESS_TOKEN", 65600),
        ("error_401_revoked", 401, TokenDead, "REVOKED_ACCESS_TOKEN", 65601),
        ("error_401_expired", 401, TokenDead, "EXPIRED_ACCESS_TOKEN", 65602),
        ("error_403_me", 403, Forbidden, "ACCESS_DENIED", 100),
        ("error_403_scope", 403, Forbidden, None, 100),
        ("error_404", 404, NotFound, "NOT_FOUND", None),
        ("error_426", 426, VersionRetired, "NONEXISTENT_VERSION", None),
        ("error_429", 429, Throttled, None, 101),
    ],
)
def test_recorded_bodies(sample, status, kind, code, service_code):
    error = failure(
        status, {"X-LI-UUID": "AAX6vsYdZ5H4tUsf+cOOmw=="}, (SAMPLES / f"{sample}.json").read_bytes()
    )
    assert type(error) is kind
    assert (error.status, error.code, error.service_code) == (status, code, service_code)
    assert error.message
    assert error.request_id == "AAX6vsYdZ5H4tUsf+cOOmw=="


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (401, TokenDead),
        (402, Refused),
        (403, Forbidden),
        (404, NotFound),
        (405, Refused),
        (408, TryLater),
        (409, Refused),
        (411, Refused),
        (412, Refused),
        (414, Refused),
        (426, VersionRetired),
        (429, Throttled),
        (500, TryLater),
        (501, TryLater),
        (502, TryLater),
        (503, TryLater),
        (504, TryLater),
        (302, Surprise),
        (304, Surprise),
        (600, Surprise),
        (999, Surprise),
        (100, Surprise),
    ],
)
@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"not json", b'{"message":7,"code":[],"serviceErrorCode":"x"}']
)
def test_a_status_decides_where_the_body_says_nothing(status, kind, body):
    assert type(failure(status, {}, body)) is kind


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"serviceErrorCode":65600}', "invalid"),
        (b'{"serviceErrorCode":65601}', "revoked"),
        (b'{"serviceErrorCode":65602}', "expired"),
        (b'{"serviceErrorCode":65604}', "empty"),
        (b'{"code":"REVOKED_ACCESS_TOKEN"}', "revoked"),
        (b'{"code":"EMPTY_ACCESS_TOKEN"}', "empty"),
        (b'{"serviceErrorCode":401,"message":"Empty oauth2_access_token"}', "unknown"),
        (b"", "unknown"),
    ],
)
def test_a_dead_token_says_why(body, reason):
    error = failure(401, {}, body)
    assert isinstance(error, TokenDead)
    assert error.reason == reason


@pytest.mark.parametrize(
    ("message", "until_midnight", "scope"),
    [
        ("Resource level throttle limit for calls to this resource is reached.", False, None),
        (
            "Resource level throttle APPLICATION DAY limit for calls to this resource is reached.",
            True,
            "application",
        ),
        ("Resource level throttle MEMBER DAY limit for calls to this resource is reached.", True, "member"),
        ("Too many calls today", False, None),
    ],
)
def test_a_throttle_says_whose_quota_and_until_when(message, until_midnight, scope):
    error = failure(429, {}, b'{"message":"%s","status":429}' % message.encode())
    assert isinstance(error, Throttled)
    assert (error.until_midnight, error.scope) == (until_midnight, scope)


@pytest.mark.parametrize(
    ("sent", "after"), [("120", 120.0), ("0", 0.0), ("soon", None), ("999999", None), (None, None)]
)
def test_a_wait_is_taken_over_where_one_is_named(sent, after):
    error = failure(503, {} if sent is None else {"Retry-After": sent}, b"")
    assert isinstance(error, TryLater)
    assert error.after == after


def test_a_missing_scope_and_a_missing_role_are_told_apart():
    scope = failure(403, {}, (SAMPLES / "error_403_scope.json").read_bytes())
    role = failure(
        403,
        {},
        b'{"serviceErrorCode":100,"code":"ACCESS_DENIED","message":"Member does not have permission"}',
    )
    entity = failure(
        403, {}, b'{"code":"NO_PERMISSION_ON_ENTITY","message":"Not enough permissions on entity"}'
    )
    assert [error.scope_missing for error in (scope, role, entity)] == [True, False, False]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_page_of_a_middlebox_is_no_verdict_about_the_member(status):
    assert type(failure(status, {}, b"\n<!DOCTYPE html><h1>Blocked</h1>")) is TryLater


def test_a_version_that_does_not_exist_is_known_by_its_code_too():
    assert type(failure(400, {}, b'{"code":"NONEXISTENT_VERSION","status":400}')) is VersionRetired


def test_the_text_can_be_logged_whatever_the_server_wrote():
    error = failure(400, {}, b'{"message":"ada@example.com is no e-mail","code":"BAD; ada@example.com"}')
    assert str(error) == "LinkedIn answered 400"
    assert "ada" not in repr(error)
    assert error.message == "ada@example.com is no e-mail"


def test_a_surprise_carries_the_bytes_and_keeps_them_out_of_its_text():
    error = failure(302, {}, b"<a>moved</a>")
    assert isinstance(error, Surprise)
    assert error.raw == b"<a>moved</a>"
    assert "moved" not in f"{error} {error!r}"


@pytest.mark.parametrize(
    "error",
    [
        Throttled("x", status=429, until_midnight=True, scope="member", after=3.0),
        Surprise("x", b"raw", status=200),
        AskAgain("x", client_refused=True),
        TokenDead("x", reason="revoked"),
        Forbidden("x", scope_missing=True),
    ],
)
def test_errors_survive_a_process_boundary(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert vars(again) == vars(error)


@given(st.integers(100, 999).filter(lambda status: not 200 <= status <= 299), st.binary(max_size=200))
def test_any_refusal_is_an_error_of_the_tree(status, body):
    assert isinstance(failure(status, {}, body), LinkedInError)


@pytest.mark.parametrize("odd", [b"1e300", b"-1e300", b"9" * 5_000])
def test_a_service_code_of_hundreds_of_digits_is_none_and_stands_in_no_text(odd):
    error = failure(401, {}, b'{"code":"EXPIRED_ACCESS_TOKEN","serviceErrorCode":%b}' % odd)
    assert (str(error), error.service_code) == ("LinkedIn answered 401 EXPIRED_ACCESS_TOKEN", None)
