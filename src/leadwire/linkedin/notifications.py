"""Lead notification subscriptions: create, find, get, delete. There is no update.

Creating starts LinkedIn's challenge of the URL at once; a URL that fails it is refused with 400. What
LinkedIn does with a second, identical subscription is undocumented: list first. At most 1,500 per owner.
Source: learn.microsoft.com/en-us/linkedin/marketing/lead-sync/leadsync.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from leadwire.linkedin import urns
from leadwire.linkedin.answers import Page, read_created, read_done, read_entity, read_page, typed
from leadwire.linkedin.calls import JSON, Call, key
from leadwire.linkedin.errors import Surprise
from leadwire.linkedin.loose import identifier, load_record, text, union_urn
from leadwire.linkedin.restli import encode_query

_PATH = "/rest/leadNotifications"

read_created_subscription = read_created
read_deleted_subscription = read_done


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription. Without `form_version_urn` and `associated_entity` it is for everything of the
    owner.
    """

    id: str
    webhook: str
    owner_urn: str | None
    lead_type: str
    form_version_urn: str | None
    associated_entity: str | None


def create_subscription(
    webhook: str,
    owner_urn: str,
    lead_type: str,
    form_version_urn: str | None = None,
    associated_entity: str | None = None,
) -> Call:
    """Subscribe a public HTTPS URL to an owner's leads, or to those of one form version or one event."""
    body: dict[str, object] = {
        "webhook": webhook,
        "owner": urns.owner_record(owner_urn),
        "leadType": lead_type,
    }
    if form_version_urn is not None:
        body["versionedForm"] = form_version_urn
    if associated_entity is not None:
        body["associatedEntity"] = {urns.split(associated_entity)[0]: associated_entity}
    encoded = msgspec.json.encode(body)
    return Call("leadNotifications.CREATE", "POST", _PATH, body=encoded, content_type=JSON)


def list_subscriptions(owner_urn: str, lead_type: str, start: int = 0, count: int = 100) -> Call:
    """The app's subscriptions for one owner and lead type. `owner` wears a `value` wrapper only here."""
    query = encode_query(
        {
            "q": "criteria",
            "owner": {"value": urns.owner_record(owner_urn)},
            "leadType": {"leadType": lead_type},
            "start": start,
            "count": count,
        }
    )
    return Call("leadNotifications.FINDER", "GET", _PATH, query)


def get_subscription(subscription_id: str) -> Call:
    """One subscription."""
    return Call("leadNotifications.GET", "GET", f"{_PATH}/{key(subscription_id)}")


def delete_subscription(subscription_id: str) -> Call:
    """End a subscription; 404 means that it has ended already."""
    return Call("leadNotifications.DELETE", "DELETE", f"{_PATH}/{key(subscription_id)}")


def read_subscriptions(status: int, headers: Mapping[str, str], body: bytes) -> Page[Subscription]:
    """A page of subscriptions."""
    return typed(read_page(status, headers, body), read_subscription)


def read_subscription_entity(status: int, headers: Mapping[str, str], body: bytes) -> Subscription:
    """The answer to `get_subscription`."""
    return read_subscription(read_entity(status, headers, body))


def read_subscription(raw: bytes) -> Subscription:
    """One subscription. Raises Surprise without an id or a URL."""
    said = load_record(raw, "a subscription")
    subscription_id, webhook = identifier(said.get("id")), text(said.get("webhook"))
    if subscription_id is None or webhook is None:
        raise Surprise("a subscription without id or webhook", raw)
    return Subscription(
        id=subscription_id,
        webhook=webhook,
        owner_urn=union_urn(said.get("owner")),
        lead_type=text(said.get("leadType")) or "",
        form_version_urn=text(said.get("versionedForm")),
        associated_entity=union_urn(said.get("associatedEntity")),
    )
