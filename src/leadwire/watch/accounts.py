"""Accounts that are switched on and that nobody may read (LGF-007)."""

from __future__ import annotations

from collections.abc import Iterator

from leadwire.domain.alerts import Condition, Kind
from leadwire.store import Account
from leadwire.watch.view import View, account_object, account_page

ACCOUNT_UNREADABLE = Kind(
    "account_unreadable",
    ("critical",),
    "An account is switched on, and no living connection may read its leads.",
    "The account's page says what is missing and who can give it. What was missed is read afterwards.",
)
KINDS = (ACCOUNT_UNREADABLE,)


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


CONDITIONS = (unreadable,)


def _waits_for_reconnect(view: View, account: Account) -> bool:
    ended = {one.id for one in view.connections if one.state == "needs_reconnect"}
    return account.access is None and any(
        one.connection_id in ended for one in view.tx.accounts.access(account.owner)
    )
