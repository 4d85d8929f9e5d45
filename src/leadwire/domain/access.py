"""May this member read the leads of this account? A verdict with evidence and remedies (LGF-007).

Pure facts in, one of `yes`, `probably` and `no` out. LinkedIn itself decides each time leads are read; the
verdict says beforehand what it will decide, and `probably` where its pages do not agree or a fact is unknown.
Sources: learn.microsoft.com/linkedin/marketing/lead-sync/leadsync (permissions) and
.../community-management/organizations/organization-access-control-by-role.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from leadwire.domain.errors import Problem as Problem
from leadwire.domain.owners import Owner

CanRead = Literal["yes", "probably", "no"]

_STRENGTH: Mapping[CanRead, int] = {"no": 0, "probably": 1, "yes": 2}

ACCOUNT_ROLES = frozenset(
    {"ACCOUNT_BILLING_ADMIN", "ACCOUNT_MANAGER", "CAMPAIGN_MANAGER", "CREATIVE_MANAGER", "VIEWER"}
)
# Older pages name only the first three roles, newer ones all six: those that may not do are `probably`.
_PAGE_ROLES: Mapping[str, CanRead] = {
    "ADMINISTRATOR": "yes",
    "LEAD_GEN_FORMS_MANAGER": "yes",
    "LEAD_CAPTURE_ADMINISTRATOR": "yes",  # the former name of LEAD_GEN_FORMS_MANAGER
    "CONTENT_ADMINISTRATOR": "yes",
    "CURATOR": "probably",
    "ANALYST": "probably",
}
PAGE_ROLES: Mapping[str, Mapping[str, CanRead]] = {
    "SPONSORED": _PAGE_ROLES,
    "COMPANY": _PAGE_ROLES,
    "ORGANIZATION_PRODUCT": _PAGE_ROLES,
    "EVENT": {"ADMINISTRATOR": "yes", "CONTENT_ADMINISTRATOR": "yes"},
}
# A status that is not here is one LinkedIn has added since: no reason to stop, but one to look.
_STATUS: Mapping[str, CanRead] = {
    "ACTIVE": "yes",
    "UNKNOWN": "yes",
}  # of all others LinkedIn's documents say nothing as to leads, so trying shows it


@dataclass(frozen=True, slots=True)
class Facts:
    """What LinkedIn showed. `owner` is a URN, `organization` the number of the linked page, None without one.

    A `..._known` of False: LinkedIn would not say, so that nothing in its place proves a thing to be missing.
    `lead_types`: those to be read, () for all that the owner can have.
    """

    owner: str
    status: str | None
    serving_statuses: tuple[str, ...]
    organization: str | None
    scopes: frozenset[str]
    account_role: str | None
    organization_roles: tuple[str, ...]
    roles_known: bool = True
    pages_known: bool = True
    organization_known: bool = True
    public_https: bool = True
    push_wanted: bool = True
    lead_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`problems` in the order in which they are best solved; some only warn and leave `can_read` at `yes`."""

    can_read: CanRead
    role: str | None
    organization_roles: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    can_read: CanRead
    problem: Problem


def judge(facts: Facts) -> Verdict:
    """The verdict on one account for one member."""
    findings = [*_scopes(facts), *_account_role(facts), *_page(facts), *_status(facts), *_push(facts)]
    worst: CanRead = min((one.can_read for one in findings), key=_STRENGTH.__getitem__, default="yes")
    problems = tuple(one.problem for one in findings)
    return Verdict(worst, facts.account_role, facts.organization_roles, problems)


_LEADS = ("r_marketing_leadgen_automation",)
_ADS = ("r_ads", "rw_ads")
_PAGES = ("r_organization_admin", "rw_organization_admin")


def _scopes(facts: Facts) -> Iterator[_Finding]:
    """Only the first scope is needed to read; without the others nobody can tell beforehand."""
    needs: list[tuple[tuple[str, ...], str, CanRead]] = [(_LEADS, "read leads", "no")]
    if _is_sponsored(facts):
        needs.append((_ADS, "see the member's role on the ad account", "probably"))
    needs.append((_PAGES, "see the member's role on the company page", "probably"))
    for any_of, purpose, can_read in needs:
        if not facts.scopes.intersection(any_of):
            yield _Finding(
                can_read,
                Problem(
                    "scope_missing",
                    f"The connection was not given the scope {any_of[0]}, which is needed to {purpose}.",
                    "Reconnect and agree to every scope. If LinkedIn does not offer this one, the app's "
                    "product must be enabled first (developer portal, tab Products).",
                    {"needed": list(any_of), "granted": sorted(facts.scopes)},
                ),
            )


def _account_role(facts: Facts) -> Iterator[_Finding]:
    if not _is_sponsored(facts) or facts.account_role in ACCOUNT_ROLES:
        return
    message = "The member has no role on this ad account."
    if facts.account_role is not None:
        message = f"The role {facts.account_role} is not known to read leads."
    elif not facts.roles_known:
        message = "LinkedIn did not show the member's role on this ad account."
    if facts.roles_known or _has(facts, _ADS):
        yield _Finding(
            "no" if facts.roles_known and facts.account_role is None else "probably",
            Problem(
                "account_role_missing",
                message,
                "Ask an account manager to add the member in Campaign Manager (account, Manage access); "
                "the role VIEWER is enough.",
                {"account": facts.owner, "role": facts.account_role},
            ),
        )


def _page(facts: Facts) -> Iterator[_Finding]:
    if facts.organization is None:
        if facts.organization_known:
            yield _Finding(
                "no",
                Problem(
                    "page_missing",
                    "No company page is linked to this ad account, so LinkedIn shows its leads to nobody.",
                    "Link a LinkedIn Page to the account in Campaign Manager (Edit account details).",
                    {"account": facts.owner},
                ),
            )
    elif facts.pages_known:
        yield from _page_role(facts)
    elif _has(facts, _PAGES):
        message = "LinkedIn did not show the member's roles on the company page."
        yield _Finding("probably", _page_problem("page_role_missing", message, facts, ()))


def _page_role(facts: Facts) -> Iterator[_Finding]:
    lead_types = facts.lead_types or Owner.parse(facts.owner).lead_types
    best = {lead_type: _best(lead_type, facts.organization_roles) for lead_type in lead_types}
    weak = tuple(lead_type for lead_type, can_read in best.items() if can_read != "yes")
    if set(best.values()) == {"no"}:
        message = "The member has no role on the company page that may read leads."
        yield _Finding("no", _page_problem("page_role_missing", message, facts, weak))
    elif weak:
        message = f"The member's role on the company page may not be enough for {', '.join(weak)} leads."
        yield _Finding("probably", _page_problem("page_role_weak", message, facts, weak))


def _best(lead_type: str, roles: tuple[str, ...]) -> CanRead:
    allowed = PAGE_ROLES.get(lead_type, _PAGE_ROLES)
    return max((allowed.get(role, "no") for role in roles), key=_STRENGTH.__getitem__, default="no")


def _page_problem(code: str, message: str, facts: Facts, lead_types: tuple[str, ...]) -> Problem:
    return Problem(
        code,
        message,
        "Ask a super admin of the page to make the member a lead gen forms manager, or for leads of events a "
        "content admin (page, Settings, Manage admins): linkedin.com/help/lms/answer/a421620 and "
        "linkedin.com/help/linkedin/answer/4783.",
        {
            "organization": facts.organization,
            "roles": list(facts.organization_roles),
            "lead_types": list(lead_types),
        },
    )


def _status(facts: Facts) -> Iterator[_Finding]:
    if not _is_sponsored(facts):
        return
    can_read = _STATUS.get(facts.status or "UNKNOWN", "probably")
    if can_read != "yes":
        yield _Finding(
            can_read,
            Problem(
                "account_closed",
                f"The ad account is not active: LinkedIn calls it {facts.status}. Its old leads may still be shown.",
                "Switch it on to read them; for new ones reactivate it in Campaign Manager. What was stored stays.",
                {"status": facts.status},
            ),
        )
    held = [status for status in facts.serving_statuses if status != "RUNNABLE"]
    if held:
        yield _Finding(
            "yes",
            Problem(
                "account_on_hold",
                f"The account does not serve ads ({', '.join(held)}). That alone hinders no reading.",
                "Look into billing and budget in Campaign Manager.",
                {"serving_statuses": held},
            ),
        )


def _push(facts: Facts) -> Iterator[_Finding]:
    if facts.push_wanted and not facts.public_https:
        yield _Finding(
            "yes",
            Problem(
                "no_https",
                "LinkedIn pushes leads only to a public https address, and this deployment has none.",
                "Set LEADWIRE_PUBLIC_URL to one. Until then leads are polled.",
            ),
        )


def _is_sponsored(facts: Facts) -> bool:
    return Owner.parse(facts.owner).kind == "sponsoredAccount"


def _has(facts: Facts, any_of: tuple[str, ...]) -> bool:
    return bool(facts.scopes.intersection(any_of))
