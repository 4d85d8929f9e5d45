"""The guided check with a test lead (LGF-109): what came since a moment, as steps with their times.

Nothing is written for it. A check is an account and a moment; all else is read from inbox, runs and leads, so it
survives a restart, and any number of people look at the same one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from leadwire.domain.errors import Conflict, Problem
from leadwire.domain.times import MINUTE, Millis
from leadwire.store import InboxItem, LeadFilter, Run, StoredLead, Tx
from leadwire.store.webhooks import Webhook

PATIENCE: Millis = 10 * MINUTE  # what a person waits before asking what is wrong
SKEW: Millis = MINUTE  # LinkedIn's clock may be behind ours
PUSH_TAKES: Millis = MINUTE  # where the pull was quicker, the push may still come
MOST = 100  # rows looked at; a check is short, and the newest of everything tell

# What stored a lead, and the kinds of runs that do.
RUNS_OF = {
    "push": ("push",),
    "pull": ("poll", "gap", "manual"),
    "backfill": ("backfill",),
    "reconcile": ("reconcile",),
}

State: TypeAlias = Literal["waiting", "overdue", "stored"]
Name: TypeAlias = Literal["submitted", "pushed", "asked", "polled", "quarantined", "stored"]

NO_LEAD = Problem(
    "no_test_lead",
    "No test lead has come.",
    "In Campaign Manager open this account, Lead gen forms, a published form, and send a test lead of that form."
    " If one was sent, pull the account by hand, and see its verdict and its webhooks.",
)
NO_PUSH = Problem(
    "no_push",
    "LinkedIn did not push this lead; it was found by reading.",
    "Test the webhook and compare it with LinkedIn (leadwire webhooks test, leadwire webhooks plan).",
)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened; `said` tells what, in words."""

    name: Name
    at: Millis
    said: str


@dataclass(frozen=True, slots=True)
class LeadCheck:
    """How a check stands. `table`: where the lead's row is; `next_poll`: when it would be found without a push."""

    state: State
    since: Millis
    steps: tuple[Step, ...]
    lead: StoredLead | None
    table: str | None
    next_poll: Millis | None
    problems: tuple[Problem, ...]

    @property
    def start(self) -> Millis:
        """From when its steps are counted."""
        return self.since if self.lead is None else self.lead.submitted_at

    @property
    def took(self) -> Millis | None:
        """From submission to row; below zero where LinkedIn's clock is before ours."""
        return None if self.lead is None else self.lead.stored_at - self.lead.submitted_at


def look(tx: Tx, owner: str, since: Millis, now: Millis) -> LeadCheck:
    """What has come of an account's first test lead since a moment. NotFound, Conflict where nobody reads it."""
    account = tx.accounts.get(owner)
    if not account.sync.enabled:
        raise Conflict(
            "reading_off", "Reading of this account is switched off.", "Switch it on, then send a test lead."
        )
    lead, webhooks = _first(tx, owner, since), tx.webhooks.all(owner)
    runs = [run for run in tx.runs.page(MOST, None, owner).items if (run.finished_at or now) >= since]
    next_poll = tx.schedule.get("poll", owner)
    pushes = [one for one in tx.inbox.of(lead.lead_id, MOST) if one.action == "CREATED"] if lead else []
    if lead is not None:
        unpushed = not pushes and any(_tells_of(one, lead) for one in webhooks)
        steps = tuple(_journey(tx, lead, pushes, runs))
        state: State = "waiting" if unpushed and now < lead.stored_at + PUSH_TAKES else "stored"
        problems = (NO_PUSH, *_of(webhooks)) if unpushed and state == "stored" else ()
    else:
        steps = tuple(_so_far(tx, owner, since, runs))
        state = "overdue" if now >= since + PATIENCE else "waiting"
        access = account.access.problems if account.access else ()
        problems = (NO_LEAD, *access, *_of(webhooks), *_failed(runs)) if state == "overdue" else ()
    form = tx.forms.find(lead.form_id) if lead else None
    due = next_poll.due_at if next_poll and lead is None else None
    return LeadCheck(state, since, steps, lead, form.table if form else None, due, tuple(problems))


def _first(tx: Tx, owner: str, since: Millis) -> StoredLead | None:
    wanted = LeadFilter(owner=owner, since=max(0, since - SKEW), test=True)
    found = [lead for lead in tx.leads.page(wanted, MOST).items if lead.stored_at >= since]
    return min(found, key=lambda lead: lead.stored_at, default=None)


def _journey(tx: Tx, lead: StoredLead, pushes: Sequence[InboxItem], runs: Sequence[Run]) -> Iterator[Step]:
    form = tx.forms.find(lead.form_id)
    yield Step("submitted", lead.submitted_at, f"by LinkedIn's clock, on form {lead.form_id}")
    if pushes:
        copies = sum(push.copies for push in pushes)
        yield Step(
            "pushed", pushes[0].received_at, "by LinkedIn" + (f", {copies} times" if copies > 1 else "")
        )
    kinds = RUNS_OF.get(lead.received_via, ())
    run = next((one for one in runs if one.plan.kind in kinds and _begun(one) <= lead.stored_at), None)
    if run is not None:
        what = "because of the push" if run.plan.kind == "push" else f"by a pull ({run.plan.kind})"
        yield Step("asked", _begun(run), f"LinkedIn was asked {what}")
    waits = [one.trouble.column or "the lead" for one in tx.quarantine.page(MOST, lead_id=lead.lead_id).items]
    beside = f"; in quarantine: {', '.join(waits)}" if waits else ""
    yield Step("stored", lead.stored_at, f"a row in {form.table if form else 'leads'}{beside}")


def _so_far(tx: Tx, owner: str, since: Millis, runs: Sequence[Run]) -> Iterator[Step]:
    """What came of the account meanwhile, and is no test lead in a table: a push whose lead waits, a pull."""
    newest = [one for one in tx.inbox.page(MOST, None, owner).items if one.received_at >= since]
    for push in reversed(newest):
        if push.action == "CREATED" and push.state != "done":
            yield Step("pushed", push.received_at, f"lead {push.lead_id}: {push.outcome or 'being read'}")
    for one in reversed(tx.quarantine.page(MOST, owner=owner).items):
        if one.trouble.level == "lead" and one.first_seen >= since:
            yield Step("quarantined", one.first_seen, f"a whole lead: see quarantine {one.id}")
    pulls = [run for run in runs if run.plan.kind in RUNS_OF["pull"] and run.finished_at is not None]
    for run in pulls[:1]:
        said = run.error or f"read {run.counters.read}, {run.counters.stored} new, no test lead among them"
        yield Step("polled", run.finished_at or since, said)


def _begun(run: Run) -> Millis:
    return run.started_at or run.created_at


def _tells_of(webhook: Webhook, lead: StoredLead) -> bool:
    """Whether LinkedIn should have pushed the lead."""
    theirs = webhook.lead_type == lead.lead_type and webhook.form_id in (None, lead.form_id)
    before = webhook.registered_at is not None and webhook.registered_at <= lead.submitted_at
    return theirs and before and webhook.state == "registered"


def _of(webhooks: Sequence[Webhook]) -> Iterator[Problem]:
    yield from {one.problem.code: one.problem for one in webhooks if one.problem is not None}.values()


def _failed(runs: Sequence[Run]) -> Iterator[Problem]:
    last = next((run for run in runs if run.plan.kind in RUNS_OF["pull"]), None)
    if last is not None and last.error:
        yield Problem("poll_failed", f"The last pull failed: {last.error}.", "It is tried again by itself.")
