"""Accounts that are switched on: those that nobody may read (LGF-007), and those with a question to people."""

from __future__ import annotations

from collections.abc import Iterator

from leadwire.domain.alerts import Condition, Kind
from leadwire.store import Account
from leadwire.watch.view import View, account_object, account_page, counted

ACCOUNT_UNREADABLE = Kind(
    "account_unreadable",
    ("critical",),
    "An account is switched on, and no living connection may read its leads.",
    "The account's page says what is missing and who can give it. What was missed is read afterwards.",
)
ABSENCE_HELD = Kind(
    "absence_held",
    ("warning",),
    "So many leads of an account are missing at LinkedIn at once that none of them is taken for deleted.",
    "Look for them in Campaign Manager, then answer POST /api/v1/accounts/{id}/absence: `confirm` true if they were"
    " deleted there, false to keep them.",
)
KINDS = (ACCOUNT_UNREADABLE, ABSENCE_HELD)


def unreadable(view: View) -> Iterator[Condition]:
    """Where only a grant has ended, that is told of already: one alert for all its accounts."""
    for account in view.reading:
        if view.may_be_read(account) or _waits_for_reconnect(view, account):
            continue
        problems = account.access.problems if account.access else ()
        why = " ".join(one.message for one in problems) or "No connection sees it any more."
        yield ACCOUNT_UNREADABLE.about(
            account_object(account.owner),
            f"{account.facts.name} is to be read, and nobody connected may read its leads. {why}",
            account_page(account.owner),
            remedy=next((one.remedy for one in problems if one.remedy), ACCOUNT_UNREADABLE.remedy),
        )


def held(view: View) -> Iterator[Condition]:
    """What only a person can know: whether so much was really deleted."""
    names = {one.owner: one.facts.name for one in view.reading}
    for hold in view.tx.absences.holds():
        if hold.owner in names:
            yield ABSENCE_HELD.about(
                account_object(hold.owner),
                f"{names[hold.owner]}: {counted(hold.missing, 'lead is', 'leads are')} missing at LinkedIn,"
                f" of {hold.living:,}. Nothing is deleted until somebody says what that means.",
                account_page(hold.owner),
                since=hold.since,
            )


CONDITIONS = (unreadable, held)


def _waits_for_reconnect(view: View, account: Account) -> bool:
    ended = {one.id for one in view.connections if one.state == "needs_reconnect"}
    return account.access is None and any(
        one.connection_id in ended for one in view.tx.accounts.access(account.owner)
    )
