"""Who and what exists, but for leads: apps, members, organizations, accounts, roles, forms, campaigns."""

from __future__ import annotations

from dataclasses import dataclass, field

from linkedin_emulator.clock import Millis
from linkedin_emulator.protocol.urns import ACCOUNT, ORGANIZATION, number, urn
from linkedin_emulator.protocol.wire import Json

SCOPES: dict[str, str] = {
    "r_marketing_leadgen_automation": "Access your lead gen forms and retrieve leads",
    "r_ads": "Retrieve your advertising accounts",
    "rw_ads": "Manage your advertising accounts",
    "r_organization_admin": "Retrieve your organization's pages and their reporting data",
    "rw_organization_admin": "Manage your organization's pages and retrieve reporting data",
    "r_events": "Retrieve your organization's events",
    "r_basicprofile": "Use your basic profile including your name, photo, headline, and public profile URL",
    "openid": "Use your name and photo",
    "profile": "Use your name and photo",
    "email": "Use the primary email address associated with your account",
    "r_liteprofile": "Use your name and photo",
    "r_emailaddress": "Use the primary email address associated with your account",
    "r_ads_leadgen_automation": "Access your ads lead gen forms and retrieve leads (legacy)",
    "r_events_leadgen_automation": "Access your event lead gen forms and retrieve leads (legacy)",
}
LEGACY_SCOPES = ("r_liteprofile", "r_emailaddress", "r_ads_leadgen_automation", "r_events_leadgen_automation")
CURRENT_SCOPES = tuple(name for name in SCOPES if name not in LEGACY_SCOPES)

ACCOUNT_ROLES = ("ACCOUNT_BILLING_ADMIN", "ACCOUNT_MANAGER", "CAMPAIGN_MANAGER", "CREATIVE_MANAGER", "VIEWER")
PAGE_ROLES = (
    "ADMINISTRATOR",
    "CONTENT_ADMINISTRATOR",
    "CURATOR",
    "ANALYST",
    "LEAD_GEN_FORMS_MANAGER",
    "LEAD_CAPTURE_ADMINISTRATOR",
    "DIRECT_SPONSORED_CONTENT_POSTER",
    "RECRUITING_POSTER",
)
PAGE_ROLE_STATES = ("APPROVED", "REQUESTED", "REJECTED", "REVOKED")
ACCOUNT_STATUSES = ("ACTIVE", "DRAFT", "CANCELED", "PENDING_DELETION", "REMOVED")
LEAD_TYPES = ("SPONSORED", "EVENT", "COMPANY", "ORGANIZATION_PRODUCT")


@dataclass(slots=True)
class App:
    """A developer application; the first secret signs webhooks, every secret is accepted from the client."""

    client_id: str
    secrets: list[str]
    name: str
    scopes: list[str]
    redirect_uris: list[str]
    refresh_enabled: bool = True


@dataclass(slots=True)
class Member:
    id: str
    first_name: str
    last_name: str
    email: str
    country: str = "US"
    language: str = "en"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def urn(self) -> str:
        return urn("person", self.id)


@dataclass(slots=True)
class Organization:
    id: int
    name: str

    @property
    def vanity_name(self) -> str:
        return "-".join("".join(c if c.isalnum() else " " for c in self.name.lower()).split())


@dataclass(slots=True)
class Account:
    id: int
    name: str
    reference: str | None
    created: Millis
    status: str = "ACTIVE"
    type: str = "BUSINESS"
    currency: str = "USD"
    test: bool = False
    serving_statuses: list[str] = field(default_factory=lambda: ["RUNNABLE"])

    @property
    def urn(self) -> str:
        return urn(ACCOUNT, self.id)


@dataclass(slots=True)
class PageRole:
    organization: int
    member: str
    role: str
    created: Millis
    state: str = "APPROVED"


@dataclass(slots=True)
class Campaign:
    id: int
    account: int
    name: str
    type: str = "SPONSORED_UPDATES"


@dataclass(slots=True)
class Creative:
    id: int
    campaign: int
    name: str


@dataclass(slots=True)
class Event:
    id: int
    organization: int
    name: str


@dataclass(slots=True)
class Form:
    """A lead gen form: every version it ever had, what its leads look like, a cache of their fixed parts."""

    id: int
    owner: str
    lead_type: str
    entities: list[str]
    versions: list[dict[str, Json]]
    cache: dict[object, Json] = field(default_factory=dict)

    @property
    def current(self) -> dict[str, Json]:
        return self.versions[-1]

    def version(self, number: int) -> dict[str, Json] | None:
        """The document of one version, or None."""
        return self.versions[number - 1] if 1 <= number <= len(self.versions) else None


@dataclass(slots=True)
class World:
    """All entities but leads, keyed by id."""

    apps: dict[str, App] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    organizations: dict[int, Organization] = field(default_factory=dict)
    accounts: dict[int, Account] = field(default_factory=dict)
    account_roles: dict[tuple[int, str], tuple[str, Millis]] = field(default_factory=dict)
    page_roles: list[PageRole] = field(default_factory=list)
    campaigns: dict[int, Campaign] = field(default_factory=dict)
    creatives: dict[int, Creative] = field(default_factory=dict)
    events: dict[int, Event] = field(default_factory=dict)
    forms: dict[int, Form] = field(default_factory=dict)

    def page_roles_of(self, member: str, organization: int) -> set[str]:
        """The approved page roles of a member."""
        return {
            row.role
            for row in self.page_roles
            if row.member == member and row.organization == organization and row.state == "APPROVED"
        }

    def account_of(self, owner: str) -> Account | None:
        """The ad account behind an owner URN, or None."""
        return self.accounts.get(number(owner, ACCOUNT) or 0)

    def organization_of(self, owner: str | None) -> Organization | None:
        """The organization behind an owner or reference URN, or None."""
        return self.organizations.get(number(owner or "", ORGANIZATION) or 0)

    def owner_exists(self, owner: str) -> bool:
        return (self.account_of(owner) or self.organization_of(owner)) is not None

    def forms_of(self, owner: str) -> list[Form]:
        """The forms of an owner, newest first."""
        return sorted((form for form in self.forms.values() if form.owner == owner), key=lambda f: -f.id)

    def forget_fixed_parts(self) -> None:
        """Drop what was composed from names that have changed."""
        for form in self.forms.values():
            form.cache.clear()
