"""States that a set of runs must have been in, or it proves nothing: counted where the product decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.simulation.books import Books

from leadwire.connect import line
from leadwire.domain import walk
from leadwire.domain.absence import Finding
from leadwire.domain.judge import Decision
from leadwire.ingest import absence, forms, land, push, reader

# What 500 seeds of all modes together must have seen.
SOMETIMES = (
    "crash call_before",
    "crash call_after",
    "crash commit_before",
    "crash commit_after",
    "disk lost_commit",
    "disk busy",
    "anchor gone, walk starts over",
    "page behind a short one",
    "one lead twice in a walk",
    "tombstone stopped a resurrection",
    "tombstone rightly lifted",
    "erasure stopped a lead",
    "a stale reading left alone",
    "newer answers written over",
    "lead aged out",
    "not found once, then back",
    "look that could not see",
    "too old to be deleted",
    "deleted after two looks",
    "absence asked of a person",
    "reconcile repaired a lead",
    "reconcile found one gone",
    "push acknowledged",
    "push doubled",
    "push replayed",
    "push not readable yet",
    "push read before it was seen to",
    "forged deletion did nothing",
    "quota of a day used up",
    "token refreshed",
    "grant ended",
    "reconnected",
    "fresh token doubted",
    "role lost",
    "run failed",
    "run resumed after a crash",
    "run overtaken",
    "empty list not believed",
    "lead in quarantine",
    "odd value in quarantine",
    "late lead within settle",
    "late lead beyond settle",
    "form version learned by a lead",
    "work beside a call",
    "our clock ahead",
    "our clock behind",
)
DECISIONS = {
    (Decision.STALE, "deleted"): "tombstone stopped a resurrection",
    (Decision.NEWER, "deleted"): "tombstone rightly lifted",
    (Decision.ERASED, "erased"): "erasure stopped a lead",
    (Decision.STALE, "live"): "a stale reading left alone",
    (Decision.NEWER, "live"): "newer answers written over",
    (Decision.SAME, "live"): "one lead twice in a walk",
}
FINDINGS = {
    Finding.BACK: "not found once, then back",
    Finding.UNSURE: "look that could not see",
    Finding.GONE: "deleted after two looks",
}


@contextmanager
def counted(reach: Counter[str]) -> Iterator[None]:
    """Count what the product's pure decisions say while the block runs; they decide as ever."""

    def judge(known: Any, digest: bytes, issued_at: int) -> Decision:
        decision: Decision = judges(known, digest, issued_at)
        if known is not None and (name := DECISIONS.get((decision, known.state))):
            reach[name] += 1
        return decision

    def decide(suspect: Any, look: Any, rule: Any) -> Finding:
        finding: Finding = decides(suspect, look, rule)
        if name := FINDINGS.get(finding):
            reach[name] += 1
        return finding

    def too_many(missing: int, living: int) -> bool:
        asked: bool = masses(missing, living)
        reach["absence asked of a person"] += asked
        return asked

    def may_be_deleted(self: Any, suspect: Any, at: int) -> bool:
        young: bool = ages(self, suspect, at)
        reach["too old to be deleted"] += not young
        return young

    def advance(cursor: Any, page: Any, cap: int) -> Any:
        step = advances(cursor, page, cap)
        if step.next is not None:
            reach["anchor gone, walk starts over"] += step.next.restarts > cursor.restarts
            reach["page behind a short one"] += bool(
                page.received and page.received < cursor.count and cursor.start
            )
        return step

    def read_since(known: Any, item: Any) -> bool:
        there: bool = reads(known, item)
        reach["push read before it was seen to"] += there
        return there

    def doubts(error: Any, minted_at: int, now: int) -> bool:
        doubted: bool = fresh(error, minted_at, now)
        reach["fresh token doubted"] += doubted
        return doubted

    def carried(self: Any, workspace: Any, run_id: str, turn: Any) -> Any:
        outcome = carry(self, workspace, run_id, turn)
        reach["run overtaken"] += outcome.again_in == reader.OVERTAKEN_WAIT
        return outcome

    def learned(*given: Any) -> Any:
        reach["form version learned by a lead"] += 1
        return learn(*given)

    ages = absence.Rule.may_be_deleted
    fresh, carry, learn = line.is_fresh_token_doubt, reader.Reader.run, forms.learn_version
    judges, decides, masses = land.judge, absence.decide, absence.too_many
    advances, reads = walk.advance, push._read_since
    with swapped(
        (land, "judge", judge),
        (absence, "decide", decide),
        (absence, "too_many", too_many),
        (absence.Rule, "may_be_deleted", may_be_deleted),
        (walk, "advance", advance),
        (push, "_read_since", read_since),
        (line, "is_fresh_token_doubt", doubts),
        (reader.Reader, "run", carried),
        (forms, "learn_version", learned),
    ):
        yield


# What can be read in the database when a run is over.
LEFT = {
    "reconcile repaired a lead": "SELECT count(*) FROM _certificates WHERE repaired > 0",
    "reconcile found one gone": "SELECT count(*) FROM _certificates WHERE extra > 0",
    "push not readable yet": "SELECT count(*) FROM _inbox WHERE attempts > 0",
    "token refreshed": "SELECT count(*) FROM _connections WHERE refreshed_at IS NOT NULL",
    "run failed": "SELECT count(*) FROM _runs WHERE state = 'failed'",
    "empty list not believed": "SELECT count(*) FROM _runs WHERE error LIKE 'the list %empty%'",
    "lead in quarantine": "SELECT count(*) FROM _quarantine WHERE level = 'lead'",
    "odd value in quarantine": "SELECT count(*) FROM _quarantine WHERE level = 'field'",
}


def left(books: Books, reach: Counter[str]) -> None:
    """Count what a run has left behind."""
    for name, question in LEFT.items():
        reach[name] += books.ask(question)[0][0]


Swap = tuple[Any, str, Callable[..., Any]]


@contextmanager
def swapped(*swaps: Swap) -> Iterator[None]:
    """Other functions in the places of these, for as long as the block runs."""
    before = [(owner, name, vars(owner)[name]) for owner, name, _ in swaps]
    for owner, name, function in swaps:
        setattr(owner, name, function)
    try:
        yield
    finally:
        for owner, name, function in reversed(before):
            setattr(owner, name, function)
