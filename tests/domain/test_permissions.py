from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.domain.errors import Conflict
from leadwire.domain.permissions import REASONS, TABLE, Event, Standing, State, move, should_refresh
from leadwire.domain.times import DAY, HOUR, MINUTE

ACTIVE, PENDING = Standing("active"), Standing("pending")


@pytest.mark.parametrize("reason", list(REASONS))
def test_what_ends_an_active_connection_asks_for_a_reconnect_and_says_why(reason: Event) -> None:
    ended = move(ACTIVE, reason)
    assert (ended.state, ended.reason) == ("needs_reconnect", reason)
    assert move(ended, "granted") == ACTIVE


@pytest.mark.parametrize(("first", "then"), [(a, b) for a, b in product(REASONS, REASONS) if a != b])
def test_the_first_reason_stays(first: Event, then: Event) -> None:
    ended = move(ACTIVE, first)
    assert move(ended, then) == ended


def test_every_pair_of_state_and_event_is_decided() -> None:
    decided = set(product(get_args(State), get_args(Event)))
    refused = set()
    for state, event in decided:
        try:
            move(Standing(state, "revoked" if state == "needs_reconnect" else None), event)
        except Conflict as error:
            assert error.code == "illegal_move"
            refused.add((state, event))
    assert refused == {("pending", reason) for reason in REASONS}
    assert set(TABLE) <= decided - refused


def test_a_grant_makes_active_from_anywhere() -> None:
    assert move(PENDING, "granted") == move(ACTIVE, "granted") == ACTIVE


MINTED = 1_000 * DAY


@pytest.mark.parametrize(
    ("life", "refresh_life", "age", "rested", "wanted"),
    [
        # 60 days: in the last 7
        (60 * DAY, 365 * DAY, 52 * DAY, None, False),
        (60 * DAY, 365 * DAY, 53 * DAY, None, False),
        (60 * DAY, 365 * DAY, 53 * DAY + 1, None, True),
        (60 * DAY, 365 * DAY, 61 * DAY, None, True),
        # 8 hours: in the last quarter
        (8 * HOUR, 365 * DAY, 6 * HOUR, None, False),
        (8 * HOUR, 365 * DAY, 6 * HOUR + 1, None, True),
        # at most hourly
        (60 * DAY, 365 * DAY, 54 * DAY, HOUR - 1, False),
        (60 * DAY, 365 * DAY, 54 * DAY, HOUR, True),
        # nothing to win: the access token ends with its refresh token, or after it, or that is over
        (60 * DAY, 60 * DAY, 59 * DAY, None, False),
        (60 * DAY, 60 * DAY + MINUTE, 59 * DAY, None, False),
        (60 * DAY, 60 * DAY + MINUTE + 1, 59 * DAY, None, True),
        (60 * DAY, 70 * DAY, 71 * DAY, None, False),
        (60 * DAY, 70 * DAY, 70 * DAY - 1, None, True),
        # no refresh token
        (60 * DAY, None, 59 * DAY, None, False),
    ],
)
def test_when_to_mint_a_new_access_token(
    life: int, refresh_life: int | None, age: int, rested: int | None, wanted: bool
) -> None:
    now = MINTED + age
    assert wanted is should_refresh(
        access_expires_at=MINTED + life,
        minted_at=MINTED,
        refresh_expires_at=None if refresh_life is None else MINTED + refresh_life,
        last_refresh_at=None if rested is None else now - rested,
        now=now,
    )


@pytest.mark.parametrize("missing", ["access_expires_at", "minted_at"])
def test_a_token_of_which_nothing_is_known_is_left_alone(missing: str) -> None:
    known = {
        "access_expires_at": 0,
        "minted_at": -DAY,
        "refresh_expires_at": DAY,
        "last_refresh_at": None,
        "now": 0,
    }
    assert should_refresh(**known)  # type: ignore[arg-type]
    assert not should_refresh(**{**known, missing: None})  # type: ignore[arg-type]


@given(st.integers(1, 24 * 60))
def test_a_year_is_crossed_with_few_refreshes(step: int) -> None:
    """Looked at every `step` minutes, a connection lives its 365 days on 60-day tokens."""
    end = MINTED + 365 * DAY
    now, minted, expires, refreshed, count = MINTED, MINTED, MINTED + 60 * DAY, None, 0
    while now < end:
        assert now < expires
        if should_refresh(expires, minted, end, refreshed, now):
            minted, refreshed, expires, count = now, now, min(now + 60 * DAY, end), count + 1
        now += max(step, 60) * MINUTE
    assert 6 <= count <= 7
