"""What people ask of webhooks, and what their schedule does: wished for, registered, kept, moved, tried, ended.

An order is written down first and then carried out at once, as far as LinkedIn lets it; what is left is the
schedule's (kind `webhooks`, one row an owner), which also looks hourly whether LinkedIn still has all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import structlog

from leadwire.connect import webhooks
from leadwire.connect.hook_health import Health, health
from leadwire.connect.hook_trial import Trial, Tried
from leadwire.connect.last_word import LastWord
from leadwire.connect.line import Switchboard
from leadwire.connect.pace import doubted
from leadwire.connect.subscribing import Done, Reach
from leadwire.connect.webhooks import KIND, Registry
from leadwire.domain.errors import Conflict, InvalidInput, Problem
from leadwire.domain.owners import Owner, phase, shard
from leadwire.domain.times import HOUR, MINUTE, Millis
from leadwire.duties import Duties, following
from leadwire.ingest.ports import NobodyMayRead, Turn
from leadwire.linkedin.client import Knock
from leadwire.linkedin.errors import AskAgain, LinkedInError, TryLater
from leadwire.linkedin.patience import asked_for
from leadwire.store import Tx, Workspace
from leadwire.store.webhooks import Webhook

EVERY: Millis = HOUR
AGAIN: Millis = 10 * MINUTE  # after LinkedIn refused something, in a webhook's first hour
SOON: Millis = MINUTE  # after it did not answer, or this process was stopped
NEWEST = 20  # pushes among which a trial looks for its own

log = structlog.get_logger()

MISSED_FOR: Millis = MINUTE
Act = Callable[[Reach, Workspace, str], tuple[Done, ...]]

# What keeps a whole account from being looked at; the first row whose class fits.
HINDRANCES: tuple[tuple[type[Exception], str, str, str], ...] = (
    (
        NobodyMayRead,
        "cannot_read_leads",
        "No active connection may read this account.",
        "The account's problems say what is missing.",
    ),
    (AskAgain, "needs_reconnect", "The connection has ended.", "Reconnect it; everything else stays."),
    (
        TryLater,
        "linkedin_unreachable",
        "LinkedIn did not answer.",
        "It is tried again by itself in a minute.",
    ),
    (
        LinkedInError,
        "linkedin_answered_oddly",
        "LinkedIn answered otherwise than expected.",
        "It is tried again by itself; if it stays, see the log.",
    ),
)


@dataclass(frozen=True)
class Looked:
    """An account's steps: planned, or done as far as `problem` and each step's own let them."""

    owner: str
    steps: tuple[Done, ...]
    problem: Problem | None = None

    @property
    def settled(self) -> bool:
        """Whether the account was seen, and nothing is left to do."""
        return self.problem is None and not any(one.step.action in ("create", "delete") for one in self.steps)


class Subscriptions:
    """`ring(shards)` wakes the workers; `code` gives UUIDs of version 4; `monotonic` counts seconds."""

    def __init__(
        self,
        duties: Duties,
        board: Switchboard,
        registry: Registry,
        knock: Knock,
        now: Callable[[], Millis],
        monotonic: Callable[[], float],
        code: Callable[[], str],
    ) -> None:
        self._duties, self._board, self._registry = duties, board, registry
        self._knock, self._now, self._monotonic, self._code = knock, now, monotonic, code
        self._missed: dict[tuple[str, str, Millis | None], tuple[Millis, int]] = {}

    @property
    def reachable(self) -> bool:
        """Whether LinkedIn can push here at all."""
        return self._registry.site.reachable

    def duty(self, workspace: Workspace, owner: str, turn: Turn) -> Millis | None:
        """Look whether LinkedIn has what is wanted; create what is missing (LGF-204)."""
        with workspace.write() as tx:
            account = tx.accounts.get(owner)
            if account.sync.enabled and account.sync.push and not tx.webhooks.all(owner):
                webhooks.follow(tx, account, self._now())
            if not tx.webhooks.all(owner):
                return None
        try:
            done = self._bring(workspace, owner, self._registry.keep)
        except TryLater as error:
            return self._now() + asked_for(error, otherwise=SOON / 1000)
        except (NobodyMayRead, LinkedInError) as error:
            log.warning("webhooks_failed", owner=owner, error=str(error))
            return self._next(owner)
        with workspace.read() as tx:
            there = tx.webhooks.all(owner)
        if not there:
            return None
        young = max(one.created_at for one in there) > self._now() - EVERY
        return self._now() + AGAIN if young and any(one.problem for one in done) else self._next(owner)

    def want(
        self, workspace: Workspace, owner: str, form_id: str | None, lead_type: str | None, actor: str
    ) -> Webhook:
        """Subscribe to an account's leads of a type, or to those of one form. The same again is the same."""
        with workspace.write() as tx:
            account = tx.accounts.get(owner)
            lead_type = _lead_type(owner, lead_type)
            if form_id is not None and tx.forms.get(form_id).owner != owner:
                raise InvalidInput(
                    "foreign_form", "This form belongs to another account.", "Name that account."
                )
            now = self._now()
            wanted = webhooks.want(tx, owner, lead_type, form_id, now, due_at=now + SOON)
            if not account.sync.push:
                tx.accounts.set_sync(owner, replace(account.sync, push=True), now)
            detail = {"account": owner, "lead_type": lead_type, "form": form_id}
            tx.audit.add(actor, "webhook.wanted", wanted.id, detail, now)
        return self._at_once(workspace, wanted)

    def end(self, workspace: Workspace, webhook_id: str, actor: str) -> None:
        """Wish it no more, and delete what LinkedIn has of it. With its last webhook an account is only polled."""
        with workspace.write() as tx:
            ending = tx.webhooks.get(webhook_id)
            owner, now = ending.owner, self._now()
            tx.webhooks.end([webhook_id])
            account = tx.accounts.get(owner)
            if account.sync.push and all(one.state == "ending" for one in tx.webhooks.all(owner)):
                tx.accounts.set_sync(owner, replace(account.sync, push=False), now)
            doubted(tx, owner, now)
            tx.schedule.hasten(KIND, owner, shard(owner), now + SOON)
            tx.audit.add(actor, "webhook.deleted", webhook_id, {"account": owner}, now)
        self._at_once(workspace, ending)

    def rotate(self, workspace: Workspace, webhook_id: str, actor: str) -> Webhook:
        """Give the account's subscriptions a new address: created and challenged before the old ones go.

        Errors as a `Line` raises them, and NobodyMayRead; asked again, it goes on where it was.
        """
        with workspace.write() as tx:
            owner = tx.webhooks.get(webhook_id).owner
            tx.schedule.hasten(KIND, owner, shard(owner), self._now() + SOON)
            tx.audit.add(actor, "webhook.rotated", webhook_id, {"account": owner}, self._now())
        self._bring(workspace, owner, self._registry.rotate)
        with workspace.read() as tx:
            return tx.webhooks.get(webhook_id)

    def plan(self, workspace: Workspace, owner: str | None = None) -> tuple[Looked, ...]:
        """What is wanted against what LinkedIn has, for one account or for all that could have any."""

        def look(reach: Reach, workspace: Workspace, owner: str) -> tuple[Done, ...]:
            return tuple(map(Done, self._registry.look(reach, workspace, owner)))

        return tuple(self._looked(workspace, one, look) for one in self._owners(workspace, owner))

    def apply(self, workspace: Workspace, owner: str | None = None) -> tuple[Looked, ...]:
        """Carry the plan out; an account that cannot be reached does not hinder the others."""
        return tuple(
            self._looked(workspace, one, self._registry.apply) for one in self._owners(workspace, owner)
        )

    def leave(self, workspace: Workspace, connection_id: str) -> int:
        """Before a connection goes: its subscriptions are another's, or are deleted. How many LinkedIn keeps."""
        with workspace.read() as tx:
            held = [(one.owner, h) for one in tx.webhooks.all() for h in one.held]
        owners = {owner: 0 for owner, h in held if h.connection_id == connection_id}
        for owner in owners:
            theirs = sum(whose == owner and h.connection_id == connection_id for whose, h in held)
            try:
                owners[owner] = self._hand_over(workspace, owner, connection_id)
            except LinkedInError as error:  # the grant ends all the same, and with it what it subscribed to
                log.warning("subscriptions_left", owner=owner, error=str(error))
                owners[owner] = theirs
        return sum(owners.values())

    def test(self, workspace: Workspace, webhook_id: str) -> tuple[Tried, ...]:
        """Go LinkedIn's way to our own address, step by step, up to the inbox."""
        with workspace.read() as tx:
            webhook = tx.webhooks.get(webhook_id)
            url = self._url(tx, workspace, webhook.owner)
        secret, code = self._board.app().secret, self._code()

        def stored(body: bytes) -> str | None:
            with workspace.read() as tx:
                newest = tx.inbox.page(NEWEST, None, webhook.owner).items
            found = next((one for one in newest if one.raw == body), None)
            return None if found is None else f"in the inbox as {found.state}: it is no lead"

        return tuple(Trial(self._knock, url, secret, code, stored, self._monotonic).run())

    def health(self, tx: Tx, workspace: Workspace, webhook: Webhook) -> Health:
        """How it stands now; leads that no push told of are counted once a minute, for it takes a while."""
        now, key = self._now(), (workspace.id, webhook.id, webhook.registered_at)
        counted = self._missed.get(key)
        if counted is None or not counted[0] <= now < counted[0] + MISSED_FOR:
            counted = self._missed[key] = now, tx.webhooks.missed(webhook, now)
        return health(tx, webhook, self._url(tx, workspace, webhook.owner), now, counted[1])

    def _bring(self, workspace: Workspace, owner: str, act: Act | None = None) -> tuple[Done, ...]:
        try:
            return (act or self._registry.apply)(self._reach(workspace, owner), workspace, owner)
        except (NobodyMayRead, LinkedInError) as error:
            with workspace.write() as tx:
                _note(tx, owner, error, self._now())
            raise

    def _at_once(self, workspace: Workspace, webhook: Webhook) -> Webhook:
        """Carry an order out now; what hinders it is noted, and the schedule goes on with it."""
        try:
            self._bring(workspace, webhook.owner)
        except (NobodyMayRead, LinkedInError) as error:
            log.warning("webhooks_failed", owner=webhook.owner, error=str(error))
        with workspace.read() as tx:
            return next((one for one in tx.webhooks.all(webhook.owner) if one.id == webhook.id), webhook)

    def _looked(self, workspace: Workspace, owner: str, act: Act) -> Looked:
        try:
            return Looked(owner, act(self._reach(workspace, owner), workspace, owner))
        except (NobodyMayRead, LinkedInError) as error:
            return Looked(owner, (), _hindrance(error))

    def _owners(self, workspace: Workspace, owner: str | None) -> Iterable[str]:
        with workspace.read() as tx:
            if owner is not None:
                return [tx.accounts.get(owner).owner]
            reading = {account.owner for account in tx.accounts.all(enabled=True)}
            return sorted(reading | {one.owner for one in tx.webhooks.all()})

    def _reach(self, workspace: Workspace, owner: str) -> Reach:
        readers = self._duties.readers(workspace, owner)
        if not readers:
            raise NobodyMayRead(
                "no active connection may read this account; its verdict says what is missing"
            )
        return Reach(self._board.line(workspace, readers[0]), readers[0], frozenset(readers))

    def _hand_over(self, workspace: Workspace, owner: str, connection_id: str) -> int:
        others = [one for one in self._duties.readers(workspace, owner) if one != connection_id]
        if not others:
            line = LastWord(self._board, workspace, connection_id)
            return self._registry.release(line, workspace, owner, connection_id)
        reach = Reach(self._board.line(workspace, others[0]), others[0], frozenset(others))
        done = self._registry.apply(reach, workspace, owner)
        return sum(one.step.action == "delete" and one.problem is not None for one in done)

    def _url(self, tx: Tx, workspace: Workspace, owner: str) -> str:
        hook = tx.hooks.get(owner)
        if hook is None:  # every wish is written with an address
            raise Conflict("no_address", "This account has no address yet.", "Apply the webhooks' plan.")
        return self._registry.site.url(workspace, owner, hook.serial)

    def _next(self, owner: str) -> Millis:
        return following(self._now(), EVERY, phase(owner, EVERY))


def _lead_type(owner: str, asked: str | None) -> str:
    possible = Owner.parse(owner).lead_types
    if asked is None and len(possible) == 1:
        return possible[0]
    if asked not in possible:
        raise InvalidInput(
            "bad_lead_type",
            "A webhook is for one type of leads."
            if asked is None
            else f"{asked} cannot come from this account.",
            f"Name one of {', '.join(possible)}.",
        )
    return asked


def _hindrance(error: Exception) -> Problem:
    code, message, remedy = next(row[1:] for row in HINDRANCES if isinstance(error, row[0]))
    return Problem(code, message, remedy, {"linkedin": str(error)})


def _note(tx: Tx, owner: str, error: Exception, now: Millis) -> None:
    """Say on each webhook what hinders it. Where nobody may reach the account, nobody can delete either: what
    a dead grant subscribed to has ended with it.
    """
    there = tx.webhooks.all(owner)
    if isinstance(error, NobodyMayRead) and tx.webhooks.forget([one.id for one in there]):
        tx.audit.add("leadwire", "webhooks.left", owner, {}, now)
        webhooks.tidy(tx, owner)
    tx.webhooks.trouble([one.id for one in there], _hindrance(error))
