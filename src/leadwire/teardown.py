"""Taking an account down (LGF-111): reading ends, subscriptions are deleted at LinkedIn, and data goes if asked for.

Every step may be made twice; `PUT /accounts/{id}/sync` builds everything anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import structlog

from leadwire.connect import webhooks
from leadwire.connect.last_word import LastWord
from leadwire.connect.line import Switchboard
from leadwire.connect.subscribing import delete
from leadwire.domain.errors import NotFound, Problem
from leadwire.domain.times import Millis
from leadwire.ingest.absence import owe_scrub
from leadwire.ingest.tables import Desks
from leadwire.linkedin.errors import LinkedInError, TryLater
from leadwire.orders import Orders
from leadwire.store import Workspace
from leadwire.store.webhooks import Webhook

GONE = ("leads", "forms", "runs", "coverage", "quarantine", "inbox")
WHY = "the account was torn down"
LATER = Problem("linkedin_unreachable", "LinkedIn did not answer.", "It is tried again by itself.")
DEAD = Problem(
    "grant_ended",
    "No grant is left that could delete it at LinkedIn.",
    "Nothing: it ends with the grant, and what it still pushes is refused.",
)

log = structlog.get_logger()


@dataclass(frozen=True)
class LeftBehind:
    """A subscription that LinkedIn still has, and why."""

    subscription: str
    problem: Problem


@dataclass(frozen=True)
class Removed:
    """What went, by kind; zeros where nothing was there. `left_behind`: what LinkedIn did not let go of."""

    counts: Mapping[str, int] = field(default_factory=dict)
    left_behind: tuple[LeftBehind, ...] = ()


class Teardown:
    def __init__(self, orders: Orders, board: Switchboard, desks: Desks, now: Callable[[], Millis]) -> None:
        self._orders, self._board, self._desks, self._now = orders, board, desks, now

    def owner(self, workspace: Workspace, owner: str, purge: bool, actor: str) -> Removed:
        """End an account's reading and subscriptions; with `purge` its leads, forms and tables go, too. NotFound.

        The account itself stays, and so do what was erased and other accounts.
        """
        with workspace.alone(f"teardown:{owner}"):
            self._switch_off(workspace, owner, actor)
            ended, left = self._unsubscribe(workspace, owner)
            counts = {"subscriptions": ended, "tables": 0, **dict.fromkeys(GONE, 0)}
            if purge:
                counts |= self._purge(workspace, owner)
            if any(counts.values()) or left:
                detail = {"purge": purge, "left_behind": len(left), **counts}
                with workspace.write() as tx:
                    tx.audit.add(actor, "account.torn_down", owner, detail, self._now())
            return Removed(counts, left)

    def workspace(self, workspace: Workspace) -> tuple[LeftBehind, ...]:
        """Before a workspace goes: nothing of it reads, and LinkedIn pushes nothing more to it."""
        with workspace.read() as tx:
            owners = {account.owner for account in tx.accounts.all()} | {
                one.owner for one in tx.webhooks.all()
            }
        left: list[LeftBehind] = []
        for owner in sorted(owners):
            self._switch_off(workspace, owner, "api")  # a workspace ends by the API alone
            left += self._unsubscribe(workspace, owner)[1]
        if left:
            log.warning("subscriptions_left", workspace=workspace.id, subscriptions=len(left))
        return tuple(left)

    def connection(self, workspace: Workspace, connection_id: str, actor: str) -> None:
        """Forget a grant, and purge the accounts that it alone could see. NotFound."""
        with workspace.read() as tx:
            tx.connections.get(connection_id)
            seen = {
                account.owner: {one.connection_id for one in tx.accounts.access(account.owner)}
                for account in tx.accounts.all()
            }
        for owner in [owner for owner, by in seen.items() if by == {connection_id}]:
            self.owner(workspace, owner, True, actor)
        self._orders.disconnect(workspace, connection_id, actor)

    def _switch_off(self, workspace: Workspace, owner: str, actor: str) -> None:
        with workspace.read() as tx:
            account = tx.accounts.get(owner)
        if account.sync.enabled:
            self._orders.sync(workspace, owner, replace(account.sync, enabled=False), actor)
        now = self._now()
        with workspace.write() as tx:
            webhooks.follow(tx, tx.accounts.get(owner), now)
            open_ = tx.runs.open(owner)
            tx.runs.end(open_, WHY, now)
            for run in open_:
                tx.schedule.drop("run", run.id)

    def _unsubscribe(self, workspace: Workspace, owner: str) -> tuple[int, tuple[LeftBehind, ...]]:
        """Delete at LinkedIn: over a line that may read the account, else with whatever token is left."""
        before = sum(len(one.held) for one in self._webhooks(workspace, owner))
        if not self._webhooks(workspace, owner):
            return 0, ()
        self._orders.subscriptions.apply(workspace, owner)
        left = [
            one for webhook in self._webhooks(workspace, owner) for one in self._insist(workspace, webhook)
        ]
        return before - len(left), tuple(left)

    def _insist(self, workspace: Workspace, webhook: Webhook) -> list[LeftBehind]:
        """What is left of a webhook. One that no token can delete is forgotten; the rest is the schedule's."""
        left = {held: self._ask(workspace, held.connection_id, held.id) for held in webhook.held}
        stuck = {held: problem for held, problem in left.items() if problem is not None}
        kept = [held for held, problem in stuck.items() if problem is not DEAD]
        with workspace.write() as tx:
            tx.webhooks.settle(webhook.id, "ending", kept, self._now())
            if not kept:
                tx.webhooks.forget([webhook.id])
                webhooks.tidy(tx, webhook.owner)
        return [LeftBehind(held.id, problem) for held, problem in stuck.items()]

    def _ask(self, workspace: Workspace, connection_id: str, subscription: str) -> Problem | None:
        try:
            return delete(LastWord(self._board, workspace, connection_id), subscription)
        except TryLater:
            return LATER
        except (LinkedInError, NotFound):
            return DEAD

    def _purge(self, workspace: Workspace, owner: str) -> dict[str, int]:
        with workspace.alone(f"push:{owner}"):  # what is fetched just now would make its table again
            with workspace.read() as tx:
                tables = [tx.forms.table(form.form_id) for form in tx.forms.all(owner)]
            with workspace.shape() as shaping:
                for table in tables:
                    shaping.drop_form(table.table_name)
            with workspace.write() as tx:
                purged = tx.purge(owner).counts
                owe_scrub(tx, owner, self._now())
        for table in tables:
            self._desks.forget(workspace.id, table.form_id)
        return {"tables": len(tables), **{name: purged[name] for name in GONE}}

    @staticmethod
    def _webhooks(workspace: Workspace, owner: str) -> tuple[Webhook, ...]:
        with workspace.read() as tx:
            return tx.webhooks.all(owner)
