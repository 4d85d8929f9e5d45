"""The invariants that hold at every moment (S). Each gives (invariant, what is wrong) for what it finds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.simulation import stage
from tests.simulation.books import Books, Entry, Key, Span
from tests.simulation.truth import Truth
from tests.simulation.world import DAY, LEAD_TYPES, MINUTE, TENANTS, mark

if TYPE_CHECKING:
    from tests.simulation.network import Network

Wrong = tuple[str, str]
CONFIRM_AFTER = 10 * MINUTE
MAX_AGE = 80 * DAY
YOUNG = 75 * DAY  # by so much nobody can be in doubt
MARK = re.compile(rb"mk(\d{6})zq")
MEMBER_OF = {tenant.slug: tenant.member for tenant in TENANTS}
OWNERS = {tenant.slug: set(tenant.owners) for tenant in TENANTS}


@dataclass(frozen=True)
class Ack:
    """A push that we said we have. `at` is when it happened, by LinkedIn."""

    workspace: str
    lead: str
    action: str
    at: int
    acked_at: int


@dataclass
class Memory:
    """What was so before, and what people did."""

    ledger: dict[Key, Entry] = field(default_factory=dict)
    covered: dict[tuple[str, str], list[Span]] = field(default_factory=dict)
    names: dict[tuple[str, str, str], str] = field(default_factory=dict)
    tombs: dict[Key, int] = field(default_factory=dict)  # the number of the look that made it
    dead: set[Key] = field(default_factory=set)
    erased: set[Key] = field(default_factory=set)
    may_be_erased: set[Key] = field(default_factory=set)
    acks: list[Ack] = field(default_factory=list)
    told: set[Key] = field(default_factory=set)  # of a deletion, by an acknowledged push, while young
    # Whose deletion a push told before it was so, and when: told again, that is no news.
    false_words: set[tuple[str, str, int]] = field(default_factory=set)
    states: dict[str, str] = field(default_factory=dict)
    checked_acks: int = 0
    calm_since: int = 0

    def gone(self, network: Network) -> set[Key]:
        """Of whom nothing may be left. One that is shown again and cannot be read lies in quarantine, and may."""
        again = {key for key, tomb in self.tombs.items() if network.last(key, shown=True) > tomb}
        return self.dead - (again - self.may_be_erased)


class Safety:
    """Compares what is with what was a step ago."""

    def __init__(self, books: Books, truth: Truth, network: Network, memory: Memory) -> None:
        self._books, self._truth, self._network, self._memory = books, truth, network, memory
        self._ids = {slug: id_ for id_, slug in books.slugs.items()}
        memory.ledger, memory.covered = books.ledger(), books.coverage()

    def step(self, shown_before: set[str], crashed: bool) -> list[Wrong]:
        """Everything that must hold at every moment."""
        found = [
            *self._complaints(),
            *self._acknowledged(crashed),
            *self._transitions(),
            *self._coverage(shown_before),
            *self._counters(),
            *self._residue(),
            *self._grants(),
            *self._storms(),
        ]
        return list(found)

    def _complaints(self) -> Iterator[Wrong]:
        if stage.complaints:
            yield "S0 a handler raised", stage.complaints[0]

    def _acknowledged(self, crashed: bool) -> Iterator[Wrong]:
        memory = self._memory
        for ack in memory.acks if crashed else memory.acks[memory.checked_acks :]:
            gone = (ack.workspace, ack.lead) in memory.erased | memory.may_be_erased
            if not gone and not self._books.has_push(self._ids[ack.workspace], ack.lead, ack.action, ack.at):
                yield "S1 acknowledged and not there", f"{ack}"
        memory.checked_acks = len(memory.acks)

    def _transitions(self) -> Iterator[Wrong]:
        """Of leads between living, deleted, erased, and whose they are."""
        memory, now = self._memory, self._books.ledger()
        for key, entry in now.items():
            if entry.owner not in OWNERS[key[0]]:
                yield "I9 a lead of another workspace", f"{key} of {entry.owner}"
            if key in memory.erased:
                yield "S2 an erased lead came again", f"{key}"
            before = memory.ledger.get(key)
            if entry.deleted_at is not None and (before is None or before.deleted_at is None):
                yield from self._buried(key, before)
            if entry.deleted_at is None and before is not None and before.deleted_at is not None:
                yield from self._lifted(key)
        for key in memory.ledger.keys() - now.keys():
            if key not in memory.may_be_erased:
                yield "S3 a row vanished", f"{key}"
            memory.dead.add(key)
        memory.ledger = now

    def _buried(self, key: Key, before: Entry | None) -> Iterator[Wrong]:
        """A lead is deleted only after two looks, some time apart, that did not find it, and nothing between."""
        memory, sights = self._memory, self._network.sights.get(key, [])
        memory.tombs[key] = self._network.last(key, shown=False)
        memory.dead.add(key)
        last_shown = self._network.last(key, shown=True)
        missed = [one for one in sights if not one.shown and one.call > last_shown]
        at = [one.at for one in missed]  # in the order of answers, not of questions
        if not missed or max(at) - min(at) < CONFIRM_AFTER:
            yield "S2 deleted without two looks", f"{key} {sights[-4:]}"
        lead = self._truth.lead(key[1])
        if lead is None:
            return
        if before is not None and self._truth.aged(lead) and key not in memory.told:
            yield "I3b a lead that merely aged out was deleted", f"{key}"
        if self._truth.readable(lead) and len(missed) > 1 and key[1] not in self._network.hid:
            yield "S2 deleted though LinkedIn shows it", f"{key}"

    def _lifted(self, key: Key) -> Iterator[Wrong]:
        self._memory.dead.discard(key)
        if self._network.last(key, shown=True) <= self._memory.tombs.get(key, 0):
            yield "S2 lifted by an answer to an older question", f"{key}"

    def _coverage(self, shown_before: set[str]) -> Iterator[Wrong]:
        """What is newly called covered was read: what could be seen all the while is here, or in quarantine."""
        now = self._books.coverage()
        for whose, spans in now.items():
            fresh = _minus(spans, self._memory.covered.get(whose, []))
            if not fresh:
                continue
            waiting = self._books.quarantined()
            for lead in self._truth.shown(whose[1]):
                key = (whose[0], lead.id)
                inside = any(since <= lead.submitted_at < until for since, until in fresh)
                here = key in self._memory.ledger or key in waiting or key in self._memory.may_be_erased
                late = self._truth.stories[lead.id].late  # a walk may have begun before it was shown
                seen = lead.id in shown_before and lead.id not in self._truth.denied and not late
                if inside and seen and not here and lead.lead_type == LEAD_TYPES[whose[1]]:
                    yield "S3 covered without being read", f"{key} submitted {lead.submitted_at} in {fresh}"
        for whose, spans in self._memory.covered.items():
            if _minus(spans, now.get(whose, [])):
                yield "S3 coverage was taken back", f"{whose}"
        self._memory.covered = now

    def _counters(self) -> Iterator[Wrong]:
        kept, full = self._books.counters()
        if kept != full:
            yield "S4 counters differ from a full count", f"{kept} {full}"

    def _residue(self) -> Iterator[Wrong]:
        """No answer stands in any table of a lead that is deleted or erased."""
        for slug in OWNERS:
            gone = self._memory.gone(self._network)
            dead = {lead for name, lead in gone if name == slug}
            if not dead:
                continue
            said = self._books.said_of(slug, dead)
            for lead in dead:
                for number in self._truth.stories[lead].numbers:
                    if mark(number) in said:
                        yield "S5 answers of a lead that is gone", f"{slug} {lead}"

    def _grants(self) -> Iterator[Wrong]:
        states = self._books.states()
        for slug, state in states.items():
            news = state == "needs_reconnect" and state != self._memory.states.get(slug)
            if news and self._truth.grants(MEMBER_OF[slug]):
                yield "S6 a living grant was given up", slug
        self._memory.states = states

    def _storms(self) -> Iterator[Wrong]:
        if self._network.storms:
            yield "S7 asked again when the day's quota was used up", self._network.storms[0]


def marks_in(raw: bytes) -> set[int]:
    """The submissions whose answers these are; leads that LinkedIn makes up itself carry no mark."""
    return {int(one) for one in MARK.findall(raw)}


def _minus(spans: Iterable[Span], without: Iterable[Span]) -> list[Span]:
    left = list(spans)
    for since, until in without:
        left = [
            piece
            for a, b in left
            for piece in ((a, min(b, since)), (max(a, until), b))
            if piece[0] < piece[1]
        ]
    return left
