"""The guided check with a test lead: how far it has come, for programs that wait for it (LGF-109)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from leadwire.ingest.lead_check import PATIENCE, LeadCheck, Name, look
from leadwire.web.auth import Here, Wired
from leadwire.web.contract import fails
from leadwire.web.problems import Problem
from leadwire.web.values import Moment, OwnerPath, TimeIn, View

router = APIRouter(prefix="/accounts", tags=["accounts"])

Since = Annotated[TimeIn | None, Query(description="When the check began; without it, now")]


class StepView(View):
    """`after_ms`: since submission, or since the check began while no lead is there."""

    step: Name
    at: Moment
    after_ms: int
    said: str


class LeadCheckView(View):
    """`waiting` until `until`, then `overdue`, with what to look at in `problems`; `stored` is the end. A problem
    beside `stored`: the lead is there, but LinkedIn did not push it. `took_ms`: from submission to row.
    """

    state: Literal["waiting", "overdue", "stored"]
    since: Moment
    until: Moment
    steps: list[StepView]
    lead: str | None
    form: str | None
    table: str | None
    received_via: str | None
    took_ms: int | None
    next_poll_at: Moment | None
    problems: list[Problem]


@router.get("/{account}/test-lead", responses=fails(404, 409))
def check_test_lead(account: OwnerPath, here: Here, services: Wired, since: Since = None) -> LeadCheckView:
    """How far the account's first test lead since a moment has come; ask again with the answer's `since`."""
    now = services.now()
    with here.read() as tx:
        return _view(look(tx, account, now if since is None else since, now))


def _view(check: LeadCheck) -> LeadCheckView:
    lead = check.lead
    return LeadCheckView(
        state=check.state,
        since=check.since,
        until=check.since + PATIENCE,
        steps=[
            StepView(step=step.name, at=step.at, after_ms=step.at - check.start, said=step.said)
            for step in check.steps
        ],
        lead=lead.lead_id if lead else None,
        form=lead.form_id if lead else None,
        table=check.table,
        received_via=lead.received_via if lead else None,
        took_ms=check.took,
        next_poll_at=check.next_poll,
        problems=[Problem.of(one) for one in check.problems],
    )
