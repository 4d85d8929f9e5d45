"""Leads that LinkedIn does not show any more are looked for until it is certain what that means.

Whoever notices one (a push, a second reading) only calls `suspect`. Answers are erased here alone, after two looks
that could have seen the lead; see `domain.absence` for the rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from leadwire.domain.absence import Finding, Look, Rule, Suspect, decide, too_many
from leadwire.domain.errors import Conflict
from leadwire.domain.errors import NotFound as NotHere
from leadwire.domain.judge import may_bury
from leadwire.domain.owners import Owner, shard
from leadwire.domain.times import HOUR, MINUTE, Millis
from leadwire.ingest import land
from leadwire.ingest.ports import LineFor, NobodyMayRead, Now, Source, Speak, Turn
from leadwire.ingest.tables import Desks
from leadwire.linkedin.errors import Forbidden, LinkedInError, NotFound, Refused, Surprise, TryLater
from leadwire.linkedin.leads import batch_leads, get_lead, read_lead_batch, read_lead_entity
from leadwire.linkedin.patience import asked_for
from leadwire.store import Hold, Mark, Tx, Workspace

KIND = "confirm"  # of schedule rows; the key is the owner
SCRUB = "scrub"  # after answers were erased: what lies in the files of the database goes, too
TOGETHER = 40  # suspects in a call, beside the controls: a query of LinkedIn's may have 4 KB
AT_ONCE = 500  # ids in a statement
GOOD = ("yes", "probably")  # verdicts under which a look counts, if a control was shown
LATER: Millis = HOUR  # for what cannot be seen now, and for what waits for a person

log = structlog.get_logger()


@dataclass
class Shown:
    """What LinkedIn answered, by lead id: bytes, or "not found". Of what is in neither nothing is known."""

    found: dict[str, bytes] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def of(self, lead_id: str) -> bool | None:
        """Whether a lead is shown; None: LinkedIn did not say."""
        if lead_id in self.found:
            return True
        return False if lead_id in self.gone else None


def suspect(tx: Tx, owner: str, lead_ids: Collection[str], now: Millis, told: bool = False) -> None:
    """LinkedIn does not show these leads of an owner: they are missing from now on, and looked for.

    `told`: LinkedIn pushed that they were deleted. One that is not here, deleted or erased is no business of ours,
    but for one that LinkedIn told of: it may be under way.
    """
    ids = list(dict.fromkeys(lead_ids))
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        known = tx.leads.known(some)
        missing = [
            lead_id
            for lead_id in some
            if (told if (it := known.get(lead_id)) is None else it.state == "live")
        ]
        tx.leads.mark_missing(missing, now)
        tx.absences.add(owner, missing, now, told)
        if missing:
            tx.schedule.hasten(KIND, owner, shard(owner), now)


class Confirm:
    """Looks for the missing leads of an owner. `bury` notes marks outside of the database, durably."""

    def __init__(
        self, desks: Desks, line_for: LineFor, now: Now, rule: Rule, bury: Callable[[Sequence[Mark]], None]
    ) -> None:
        self._desks, self._line_for, self._now = desks, line_for, now
        self._rule, self._bury = rule, bury

    def duty(self, workspace: Workspace, owner: str, turn: Turn) -> Millis | None:
        """See to those that are due; when the next ones are, None where nothing is missing, or no account is."""
        try:
            return self._turn(workspace, owner, turn)
        except NotHere:
            return None

    def _turn(self, workspace: Workspace, owner: str, turn: Turn) -> Millis | None:
        while not turn.over():
            with workspace.write() as tx:
                held = self._tidy(tx, owner)
                due = tx.absences.due(owner, self._now(), TOGETHER, only_told=held)
            if not due:
                break
            self._look(workspace, owner, due)
            turn.progressed()
        with workspace.read() as tx:
            held = tx.absences.hold(owner) is not None
            soonest = tx.absences.next_due(owner, only_told=held)
        return min(soonest or self._now() + LATER, self._now() + LATER) if held else soonest

    def answer(self, workspace: Workspace, owner: str, deleted: bool, actor: str) -> int:
        """What a person says of the many that are missing: they may be deleted, or are kept. How many it was about.

        Deleted ones are still looked for twice. NotFound; Conflict where nothing was asked.
        """
        now = self._now()
        with workspace.write() as tx:
            tx.accounts.get(owner)
            if tx.absences.hold(owner) is None:
                raise Conflict("nothing_asked", "Nothing is asked about this account.", "Look at its page.")
            leads = tx.absences.answer(owner, deleted, now)
            tx.schedule.hasten(KIND, owner, shard(owner), now)
            tx.audit.add(actor, "absence.answered", owner, {"deleted": deleted, "leads": leads}, now)
        return leads

    def _tidy(self, tx: Tx, owner: str) -> bool:
        """Let go of those of which more is known; whether a person must speak before those that LinkedIn did not tell
        of are taken for deleted. What it told of, by a signed push, does not go missing without a word.
        """
        now = self._now()
        tx.absences.drop(tx.absences.back(owner))
        open_ = tx.absences.open(owner)
        old = [one.lead_id for one in open_ if not self._rule.may_be_deleted(one, now)]
        for start in range(0, len(old), AT_ONCE):
            tx.absences.drop(old[start : start + AT_ONCE])
        silent = {one.lead_id for one in open_ if one.told_at is None} - set(old)
        missing, asked = len(silent), tx.absences.hold(owner)
        if asked is not None and not missing:
            tx.absences.lift(owner)
            return False
        living = sum(count.total - count.deleted for count in tx.leads.counts(owner))
        if asked is None and not too_many(missing, living):
            return False
        tx.absences.ask(Hold(owner, now, missing, living))
        if asked is None:
            tx.audit.add("leadwire", "absence.asked", owner, {"missing": missing, "living": living}, now)
        return True

    def _look(self, workspace: Workspace, owner: str, due: Sequence[Suspect]) -> None:
        with workspace.read() as tx:
            access = tx.accounts.get(owner).access
            controls = _controls(tx, owner)
        issued_at = self._now()
        try:
            if access is None or access.can_read not in GOOD:
                raise NobodyMayRead("the account's verdict is not good")
            line = self._line_for(workspace, owner)
            shown = _ask(line, [*(one.lead_id for one in due), *_all(controls)])
            self._land(workspace, owner, due, shown, issued_at, line)
        except (LinkedInError, NobodyMayRead) as error:
            log.warning("absence_not_confirmed", owner=owner, error=str(error))
            wait = asked_for(error) or MINUTE if isinstance(error, TryLater) else LATER
            with workspace.write() as tx:
                tx.absences.later([one.lead_id for one in due], self._now() + wait)
            return
        findings: dict[Finding, list[Suspect]] = defaultdict(list)
        for one in due:
            look = Look(issued_at, shown.of(one.lead_id), _sound(one.lead_type, controls, shown))
            findings[decide(one, look, self._rule)].append(one)
        with workspace.write() as tx:
            self._settle(tx, owner, findings, issued_at)
            suspect(tx, owner, sorted(_all(controls) & shown.gone), self._now())

    def _settle(
        self, tx: Tx, owner: str, findings: Mapping[Finding, Sequence[Suspect]], issued_at: Millis
    ) -> None:
        after = self._rule.confirm_after
        ids = {finding: [one.lead_id for one in some] for finding, some in findings.items()}
        first = ids.get(Finding.FIRST, [])
        tx.absences.gone(first, issued_at)
        tx.absences.later(first, issued_at + after)
        for one in findings.get(Finding.EARLY, ()):
            tx.absences.later([one.lead_id], (one.gone_at or issued_at) + after)
        tx.absences.later(ids.get(Finding.UNSURE, []), self._now() + LATER)
        deleted = self._delete(tx, owner, findings.get(Finding.GONE, ()), issued_at)
        early = set(ids.get(Finding.GONE, ())) - set(deleted)
        tx.absences.later(sorted(early), self._now() + LATER)
        over = [lead_id for end in (Finding.BACK, Finding.OLD) for lead_id in ids.get(end, [])]
        tx.absences.drop([*over, *deleted])

    def _delete(self, tx: Tx, owner: str, gone: Sequence[Suspect], issued_at: Millis) -> list[str]:
        """Those that are deleted now; not one that was read later than this look, as by a clock that was wrong."""
        known = tx.leads.known([one.lead_id for one in gone])
        sure = [one for one in gone if may_bury(known.get(one.lead_id), issued_at)]
        if not sure:
            return []
        now = self._now()
        self._bury([tx.erasing.mark(one.lead_id, "deleted", issued_at) for one in sure])
        deleted = tx.erasing.mark_deleted([one.lead_id for one in sure], now, issued_at)
        for one in sure:
            if one.lead_id not in known:
                lead_type = one.lead_type or Owner.parse(owner).lead_types[0]
                tx.erasing.tombstone(one.lead_id, owner, lead_type, now, issued_at)
        tx.audit.add("linkedin", "leads.deleted", owner, {"leads": deleted}, now)
        owe_scrub(tx, owner, now)
        return [one.lead_id for one in sure]

    def _land(
        self,
        workspace: Workspace,
        owner: str,
        due: Iterable[Suspect],
        shown: Shown,
        issued_at: Millis,
        line: Speak,
    ) -> None:
        """What is there again is landed like every other lead, and with that it is no longer missing."""
        back: dict[str, list[bytes]] = defaultdict(list)
        for one in due:
            if one.lead_id in shown.found:
                lead_type = one.lead_type or Owner.parse(owner).lead_types[0]
                back[lead_type].append(shown.found[one.lead_id])
        for lead_type, elements in back.items():
            batch = land.Batch(owner, lead_type, elements, issued_at, "pull")
            source = Source(workspace, owner, lead_type, line)
            arranged = land.arrange(batch, land.read(workspace, batch), partial(self._desks.of, source))
            land.land(workspace, batch, arranged, self._now())


def owe_scrub(tx: Tx, key: str, now: Millis) -> None:
    """Answers were erased: the files of the database are seen to, behind this transaction."""
    tx.schedule.hasten(SCRUB, "", shard(key), now)


def _controls(tx: Tx, owner: str) -> dict[str, tuple[str, ...]]:
    return {kind: tx.absences.controls(owner, kind) for kind in Owner.parse(owner).lead_types}


def _sound(lead_type: str, controls: Mapping[str, tuple[str, ...]], shown: Shown) -> bool:
    """Whether another lead of the owner was shown: of the same type, where there is one."""
    return any(one in shown.found for one in controls.get(lead_type) or _all(controls))


def _all(controls: Mapping[str, tuple[str, ...]]) -> set[str]:
    return {one for some in controls.values() for one in some}


def _ask(speak: Speak, ids: Sequence[str]) -> Shown:
    """All in one call; one by one where LinkedIn refuses that, or does not say something of each."""
    shown = Shown()
    if len(ids) > 1:
        try:
            batch = speak(batch_leads(ids), read_lead_batch)
        except Forbidden:
            raise
        except (Refused, Surprise) as error:
            log.warning("batch_refused", reason=str(error))
        else:
            shown.found = {lead_id: raw for lead_id, raw in batch.found.items() if lead_id in ids}
            shown.gone = {lead_id for lead_id, error in batch.errors.items() if isinstance(error, NotFound)}
            ids = [one for one in ids if one not in batch.found and one not in batch.errors]
    for lead_id in ids:
        try:
            shown.found[lead_id] = speak(get_lead(lead_id), read_lead_entity)
        except NotFound:
            shown.gone.add(lead_id)
    return shown
