"""Webhooks: what people want to be told of, brought to LinkedIn and kept there (LGF-202, 204).

Nothing here depends on how far an earlier attempt came: each begins with LinkedIn's list. So one that is cut
off anywhere and made again ends the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from leadwire.connect.hook_tokens import HOOKS_PATH, HookTokens, hook_url
from leadwire.connect.line import Line
from leadwire.connect.pace import doubted
from leadwire.connect.subscribing import Done, Reach, Round, delete, listed
from leadwire.domain.errors import Problem
from leadwire.domain.owners import Owner, shard
from leadwire.domain.subscriptions import Step, Target
from leadwire.domain.times import Millis
from leadwire.store import Account, Tx, Workspace
from leadwire.store.webhooks import Webhook

KIND = "webhooks"  # of schedule rows; the key is the owner
NO_HTTPS = Problem(
    "no_https",
    "LinkedIn pushes leads only to a public https address, and this deployment has none; leads are polled.",
    "Set LEADWIRE_PUBLIC_URL to the https:// address of this service.",
)


@dataclass(frozen=True)
class Site:
    """Where LinkedIn reaches this deployment, and whether it can. `tokens` needs the database, once."""

    public_url: str
    reachable: bool
    tokens: Callable[[], HookTokens]

    def url(self, workspace: Workspace, owner: str, serial: int) -> str:
        """The address for an owner's pushes."""
        return hook_url(self.public_url, self.tokens().make(workspace.id, owner, serial))

    def is_of(self, workspace: Workspace, url: str) -> bool:
        """Whether an address is one that this workspace gave out, here or where it was before it moved."""
        _, found, token = url.rpartition(HOOKS_PATH)
        name = self.tokens().read(token) if found else None
        return name is not None and name.workspace_id == workspace.id

    def has_moved(self, url: str) -> bool:
        """Whether one of our addresses is elsewhere: PUBLIC_URL was another, or still is where this is a copy of."""
        return not url.startswith(hook_url(self.public_url, ""))


class Registry:
    """Brings what LinkedIn has to what the webhooks of a workspace want."""

    def __init__(self, site: Site, now: Callable[[], Millis]) -> None:
        self.site, self._now = site, now

    def look(self, reach: Reach, workspace: Workspace, owner: str) -> tuple[Step, ...]:
        """What `apply` would do. Errors as a `Line` raises them."""
        return self._begin(reach, workspace, owner).plan

    def apply(self, reach: Reach, workspace: Workspace, owner: str) -> tuple[Done, ...]:
        """Do it; the steps with what hindered some. Errors as a `Line` raises them: what was done is done."""
        with workspace.alone(f"webhooks:{owner}"):
            return self._apply(reach, workspace, owner)

    def keep(self, reach: Reach, workspace: Workspace, owner: str) -> tuple[Done, ...]:
        """As `apply`, by itself: what is at another place stays, because this may be the copy of a deployment that
        lives there.
        """
        with workspace.alone(f"webhooks:{owner}"):
            return self._apply(reach, workspace, owner, asked=False)

    def rotate(self, reach: Reach, workspace: Workspace, owner: str) -> tuple[Done, ...]:
        """Move an owner's subscriptions to a new address. A move that has not ended is ended, not begun again:
        only the last address goes on beside the one in force.
        """
        with workspace.alone(f"webhooks:{owner}"):
            under_way = [
                step
                for step in self.look(reach, workspace, owner)
                if step.action == "create" or step.why in ("old_url", "moved")
            ]
            if not under_way:
                with workspace.write() as tx:
                    tx.hooks.replace(owner, self._now())
            return self._apply(reach, workspace, owner)

    def release(self, line: Line, workspace: Workspace, owner: str, connection_id: str) -> int:
        """Delete what a connection subscribed to; how much LinkedIn keeps. What is wanted stays wanted.

        Errors as a `Line` raises them.
        """
        with workspace.alone(f"webhooks:{owner}"):
            with workspace.read() as tx:
                webhooks = tx.webhooks.all(owner)
            left = 0
            for webhook in webhooks:
                theirs = [held for held in webhook.held if held.connection_id == connection_id]
                stuck = [held for held in theirs if delete(line, held.id) is not None]
                left += len(stuck)
                if theirs:
                    kept = [held for held in webhook.held if held not in theirs or held in stuck]
                    with workspace.write() as tx:
                        tx.webhooks.settle(webhook.id, "wanted", kept, self._now())
            return left

    def _begin(self, reach: Reach, workspace: Workspace, owner: str, asked: bool = True) -> Round:
        with workspace.read() as tx:
            webhooks = tx.webhooks.all(owner)
            targets = {one.id: _targets(tx, one) for one in webhooks}
            hook = tx.hooks.get(owner)
        return Round(
            reach=reach,
            owner=owner,
            webhooks=webhooks,
            targets=targets,
            listed=listed(reach.line, owner),
            url=self.site.url(workspace, owner, hook.serial) if hook else "",
            ours=partial(self.site.is_of, workspace),
            moved=self.site.has_moved,
            reachable=self.site.reachable,
            asked=asked,
        )

    def _apply(self, reach: Reach, workspace: Workspace, owner: str, asked: bool = True) -> tuple[Done, ...]:
        begun = self._begin(reach, workspace, owner, asked)
        lost = [one for one in begun.webhooks if begun.lost(one)]
        with workspace.write() as tx:
            for one in lost:  # said before it is put right, so that it can be seen if that fails
                tx.webhooks.settle(one.id, "missing", begun.listed_of(one), self._now())
                tx.audit.add("linkedin", "webhook.missing", one.id, {}, self._now())
                doubted(tx, owner, self._now())
        done = tuple(begun.carry_out())
        with workspace.write() as tx:
            for one in begun.webhooks:
                self._settle(tx, begun, one, done)
        return done

    def _settle(self, tx: Tx, begun: Round, webhook: Webhook, done: tuple[Done, ...]) -> None:
        held, now = begun.held(webhook), self._now()
        hindered = [one.problem for one in done if one.problem and one.step.target in begun.mine(webhook)]
        if webhook.state == "ending":
            tx.webhooks.settle(webhook.id, "ending", held, now)
            if not held and tx.webhooks.forget([webhook.id]):
                tx.audit.add("leadwire", "webhook.ended", webhook.id, {}, now)
                tidy(tx, webhook.owner)
        elif not begun.reachable:
            tx.webhooks.settle(webhook.id, "failed", held, now)
            hindered = [NO_HTTPS]
        else:
            tx.webhooks.settle(webhook.id, "registered" if begun.is_whole(webhook) else "failed", held, now)
        tx.webhooks.trouble([webhook.id], hindered[0] if hindered else None)


def _targets(tx: Tx, webhook: Webhook) -> tuple[Target, ...]:
    """A form's leads are told of version by version."""
    if webhook.form_id is None:
        return (Target(webhook.lead_type),)
    versions = sorted(tx.forms.version_numbers(webhook.form_id))
    return tuple(Target(webhook.lead_type, webhook.form_id, version) for version in versions)


def follow(tx: Tx, account: Account, now: Millis) -> None:
    """Let the webhooks of an account follow its switch: each of its lead types is told of, at one level or the
    other, or none is.
    """
    owner, sync = account.owner, account.sync
    wished = sync.lead_types or Owner.parse(owner).lead_types
    if not (sync.enabled and sync.push):
        wished = ()
    there = tx.webhooks.all(owner)
    tx.webhooks.end([one.id for one in there if one.lead_type not in wished])
    heard = {one.lead_type for one in there if one.state != "ending"}
    for lead_type in wished:
        if lead_type not in heard:
            want(tx, owner, lead_type, None, now)
    if there:
        tx.schedule.hasten(KIND, owner, shard(owner), now)


def want(tx: Tx, owner: str, lead_type: str, form_id: str | None, now: Millis, due_at: Millis = 0) -> Webhook:
    """Wish for a webhook, with the address for it; registered from `due_at` on."""
    tx.hooks.serial(owner, now)
    tx.schedule.hasten(KIND, owner, shard(owner), due_at or now)
    return tx.webhooks.want(owner, lead_type, form_id, now)


def tidy(tx: Tx, owner: str) -> None:
    """With an owner's last webhook its addresses end."""
    if not tx.webhooks.all(owner):
        tx.hooks.drop(owner)


def forms_read(tx: Tx, owner: str, changed: bool, now: Millis) -> None:
    """After a look at an owner's forms: a new version of one gets its subscription."""
    if changed and tx.webhooks.all(owner):
        tx.schedule.hasten(KIND, owner, shard(owner), now)
    elif tx.accounts.get(owner).sync.push:
        tx.schedule.ensure(KIND, owner, shard(owner), now)
