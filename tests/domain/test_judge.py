from dataclasses import dataclass, replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.domain.judge import Decision, Known, judge, may_bury

A, B = b"a", b"b"


@pytest.mark.parametrize(
    ("known", "digest", "issued_at", "decision"),
    [
        (None, A, 5, Decision.NEW),
        (Known(A, 5), A, 9, Decision.SAME),
        (Known(A, 5), A, 1, Decision.SAME),
        (Known(A, 5), B, 9, Decision.NEWER),
        (Known(A, 5), B, 1, Decision.STALE),
        (Known(A, 5), B, 5, Decision.NEWER),  # the same moment: the greater digest
        (Known(B, 5), A, 5, Decision.STALE),
        (Known(None, 5), A, 5, Decision.NEWER),
        (Known(A, 5, "deleted"), A, 6, Decision.NEWER),
        (Known(A, 5, "deleted"), A, 5, Decision.STALE),
        (Known(None, 5, "deleted"), B, 4, Decision.STALE),
        (Known(None, 5, "erased"), A, 99, Decision.ERASED),
        (Known(A, 5, "erased"), A, 5, Decision.ERASED),
    ],
)
def test_a_reading_is_judged_by_when_it_was_asked_for(
    known: Known | None, digest: bytes, issued_at: int, decision: Decision
) -> None:
    assert judge(known, digest, issued_at) is decision


@pytest.mark.parametrize(
    ("known", "issued_at", "may"),
    [
        (None, 5, True),
        (Known(A, 5), 5, True),
        (Known(A, 5), 4, False),
        (Known(A, 5, "deleted"), 9, True),
        (Known(A, 5, "erased"), 9, False),
    ],
)
def test_an_answer_without_the_lead_buries_only_what_is_not_younger(
    known: Known | None, issued_at: int, may: bool
) -> None:
    assert may_bury(known, issued_at) is may


@dataclass(frozen=True)
class Event:
    """A reading (`digest`), an answer that it is gone (None), or a person's wish to be forgotten."""

    issued_at: int
    digest: bytes | None = None
    erase: bool = False


def after(known: Known | None, event: Event) -> Known | None:
    """What a store that obeys knows after an event."""
    if event.erase:
        return Known(None, 0, "erased")
    if event.digest is None:
        return Known(None, event.issued_at, "deleted") if may_bury(known, event.issued_at) else known
    match judge(known, event.digest, event.issued_at):
        case Decision.NEW | Decision.NEWER:
            return Known(event.digest, event.issued_at)
        case Decision.SAME if known:
            return replace(known, issued_at=max(known.issued_at, event.issued_at))
    return known


EVENTS = st.builds(
    Event,
    st.integers(0, 4),
    st.sampled_from([A, B, None]),
    st.sampled_from([False] * 9 + [True]),
)


@given(st.lists(EVENTS, max_size=4))
def test_any_order_of_events_ends_the_same(events: list[Event]) -> None:
    ends = set()
    for order in permutations(events):
        known: Known | None = None
        for event in order:
            known = after(known, event)
        ends.add(known)
    assert len(ends) == 1


@given(st.lists(EVENTS, max_size=6), st.data())
def test_an_event_that_comes_twice_changes_nothing_the_second_time(
    events: list[Event], data: st.DataObject
) -> None:
    known: Known | None = None
    for event in events:
        known = after(known, event)
    if events:
        assert after(known, data.draw(st.sampled_from(events))) == known


@given(st.lists(EVENTS))
def test_the_end_is_what_the_latest_call_saw(events: list[Event]) -> None:
    known: Known | None = None
    for event in events:
        known = after(known, event)
    if any(event.erase for event in events):
        assert known is not None and known.state == "erased"
    elif events:
        last = max(event.issued_at for event in events)
        seen = [event.digest for event in events if event.issued_at == last]
        expected = Known(None, last, "deleted") if None in seen else Known(max(filter(None, seen)), last)
        assert known == expected
