"""What people and programs ask for. Each order is written down first, then the doorbell is rung.

Whatever is asked here is carried by the schedule, so an order survives a crash at any point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from leadwire.connect import webhooks
from leadwire.connect.consent import Consent
from leadwire.domain import coverage, intervals
from leadwire.domain.errors import Conflict, InvalidInput
from leadwire.domain.owners import Owner, phase, shard
from leadwire.domain.reconcile import day_of
from leadwire.domain.times import Millis, duration_text, iso
from leadwire.duties import READABLE, Duties, following
from leadwire.ingest import plan, reconcile
from leadwire.ingest.forms import Refreshed
from leadwire.store import Account, Connection, Run, RunPlan, Sync, Tx, Workspace
from leadwire.subscriptions import Subscriptions

READ_TAKES: Millis = 60_000  # a poll in its turn has ended by then
FORMS_FIRST: Millis = (
    30_000  # the back-fill follows the forms; if those cannot be read, it starts without them
)


@dataclass(frozen=True)
class PullOrder:
    since: Millis | None = None
    until: Millis | None = None
    form_id: str | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class Covered:
    """What of one lead type has been read completely, and what not, within LinkedIn's retention."""

    lead_type: str
    covered: tuple[coverage.Interval, ...]
    gaps: tuple[coverage.Gap, ...]


class Orders:
    """`ring(shards)` wakes the workers; without an answer the next tick finds the work all the same."""

    def __init__(
        self,
        consent: Consent,
        duties: Duties,
        subscriptions: Subscriptions,
        now: Callable[[], Millis],
        ring: Callable[[Iterable[int]], None],
        retention: Mapping[str, Millis],
        settle: Millis,
    ) -> None:
        self.consent, self.duties, self.subscriptions = consent, duties, subscriptions
        self._now, self._ring = now, ring
        self._retention, self._settle = retention, settle

    def connect(self, workspace: Workspace, return_url: str | None) -> tuple[Connection, str]:
        """A pending connection and the link that a person opens."""
        return self.consent.begin(workspace, return_url)

    def arrived(self, connection_id: str) -> None:
        """A grant has just been stored: its accounts are read at once."""
        self._ring([shard(connection_id)])

    def disconnect(self, workspace: Workspace, connection_id: str, actor: str) -> int:
        """Forget a grant, and end what it subscribed to, as far as LinkedIn answers; how many subscriptions it keeps.
        What the grant brought stays; accounts that no other connection sees are read no more.
        """
        left, now = self.subscriptions.leave(workspace, connection_id), self._now()
        with workspace.write() as tx:
            tx.connections.get(connection_id)
            lost = tx.accounts.drop_access(connection_id)
            tx.accounts.mark_removed([owner for owner in lost if not tx.accounts.access(owner)], now)
            tx.connections.delete(connection_id)
            for kind in ("verdict", "heartbeat"):
                tx.schedule.drop(kind, connection_id)
            detail = {"accounts": len(lost), "subscriptions_left": left}
            tx.audit.add(actor, "connection.deleted", connection_id, detail, now)
        return left

    def check_accounts(self, workspace: Workspace) -> tuple[str, ...]:
        """Have every active connection read its accounts and verdicts anew."""
        with workspace.write() as tx:
            active = [one.id for one in tx.connections.all() if one.state == "active"]
            for connection_id in active:
                tx.schedule.put("verdict", connection_id, shard(connection_id), self._now())
        self._ring(shard(connection_id) for connection_id in active)
        return tuple(active)

    def sync(
        self, workspace: Workspace, owner: str, wish: Sync, actor: str, force: bool = False
    ) -> tuple[Account, tuple[Run, ...]]:
        """Switch an account's reading on, off, or change how. Returns the runs that fill it.

        Raises Conflict with the account's problems when nobody may read its leads and `force` is not given.
        """
        now = self._now()
        _check_wish(owner, wish)
        with self.duties.purse.guarded(workspace, wish.poll_interval) as tx:
            account = tx.accounts.get(owner)
            if wish.enabled and not force:
                _check_readable(account)
            account = tx.accounts.set_sync(owner, wish, now)
            tx.settings.put("account", owner, "forced", "true" if wish.enabled and force else None)
            webhooks.follow(tx, account, now)
            runs = self._start(tx, account, now) if wish.enabled else self._stop(tx, owner, now)
            action = "sync.enabled" if wish.enabled else "sync.disabled"
            tx.audit.add(actor, action, owner, {"force": True} if force else {}, now)
        self._ring([shard(owner)])
        return account, runs

    def pull(self, workspace: Workspace, owner: str, order: PullOrder, actor: str) -> Run:
        """Read a window by hand, whatever the ledger says of it (LGF-110)."""
        now = self._now()
        since = max(0, now - plan.BACKFILL if order.since is None else order.since)
        if since >= (order.until if order.until is not None else now + plan.AHEAD):
            raise InvalidInput(
                "empty_window",
                "since must be before until.",
                "since is inclusive, until is exclusive.",
            )
        with workspace.write() as tx:
            tx.accounts.get(owner)
            if order.form_id is not None and tx.forms.get(order.form_id).owner != owner:
                raise InvalidInput(
                    "foreign_form", "This form belongs to another account.", "Name that account."
                )
            wanted = RunPlan(owner, "manual", None, order.form_id, since, order.until, order.dry_run)
            run = tx.runs.create(wanted, now)
            tx.schedule.put("run", run.id, shard(owner), now)
            tx.audit.add(actor, "pull.ordered", owner, _ordered(wanted), now)
        self._ring([shard(owner)])
        return run

    def reconcile(
        self,
        workspace: Workspace,
        owner: str,
        since: Millis | None = None,
        until: Millis | None = None,
        dry_run: bool = False,
        accepted: bool = False,
        *,
        actor: str,
    ) -> Run:
        """Read an owner a second time and compare; whole UTC days. A dry run repairs nothing and suspects nothing.

        `accepted`: a person knows that many leads are gone, and they are marked however many they are.
        """
        now = self._now()
        first = day_of(max(0, now - plan.BACKFILL if since is None else since))
        end = None if until is None else -day_of(-until)
        if first >= min(now - self._settle, now if end is None else end):
            raise InvalidInput(
                "empty_window",
                "There is no moment to compare from since to until.",
                f"Since must be before until, and leads are compared when they are {duration_text(self._settle)} old.",
            )
        with workspace.write() as tx:
            tx.accounts.get(owner)
            wanted = RunPlan(owner, reconcile.KIND, since=first, until=end, dry_run=dry_run)
            run = reconcile.order(tx, wanted, now, accepted)
            tx.audit.add(actor, "reconcile.ordered", owner, {**_ordered(wanted), "accepted": accepted}, now)
        self._ring([shard(owner)])
        return run

    def coverage(self, workspace: Workspace, owner: str) -> tuple[Covered, ...]:
        """The ledger of an account. What only waits for the next poll's turn is not called a gap yet."""
        now = self._now()
        with workspace.read() as tx:
            account = tx.accounts.get(owner)
            kinds = plan.lead_types(account)
            covered = [tx.coverage.covered(owner, lead_type) for lead_type in kinds]
            # An empty list that waits for the next verdict is no gap, unless that is overdue.
            patience, _ = self.duties.interval(workspace, "verdict_interval")
            waiting = [tx.coverage.doubted(owner, lead_type, now - 2 * patience) for lead_type in kinds]
            interval = self.duties.pace(tx, account).interval
        due = now - self._settle - interval - READ_TAKES
        return tuple(
            Covered(
                kind,
                have,
                tuple(coverage.gaps((*have, *seen), now, coverage.retention_of(kind, self._retention), due)),
            )
            for kind, have, seen in zip(kinds, covered, waiting, strict=True)
        )

    def read_forms(self, workspace: Workspace, owner: str | None) -> dict[str, Refreshed]:
        """Read the forms of one account, or of every account that can be read, now. Errors as a `Line` raises them."""
        with workspace.read() as tx:
            accounts = [tx.accounts.get(owner)] if owner else [a for a in tx.accounts.all() if _readable(a)]
        return {account.owner: self.duties.read_forms(workspace, account.owner) for account in accounts}

    def poll_interval(self, workspace: Workspace, form_id: str, interval: Millis | None, actor: str) -> None:
        """Give a form an interval of its own, or None to take it back; lives at once (LGF-201)."""
        if interval is not None:
            intervals.check(interval)
        with self.duties.purse.guarded(workspace, interval) as tx:
            form = tx.forms.get(form_id)
            tx.settings.put("form", form_id, "poll_interval", None if interval is None else str(interval))
            tx.audit.add(actor, "form.changed", form_id, {"poll_interval": interval}, self._now())
            if interval is None:
                tx.schedule.drop("form", form_id)
                theirs = [run for run in tx.runs.open(form.owner) if run.plan.form_id == form_id]
                _end(tx, theirs, "the form's own interval was taken back", self._now())
            else:
                _place_form(tx, form_id, interval, self._now())

    def intervals(self, workspace: Workspace, changes: dict[str, Millis | None], actor: str) -> None:
        """Change the workspace's intervals; what is due sooner by them is moved up at once."""
        for interval in changes.values():
            if interval is not None:
                intervals.check(interval)
        shortest = min((one for one in changes.values() if one is not None), default=None)
        with self.duties.purse.guarded(workspace, shortest) as tx:
            for name, interval in changes.items():
                tx.settings.put("workspace", "", name, None if interval is None else str(interval))
            tx.audit.add(actor, "settings.changed", workspace.id, dict(changes), self._now())
        self._move_up(workspace, changes)

    def _move_up(self, workspace: Workspace, changes: Iterable[str]) -> None:
        kinds = {
            "poll_interval": "poll",
            "forms_interval": "forms",
            "heartbeat_interval": "heartbeat",
            "verdict_interval": "verdict",
            "reconcile_interval": "reconcile",
        }
        with workspace.read() as tx:
            due = [one for name in changes if name in kinds for one in tx.schedule.all(kinds[name])]
        for one in due:
            name = next(name for name, kind in kinds.items() if kind == one.kind)
            interval, _ = self.duties.interval(workspace, name)
            with workspace.write() as tx:
                tx.schedule.hasten(
                    one.kind, one.key, one.shard, following(self._now(), interval, phase(one.key, interval))
                )

    def _start(self, tx: Tx, account: Account, now: Millis) -> tuple[Run, ...]:
        runs = [run for run in tx.runs.open(account.owner) if run.plan.kind in plan.BY_ITSELF]
        if not runs:
            wanted = plan.wanted(tx, account, now, self._retention)
            runs = [plan.create(tx, one, now) for one in wanted if one.kind != "poll"]
        lane = shard(account.owner)
        tx.schedule.hasten("forms", account.owner, lane, now)
        tx.schedule.hasten("poll", account.owner, lane, now + FORMS_FIRST)
        for form in tx.forms.all(account.owner):
            own = tx.settings.get("form", form.form_id, "poll_interval")
            if own is not None:
                _place_form(tx, form.form_id, int(own), now)
        return tuple(runs)

    @staticmethod
    def _stop(tx: Tx, owner: str, now: Millis) -> tuple[Run, ...]:
        """Whatever reads by itself ends here and now; what was asked for by hand goes on."""
        for kind in ("poll", "forms", "reconcile"):
            tx.schedule.drop(kind, owner)
        for form in tx.forms.all(owner):
            tx.schedule.drop("form", form.form_id)
        _end(tx, tx.runs.open(owner), "syncing was switched off", now)
        return ()


def _ordered(wanted: RunPlan) -> dict[str, str | bool]:
    """What the audit says of a run that somebody asked for."""
    moments = {"since": wanted.since, "until": wanted.until}
    said: dict[str, str | bool] = {name: iso(at) for name, at in moments.items() if at is not None}
    if wanted.form_id is not None:
        said["form"] = wanted.form_id
    return {**said, "dry_run": wanted.dry_run}


def _place_form(tx: Tx, form_id: str, interval: Millis, now: Millis) -> None:
    tx.schedule.put("form", form_id, shard(form_id), following(now, interval, phase(form_id, interval)))


def _end(tx: Tx, runs: Iterable[Run], reason: str, now: Millis) -> None:
    tx.runs.end([run for run in runs if run.plan.kind in plan.BY_ITSELF], reason, now)


def push_of(account: Account, takes_pushes: bool) -> bool:
    """Whether push is wanted of an account as long as nobody says otherwise: at first, wherever it is possible."""
    return takes_pushes if account.sync_changed_at is None else account.sync.push


def _readable(account: Account) -> bool:
    return account.access is not None and account.access.can_read in READABLE


def _check_readable(account: Account) -> None:
    if _readable(account):
        return
    raise Conflict(
        "cannot_read_leads",
        "No connection may read this account's leads.",
        "Follow the remedies below and check again, or send force: true to try all the same.",
        account.access.problems if account.access else (),
    )


def _check_wish(owner: str, wish: Sync) -> None:
    if wish.poll_interval is not None:
        intervals.check(wish.poll_interval)
    possible = Owner.parse(owner).lead_types
    odd = [lead_type for lead_type in wish.lead_types if lead_type not in possible]
    if odd:
        raise InvalidInput(
            "bad_lead_type",
            f"{', '.join(odd)} cannot come from this account.",
            f"Its lead types are {', '.join(possible)}.",
        )
