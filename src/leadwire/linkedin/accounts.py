"""Ad accounts, and the member's roles on them.

Source:
learn.microsoft.com/en-us/linkedin/marketing/integrations/ads/account-structure/create-and-manage-accounts,
…/create-and-manage-account-users, …/ads/cursor-based-pagination.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from leadwire.linkedin import urns
from leadwire.linkedin.answers import Page, read_page, typed
from leadwire.linkedin.calls import Call, key
from leadwire.linkedin.errors import Surprise
from leadwire.linkedin.loose import Record, at, identifier, load_record, text, texts, urn
from leadwire.linkedin.restli import encode, encode_query

_REFERENCE_KINDS = ("organization", "organizationBrand")


@dataclass(frozen=True, slots=True)
class Account:
    """A sponsored account. `organization` is the id of its company page, None where it has none (no leads
    then).

    `failed` names members that LinkedIn could not fill in this answer (`"reference!"` in a 200): their
    absence proves nothing.
    """

    id: str
    urn: str
    name: str
    status: str | None
    serving_statuses: tuple[str, ...]
    type: str | None
    currency: str | None
    test: bool
    organization: str | None
    organization_name: str | None
    failed: frozenset[str]


@dataclass(frozen=True, slots=True)
class AccountUser:
    """One role of one member on one account. `user_id` is the person id, which is scoped to the
    application.
    """

    account: str
    account_urn: str
    role: str
    user_id: str | None


def ad_account_users(start: int = 0, count: int = 100) -> Call:
    """The authenticated member's roles on ad accounts. Also the cheapest heartbeat of an app without a
    profile scope.
    """
    return _users({"q": "authenticatedUser", "start": start, "count": count})


def ad_account_users_of(account_urn: str) -> Call:
    """All users of one account."""
    return _users({"q": "accounts", "accounts": account_urn})


def search_accounts(
    page_token: str | None = None, page_size: int = 1000, search: Mapping[str, object] | None = None
) -> Call:
    """Every account the member can see, by cursor. With 1,000 a page the token is hardly ever needed.

    If a token together with `search` answers 400, repeat with the token alone: pass an empty `search`.
    """
    return Call(
        "adAccounts.FINDER",
        "GET",
        "/rest/adAccounts",
        encode_query(
            {
                "q": "search",
                "search": search or None,
                "sort": {"field": "ID", "order": "ASCENDING"},
                "pageSize": page_size,
                "pageToken": page_token,
            }
        ),
    )


def get_account(account_id: str) -> Call:
    """One account."""
    return Call("adAccounts.GET", "GET", f"/rest/adAccounts/{key(account_id)}")


def batch_accounts(account_ids: Iterable[str]) -> Call:
    """Several accounts by id."""
    return Call("adAccounts.BATCH_GET", "GET", "/rest/adAccounts", encode_query({"ids": list(account_ids)}))


def get_campaign(account_id: str, campaign_id: str) -> Call:
    """One campaign of an account (for its name)."""
    return Call(
        "adCampaigns.GET", "GET", f"/rest/adAccounts/{key(account_id)}/adCampaigns/{key(campaign_id)}"
    )


def get_creative(account_id: str, creative_id: str) -> Call:
    """One creative of an account (for its name); its key is a URN."""
    creative = encode(f"urn:li:sponsoredCreative:{creative_id}")
    return Call("creatives.GET", "GET", f"/rest/adAccounts/{key(account_id)}/creatives/{creative}")


def read_accounts(status: int, headers: Mapping[str, str], body: bytes) -> Page[Account]:
    """A page of accounts, cursor or offset style."""
    return typed(read_page(status, headers, body), read_account)


def read_account_users(status: int, headers: Mapping[str, str], body: bytes) -> Page[AccountUser]:
    """A page of account roles. Unpaged, LinkedIn may return everything and call `count` 2147483647."""
    return typed(read_page(status, headers, body), read_account_user)


def read_account(raw: bytes) -> Account:
    """One account. Raises Surprise without an id."""
    said = load_record(raw, "an account")
    account_id = _account_id(said.get("id"), raw)
    return Account(
        id=account_id,
        urn=urns.account_urn(account_id),
        name=text(said.get("name")) or "",
        status=text(said.get("status")),
        serving_statuses=tuple(texts(said.get("servingStatuses"))),
        type=text(said.get("type")),
        currency=text(said.get("currency")),
        test=said.get("test") is True,
        organization=_organization(said),
        organization_name=text(at(said, "referenceInfo", "organization", "localizedName")),
        failed=frozenset(name[:-1] for name in said if name.endswith("!")),
    )


def read_account_user(raw: bytes) -> AccountUser:
    """One role on an account. Raises Surprise without an account or a role."""
    said = load_record(raw, "an account user")
    role = text(said.get("role"))
    if role is None:
        raise Surprise("an account user without a role", raw)
    account_id = _account_id(said.get("account"), raw)
    return AccountUser(account_id, urns.account_urn(account_id), role, identifier(said.get("user")))


def _account_id(value: object, raw: bytes) -> str:
    """Ids are numbers today; the docs warn that newer versions may send URNs."""
    account_id = identifier(value)
    if account_id is None or not account_id.isdecimal():
        raise Surprise("an ad account without an id", raw)
    return account_id


def _organization(said: Record) -> str | None:
    """The company page: `reference` is its URN (or a person's, for personal accounts), `referenceInfo` a
    decoration.
    """
    reference = urn(said.get("reference")) or urn(at(said, "reference", "organization"))
    if reference and reference.split(":")[2:3] and reference.split(":")[2] in _REFERENCE_KINDS:
        return identifier(reference)
    return identifier(at(said, "referenceInfo", "organization", "id"))


def _users(params: Mapping[str, object]) -> Call:
    return Call("adAccountUsers.FINDER", "GET", "/rest/adAccountUsers", encode_query(params))
