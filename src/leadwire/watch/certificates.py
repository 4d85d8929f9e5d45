"""Certificates: accounts in which what LinkedIn shows is not what is stored, and what had been lost."""

from __future__ import annotations

from collections.abc import Iterator

from leadwire.domain.alerts import Condition, Kind
from leadwire.domain.reconcile import REASONS
from leadwire.store import Account, Certificate, DayFilter
from leadwire.watch.view import View, account_object, account_page, counted

CERTIFICATE_RED = Kind(
    "certificate_red",
    ("warning", "critical"),
    "A reconciliation found that LinkedIn does not show the leads that are stored, or the other way round.",
    "The account's certificate names the leads. It closes when a reconciliation finds them equal again.",
)
LEADS_REPAIRED = Kind(
    "leads_repaired",
    ("warning",),
    "A reconciliation found leads that the first reading, or a push, had lost, and stored them.",
    "They are stored. It is a sign of a mistake: look at the runs of those days, and tell the makers of Leadwire.",
)
KINDS = (CERTIFICATE_RED, LEADS_REPAIRED)


def red(view: View) -> Iterator[Condition]:
    """Critical where nothing could be concluded, because a person must look."""
    for account, certificate, page in _compared(view):
        if view.tx.certificates.state(DayFilter(account.owner)) != "red":
            continue
        reason = REASONS.get(certificate.reason or "")
        said = f"{counted(certificate.missing, 'lead')} missing here, {certificate.extra:,} not shown by LinkedIn."
        yield CERTIFICATE_RED.about(
            account_object(account.owner),
            f"The certificate of {account.facts.name} is red. {reason.message if reason else said}",
            page,
            severity="critical" if reason else "warning",
            remedy=reason.remedy if reason else CERTIFICATE_RED.remedy,
        )


def repaired(view: View) -> Iterator[Condition]:
    """Until a reconciliation repairs nothing."""
    for account, certificate, page in _compared(view):
        if certificate.repaired:
            lost = counted(certificate.repaired, "lead")
            said = f"{lost} of {account.facts.name} had been lost, and are stored now."
            yield LEADS_REPAIRED.about(
                account_object(account.owner), said, page, since=certificate.checked_at
            )


CONDITIONS = (red, repaired)


def _compared(view: View) -> Iterator[tuple[Account, Certificate, str]]:
    for account in view.reading:
        certificate = view.tx.certificates.latest(account.owner)
        if certificate is not None:
            yield account, certificate, f"{account_page(account.owner)}/certificate"
