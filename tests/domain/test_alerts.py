"""What opens, rises and closes; and the ladder before a fixed end, day by day."""

from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.domain.alerts import Condition, Diff, Kind, diff, fixed_end, rung
from leadwire.domain.times import DAY, HOUR

END = 1_800_000_000_000
LOST = Condition("gap", "account:1", "warning", "A gap.", "Wait.")


@dataclass(frozen=True)
class Known:
    id: str
    code: str
    object: str
    severity: str
    message: str
    remedy: str
    href: str = ""
    rung: str = ""


def known(one: Condition, alert_id: str = "a") -> Known:
    return Known(alert_id, one.code, one.object, one.severity, one.message, one.remedy, one.href, one.rung)


def test_what_is_new_opens_what_stays_is_quiet_and_what_is_over_closes() -> None:
    other = replace(LOST, object="account:2")
    assert diff([LOST, other], []) == Diff(opens=(LOST, other))
    assert not diff([LOST, other], [known(LOST), known(other, "b")])
    assert diff([other], [known(LOST), known(other, "b")]) == Diff(closes=("a",))
    assert diff([LOST, replace(LOST, message="again")], []) == Diff(opens=(LOST,))


def test_other_words_are_no_news_but_a_graver_one_is() -> None:
    reworded = replace(LOST, message="Two gaps.")
    assert diff([reworded], [known(LOST)]) == Diff(rewords={"a": reworded})
    graver = replace(LOST, severity="critical")
    assert diff([graver], [known(LOST)]) == Diff(raises={"a": graver})
    assert diff([LOST], [known(graver)]) == Diff(rewords={"a": LOST})


def test_a_ladder_only_goes_up() -> None:
    on = [replace(LOST, rung=step) for step in ("-30d", "-14d", "-1d", "0d", "1d", "12d")]
    for below, above in pairwise(on):
        assert diff([above], [known(below)]) == Diff(raises={"a": above})
        assert not diff([below], [known(above)])


@pytest.mark.parametrize(
    ("left", "reached"),
    [
        (30 * DAY + 1, None),
        (30 * DAY, "-30d"),
        (14 * DAY + 1, "-30d"),
        (14 * DAY, "-14d"),
        (7 * DAY, "-7d"),
        (3 * DAY, "-3d"),
        (DAY + 1, "-3d"),
        (DAY, "-1d"),
        (1, "-1d"),
        (0, "0d"),
        (-DAY, "1d"),
        (-10 * DAY - 5, "10d"),
    ],
)
def test_the_rung_reached(left: int, reached: str | None) -> None:
    assert rung(END, END - left) == reached


@given(st.lists(st.integers(-5 * 24, 40 * 24), min_size=1))
def test_however_often_one_looks_each_rung_is_told_once(hours: list[int]) -> None:
    told: list[str] = []
    alert: Known | None = None
    for left in sorted(hours, reverse=True):
        step = rung(END, END - left * HOUR)
        now = [] if step is None else [replace(LOST, rung=step)]
        found = diff(now, [alert] if alert else [])
        told += [one.rung for one in (*found.opens, *found.raises.values())]
        alert = known(now[0]) if now else alert
    steps = [rung(END, END - left * HOUR) for left in sorted(hours, reverse=True)]
    assert told == list(dict.fromkeys(step for step in steps if step))


def test_without_a_refresh_token_the_access_tokens_end_counts() -> None:
    assert fixed_end(True, 1, 2) == 2
    assert fixed_end(False, 1, None) == 1


def test_a_kind_says_what_its_conditions_have_in_common() -> None:
    kind = Kind("gap", ("info", "warning"), "Something is not read.", "Wait.")
    assert kind.about("account:1", "A gap.", "") == LOST
    assert kind.about("account:1", "A gap.", "/x", severity="info", rung="0d").severity == "info"
    with pytest.raises(AssertionError):
        kind.about("account:1", "A gap.", "", severity="critical")
