"""Roles on pages; names of what leads point to (campaigns, creatives, events); the member's own profile.

Sources: learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/
organization-access-control-by-role; /linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2
"""

from __future__ import annotations

from linkedin_emulator.api.answers import plain_page, shape
from linkedin_emulator.api.routes import Call, Route, finder
from linkedin_emulator.protocol import errors
from linkedin_emulator.protocol.parameters import FIELDS, Parameter, natural, needed, one_of, urn_of
from linkedin_emulator.protocol.urns import ORGANIZATION, number, urn
from linkedin_emulator.protocol.wire import Json, Response, json_response
from linkedin_emulator.state import State
from linkedin_emulator.world.entities import PAGE_ROLE_STATES, PAGE_ROLES, PageRole

ADMIN = ("r_organization_admin", "rw_organization_admin")
ADS = ("r_ads", "rw_ads")
_CRITERIA = {"role": Parameter(one_of(*PAGE_ROLES)), "state": Parameter(one_of(*PAGE_ROLE_STATES))}


def _acl_element(row: PageRole) -> Json:
    person = urn("person", row.member)
    by = {"actor": person, "impersonator": "urn:li:servicePrincipal:organization", "time": row.created}
    return {
        "roleAssignee": person,
        "state": row.state,
        "lastModified": by,
        "role": row.role,
        "created": by,
        "organization": urn(ORGANIZATION, row.organization),
    }


def _acls(state: State, call: Call, rows: list[PageRole]) -> Response:
    wanted = {name: call.args[name] for name in ("role", "state") if name in call.args}
    chosen = [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]
    return plain_page(state, call, [_acl_element(row) for row in chosen], total=False)


def my_page_roles(state: State, call: Call) -> Response:
    """The member's rows, one per page and role, in every state unless `state` narrows them."""
    return _acls(state, call, [row for row in state.world.page_roles if row.member == call.member.id])


def page_admins(state: State, call: Call) -> Response:
    """Everybody's rows on one page, for its administrators."""
    page = call.args["organization"]
    key = number(page, ORGANIZATION)
    if key is None or "ADMINISTRATOR" not in state.world.page_roles_of(call.member.id, key):
        raise errors.no_permission_on(page, "ADMIN_ONLY")
    return _acls(state, call, [row for row in state.world.page_roles if row.organization == key])


def _own_account(state: State, call: Call) -> int:
    account = int(call.keys[0]) if str(call.keys[0]).isdigit() else 0
    if account not in state.world.accounts:
        raise errors.not_found()
    if (account, call.member.id) not in state.world.account_roles:
        raise errors.no_permission_on(state.world.accounts[account].urn)
    return account


def get_campaign(state: State, call: Call) -> Response:
    account = _own_account(state, call)
    campaign = state.world.campaigns.get(call.keys[1])
    if campaign is None or campaign.account != account:
        raise errors.not_found()
    element = {
        "id": campaign.id,
        "name": campaign.name,
        "type": campaign.type,
        "status": "ACTIVE",
        "account": urn("sponsoredAccount", account),
    }
    return json_response(shape(element, call.fields))


def get_creative(state: State, call: Call) -> Response:
    account = _own_account(state, call)
    creative = state.world.creatives.get(number(call.keys[1], "sponsoredCreative") or 0)
    campaign = state.world.campaigns.get(creative.campaign) if creative else None
    if creative is None or campaign is None or campaign.account != account:
        raise errors.not_found()
    element = {
        "id": call.keys[1],
        "name": creative.name,
        "intendedStatus": "ACTIVE",
        "campaign": urn("sponsoredCampaign", campaign.id),
        "account": urn("sponsoredAccount", account),
    }
    return json_response(shape(element, call.fields))


def get_event(state: State, call: Call) -> Response:
    event = state.world.events.get(call.keys[0])
    if event is None:
        raise errors.not_found()
    if not state.world.page_roles_of(call.member.id, event.organization):
        raise errors.no_permission_on(urn("event", event.id))
    element = {
        "id": event.id,
        "name": {"localized": {"en_US": event.name}},
        "organizer": urn(ORGANIZATION, event.organization),
    }
    return json_response(shape(element, call.fields))


def me(state: State, call: Call) -> Response:
    member = call.member
    locale = {"country": member.country, "language": member.language}
    key = f"{member.language}_{member.country}"

    def name(text: str) -> Json:
        return {"localized": {key: text}, "preferredLocale": locale}

    element = {
        "localizedLastName": member.last_name,
        "localizedFirstName": member.first_name,
        "id": member.id,
        "firstName": name(member.first_name),
        "lastName": name(member.last_name),
    }
    return json_response(element)


def userinfo(state: State, call: Call) -> Response:
    member = call.member
    shown: dict[str, Json] = {"sub": member.id}
    if "profile" in call.scopes:
        shown |= {"name": member.name, "given_name": member.first_name, "family_name": member.last_name}
        shown["locale"] = {"country": member.country, "language": member.language}
    if "email" in call.scopes:
        shown |= {"email": member.email, "email_verified": True}
    return json_response(shown)


ROUTES = (
    finder("organizationAcls", "roleAssignee", my_page_roles, ADMIN, _CRITERIA),
    finder(
        "organizationAcls",
        "organization",
        page_admins,
        ADMIN,
        {**_CRITERIA, "organization": needed(urn_of(ORGANIZATION))},
    ),
    Route("adAccounts/adCampaigns", "GET", get_campaign, ADS, FIELDS, natural),
    Route("adAccounts/creatives", "GET", get_creative, ADS, FIELDS, urn_of("sponsoredCreative")),
    Route("events", "GET", get_event, ("r_events",), FIELDS, natural),
)
PROFILE_ROUTES = (
    Route("me", "GET_ALL", me, ("r_basicprofile", "r_liteprofile")),
    Route("userinfo", "GET_ALL", userinfo, ("openid",)),
)
