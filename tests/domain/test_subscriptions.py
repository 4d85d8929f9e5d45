"""A plan carried out step by step, cut off anywhere, and made again, on any list that LinkedIn may show."""

from hypothesis import given
from hypothesis import strategies as st

from leadwire.domain.subscriptions import WHY, Registered, Step, Target, challenge_misses, plan
from leadwire.domain.times import HOUR, MINUTE

URL = "https://leads.example.com/hooks/linkedin/new"
OLD = "https://leads.example.com/hooks/linkedin/old"
FOREIGN = "https://crm.example.com/linkedin"
ALL, EVENTS = Target("SPONSORED"), Target("EVENT")
FIRST, SECOND = Target("SPONSORED", "818", 1), Target("SPONSORED", "818", 2)


def ours(url: str) -> bool:
    return url == OLD


def planned(wanted: list[Target], there: list[Registered], **more: object) -> tuple[Step, ...]:
    return plan(wanted, there, URL, ours, **more)  # type: ignore[arg-type]


def told(found: tuple[Step, ...]) -> list[tuple[str, str, str | None]]:
    return [(step.action, step.why, step.id) for step in found]


def settled(found: tuple[Step, ...]) -> bool:
    return not any(step.action in ("create", "delete") for step in found)


def test_what_is_missing_is_created_and_what_is_there_is_kept() -> None:
    found = planned([ALL, FIRST], [Registered("7", URL, ALL)])
    assert told(found) == [("create", "new", None), ("keep", "in_place", "7")]
    assert found[0] == Step("create", FIRST, "new", URL)
    assert not settled(found)


def test_one_that_linkedin_has_lost_is_said_to_be_missing() -> None:
    assert told(planned([ALL, FIRST], [], known=[ALL])) == [
        ("create", "missing", None),
        ("create", "new", None),
    ]


def test_of_doubled_ones_the_oldest_stays() -> None:
    there = [Registered(id_, URL, ALL) for id_ in ("100", "99", "7013")]
    assert told(planned([ALL], there)) == [
        ("keep", "in_place", "99"),
        ("delete", "doubled", "100"),
        ("delete", "doubled", "7013"),
    ]


def test_an_earlier_address_goes_only_after_the_new_one() -> None:
    found = planned([ALL], [Registered("7", OLD, ALL)])
    assert told(found) == [("create", "replaces_old_url", None), ("delete", "old_url", "7")]
    assert found[1].after == ALL


def test_one_of_a_dead_grant_is_replaced_although_it_is_listed() -> None:
    there = [Registered("7", URL, ALL), Registered("8", URL, ALL)]
    assert told(planned([ALL], there, dead=["7"])) == [
        ("keep", "in_place", "8"),
        ("delete", "dead_grant", "7"),
    ]
    assert told(planned([ALL], there, dead=["7", "8"])) == [
        ("create", "replaces_dead_grant", None),
        ("delete", "dead_grant", "7"),
        ("delete", "dead_grant", "8"),
    ]


def test_foreign_ones_are_listed_and_left_and_narrower_ones_are_not_mistaken_for_whole_ones() -> None:
    there = [Registered("7", FOREIGN, ALL), Registered("8", URL, ALL, "urn:li:event:6789")]
    assert told(planned([ALL], there)) == [
        ("create", "new", None),
        ("leave", "foreign", "7"),
        ("delete", "unwanted", "8"),
    ]


def test_nothing_wanted_takes_ours_away_and_nothing_else() -> None:
    there = [Registered("7", FOREIGN, ALL), Registered("8", URL, ALL), Registered("9", OLD, FIRST)]
    assert told(planned([], there)) == [
        ("leave", "foreign", "7"),
        ("delete", "unwanted", "8"),
        ("delete", "unwanted", "9"),
    ]


def test_what_has_moved_is_said_and_goes_behind_its_successor_or_alone() -> None:
    there = [Registered("7", OLD, ALL), Registered("8", OLD, EVENTS)]
    found = planned([ALL], there, moved=lambda url: url == OLD)
    assert told(found) == [
        ("create", "replaces_moved", None),
        ("delete", "moved", "7"),
        ("delete", "moved", "8"),
    ]
    assert [step.after for step in found] == [None, ALL, None]


targets = st.sampled_from([ALL, EVENTS, FIRST, SECOND])
lists = st.lists(
    st.tuples(st.sampled_from([URL, OLD, FOREIGN]), targets, st.sampled_from([None, None, "urn:li:event:1"])),
    max_size=8,
).map(lambda rows: [Registered(str(n), *row) for n, row in enumerate(rows, 1)])


def carried(there: list[Registered], steps: list[Step]) -> list[Registered]:
    """LinkedIn's list after these steps."""
    for n, step in enumerate(steps):
        if step.action == "create":
            there = [*there, Registered(f"{n}000", step.url, step.target)]
        elif step.action == "delete":
            there = [one for one in there if one.id != step.id]
    return there


def served(there: list[Registered]) -> set[Target]:
    return {one.target for one in there if one.url in (URL, OLD) and one.entity is None}


@given(st.lists(targets), lists, st.integers(0, 20), st.sets(st.integers(1, 8).map(str)))
def test_carried_out_in_order_it_never_leaves_a_moment_without_and_ends_the_same_from_anywhere(
    wanted: list[Target], there: list[Registered], cut: int, dead: set[str]
) -> None:
    found = planned(wanted, there, dead=dead)
    before = served(there) & set(wanted)
    for n in range(len(found) + 1):
        assert before <= served(carried(there, list(found[:n])))
    half = carried(there, list(found[:cut]))
    whole = carried(half, list(planned(wanted, half, dead=dead)))
    assert settled(planned(wanted, whole, dead=dead))
    mine = [one for one in whole if one.url != FOREIGN]
    assert sorted(map(repr, (one.target for one in mine))) == sorted(map(repr, set(wanted)))
    assert {one.url for one in mine} <= {URL}
    assert not dead & {one.id for one in mine}
    assert [one for one in whole if one.url == FOREIGN] == [one for one in there if one.url == FOREIGN]


@given(st.lists(targets), lists)
def test_every_listed_one_has_one_step_and_every_step_a_reason(
    wanted: list[Target], there: list[Registered]
) -> None:
    found = planned(wanted, there)
    assert sorted(step.id for step in found if step.id) == sorted(one.id for one in there)
    assert {step.why for step in found} <= WHY.keys()


def test_challenges_are_missed_from_half_an_hour_after_their_time() -> None:
    expected = {0: 0, 2 * HOUR + 29 * MINUTE: 0, 2 * HOUR + 30 * MINUTE: 1, 4 * HOUR + 30 * MINUTE: 2}
    assert {passed: challenge_misses(0, passed) for passed in expected} == expected
    assert challenge_misses(None, HOUR) == 0
    assert challenge_misses(HOUR, 0) == 0
