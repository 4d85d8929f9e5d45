"""When absence means deletion: the rule, look by look."""

from hypothesis import given
from hypothesis import strategies as st

from leadwire.domain.absence import Finding, Look, Rule, Suspect, decide, too_many

AFTER, AGE, NOW = 600_000, 80 * 86_400_000, 1_780_000_000_000
RULE = Rule(AFTER, AGE)


def young(**facts: int) -> Suspect:
    return Suspect("a", "SPONSORED", NOW, **{"submitted_at": NOW - 1000, **facts})


def test_two_sound_looks_far_enough_apart_are_needed() -> None:
    gone = Look(NOW, shown=False, sound=True)
    assert decide(young(), gone, RULE) is Finding.FIRST
    assert decide(young(gone_at=NOW - AFTER + 1), gone, RULE) is Finding.EARLY
    assert decide(young(gone_at=NOW - AFTER), gone, RULE) is Finding.GONE


def test_what_could_not_be_seen_or_was_not_said_proves_nothing() -> None:
    for look in (Look(NOW, shown=False, sound=False), Look(NOW, shown=None, sound=True)):
        assert decide(young(gone_at=NOW - AFTER), look, RULE) is Finding.UNSURE


def test_old_leads_only_when_linkedin_told_of_it_while_they_were_young() -> None:
    gone, submitted = Look(NOW, shown=False, sound=True), NOW - AGE
    assert decide(young(submitted_at=submitted, gone_at=1), gone, RULE) is Finding.OLD
    assert decide(young(submitted_at=submitted, gone_at=1, told_at=NOW - 1), gone, RULE) is Finding.GONE
    assert decide(young(submitted_at=submitted, gone_at=1, told_at=NOW), gone, RULE) is Finding.OLD


def test_of_a_lead_that_never_was_here_only_being_told_counts() -> None:
    gone = Look(NOW, shown=False, sound=True)
    assert decide(Suspect("a", "", NOW, gone_at=1), gone, RULE) is Finding.OLD
    assert decide(Suspect("a", "", NOW, gone_at=1, told_at=NOW), gone, RULE) is Finding.GONE


moments = st.none() | st.integers(0, 2 * NOW)


@given(
    moments, moments, moments, st.integers(0, 2 * NOW), st.sampled_from([True, False, None]), st.booleans()
)
def test_nothing_else_is_ever_taken_for_deleted(
    submitted: int | None, told: int | None, gone: int | None, at: int, shown: bool | None, sound: bool
) -> None:
    one = Suspect("a", "SPONSORED", 0, submitted, told, gone)
    if decide(one, Look(at, shown, sound), RULE) is Finding.GONE:
        assert shown is False and sound
        assert gone is not None and at - gone >= AFTER
        assert told is not None or (submitted is not None and at - submitted < AGE)


def test_many_are_more_than_twenty_and_more_than_every_twentieth() -> None:
    assert [too_many(n, 100) for n in (20, 21)] == [False, True]
    assert [too_many(n, 1000) for n in (50, 51)] == [False, True]
