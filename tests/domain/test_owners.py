from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.domain.errors import InvalidInput
from leadwire.domain.owners import LEAD_TYPES, Owner, phase, shard
from leadwire.domain.times import HOUR, MINUTE

NUMBERS = st.integers(1, 10**20 - 1).map(str)


@given(st.sampled_from(["sponsoredAccount", "organization"]), NUMBERS)
def test_an_owner_reads_back_from_its_name_and_its_urn(kind: str, number: str) -> None:
    owner = Owner.parse(f"urn:li:{kind}:{number}")
    assert (owner.kind, owner.id) == (kind, number)
    assert owner == Owner.parse(owner.name) == Owner.parse(owner.urn)
    assert owner.lead_types == LEAD_TYPES[kind]


def test_the_names_of_both_kinds() -> None:
    assert Owner.parse("1234567").urn == "urn:li:sponsoredAccount:1234567"
    assert Owner.parse("1234567").name == "1234567"
    assert Owner.parse("organization:6955637458260688897").urn == "urn:li:organization:6955637458260688897"
    assert Owner.parse("urn:li:organization:9").name == "organization:9"
    assert Owner.parse("sponsoredAccount:9").name == "9"


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "007",
        "12a",
        "-1",
        "person:1",
        "urn:li:person:1",
        "urn:li:organization:",
        "organization:x",
        "organization:1:2",
        "١",
        "urn%3Ali%3Aorganization%3A1",
        "URN:LI:ORGANIZATION:1",
        "999999999999999999999",
    ],
)
def test_what_names_no_account_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Owner.parse(text)
    assert caught.value.code == "bad_account"


def test_shards_are_fixed_for_ever() -> None:
    """Jobs are named after shards: another hash would strand them."""
    assert [shard(f"urn:li:sponsoredAccount:{n}") for n in (1, 2, 3)] == [42, 16, 6]


@given(NUMBERS, st.integers(1, 200))
def test_every_owner_has_a_lane(number: str, lanes: int) -> None:
    assert 0 <= shard(f"urn:li:sponsoredAccount:{number}", lanes) < lanes


def test_a_thousand_owners_start_evenly_spread() -> None:
    """No minute of an hour has more than twice its share, and no lane of owners one moment of its own."""
    owners = [f"urn:li:sponsoredAccount:{507_000_000 + n}" for n in range(3000)]
    assert max(Counter(phase(owner, HOUR) // MINUTE for owner in owners).values()) <= 2 * 3000 / 60
    one_lane = [owner for owner in owners if shard(owner) == 5]
    assert len({phase(owner, HOUR) // (6 * MINUTE) for owner in one_lane}) == 10


@given(NUMBERS, st.integers(1, 10**9))
def test_a_phase_lies_inside_its_interval_and_never_moves(number: str, interval: int) -> None:
    urn = f"urn:li:organization:{number}"
    assert 0 <= phase(urn, interval) < interval
    assert phase(urn, interval) == phase(urn, interval)
