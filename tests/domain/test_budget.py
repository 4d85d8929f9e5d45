"""The arithmetic of calls, and when it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.domain.budget import Chore, Limit, check_fits, heaviest, per_day
from leadwire.domain.errors import InvalidInput
from leadwire.domain.times import HOUR, MINUTE

LEADS = "leadFormResponses.FINDER"


def test_a_day_of_chores_is_counted_by_endpoint_and_by_who_makes_the_most() -> None:
    chores = [
        Chore(LEADS, 2, 5 * MINUTE, "jane"),
        Chore(LEADS, 2, 10 * MINUTE, "omar"),
        Chore("leadForms.FINDER", 1, 7 * HOUR, "omar"),
    ]
    assert per_day(chores) == {LEADS: 576 + 288, "leadForms.FINDER": 4}
    assert heaviest(chores) == {LEADS: 576, "leadForms.FINDER": 4}


def test_what_cannot_fit_is_refused_with_the_arithmetic() -> None:
    limits = {LEADS: Limit(1000, "set")}
    with pytest.raises(InvalidInput) as refused:
        check_fits({LEADS: 576}, {LEADS: 2880}, limits, MINUTE)
    assert refused.value.code == "over_budget"
    assert refused.value.message == (
        f"{LEADS}: at least 576 calls a day now, 2,880 with an interval of 1m, and LinkedIn allows 1,000 (as set)."
    )
    assert refused.value.remedy.startswith("Choose a longer interval: 2,880 is 2.9 times too many.")


@given(st.integers(0, 100), st.integers(0, 100), st.integers(1, 100))
def test_only_more_than_before_and_more_than_allowed_is_refused(before: int, after: int, limit: int) -> None:
    try:
        check_fits({LEADS: before}, {LEADS: after, "me.GET": 10**9}, {LEADS: Limit(limit, "learned")}, None)
    except InvalidInput:
        assert after > before and after > limit
    else:
        assert after <= before or after <= limit
