"""Who may read which leads and forms: the matrix, and what a refusal looks like.

Source: learn.microsoft.com/en-us/linkedin/marketing/lead-sync/leadsync (Permissions).
"""

from __future__ import annotations

from linkedin_emulator.knobs import Knobs
from linkedin_emulator.protocol.errors import ApiError, no_lead_access
from linkedin_emulator.world.entities import World

_PAGE_READERS = frozenset(
    {
        "ADMINISTRATOR",
        "LEAD_GEN_FORMS_MANAGER",
        "LEAD_CAPTURE_ADMINISTRATOR",
        "CONTENT_ADMINISTRATOR",
        "CURATOR",
        "ANALYST",
    }
)
PAGE_ROLES_FOR: dict[str, frozenset[str]] = {
    "SPONSORED": _PAGE_READERS,
    "COMPANY": _PAGE_READERS,
    "ORGANIZATION_PRODUCT": _PAGE_READERS,
    "EVENT": frozenset({"ADMINISTRATOR", "CONTENT_ADMINISTRATOR"}),
}
FORM_EDITORS = frozenset({"ACCOUNT_BILLING_ADMIN", "ACCOUNT_MANAGER", "CAMPAIGN_MANAGER", "CREATIVE_MANAGER"})


def may_read_leads(world: World, member: str, owner: str, lead_type: str) -> bool:
    """Sponsored leads need a role on the account and on its page; the others a role on the page alone."""
    page = owner
    account = world.account_of(owner)
    if account:
        if (account.id, member) not in world.account_roles:
            return False
        page = account.reference or ""
    organization = world.organization_of(page)
    if organization is None:
        return False
    return bool(world.page_roles_of(member, organization.id) & PAGE_ROLES_FOR[lead_type])


def may_read_forms(world: World, member: str, owner: str) -> bool:
    """Any role on the ad account, or on the page that owns the form."""
    account = world.account_of(owner)
    if account:
        return (account.id, member) in world.account_roles
    organization = world.organization_of(owner)
    return organization is not None and bool(world.page_roles_of(member, organization.id) & _PAGE_READERS)


def may_edit_forms(world: World, member: str, owner: str) -> bool:
    account = world.account_of(owner)
    if account is None:
        return may_read_forms(world, member, owner)
    return world.account_roles.get((account.id, member), ("", 0))[0] in FORM_EDITORS


def refusal(knobs: Knobs) -> ApiError | None:
    """The error that a missing role gives, or None where the knob `role_loss` says to show nothing."""
    return None if knobs.role_loss == "empty" else no_lead_access(int(knobs.role_loss))
