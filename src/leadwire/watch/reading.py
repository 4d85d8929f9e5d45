"""Reading: what has not been read, and runs that do not get through (LGF-108, 110)."""

from __future__ import annotations

from collections.abc import Iterator

from leadwire.connect.pace import pace
from leadwire.domain import coverage
from leadwire.domain.alerts import Condition, Kind
from leadwire.domain.coverage import Gap
from leadwire.domain.times import DAY, HOUR, MINUTE, Millis, utc_day
from leadwire.ingest import plan
from leadwire.ingest.walk import PROBLEMS
from leadwire.store import Account, Run
from leadwire.watch.view import View, account_object, account_page, lasting

GAP_LOST_SOON = Kind(
    "gap_lost_soon",
    ("critical",),
    "Time has not been read completely, and within 14 days LinkedIn drops the leads of it.",
    "Put right what hinders the account, then pull that time by hand on its page.",
)
GAP_OPEN = Kind(
    "gap_open",
    ("warning",),
    "For several poll intervals new leads have not been read completely. It is tried again all the time.",
    "See the account's last runs; nothing is lost yet.",
)
RUNS_FAILING = Kind(
    "runs_failing",
    ("warning",),
    "Several pulls of an account failed in a row.",
    "See the error on the account's page. It is tried again by itself every few minutes.",
)
LIST_NEVER_ENDS = Kind(
    "list_never_ends",
    ("critical",),
    "A list of leads was still not at its end after the most pages that are read; where it stood is kept.",
    "Pull shorter windows by hand on the account's page, and report it to LinkedIn's support.",
)
LIST_NOT_BELIEVED = Kind(
    "list_not_believed",
    ("warning",),
    "LinkedIn's list of leads contradicts what was read before, so it was not taken for complete.",
    "See whether the member still has every role (account's page, Check again); else it settles by itself.",
)
KINDS = (GAP_LOST_SOON, GAP_OPEN, RUNS_FAILING, LIST_NEVER_ENDS, LIST_NOT_BELIEVED)

LOST_WITHIN: Millis = 14 * DAY
POLLS = 3  # that may fail before a gap is told of
LEAST: Millis = 15 * MINUTE  # however short the interval
READ_TAKES: Millis = MINUTE
STARTING: Millis = HOUR  # an account just switched on is being back-filled
FAILURES = 3
NEVER_ENDS = PROBLEMS["page_cap"].partition("{")[0]
NOT_BELIEVED = (PROBLEMS["hole"].partition("{")[0], "the list was not empty before", "the list is empty")


def gaps(view: View) -> Iterator[Condition]:
    """What is not read: told of once when it is late, and once more when it will be lost."""
    for account in view.reading:
        late = _late(view, account)
        lost = [gap for gap in late if gap.lost_on <= view.now + LOST_WITHIN]
        if lost:
            yield _lost_soon(account, min(lost, key=lambda gap: gap.lost_on))
        elif late and account in view.read:
            span = lasting(view.now - view.facts.settle - late[-1].since)
            yield GAP_OPEN.about(
                account_object(account.owner),
                f"New leads of {account.facts.name} have not been read completely for {span}.",
                account_page(account.owner),
                since=late[-1].since,
            )


def failing(view: View) -> Iterator[Condition]:
    """Accounts whose last runs failed; what makes a list unbelievable is told of at once."""
    for account in view.read:
        failed = plan.failures(view.tx, account.owner)
        if not failed or view.pauses:
            continue  # a used-up quota is told of once, not by every account
        error = _error(view, account)
        kind, least = _kind(error)
        if failed >= least:
            times = "the last run" if failed == 1 else f"{failed} runs in a row"
            yield kind.about(
                account_object(account.owner),
                f"{account.facts.name}: {times} failed: {error}.",
                account_page(account.owner),
            )


CONDITIONS = (gaps, failing)


def _late(view: View, account: Account) -> list[Gap]:
    """The gaps that should have been read by now, oldest first; none while they are being read for the first time."""
    if view.now - (account.sync_changed_at or 0) < STARTING or _at_work(view, account):
        return []
    due = view.now - view.facts.settle - READ_TAKES - LEAST
    if not _unread(view, account, due):
        return []  # which is how it nearly always is
    polled = pace(view.tx, account, view.facts.intervals["poll_interval"], view.now).interval
    return _unread(view, account, due + LEAST - max(LEAST, POLLS * polled))


def _unread(view: View, account: Account, due: Millis) -> list[Gap]:
    """What was submitted before `due` and is not read, oldest first."""
    patience = 2 * view.interval("verdict_interval")
    found = []
    for lead_type in plan.lead_types(account):
        covered = view.tx.coverage.covered(account.owner, lead_type)
        waiting = view.tx.coverage.doubted(account.owner, lead_type, view.now - patience)
        kept = coverage.retention_of(lead_type, view.facts.retention)
        # The oldest edge moves on by itself: it is dropped at LinkedIn before anybody could read it.
        found += [
            gap
            for gap in coverage.gaps((*covered, *waiting), view.now, kept, due)
            if gap.until > view.now - kept + DAY
        ]
    return sorted(found)


def _at_work(view: View, account: Account) -> bool:
    """Whether a run gets on with it: neither it nor the one before has failed."""
    runs = view.tx.runs.open(account.owner)
    well = any(run.plan.kind in plan.BY_ITSELF and not run.attempts for run in runs)
    return well and not plan.failures(view.tx, account.owner)


def _lost_soon(account: Account, gap: Gap) -> Condition:
    return GAP_LOST_SOON.about(
        account_object(account.owner),
        f"Leads of {account.facts.name} that were submitted from {utc_day(gap.since)} to {utc_day(gap.until)} have"
        f" not all been read, and LinkedIn drops the first of them on {utc_day(gap.lost_on)}.",
        account_page(account.owner),
        since=gap.since,
    )


def _kind(error: str) -> tuple[Kind, int]:
    """What a run's error means, and after how many failures it is told of."""
    if error.startswith(NEVER_ENDS):
        return LIST_NEVER_ENDS, 1
    return (LIST_NOT_BELIEVED, 2) if error.startswith(NOT_BELIEVED) else (RUNS_FAILING, FAILURES)


def _error(view: View, account: Account) -> str:
    newest: tuple[Run, ...] = view.tx.runs.newest(account.owner, plan.BY_ITSELF, plan.LOOK_BACK)
    return next((run.error for run in newest if run.state == "failed" and run.error), "no reason given")
