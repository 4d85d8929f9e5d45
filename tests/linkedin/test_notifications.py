"""Subscriptions: what LinkedIn says of them."""

from pathlib import Path

import pytest

from leadwire.linkedin import notifications
from leadwire.linkedin.errors import NotFound, Refused, Surprise

SAMPLES = Path(__file__).parent / "samples"


def sample(name):
    return (SAMPLES / f"{name}.json").read_bytes()


def test_the_recorded_list():
    page = notifications.read_subscriptions(200, {}, sample("subscriptions"))
    assert page.elements == (
        notifications.Subscription(
            id="7012",
            webhook="https://app.example.com/linkedin/webhook/c1a",
            owner_urn="urn:li:sponsoredAccount:1234567",
            lead_type="SPONSORED",
            form_version_urn=None,
            associated_entity=None,
        ),
    )
    assert page.total == 1


def test_a_subscription_with_every_member():
    found = notifications.read_subscription_entity(200, {}, sample("subscription_full"))
    assert (found.id, found.owner_urn, found.lead_type) == ("7013", "urn:li:organization:11223344", "EVENT")
    assert found.form_version_urn == "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:818,1)"
    assert found.associated_entity == "urn:li:event:6789"


@pytest.mark.parametrize(
    "raw", [b"{}", b'{"id":1}', b'{"webhook":"https://x"}', b"null", b'{"id":1,"webhook":7}']
)
def test_what_is_no_subscription_is_a_surprise(raw):
    with pytest.raises(Surprise):
        notifications.read_subscription(raw)


def test_what_was_created_may_go_unnamed():
    assert notifications.read_created_subscription(201, {"x-restli-id": "7012"}, b"") == "7012"
    assert notifications.read_created_subscription(200, {}, b'""') is None


def test_a_url_that_fails_the_challenge_is_refused():
    body = b'{"status":400,"message":"This URL did not pass the security challenge check"}'
    with pytest.raises(Refused) as caught:
        notifications.read_created_subscription(400, {}, body)
    assert caught.value.message == "This URL did not pass the security challenge check"


def test_deleting_twice_says_not_found():
    assert notifications.read_deleted_subscription(204, {}, b"") is None
    with pytest.raises(NotFound):
        notifications.read_deleted_subscription(404, {}, b"")


@pytest.mark.parametrize("name", ["subscription_body", "subscription_body_form", "subscription_body_event"])
def test_create_bodies_are_the_documented_ones(name):
    wanted = notifications.read_subscription(b'{"id":1,' + sample(name)[1:])
    call = notifications.create_subscription(
        wanted.webhook, wanted.owner_urn, wanted.lead_type, wanted.form_version_urn, wanted.associated_entity
    )
    assert notifications.read_subscription(b'{"id":1,' + call.body[1:]) == wanted
