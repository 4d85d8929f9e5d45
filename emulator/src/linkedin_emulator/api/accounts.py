"""Ad accounts and who works on them.

Source: learn.microsoft.com/en-us/linkedin/marketing/integrations/ads/account-structure/
{create-and-manage-accounts,create-and-manage-account-users} and .../ads/cursor-based-pagination
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from typing import Any

from linkedin_emulator.api.answers import JSON, batch, plain_page, shape
from linkedin_emulator.api.routes import Call, Route, finder
from linkedin_emulator.clock import Millis
from linkedin_emulator.protocol import errors
from linkedin_emulator.protocol.parameters import (
    FIELDS,
    Parameter,
    account_search,
    account_sort,
    account_user_key,
    list_of,
    natural,
    needed,
    text,
    urn_of,
)
from linkedin_emulator.protocol.restli import Projection
from linkedin_emulator.protocol.urns import ACCOUNT, number, urn
from linkedin_emulator.protocol.wire import Json, Response, json_response, to_json
from linkedin_emulator.state import State
from linkedin_emulator.world.entities import Account, Organization, World

READ = ("r_ads", "rw_ads")
MAX_PAGE = 1000

_FACETS: dict[str, Callable[[Account], str | bool | None]] = {
    "status": lambda account: account.status,
    "type": lambda account: account.type,
    "name": lambda account: account.name,
    "currency": lambda account: account.currency,
    "reference": lambda account: account.reference,
    "id": lambda account: account.urn,
}


def _stamps(created: Millis) -> Json:
    by = {"actor": "urn:li:unknown:0", "time": created}
    return {"created": by, "lastModified": by}


def account_element(account: Account, world: World, fields: Projection | None) -> Json:
    """The account object; `referenceInfo` appears only where it is asked for."""
    element: dict[str, Json] = {
        "id": account.id,
        "name": account.name,
        "status": account.status,
        "type": account.type,
        "currency": account.currency,
        "test": account.test,
        "servingStatuses": account.serving_statuses,
        "notifiedOnCampaignOptimization": True,
        "notifiedOnCreativeApproval": False,
        "notifiedOnCreativeRejection": True,
        "notifiedOnEndOfCampaign": True,
        "notifiedOnNewFeaturesEnabled": False,
        "version": {"versionTag": "8"},
        "changeAuditStamps": _stamps(account.created),
    }
    if account.reference:
        element["reference"] = account.reference
    if fields and "referenceInfo" in fields:
        organization = world.organization_of(account.reference)
        element["referenceInfo"] = {"organization": _organization(organization)} if organization else {}
    return shape(element, fields)


def _organization(organization: Organization) -> Json:
    return {
        "name": {
            "localized": {"en_US": organization.name},
            "preferredLocale": {"country": "US", "language": "en"},
        },
        "vanityName": organization.vanity_name,
        "localizedName": organization.name,
        "id": organization.id,
    }


def _visible(state: State, call: Call) -> list[Account]:
    roles = state.world.account_roles
    return [account for account in state.world.accounts.values() if (account.id, call.member.id) in roles]


def search(state: State, call: Call) -> Response:
    """All accounts the member works on that fit every facet."""
    facets: dict[str, Any] = call.args.get("search", {})
    found = [account for account in _visible(state, call) if _fits(account, facets)]
    found.sort(key=lambda account: account.id, reverse=bool(call.args.get("sort", False)))
    if state.knobs.ad_accounts_paging == "offset":
        return _offset_page(state, call, found)
    return _cursor_page(state, call, found)


def _fits(account: Account, facets: dict[str, Any]) -> bool:
    if account.test != facets.get("test", account.test):
        return False
    return all(_FACETS[name](account) in values for name, values in facets.items() if name != "test")


def _offset_page(state: State, call: Call, found: list[Account]) -> Response:
    _forbid(call, "pageSize", "pageToken")
    if call.args.get("count", 0) > MAX_PAGE or ("count" not in call.args and len(found) > 100):
        raise errors.illegal_argument("Too many elements requested; use start and count of at most 1000")
    return plain_page(state, call, [account_element(a, state.world, call.fields) for a in found])


def _cursor_page(state: State, call: Call, found: list[Account]) -> Response:
    _forbid(call, "start", "count")
    size = call.args.get("pageSize", 100)
    if not 1 <= size <= MAX_PAGE:
        raise errors.illegal_argument(f"pageSize must be between 1 and {MAX_PAGE}")
    token = call.args.get("pageToken")
    if token and "search" in call.args and state.knobs.search_with_page_token_refused:
        raise errors.illegal_argument("search and pageToken cannot be used together")
    start = _read_token(token) if token else 0
    elements = [account_element(a, state.world, call.fields) for a in found[start : start + size]]
    more = start + size < len(found)
    metadata = {"nextPageToken": _write_token(start + size)} if more else {}
    return json_response({"metadata": metadata, "elements": elements})


def _forbid(call: Call, *names: str) -> None:
    for name in names:
        if name in call.args:
            raise errors.parameter_not_allowed(name)


def _write_token(start: int) -> str:
    """Opaque to the reader; a checksum tells a made-up token from a given one."""
    text = f"{start}:{hashlib.blake2b(str(start).encode(), digest_size=12).hexdigest()}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_token(token: str) -> int:
    try:
        start = int(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).partition(b":")[0])
    except (ValueError, binascii.Error) as error:
        raise errors.illegal_argument("Invalid pageToken") from error
    if _write_token(start) != token:
        raise errors.illegal_argument("Invalid pageToken")
    return start


def _readable(state: State, call: Call, account_id: int) -> Account:
    account = state.world.accounts.get(account_id)
    if account is None:
        raise errors.not_found()
    if (account_id, call.member.id) not in state.world.account_roles:
        raise errors.no_permission_on(account.urn)
    return account


def get_account(state: State, call: Call) -> Response:
    account = _readable(state, call, call.keys[0])
    return json_response(account_element(account, state.world, call.fields))


def batch_accounts(state: State, call: Call) -> Response:
    def read(name: str | int) -> bytes:
        return to_json(account_element(_readable(state, call, int(name)), state.world, call.fields))

    return batch(call.args["ids"], read)


def _user_element(account: int, member: str, role: str, created: Millis) -> Json:
    return {
        "account": urn(ACCOUNT, account),
        "role": role,
        "user": urn("person", member),
        "campaignContact": False,
        "changeAuditStamps": _stamps(created),
        "version": {"versionTag": "1"},
    }


def my_roles(state: State, call: Call) -> Response:
    """The member's role on each ad account."""
    return _users(state, call, lambda account, member: member == call.member.id)


def account_users(state: State, call: Call) -> Response:
    """Everybody's role on one ad account of the member."""
    wanted = _readable(state, call, number(call.args["accounts"], ACCOUNT) or 0).id
    return _users(state, call, lambda account, member: account == wanted)


def _users(state: State, call: Call, wanted: Callable[[int, str], bool]) -> Response:
    rows = sorted(state.world.account_roles.items())
    elements = [_user_element(a, m, *role) for (a, m), role in rows if wanted(a, m)]
    if state.knobs.ad_account_users_unpaged_all and not {"start", "count"} & call.args.keys():
        paging = {"start": 0, "count": 2_147_483_647, "links": [], "total": len(elements)}
        shown = [shape(element, call.fields) for element in elements]
        return Response(200, dict(JSON), json.dumps({"paging": paging, "elements": shown}).encode())
    return plain_page(state, call, elements)


def get_account_user(state: State, call: Call) -> Response:
    account, user = call.keys[0]
    account_id = _readable(state, call, number(account, ACCOUNT) or 0).id
    member = user.rpartition(":")[2]
    role = state.world.account_roles.get((account_id, member))
    if role is None:
        raise errors.not_found()
    return json_response(shape(_user_element(account_id, member, *role), call.fields))


ROUTES = (
    finder(
        "adAccounts",
        "search",
        search,
        READ,
        {
            "search": Parameter(account_search),
            "sort": Parameter(account_sort),
            "pageSize": Parameter(natural),
            "pageToken": Parameter(text),
        },
    ),
    Route("adAccounts", "GET", get_account, READ, FIELDS, natural),
    Route("adAccounts", "BATCH_GET", batch_accounts, READ, {"ids": needed(list_of(natural)), **FIELDS}),
    finder("adAccountUsers", "authenticatedUser", my_roles, READ, {}),
    finder("adAccountUsers", "accounts", account_users, READ, {"accounts": needed(urn_of(ACCOUNT))}),
    Route("adAccountUsers", "GET", get_account_user, READ, FIELDS, account_user_key),
)
