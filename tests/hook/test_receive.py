"""From a body to rows of the inbox."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hook.conftest import OWNER, push

from leadwire.ingest.receive import rows_of

NOW = 1_780_000_000_000


def rows(raw, owner=OWNER, now=NOW):
    return rows_of("acme", owner, raw, now)


def test_a_push_becomes_what_is_needed_to_fetch_its_lead():
    raw = push(1)
    (row,) = rows(raw)
    assert row._replace(key=b"") == (
        "acme",
        b"",
        OWNER,
        NOW,
        raw,
        "00000001-d272-44ba-a7db-c2bdce579507-6",
        "7234246",
        1,
        "SPONSORED",
        "CREATED",
        NOW + 1,
        None,
    )


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'{"type":"LEADWIRE_TEST"}', "unknown type 'LEADWIRE_TEST'"),
        (b'{"type":"\\u0000' + b"x" * 1000 + b'"}', "unknown type '\ufffd" + "x" * 63 + "'"),
        (b'{"type":7}', "unknown type ''"),
        (b"", "not readable as JSON"),
        (b"null", "not a JSON object"),
        (b"\xff\xfe", "not readable as JSON"),
        (b"[" * 100_000, "not readable as JSON"),
        (b"[]", "a list of 0 notifications"),
        (b"[" + b",".join([b"{}"] * 1001) + b"]", "a list of 1001 notifications"),
        (push(leadGenFormResponse="urn:li:x"), "no lead is named"),
        (push(leadGenFormResponse="urn:li:leadGenFormResponse:" + "9" * 201), "no lead is named"),
        (
            push(owner={"organization": "urn:li:organization:1"}),
            "for another owner: urn:li:organization:1",
        ),
    ],
)
def test_what_cannot_be_fetched_is_parked_with_the_reason(raw, why):
    (row,) = rows(raw)
    assert row.parked is not None and why in row.parked
    assert row.raw == raw


def test_a_list_is_taken_one_by_one_and_a_bad_one_spoils_nothing():
    found = rows(b" [" + push(1) + b", 7 ," + push(2) + b',{"type":"X"}]')
    assert [row.lead_id and row.lead_id[:8] for row in found] == ["00000001", None, "00000002", None]
    assert [row.parked is None for row in found] == [True, False, True, False]
    assert found[0] == rows(push(1))[0]


@pytest.mark.parametrize("at", [None, "soon", -1, 10**40, 1e308, True])
def test_a_time_that_means_nothing_is_none(at):
    (row,) = rows(push(occurredAt=at))
    assert (row.occurred_at, row.parked) == (None, None)


def test_what_makes_two_pushes_the_same():
    def key(raw, now=NOW):
        return rows(raw, now=now)[0].key

    assert key(push(1)) == key(push(1, associatedEntity={"event": "urn:li:event:1"}), NOW + 5)
    others = [push(2), push(1, leadAction="DELETED"), push(1, occurredAt=5)]
    assert len({key(raw) for raw in (push(1), *others)}) == 4
    # without a time it may be a new event each time
    assert key(push(1, occurredAt=None)) != key(push(1, occurredAt=None), NOW + 1)
    # what is parked is the same where its bytes are
    assert key(b'{"type":"X"}') == key(b'{"type":"X"}', NOW + 1) != key(b'{"type":"Y"}')


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(list(json.loads(push()))), VALUES), st.booleans())
def test_any_member_may_be_anything(members, listed):
    raw = push(**({"type": "LEAD_ACTION"} | members))
    for row in rows(b"[" + raw + b"]" if listed else raw):
        assert len(row.key) == 16
        for text in (row.lead_id, row.form_id, row.lead_type, row.action, row.parked):
            assert text is None or "\0" not in text.encode().decode()
        assert row.occurred_at is None or 0 <= row.occurred_at < 2**48
        assert row.form_version is None or 0 <= row.form_version < 2**31


@given(st.binary(max_size=300))
def test_any_bytes_are_kept(raw):
    found = rows(raw)
    assert len(found) >= 1
    assert all(row.raw in raw for row in found)
