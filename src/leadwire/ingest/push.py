"""What was pushed is fetched: a notification names a lead, LinkedIn's answer to our question is the lead.

Pushes of one owner are asked for together, as many as fit a query. A push ends when its lead has been read after it
came, however it was read; so duplicates, wrong order and a pull that was quicker cost nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import structlog

from leadwire.domain.judge import Known
from leadwire.domain.owners import LEAD_TYPES, Owner, shard
from leadwire.domain.times import MINUTE, Millis
from leadwire.ingest import absence, land
from leadwire.ingest.ports import LineFor, Meter, NobodyMayRead, Now, Source
from leadwire.ingest.tables import Desks
from leadwire.linkedin.errors import (
    Forbidden,
    LinkedInError,
    NotFound,
    Refused,
    Surprise,
    TryLater,
)
from leadwire.linkedin.leads import batch_leads, get_lead, read_lead_batch, read_lead_entity
from leadwire.linkedin.patience import asked_for
from leadwire.store import InboxItem, RunCounters, RunPlan, Tx, Workspace

TOGETHER = 50  # ids in a call: a query of LinkedIn's may have 4 KB
ALONE = 10  # asked for one by one, where LinkedIn refuses them together; the rest is read by a walk
NOT_YET: tuple[Millis, ...] = (2_000, 10_000, 60_000, 600_000)  # a lead may be readable later than its push
BUSY: Millis = 10_000
NOBODY: Millis = 5 * MINUTE

log = structlog.get_logger()


@dataclass
class Fetched:
    """What LinkedIn answered, by lead id: bytes, or nothing for what it does not show."""

    found: dict[str, bytes] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)


class Fetch:
    """Carries the inbox of an owner forward; everything durable is in its rows."""

    def __init__(self, desks: Desks, line_for: LineFor, now: Now) -> None:
        self._desks, self._line_for, self._now = desks, line_for, now
        self._singly: set[str] = set()  # owners for whom LinkedIn refused a call for many

    def turn(self, workspace: Workspace, owner: str) -> bool:
        """See to the pushes that are due, one call's worth. False: none was."""
        with workspace.read() as tx:
            items = tx.inbox.due(owner, self._now(), TOGETHER)
            known = tx.leads.known([item.lead_id for item in items if item.lead_id])
        if not items:
            return False
        open_ = self._sort_out(workspace, items, known)
        if not open_:
            return True
        try:
            self._fetch(workspace, owner, open_)
        except TryLater as error:
            # The longer it has been like this, the less often it is tried: quick after a hiccup, rare in an outage.
            waited = self._now() - min(item.received_at for item in open_)
            wait = max(asked_for(error), min(max(waited, BUSY), NOBODY))
            self._wait(workspace, open_, wait, str(error))
        except (LinkedInError, NobodyMayRead) as error:
            self._wait(workspace, open_, NOBODY, str(error))
        return True

    def _sort_out(
        self, workspace: Workspace, items: Sequence[InboxItem], known: Mapping[str, Known]
    ) -> list[InboxItem]:
        """End what needs no question; the rest."""
        ends: dict[str, list[str]] = defaultdict(list)
        rest = []
        for item in items:
            there = known.get(item.lead_id or "")
            if there is not None and there.state == "erased":
                ends["erased by request"].append(item.id)
            elif item.action == "CREATED" and _read_since(there, item):
                ends["read already"].append(item.id)
            else:
                rest.append(item)
        if ends:
            with workspace.write() as tx:
                for outcome, ids in ends.items():
                    tx.inbox.done(ids, outcome, self._now())
        return rest

    def _fetch(self, workspace: Workspace, owner: str, items: Sequence[InboxItem]) -> None:
        speak = Meter(self._line_for(workspace, owner))
        types = {item.lead_type for item in items}
        plan = RunPlan(owner, "push", types.pop() or None if len(types) == 1 else None)
        issued_at, counted = self._now(), RunCounters()
        try:
            fetched = self._ask(speak, owner, sorted({item.lead_id for item in items if item.lead_id}))
            counted = self._land(workspace, owner, items, fetched, issued_at, speak)
        except (LinkedInError, NobodyMayRead) as error:
            counted = replace(counted, calls=speak.take())
            with workspace.write() as tx:
                tx.runs.record(plan, counted, issued_at, self._now(), str(error))
            raise
        with workspace.write() as tx:
            self._settle(tx, owner, items, fetched)
            tx.runs.record(plan, replace(counted, calls=speak.take()), issued_at, self._now())

    def _ask(self, speak: Meter, owner: str, ids: Sequence[str]) -> Fetched:
        if len(ids) > 1 and owner not in self._singly:
            try:
                return _together(speak, ids)
            except Forbidden:
                raise
            except Refused as error:
                log.warning("batch_refused", owner=owner, reason=str(error))
                self._singly.add(owner)
            except Surprise as error:  # one odd lead among them: the others are to be had one by one
                log.warning("batch_odd", owner=owner, reason=str(error))
        fetched = Fetched()
        for lead_id in ids[:ALONE]:
            try:
                fetched.found[lead_id] = speak(get_lead(lead_id), read_lead_entity)
            except NotFound:
                fetched.gone.add(lead_id)
        return fetched

    def _land(
        self,
        workspace: Workspace,
        owner: str,
        items: Sequence[InboxItem],
        fetched: Fetched,
        issued_at: Millis,
        speak: Meter,
    ) -> RunCounters:
        """Land what was found, a batch for each lead type, as the push named it; what was counted but the calls."""
        types = {item.lead_id: item.lead_type for item in items}
        grouped: dict[str, list[bytes]] = defaultdict(list)
        for lead_id, raw in fetched.found.items():
            grouped[types.get(lead_id) or LEAD_TYPES[Owner.parse(owner).kind][0]].append(raw)
        total = RunCounters()
        for lead_type, elements in grouped.items():
            batch = land.Batch(owner, lead_type, elements, issued_at, "push")
            source = Source(workspace, owner, lead_type, speak)
            arranged = land.arrange(batch, land.read(workspace, batch), partial(self._desks.of, source))
            landed = land.land(workspace, batch, arranged, self._now())
            total = RunCounters(
                read=total.read + len(elements),
                stored=total.stored + landed.stored,
                duplicates=total.duplicates + landed.duplicates,
                quarantined=total.quarantined + landed.quarantined,
            )
        return total

    def _settle(self, tx: Tx, owner: str, items: Sequence[InboxItem], fetched: Fetched) -> None:
        now = self._now()
        found = [item.id for item in items if item.lead_id in fetched.found]
        gone = [item for item in items if item.lead_id in fetched.gone]
        tx.inbox.done(found, "stored", now)
        deleted = [item for item in gone if item.action == "DELETED"]
        tx.inbox.done([item.id for item in deleted], "not shown any more", now)
        absence.suspect(tx, owner, [item.lead_id for item in deleted if item.lead_id], now, told=True)
        hidden = [item for item in gone if item.action != "DELETED"]
        for item in hidden:
            if item.attempts < len(NOT_YET):
                tx.inbox.later([item.id], now + NOT_YET[item.attempts], "not readable yet")
            else:
                tx.inbox.park([item.id], "LinkedIn does not show this lead", now)
        seen = {*found, *(item.id for item in gone)}
        unasked = [item.id for item in items if item.id not in seen]
        if unasked:  # too many to ask for one by one: a walk reads them
            tx.inbox.wait(unasked, now + BUSY, "waits for a walk")
            if tx.accounts.get(owner).sync.enabled:
                tx.schedule.hasten("poll", owner, shard(owner), now)

    def _wait(self, workspace: Workspace, items: Iterable[InboxItem], wait: Millis, reason: str) -> None:
        with workspace.write() as tx:
            tx.inbox.wait([item.id for item in items], self._now() + wait, reason)


def _read_since(known: Known | None, item: InboxItem) -> bool:
    return known is not None and known.state == "live" and known.issued_at >= item.received_at


def _together(speak: Meter, ids: Sequence[str]) -> Fetched:
    batch = speak(batch_leads(ids), read_lead_batch)
    found = {lead_id: raw for lead_id, raw in batch.found.items() if lead_id in ids}
    for error in batch.errors.values():
        if not isinstance(error, NotFound):
            if not found:
                raise error
            log.warning("batch_error", reason=str(error))
    odd = {lead_id for lead_id, error in batch.errors.items() if not isinstance(error, NotFound)}
    return Fetched(found, {lead_id for lead_id in ids if lead_id not in found and lead_id not in odd})
