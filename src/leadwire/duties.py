"""What each kind of due work means, and when it is due again.

heartbeat (connection) ask whether its grant lives
verdict  (connection)  read its accounts and what it may do for each
forms    (owner)       read its forms, give new questions their columns
poll     (owner)       read the leads that the coverage ledger does not cover
form     (form)        the same for one form whose interval is shorter than its account's
reconcile (owner)      read it a second time, and compare
run      (run)         carry one run asked for by hand, or one that compares
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from leadwire.connect import accounts, webhooks
from leadwire.connect.heartbeat import beat, next_beat
from leadwire.connect.line import Line, Switchboard
from leadwire.connect.pace import pace
from leadwire.connect.purse import Purse
from leadwire.connect.version_trial import Tried, try_version
from leadwire.domain import intervals
from leadwire.domain.errors import Conflict, NotFound
from leadwire.domain.intervals import Pace
from leadwire.domain.owners import phase, shard
from leadwire.domain.times import SECOND, Millis
from leadwire.ingest import emptiness, plan, rebuild, reconcile, shape
from leadwire.ingest.forms import Refreshed, refresh, relearn
from leadwire.ingest.ports import NobodyMayRead, Source, Turn
from leadwire.ingest.reader import Outcome, Reader
from leadwire.ingest.tables import Desks
from leadwire.linkedin.errors import AskAgain, LinkedInError, Refused, TryLater
from leadwire.linkedin.patience import asked_for
from leadwire.store import Account, Beat, Tx, Workspace

RETRY: Millis = 60_000
FORMS_RETRY: Millis = 5 * RETRY  # a new version waits; leads of it are stored all the same
FILL_WAIT: Millis = 10 * 60_000  # for a back-fill to end
READABLE = ("yes", "probably")

log = structlog.get_logger()


@dataclass(frozen=True)
class Defaults:
    """The deployment's intervals, by setting name; nearer levels win."""

    intervals: Mapping[str, Millis]
    public_https: bool
    call_limits: Mapping[str, int] = field(default_factory=dict)


class Duties:
    def __init__(
        self, board: Switchboard, reader: Reader, desks: Desks, defaults: Defaults, now: Callable[[], Millis]
    ) -> None:
        self._board, self._reader, self._desks = board, reader, desks
        self._defaults, self._now = defaults, now
        self.purse = Purse(board.store, defaults.intervals, defaults.call_limits, now)

    def kinds(self) -> dict[str, Callable[[Workspace, str, Turn], Millis | None]]:
        return {
            "heartbeat": self.pulse,
            "verdict": self.verdict,
            "forms": self.forms,
            "poll": self.poll,
            "form": self.form,
            "reconcile": self.reconcile,
            "run": self.run,
        }

    def verdict(self, workspace: Workspace, connection_id: str, turn: Turn) -> Millis | None:
        """LGF-007 on a schedule. A connection that needs a person is not asked again until they came."""
        try:
            self.check(workspace, connection_id)
        except NotFound:
            return None
        except AskAgain:
            with workspace.read() as tx:
                ended = tx.connections.get(connection_id).state != "active"
            if ended:
                return None  # granting anew schedules it anew
            return self._next(workspace, "verdict_interval", connection_id)
        except TryLater as error:
            return self._now() + asked_for(error, otherwise=RETRY / 1000)
        except LinkedInError as error:
            log.warning("verdict_failed", connection=connection_id, error=str(error))
            if isinstance(error, Refused):
                return self._next(workspace, "verdict_interval", connection_id)
            return self._now() + RETRY
        return self._next(workspace, "verdict_interval", connection_id)

    def check(self, workspace: Workspace, connection_id: str) -> accounts.Checked:
        """Read what a connection sees now; what has become readable is read at once."""
        line = self._board.line(workspace, connection_id)
        before, began = self._readable(workspace), self._now()
        checked = accounts.check(
            line, workspace, connection_id, public_https=self._defaults.public_https, now=self._now
        )
        with workspace.write() as tx:
            for account in tx.accounts.all(enabled=True):
                fresh = account.owner not in before and account.access and account.access.can_read in READABLE
                if fresh and account.access and account.access.connection_id == connection_id:
                    tx.schedule.hasten("forms", account.owner, shard(account.owner), self._now())
                    tx.schedule.hasten("poll", account.owner, shard(account.owner), self._now())
            for owner in {*checked.owners, *checked.lost}:
                emptiness.ask_again(tx, owner, connection_id, began, self._now())
        return checked

    def try_version(self, workspace: Workspace, version: str) -> Tried:
        """Ask LinkedIn whether it takes another version of its API. Conflict, where nobody can ask."""
        return try_version(self._board, workspace, version)

    def heartbeat(self, workspace: Workspace, connection_id: str, actor: str) -> Beat:
        """Ask LinkedIn now whether this grant lives (LGF-002). Conflict, where there is none to ask about."""
        heard = beat(self._board.line(workspace, connection_id), workspace, connection_id, self._now)
        with workspace.write() as tx:
            detail = {"method": heard.method, "result": heard.result}
            tx.audit.add(actor, "connection.heartbeat", connection_id, detail, heard.at)
        return heard

    def pulse(self, workspace: Workspace, connection_id: str, turn: Turn) -> Millis | None:
        """LGF-002 on a schedule, and LGF-003 and 006 when the clock says that a grant ends."""
        try:
            heard = beat(self._board.line(workspace, connection_id), workspace, connection_id, self._now)
            with workspace.read() as tx:
                connection = tx.connections.get(connection_id)
        except (Conflict, NotFound):
            return None  # granting anew schedules it anew
        except LinkedInError as error:
            log.warning("heartbeat_failed", connection=connection_id, error=str(error))
            return self._next(workspace, "heartbeat_interval", connection_id)
        if connection.state != "active":
            return None
        return next_beat(connection, heard, self._next(workspace, "heartbeat_interval", connection_id))

    def forms(self, workspace: Workspace, owner: str, turn: Turn) -> Millis | None:
        """LGF-102, 112 on a schedule; a new form gets its table, a new version its columns."""
        with workspace.read() as tx:
            enabled = tx.accounts.get(owner).sync.enabled
        if not enabled:
            return None
        try:
            self.read_forms(workspace, owner)
        except NobodyMayRead:  # a verdict that turns good again brings it forward
            return self._next(workspace, "forms_interval", owner)
        except LinkedInError as error:
            log.warning("forms_failed", owner=owner, error=str(error))
            if isinstance(error, Refused):
                return self._next(workspace, "forms_interval", owner)
            return self._now() + FORMS_RETRY
        with workspace.read() as tx:
            known = tx.forms.all(owner)
        for form in known:
            shape.shape(workspace, form.form_id)
        compared = self._next(workspace, "reconcile_interval", owner)
        with workspace.write() as tx:
            tx.schedule.ensure(reconcile.KIND, owner, shard(owner), compared)
            if tx.runs.open(owner):  # a back-fill waits for its tables
                tx.schedule.hasten("poll", owner, shard(owner), self._now())
        return self._next(workspace, "forms_interval", owner)

    def read_forms(self, workspace: Workspace, owner: str) -> Refreshed:
        """Read an owner's forms now. Errors as a `Line` raises them, and NobodyMayRead."""
        source = Source(workspace, owner, "", self.line_for(workspace, owner))
        seen = refresh(source, self._now())
        relearned = {*seen.relearned, *relearn(source, self._now())}
        for form_id in {*seen.new, *seen.changed, *relearned}:
            self._desks.forget(workspace.id, form_id)
        with workspace.read() as tx:
            known = [form.form_id for form in tx.forms.all(owner)]
            found = {form_id: tx.settings.get("form", form_id, shape.OWED) for form_id in known}
        owed = {form_id: version for form_id, version in found.items() if version}
        for form_id in owed:
            rebuild.project(workspace, form_id, self._desks, self._now())
        with workspace.write() as tx:
            for form_id, version in owed.items():
                # Else another was learned meanwhile, and is owed still.
                if tx.settings.get("form", form_id, shape.OWED) == version:
                    tx.settings.put("form", form_id, shape.OWED, None)
            webhooks.forms_read(tx, owner, bool(seen.new or seen.changed), self._now())
        return seen

    def poll(self, workspace: Workspace, owner: str, turn: Turn) -> Millis | None:
        outcome = self._reader.owner(workspace, owner, turn)
        with workspace.read() as tx:
            account = tx.accounts.get(owner)
            doubted = _in_doubt(tx, account)
        if not account.sync.enabled:
            return None
        if doubted is not None:
            with workspace.write() as tx:
                tx.schedule.hasten("verdict", doubted, shard(doubted), self._now() + SECOND)
        return self._after(workspace, outcome, account)

    def form(self, workspace: Workspace, form_id: str, turn: Turn) -> Millis | None:
        with workspace.read() as tx:
            own = tx.settings.get("form", form_id, "poll_interval")
            form = tx.forms.find(form_id)
            enabled = form is not None and tx.accounts.get(form.owner).sync.enabled
        if own is None or not enabled:
            return None
        outcome = self._reader.form(workspace, form_id, turn)
        if outcome.again_in is not None:
            return self._now() + int(outcome.again_in * 1000)
        return following(self._now(), int(own), phase(form_id, int(own)))

    def run(self, workspace: Workspace, run_id: str, turn: Turn) -> Millis | None:
        outcome = self._reader.run(workspace, run_id, turn)
        if outcome.again_in is not None:
            return self._now() + int(outcome.again_in * 1000)
        with workspace.write() as tx:
            reconcile.again(tx, run_id, self._now())
        return None

    def reconcile(self, workspace: Workspace, owner: str, turn: Turn) -> Millis | None:
        """A second reading on a schedule: its run is carried like one asked for by hand."""
        readable = bool(self.readers(workspace, owner))
        with workspace.write() as tx:
            if not tx.accounts.get(owner).sync.enabled:
                return None
            if plan.fills(tx, owner):
                return self._now() + FILL_WAIT
            under_way = any(run.plan.kind == reconcile.KIND for run in tx.runs.open(owner))
            if readable and not under_way:
                reconcile.order(tx, reconcile.wanted(tx, owner, self._now()), self._now())
        return self._next(workspace, "reconcile_interval", owner)

    def able(self, workspace: Workspace, owner: str) -> bool:
        """Whether everybody over whom an owner is read may read it, asked of LinkedIn now.

        A weak role counts where it has shown leads. Errors as a `Line` raises them.
        """
        reading = self.readers(workspace, owner)
        for connection_id in reading:
            self.check(workspace, connection_id)
        with workspace.read() as tx:
            good = READABLE if tx.leads.counts(owner) else READABLE[:1]
            may = {one.connection_id for one in tx.accounts.access(owner) if one.can_read in good}
        return bool(reading) and may.issuperset(reading)

    def line_for(self, workspace: Workspace, owner: str) -> Line:
        """The best living line to an owner's leads: if one member's grant dies, another's is used."""
        for connection_id in self.readers(workspace, owner):
            return self._board.line(workspace, connection_id)
        raise NobodyMayRead("no active connection may read this account; its verdict says what is missing")

    def readers(self, workspace: Workspace, owner: str) -> tuple[str, ...]:
        """The living connections that may read an owner's leads, best first."""
        with workspace.read() as tx:
            forced = self._forced(tx, owner)
            return tuple(
                access.connection_id
                for access in tx.accounts.access(owner)
                if (forced or access.can_read in READABLE)
                and tx.connections.get(access.connection_id).state == "active"
            )

    def _forced(self, tx: Tx, owner: str) -> bool:
        """Switched on in spite of its verdict: LinkedIn's own answer decides."""
        return tx.settings.get("account", owner, "forced") is not None

    def _readable(self, workspace: Workspace) -> set[str]:
        with workspace.read() as tx:
            return {a.owner for a in tx.accounts.all() if a.access and a.access.can_read in READABLE}

    def _after(self, workspace: Workspace, outcome: Outcome, account: Account) -> Millis:
        if outcome.again_in is not None:
            return self._now() + int(outcome.again_in * 1000)
        with workspace.read() as tx:
            now = self.pace(tx, account)
        due = following(self._now(), now.interval, phase(account.owner, now.interval))
        return due if now.until is None else min(due, now.until)

    def pace(self, tx: Tx, account: Account) -> Pace:
        """How often an account is polled now, and why."""
        return pace(tx, account, self._defaults.intervals["poll_interval"], self._now())

    def _next(self, workspace: Workspace, name: str, key: str, own: Millis | None = None) -> Millis:
        interval, _ = self.interval(workspace, name, own)
        return following(self._now(), interval, phase(key, interval))

    def interval(self, workspace: Workspace, name: str, own: Millis | None = None) -> tuple[Millis, str]:
        """The interval in force and the level it comes from."""
        with workspace.read() as tx:
            here = tx.settings.get("workspace", "", name)
        return intervals.resolve(
            [
                ("account", own),
                ("workspace", int(here) if here is not None else None),
                ("deployment", self._defaults.intervals[name]),
            ]
        )


def _in_doubt(tx: Tx, account: Account) -> str | None:
    """The connection whose verdict settles it, where a back-fill found nothing: that is not left to its turn."""
    found = account.access
    if found is None or found.can_read != "yes":
        return None
    waits = [
        one
        for lead_type in plan.lead_types(account)
        for one in tx.coverage.doubted(account.owner, lead_type, found.checked_at)
    ]
    return found.connection_id if any(one.until - one.since > plan.BACKFILL / 2 for one in waits) else None


def following(now: Millis, interval: Millis, offset: Millis) -> Millis:
    """The next moment after `now` that is `offset` into an interval: stable per owner, never all at once."""
    return now - (now - offset) % interval + interval
