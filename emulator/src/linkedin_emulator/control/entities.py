"""Apps, members, organizations, ad accounts, roles, campaigns, creatives, events: made and changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar

from linkedin_emulator.api.roles import may_read_forms, may_read_leads
from linkedin_emulator.control.group import Group, locked
from linkedin_emulator.protocol.urns import ORGANIZATION, urn
from linkedin_emulator.protocol.wire import Json
from linkedin_emulator.world.entities import (
    ACCOUNT_ROLES,
    ACCOUNT_STATUSES,
    CURRENT_SCOPES,
    PAGE_ROLE_STATES,
    PAGE_ROLES,
    Account,
    App,
    Campaign,
    Creative,
    Event,
    Member,
    Organization,
    PageRole,
)

T = TypeVar("T")
K = TypeVar("K")


class Entities(Group):
    """Ids that are not given are the next free number."""

    @locked
    def create_app(
        self,
        client_id: str,
        secrets: Sequence[str],
        redirect_uris: Sequence[str],
        name: str = "Demo app",
        scopes: Sequence[str] = CURRENT_SCOPES,
        refresh_enabled: bool = True,
    ) -> dict[str, Json]:
        app = App(client_id, list(secrets), name, list(scopes), list(redirect_uris), refresh_enabled)
        self._state.world.apps[client_id] = app
        return asdict(app)

    @locked
    def create_member(
        self,
        first_name: str,
        last_name: str,
        person: str | None = None,
        email: str | None = None,
        country: str = "US",
        language: str = "en",
    ) -> dict[str, Json]:
        name = person or self._state.dice.randbytes(5).hex()
        address = email or f"{first_name}.{last_name}@example.com".lower()
        member = self._state.world.members[name] = Member(
            name, first_name, last_name, address, country, language
        )
        return asdict(member)

    @locked
    def create_organization(self, name: str, number: int | None = None) -> dict[str, Json]:
        organizations = self._state.world.organizations
        key = _free(number, organizations, 11_000_000)
        organizations[key] = Organization(key, name)
        return asdict(organizations[key])

    @locked
    def create_account(
        self,
        /,
        name: str,
        number: int | None = None,
        organization: int | None = None,
        **more: Json,
    ) -> dict[str, Json]:
        """An ad account, tied to a page if an organization is given; `more` as in `patch_account`."""
        accounts = self._state.world.accounts
        key = _free(number, accounts, 500_000_000)
        reference = urn(ORGANIZATION, organization) if organization is not None else None
        account = Account(key, name, reference, self._state.clock.now())
        _change(account, more)
        _check_status(account)
        accounts[key] = account
        return asdict(account)

    @locked
    def patch_app(self, /, client_id: str, **changes: Json) -> dict[str, Json]:
        """Change `secrets` (the first signs), `scopes`, `redirect_uris`, `refresh_enabled`, `name`."""
        return asdict(_change(_one(self._state.world.apps, client_id), changes))

    @locked
    def patch_member(self, /, member: str, **changes: Json) -> dict[str, Json]:
        return asdict(_change(_one(self._state.world.members, member), changes))

    @locked
    def patch_organization(self, /, organization: int, **changes: Json) -> dict[str, Json]:
        self._state.world.forget_fixed_parts()
        return asdict(_change(_one(self._state.world.organizations, int(organization)), changes))

    @locked
    def patch_account(self, /, account: int, **changes: Json) -> dict[str, Json]:
        """Change name, status, serving_statuses, type, currency, test, reference (a URN or None)."""
        known = _one(self._state.world.accounts, int(account))
        _check_status(_change(Account(**asdict(known)), changes))
        self._state.world.forget_fixed_parts()
        return asdict(_change(known, changes))

    @locked
    def set_account_role(self, account: int, member: str, role: str) -> None:
        """Give a member their one role on an ad account."""
        _one(self._state.world.accounts, account)
        _one(self._state.world.members, member)
        _known(role, ACCOUNT_ROLES)
        self._state.world.account_roles[account, member] = (role, self._state.clock.now())

    @locked
    def remove_account_role(self, account: int, member: str) -> None:
        if self._state.world.account_roles.pop((account, member), None) is None:
            raise LookupError(f"{member} has no role on account {account}")

    @locked
    def set_page_role(self, organization: int, member: str, role: str, state: str = "APPROVED") -> None:
        """Give a member a role on a page, or change the state of the role they have."""
        _one(self._state.world.organizations, organization)
        _one(self._state.world.members, member)
        _known(role, PAGE_ROLES)
        _known(state, PAGE_ROLE_STATES)
        self._drop_page_roles(organization, member, role)
        row = PageRole(organization, member, role, self._state.clock.now(), state)
        self._state.world.page_roles.append(row)

    @locked
    def remove_page_role(self, organization: int, member: str, role: str | None = None) -> None:
        """Take one role, or all roles, on a page away from a member."""
        if not self._drop_page_roles(organization, member, role):
            raise LookupError(f"{member} has no such role on page {organization}")

    @locked
    def readers(self, owner: str, lead_type: str = "SPONSORED") -> list[dict[str, Json]]:
        """What every member holds on an owner (URN) and its page, and what that lets them read."""
        world = self._state.world
        account = world.account_of(owner)
        page = world.organization_of(account.reference if account else owner)
        return [
            {
                "member": member,
                "name": person.name,
                "account_role": world.account_roles.get((account.id, member), (None, 0))[0]
                if account
                else None,
                "page_roles": sorted(world.page_roles_of(member, page.id)) if page else [],
                "reads_forms": may_read_forms(world, member, owner),
                "reads_leads": may_read_leads(world, member, owner, lead_type),
            }
            for member, person in world.members.items()
        ]

    @locked
    def create_campaign(self, account: int, name: str, number: int | None = None) -> dict[str, Json]:
        _one(self._state.world.accounts, account)
        campaigns = self._state.world.campaigns
        key = _free(number, campaigns, 198_000_000)
        campaigns[key] = Campaign(key, account, name)
        return asdict(campaigns[key])

    @locked
    def create_creative(self, campaign: int, name: str, number: int | None = None) -> dict[str, Json]:
        _one(self._state.world.campaigns, campaign)
        creatives = self._state.world.creatives
        key = _free(number, creatives, 241_000_000)
        creatives[key] = Creative(key, campaign, name)
        return asdict(creatives[key])

    @locked
    def create_event(self, organization: int, name: str, number: int | None = None) -> dict[str, Json]:
        _one(self._state.world.organizations, organization)
        events = self._state.world.events
        key = _free(number, events, 7_000_000_000)
        events[key] = Event(key, organization, name)
        return asdict(events[key])

    def _drop_page_roles(self, organization: int, member: str, role: str | None) -> bool:
        rows = self._state.world.page_roles
        kept = [
            row
            for row in rows
            if (row.organization, row.member) != (organization, member) or role not in (None, row.role)
        ]
        dropped = len(kept) < len(rows)
        rows[:] = kept
        return dropped


def _free(wanted: int | None, taken: dict[int, Any], first: int) -> int:
    if wanted is None:
        return max([first, *taken]) + 1
    if wanted in taken:
        raise ValueError(f"{wanted} exists already")
    return wanted


def _one(things: dict[K, T], key: K) -> T:
    if key not in things:
        raise LookupError(f"there is no {key!r}")
    return things[key]


def _known(value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{value!r} is not one of {', '.join(allowed)}")


def _change(thing: T, changes: dict[str, Json]) -> T:
    names = {item.name for item in fields(thing) if item.name not in ("id", "client_id")}  # type: ignore[arg-type]
    if strange := changes.keys() - names:
        raise ValueError(
            f"unknown members {', '.join(sorted(strange))}; known are {', '.join(sorted(names))}"
        )
    for name, value in changes.items():
        setattr(thing, name, value)
    return thing


def _check_status(account: Account) -> None:
    _known(account.status, ACCOUNT_STATUSES)
