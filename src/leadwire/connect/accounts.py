"""What a connection may read: its ad accounts and pages, and the permission verdict for each (LGF-007, LGF-101)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from leadwire.connect.consent import read_member
from leadwire.connect.line import Line
from leadwire.domain import access
from leadwire.domain.owners import Owner
from leadwire.domain.times import Millis
from leadwire.linkedin.accounts import (
    Account,
    ad_account_users,
    read_account_users,
    read_accounts,
    search_accounts,
)
from leadwire.linkedin.answers import Page
from leadwire.linkedin.calls import Call
from leadwire.linkedin.errors import Forbidden, Refused
from leadwire.linkedin.organizations import organization_acls, read_organization_acls
from leadwire.store import Access, AccountFacts, Workspace

T = TypeVar("T")
log = structlog.get_logger()
PAGE = 100
MOST_PAGES = 100  # a list that does not end is LinkedIn's mistake, not ours to follow


@dataclass
class Seen:
    """What one member's token shows; None = the scope for it is missing."""

    accounts: list[Account] | None = None
    account_roles: dict[str, str] | None = None
    page_roles: dict[str, tuple[str, ...]] | None = None
    page_names: dict[str, str] = field(default_factory=dict)
    whole: bool = True  # False: an element could not be read, so that what is missing proves nothing


@dataclass(frozen=True)
class Checked:
    owners: tuple[str, ...]
    new: tuple[str, ...]
    lost: tuple[str, ...]


def check(
    line: Line, workspace: Workspace, connection_id: str, *, public_https: bool, now: Callable[[], Millis]
) -> Checked:
    """Read what the connection sees and store accounts and verdicts. Errors as a `Line` raises them."""
    with workspace.read() as tx:
        connection = tx.connections.get(connection_id)
    if connection.member_id is None:
        member_id, name = _allowed(lambda: read_member(line, connection.scopes)) or (None, None)
        with workspace.write() as tx:
            tx.connections.set_member(connection_id, member_id, name, now())
    began = now()  # what was asked before this moment, the verdict can vouch for
    seen = look(line)
    facts = _facts(seen)
    verdicts = [
        _access(connection_id, frozenset(connection.scopes), one, seen, public_https, began) for one in facts
    ]
    if not seen.whole:
        log.warning("odd_account_list", connection=connection_id)
        verdicts = [one for one in verdicts if one.can_read != "no"]
    with workspace.write() as tx:
        new = tx.accounts.put(facts, now())
        tx.accounts.put_access(verdicts)
        owners = tuple(one.owner for one in facts)
        unseen = [one.owner for one in tx.accounts.all() if not _listed(seen, one.owner)]
        lost = tx.accounts.drop_access(connection_id, keep=[*owners, *unseen])
        nobody = [owner for owner in lost if not tx.accounts.access(owner)]
        tx.accounts.mark_removed(nobody, now())
    return Checked(owners, new, lost)


def _listed(seen: Seen, owner: str) -> bool:
    """Whether the list that would show this owner was read: not being on an unread list proves nothing."""
    read = seen.accounts if Owner.parse(owner).kind == "sponsoredAccount" else seen.page_roles
    return seen.whole and read is not None


def look(line: Line) -> Seen:
    """Ask LinkedIn; a missing scope leaves its part unknown instead of failing the whole."""
    seen = Seen()
    odd: list[bytes] = []
    seen.accounts = _allowed(lambda: _all_accounts(line, odd))
    users = _allowed(lambda: pages(line, ad_account_users, read_account_users, odd))
    if users is not None:
        seen.account_roles = {row.account_urn: row.role for row in users}
    rows = _allowed(lambda: pages(line, organization_acls, read_organization_acls, odd))
    if rows is not None:
        roles: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            if row.state in (None, "APPROVED"):
                roles[row.organization].append(row.role)
        seen.page_roles = {page: tuple(sorted(set(held))) for page, held in roles.items()}
    for account in seen.accounts or ():
        if account.organization and account.organization_name:
            seen.page_names[account.organization] = account.organization_name
    seen.whole = not odd
    return seen


def _facts(seen: Seen) -> list[AccountFacts]:
    """Sponsored accounts, and the pages on which the member has a role (owners of organic leads)."""
    sponsored = [
        AccountFacts(
            owner=account.urn,
            id=account.id,
            name=account.name,
            status=account.status or "UNKNOWN",
            serving_statuses=account.serving_statuses,
            type=account.type,
            currency=account.currency,
            test=account.test,
            organization=account.organization,
        )
        for account in seen.accounts or ()
    ]
    pages = [
        AccountFacts(
            owner=Owner("organization", page).urn,
            id=f"organization:{page}",
            name=seen.page_names.get(page, f"LinkedIn Page {page}"),
            status="ACTIVE",
            type="ORGANIZATION",
            organization=page,
        )
        for page in sorted(seen.page_roles or {})
    ]
    return sponsored + pages


def _access(
    connection_id: str,
    scopes: frozenset[str],
    facts: AccountFacts,
    seen: Seen,
    public_https: bool,
    now: Millis,
) -> Access:
    role = (seen.account_roles or {}).get(facts.owner)
    page_roles = (seen.page_roles or {}).get(facts.organization or "", ())
    verdict = access.judge(
        access.Facts(
            owner=facts.owner,
            status=facts.status,
            serving_statuses=facts.serving_statuses,
            organization=facts.organization,
            scopes=scopes,
            account_role=role,
            roles_known=seen.account_roles is not None,
            organization_roles=page_roles,
            pages_known=seen.page_roles is not None,
            public_https=public_https,
        )
    )
    return Access(connection_id, facts.owner, role, page_roles, verdict.can_read, verdict.problems, now)


def _all_accounts(line: Line, odd: list[bytes]) -> list[Account]:
    page = line(search_accounts(), read_accounts)
    found = list(page.elements)
    odd += page.odd
    for _ in range(MOST_PAGES):
        if page.next_token is None:
            break
        page = line(search_accounts(page_token=page.next_token), read_accounts)
        found += page.elements
        odd += page.odd
    return found


def pages(
    line: Line,
    call: Callable[[int, int], Call],
    read: Callable[..., Page[T]],
    odd: list[bytes] | None = None,
) -> list[T]:
    """Every element of a finder that pages by offset: on by what was received, until an empty page.

    Elements that cannot be read go to `odd`.
    """
    found: list[T] = []
    start = 0
    for _ in range(MOST_PAGES):
        page = line(call(start, PAGE), read)
        found += page.elements
        if odd is not None:
            odd += page.odd
        start += page.received
        if page.received == 0 or (
            page.total is not None and start >= page.total and not page.has_next and page.received < PAGE
        ):
            break
    return found


def _allowed(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except Forbidden:
        return None
    except Refused as error:
        if error.status == 401:
            return None
        raise
