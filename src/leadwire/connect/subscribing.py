"""One look at an owner's subscriptions at LinkedIn, and the calls that bring them to what is wanted.

LinkedIn challenges the address while it creates a subscription, has no update, and does not document what a
second, identical one is answered. Source: learn.microsoft.com/en-us/linkedin/marketing/lead-sync/leadsync.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from leadwire.connect.accounts import pages
from leadwire.connect.line import Line
from leadwire.domain.errors import Problem
from leadwire.domain.owners import Owner
from leadwire.domain.subscriptions import MOST, Registered, Step, Target, plan
from leadwire.linkedin import notifications
from leadwire.linkedin.errors import Forbidden, NotFound, Refused, Surprise
from leadwire.linkedin.urns import form_version_urn, parse_form_version
from leadwire.store.webhooks import Held, Webhook

TOO_MANY = Problem(
    "too_many_subscriptions",
    f"This account has the {MOST:,} subscriptions that LinkedIn allows, all programs together.",
    "Delete some: subscribe to the whole account instead of single forms, or ask whose the foreign ones are.",
)
WAITS = Problem(
    "waits_for_its_successor",
    "It stays until the one that takes its place is registered.",
    "See why that one could not be created.",
)
MOVED = Problem(
    "moved",
    "LinkedIn still pushes to an address of this workspace at another place as well.",
    "If this deployment has moved, apply the plan: then that one is deleted. If this is a copy, leave it alone.",
)
UNLISTED = Problem(
    "not_listed", "LinkedIn took the subscription, but does not list it.", "Apply again in a minute."
)


@dataclass(frozen=True)
class Reach:
    """A line to an owner's subscriptions, whose it is, and every connection that may read the owner."""

    line: Line
    connection_id: str
    alive: frozenset[str]


@dataclass(frozen=True)
class Done:
    """A step, and why it could not be done."""

    step: Step
    problem: Problem | None = None


@dataclass
class Round:
    """One look at an owner, and what comes of it. `listed` follows what is done; what is ours elsewhere goes only
    where a person has `asked`.
    """

    reach: Reach
    owner: str
    webhooks: tuple[Webhook, ...]
    targets: dict[str, tuple[Target, ...]]
    listed: list[Registered]
    url: str
    ours: Callable[[str], bool]
    moved: Callable[[str], bool]
    reachable: bool
    asked: bool

    def __post_init__(self) -> None:
        self._owned = {held.id: held.connection_id for one in self.webhooks for held in one.held}
        self._dead = {id_ for id_, whose in self._owned.items() if whose not in self.reach.alive}
        wishes = [one for one in self.webhooks if one.state != "ending" and self.reachable]
        self.plan = plan(
            [target for one in wishes for target in self.targets[one.id]],
            self.listed,
            self.url,
            self.ours,
            moved=self.moved,
            dead=self._dead,
            known=[target for one in wishes for target in _once_of(one)],
        )

    def carry_out(self) -> Iterator[Done]:
        """Every step in its order."""
        for step in self.plan:
            if step.action == "create":
                yield Done(step, self._create(step))
            elif step.action == "delete":
                yield Done(step, self._delete(step))
            else:
                yield Done(step)

    def lost(self, webhook: Webhook) -> bool:
        """Whether LinkedIn lists less of a wish than it had."""
        return webhook.state == "registered" and len(self.listed_of(webhook)) < len(webhook.held)

    def listed_of(self, webhook: Webhook) -> list[Held]:
        """What of it LinkedIn still lists."""
        there = {one.id for one in self.listed}
        return [held for held in webhook.held if held.id in there]

    def mine(self, webhook: Webhook) -> tuple[Target, ...]:
        """What a wish is about; one that ends may have had versions nobody knows any more."""
        return (*self.targets[webhook.id], *_once_of(webhook))

    def held(self, webhook: Webhook) -> list[Held]:
        """What of ours LinkedIn has for it now, at the address in force or still at an earlier one."""
        return [
            Held(one.id, one.target.form_version, self._owned.get(one.id, self.reach.connection_id))
            for one in self.listed
            if one.target in self.mine(webhook)
            and one.entity is None
            and (one.url == self.url or self.ours(one.url))
            and one.id not in self._dead
        ]

    def is_whole(self, webhook: Webhook) -> bool:
        """Whether all of it is served at the address in force."""
        return all(map(self._is_served, self.targets[webhook.id]))

    def _create(self, step: Step) -> Problem | None:
        if len(self.listed) >= MOST:
            return TOO_MANY
        try:
            made = self._ask_for(step)
        except Refused as error:
            return self._refused(step, error)
        self._note(step, made)
        return None if self._is_served(step.target) else UNLISTED

    def _refused(self, step: Step, error: Refused) -> Problem | None:
        """What LinkedIn says to a second, identical subscription is not documented: perhaps it is there."""
        self.listed = listed(self.reach.line, self.owner)
        if self._is_served(step.target):
            return None
        in_the_way = [one for one in self.listed if self._at(step.target, one)]
        for one in in_the_way:  # of a dead grant: it brings nothing, and hinders
            self._end(one.id)
        if not in_the_way:
            return _why(error)
        try:
            self._note(step, self._ask_for(step))
        except Refused as again:
            return _why(again)
        return None

    def _ask_for(self, step: Step) -> str | None:
        target = step.target
        form = form_version_urn(target.form_id, target.form_version or 0) if target.form_id else None
        call = notifications.create_subscription(step.url, self.owner, target.lead_type, form)
        return self.reach.line(call, notifications.read_created_subscription)

    def _note(self, step: Step, made: str | None) -> None:
        if made is None:
            self.listed = listed(self.reach.line, self.owner)
        else:
            self.listed.append(Registered(made, step.url, step.target))

    def _delete(self, step: Step) -> Problem | None:
        assert step.id is not None
        if step.why == "moved" and not self.asked:
            return MOVED
        if step.after is not None and not self._is_served(step.after):
            return WAITS
        return self._end(step.id)

    def _end(self, subscription_id: str) -> Problem | None:
        problem = delete(self.reach.line, subscription_id)
        if problem is None:
            self.listed = [one for one in self.listed if one.id != subscription_id]
        return problem

    def _is_served(self, target: Target) -> bool:
        return any(self._at(target, one) and one.id not in self._dead for one in self.listed)

    def _at(self, target: Target, one: Registered) -> bool:
        return one.target == target and one.entity is None and one.url == self.url


def _once_of(webhook: Webhook) -> list[Target]:
    """What LinkedIn had for it when it was last looked at."""
    return [Target(webhook.lead_type, webhook.form_id, held.version) for held in webhook.held]


def listed(line: Line, owner: str) -> list[Registered]:
    """All of the app's subscriptions for an owner, ours and foreign ones."""
    return [
        _registered(one)
        for lead_type in Owner.parse(owner).lead_types
        for one in pages(
            line,
            partial(notifications.list_subscriptions, owner, lead_type),
            notifications.read_subscriptions,
        )
    ]


def _registered(one: notifications.Subscription) -> Registered:
    form, version = _form(one.form_version_urn)
    target = Target(one.lead_type, form, version)
    return Registered(one.id, one.webhook, target, one.associated_entity)


def _form(urn: str | None) -> tuple[str | None, int | None]:
    try:
        return parse_form_version(urn) if urn is not None else (None, None)
    except Surprise:
        return urn, None  # of no form that we could want


def delete(line: Line, subscription_id: str) -> Problem | None:
    try:
        line(notifications.delete_subscription(subscription_id), notifications.read_deleted_subscription)
    except NotFound:  # ended already
        return None
    except Refused as error:
        return Problem(
            "not_deleted",
            f"LinkedIn did not delete subscription {subscription_id}: {error}.",
            "It may belong to a member who has lost the role; ends with that member's grant.",
            {"linkedin": error.message},
        )
    return None


def _why(error: Refused) -> Problem:
    said = {"linkedin": error.message}
    if isinstance(error, Forbidden):
        return Problem(
            "linkedin_forbids",
            f"LinkedIn does not let this member subscribe: {error}.",
            "A scope or role is missing; the account's problems say which.",
            said,
        )
    return Problem(
        "not_validated",
        f"LinkedIn did not take the address: {error}.",
        "It challenges the address at once and wants the answer within 3 seconds. Test it: a login, a redirect,"
        " a firewall or another app's client secret stands in the way.",
        said,
    )
