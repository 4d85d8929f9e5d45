"""Decisions about trying again, and the calendar of API versions."""

from datetime import date

import pytest

from leadwire.linkedin.errors import Refused, TokenDead
from leadwire.linkedin.patience import FRESH, backoff, is_fresh_token_doubt
from leadwire.linkedin.versions import SUNSETS, newest_known, sunset_of


@pytest.mark.parametrize(
    ("attempt", "low", "high"), [(1, 1.5, 2.5), (2, 6.0, 10.0), (3, 22.5, 37.5), (9, 22.5, 37.5)]
)
def test_the_wait_grows_and_is_spread(attempt, low, high):
    assert backoff(attempt, 0.0) == low
    assert low < backoff(attempt, 0.5) < backoff(attempt, 0.999) < high


@pytest.mark.parametrize(
    ("error", "age", "doubt"),
    [
        (TokenDead("x", reason="revoked"), 0, True),
        (TokenDead("x", reason="revoked"), FRESH - 1, True),
        (TokenDead("x", reason="revoked"), FRESH, False),
        (TokenDead("x", reason="revoked"), -5_000, True),
        (TokenDead("x", reason="expired"), 0, False),
        (TokenDead("x", reason="invalid"), 0, False),
        (Refused("x"), 0, False),
    ],
)
def test_only_a_revocation_of_a_new_token_is_doubted(error, age, doubt):
    minted_at = 1_795_000_000_000
    assert is_fresh_token_doubt(error, minted_at, minted_at + age) is doubt


def test_versions_and_their_sunsets():
    assert newest_known() == "202609"
    assert sunset_of("202603") == date(2027, 3, 16)
    assert sunset_of("202511") == date(2026, 11, 16)
    assert sunset_of("202512") is None
    assert sunset_of("209901") is None


def test_no_version_lives_less_than_a_year():
    assert all(
        date(int(version[:4]) + 1, int(version[4:]), 1) <= sunset for version, sunset in SUNSETS.items()
    )
