"""Challenge, signature and push."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.linkedin.errors import Surprise
from leadwire.linkedin.webhooks import (
    ForeignPush,
    Push,
    challenge_response,
    read_push,
    read_pushes,
    sign,
    verify,
)

SAMPLES = Path(__file__).parent / "samples"
SECRET = "emulator-client-secret-01"
CODE = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
BODY = (SAMPLES / "push_sponsored.json").read_bytes()
CHALLENGE = "3f89ca1d381a5ca50b1390194af63a307dc70f97aa7ec016bd8f34da6ce1167f"
SIGNATURE = "989aedb2e244969b03af44a6ac7b7cbb817953539adf96d3eeb3245deea7921b"
UNPREFIXED = "e903db15e622e6f25b009d1ed814a835cda4639edd1ad08916f470121646c4d2"


def test_the_challenge_vector():
    assert (
        challenge_response(SECRET, CODE)
        == hmac.new(SECRET.encode(), CODE.encode(), hashlib.sha256).hexdigest()
    )
    assert challenge_response(SECRET, CODE) == CHALLENGE


@pytest.mark.parametrize(
    "code",
    [
        "",
        "x",
        CODE + "\n",
        " " + CODE,
        CODE.replace("4ab1", "1ab1"),
        CODE.replace("b689", "c689"),
        CODE.replace("-", ""),
        'hmacsha256={"type":"LEAD_ACTION"}',
        CODE + CODE,
        "890e4665-4dfe-4ab1-b689-ed553bceeed٠",
        CODE[:-1] + "ſ",
    ],
)
def test_a_challenge_that_is_no_uuid4_is_never_signed(code):
    assert challenge_response(SECRET, code) is None


def test_a_challenge_in_capitals_is_answered_as_it_came():
    assert (
        challenge_response(SECRET, CODE.upper())
        == hmac.new(SECRET.encode(), CODE.upper().encode(), hashlib.sha256).hexdigest()
    )


@given(st.text())
def test_a_body_is_never_signed_through_the_challenge(body):
    assert challenge_response(SECRET, f"hmacsha256={body}") is None


def test_the_signature_vectors():
    assert len(BODY) == 401
    assert sign(SECRET, BODY) == SIGNATURE
    assert (
        sign(SECRET, '{"a":"Zoë"}'.encode())
        == "439310c10ca299655756411db3da3441eb6357d30f488ab336779048df1e3d5a"
    )


@pytest.mark.parametrize(
    "header", [SIGNATURE, SIGNATURE.upper(), f"hmacsha256={SIGNATURE}", f" {SIGNATURE} "]
)
def test_a_good_signature_is_believed(header):
    assert verify([SECRET], BODY, header)
    assert verify(["new", SECRET], BODY, header)
    assert verify([SECRET, "old"], BODY, header)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "hmacsha256=",
        UNPREFIXED,
        SIGNATURE[:-1],
        SIGNATURE + "0",
        "é" * 64,
        "�",
        "0" * 64,
        f"hmacsha256=hmacsha256={SIGNATURE}",
        f"{SIGNATURE},{SIGNATURE}",
    ],
)
def test_a_bad_signature_is_not(header):
    assert not verify([SECRET], BODY, header)


def test_nothing_is_believed_without_the_secret_or_with_other_bytes():
    assert not verify([], BODY, SIGNATURE)
    assert not verify(["other"], BODY, SIGNATURE)
    assert not verify([SECRET], BODY + b" ", SIGNATURE)
    assert not verify([SECRET], BODY, hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest())


@given(st.binary(max_size=200), st.binary(max_size=200), st.text(min_size=1, max_size=20))
def test_a_signature_fits_its_bytes_only(raw, other, secret):
    secret = secret.encode("utf-8", "replace").decode()
    assert verify([secret], raw, sign(secret, raw))
    assert verify([secret], other, sign(secret, raw)) == (raw == other)


def test_a_sponsored_push():
    assert read_push(BODY) == Push(
        lead_urn="urn:li:leadGenFormResponse:249592fc-d272-44ba-a7db-c2bdce579507-6",
        lead_id="249592fc-d272-44ba-a7db-c2bdce579507-6",
        form_id="7234246",
        form_version=1,
        owner_urn="urn:li:sponsoredAccount:1234567",
        lead_type="SPONSORED",
        action="CREATED",
        occurred_at=1689894599288,
        associated_entity="urn:li:sponsoredCreative:241257736",
    )


def test_an_event_is_registered_for_and_withdrawn_from():
    created, deleted = (
        read_push((SAMPLES / f"push_event_{x}.json").read_bytes()) for x in ("created", "deleted")
    )
    assert (created.form_id, created.form_version) == ("6955637458260688897", 1)
    assert (created.action, deleted.action) == ("CREATED", "DELETED")
    assert created.lead_id == deleted.lead_id
    assert created.key != deleted.key
    assert created.key == read_push((SAMPLES / "push_event_created.json").read_bytes()).key


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (
            b'{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[]}',
            "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS",
        ),
        (b'{"type":7}', ""),
        (b"{}", ""),
    ],
)
def test_a_push_of_another_type_is_foreign(raw, kind):
    assert read_push(raw) == ForeignPush(kind)


def test_a_push_whose_members_are_odd_is_still_a_hint():
    found = read_push(
        b'{"type":"LEAD_ACTION","leadGenFormResponse":"urn:li:x","leadGenForm":7,"leadAction":"MERGED"}'
    )
    assert (found.lead_urn, found.lead_id, found.form_id, found.form_version) == (
        "urn:li:x",
        None,
        None,
        None,
    )
    assert (found.action, found.owner_urn, found.occurred_at) == ("MERGED", None, None)


@pytest.mark.parametrize("raw", [b"", b"null", b"7", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_a_surprise(raw):
    with pytest.raises(Surprise):
        read_push(raw)
    with pytest.raises(Surprise):
        read_pushes(raw)


def test_a_list_of_pushes_is_read_one_by_one():
    both = read_pushes(b"[" + BODY + b',{"type":"X"}]')
    assert both == (read_push(BODY), ForeignPush("X"))
    assert read_pushes(BODY) == (read_push(BODY),)
    with pytest.raises(Surprise):
        read_push(json.dumps([]).encode())
    with pytest.raises(Surprise):
        read_pushes(b"[null]")
