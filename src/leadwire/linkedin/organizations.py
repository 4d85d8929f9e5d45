"""The member's roles on LinkedIn Pages, which decide together with the ad-account role who may read leads.

Source:
learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-access-control-by-role.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from leadwire.linkedin.answers import Page, read_page, typed
from leadwire.linkedin.calls import Call, key
from leadwire.linkedin.errors import Surprise
from leadwire.linkedin.loose import identifier, load_record, text, urn
from leadwire.linkedin.restli import encode_query

# `organization` on /rest; the other two are what unversioned answers called it.
_ORGANIZATION = ("organization", "organizationalTarget", "organizationTarget")


@dataclass(frozen=True, slots=True)
class OrganizationAcl:
    """One role on one organization; several rows per organization are usual."""

    organization: str
    organization_urn: str
    role: str
    state: str | None


def organization_acls(start: int = 0, count: int = 100) -> Call:
    """The member's approved roles. Without `state=APPROVED` one revoked row can make LinkedIn fail the
    whole.
    """
    return _acls({"q": "roleAssignee", "state": "APPROVED", "start": start, "count": count})


def organization_acls_of(organization_urn: str) -> Call:
    """Everybody's roles on one organization (for its administrators)."""
    return _acls({"q": "organization", "organization": organization_urn})


def get_event(event_id: str) -> Call:
    """One event, for the name behind an EVENT lead; needs `r_events`."""
    return Call("events.GET", "GET", f"/rest/events/{key(event_id)}")


def read_organization_acls(status: int, headers: Mapping[str, str], body: bytes) -> Page[OrganizationAcl]:
    """A page of roles; LinkedIn gives no total here."""
    return typed(read_page(status, headers, body), read_organization_acl)


def read_organization_acl(raw: bytes) -> OrganizationAcl:
    """One role row. Raises Surprise without an organization or a role."""
    said = load_record(raw, "an organization role")
    named = next(filter(None, (urn(said.get(name)) for name in _ORGANIZATION)), None)
    organization, role = identifier(named), text(said.get("role"))
    if named is None or organization is None or role is None:
        raise Surprise("an organization role without organization or role", raw)
    return OrganizationAcl(organization, named, role, text(said.get("state")))


def _acls(params: Mapping[str, object]) -> Call:
    return Call("organizationAcls.FINDER", "GET", "/rest/organizationAcls", encode_query(params))
