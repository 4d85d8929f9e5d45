"""Pushes: webhooks that are not registered, silent or blocked, and pushes that brought nothing (LGF-202 to 204)."""

from __future__ import annotations

from collections.abc import Iterator

from leadwire.connect.hook_health import BLOCKED, Health, health
from leadwire.domain.alerts import Condition, Kind
from leadwire.domain.subscriptions import CHALLENGE_LATE, CHALLENGED_EVERY
from leadwire.domain.times import DAY, MINUTE, Millis
from leadwire.store.webhooks import Webhook
from leadwire.watch.view import View, account_object, counted, lasting

PAGE = "/webhooks"
WEBHOOK_SILENT = Kind(
    "webhook_silent",
    ("warning",),
    "LinkedIn challenges an address every two hours, and for 2.5 hours it has not.",
    "Test the webhook on its page: it shows which step of LinkedIn's way fails. Leads are polled meanwhile.",
)
WEBHOOK_BLOCKED = Kind(
    "webhook_blocked",
    ("critical",),
    "Three challenges did not come: LinkedIn blocks such an address and pushes no more.",
    BLOCKED.remedy,
)
WEBHOOK_NOT_REGISTERED = Kind(
    "webhook_not_registered",
    ("warning",),
    "A webhook is wanted, and LinkedIn has not taken it, or has lost it.",
    "See the reason on the webhooks page; it is tried again every hour, or at once by Apply the plan.",
)
PUSHES_MISSED = Kind(
    "pushes_missed",
    ("warning",),
    "Leads of the last day came by poll, and no push ever named them.",
    "Nothing is lost. Test the webhook; if pushes go on missing, press New address: LinkedIn then challenges it anew.",
)
PUSHES_PARKED = Kind(
    "pushes_parked",
    ("info",),
    "Pushes of the last day named leads that LinkedIn does not show; they are kept.",
    "See whether the member may read those leads (account's page); the polls find what can be read.",
)
KINDS = (WEBHOOK_SILENT, WEBHOOK_BLOCKED, WEBHOOK_NOT_REGISTERED, PUSHES_MISSED, PUSHES_PARKED)

YOUNG: Millis = 10 * MINUTE  # a webhook is registered within seconds; this long nobody is told
RECENT: Millis = DAY
LISTED = 50


def silent(view: View) -> Iterator[Condition]:
    """What LinkedIn's two-hourly challenge tells, and what stands at LinkedIn."""
    for one in view.webhooks:
        if one.state == "ending" or view.now - one.created_at < YOUNG:
            continue
        found = health(view.tx, one, "", view.now)
        if found.state == "blocked":
            yield _about(view, WEBHOOK_BLOCKED, one, "is not challenged any more, so LinkedIn has blocked it")
        elif found.challenge_misses:
            span = CHALLENGE_LATE + CHALLENGED_EVERY * found.challenge_misses
            yield _about(view, WEBHOOK_SILENT, one, f"has not been challenged for {lasting(span)}")
        elif (one.state != "registered" or one.problem) and not _told_of_its_account(one):
            yield _not_registered(view, one, found)


def missed(view: View) -> Iterator[Condition]:
    """Leads that the pull found and no push had named."""
    for one in view.webhooks:
        count = view.tx.webhooks.missed(one, view.now, RECENT)
        if count:
            yield _about(view, PUSHES_MISSED, one, f"missed {counted(count, 'push', 'pushes')} within a day")


def parked(view: View) -> Iterator[Condition]:
    """Pushes of known accounts whose lead nobody could read."""
    for account in view.reading:
        newest = view.tx.inbox.page(LISTED, None, account.owner, "parked").items
        fresh = [one for one in newest if one.lead_id and (one.finished_at or 0) > view.now - RECENT]
        if fresh:
            yield PUSHES_PARKED.about(
                account_object(account.owner),
                f"{account.facts.name}: {counted(len(fresh), 'push', 'pushes')} of the last day named leads that"
                " LinkedIn does not show.",
                PAGE,
            )


CONDITIONS = (silent, missed, parked)


def _told_of_its_account(one: Webhook) -> bool:
    """Whether only the grant is in its way: that has alerts of its own, and ends before this is asked about again."""
    return one.problem is not None and one.problem.code in ("cannot_read_leads", "needs_reconnect")


def _not_registered(view: View, one: Webhook, found: Health) -> Condition:
    problem = found.problem
    said = (
        f"is not as it should be at LinkedIn: {problem.message}"
        if problem
        else "is not registered at LinkedIn"
    )
    remedy = problem.remedy if problem and problem.remedy else WEBHOOK_NOT_REGISTERED.remedy
    return _about(view, WEBHOOK_NOT_REGISTERED, one, said.rstrip("."), remedy=remedy)


def _about(view: View, kind: Kind, one: Webhook, said: str, **more: object) -> Condition:
    name = next(account.facts.name for account in view.reading if account.owner == one.owner)
    form = view.tx.forms.find(one.form_id) if one.form_id else None
    what = f"form {form.name if form else one.form_id}" if one.form_id else _leads(one.lead_type)
    return kind.about(f"webhook:{one.id}", f"The webhook of {name} ({what}) {said}.", PAGE, **more)  # type: ignore[arg-type]


def _leads(lead_type: str) -> str:
    """`event leads`, `organization product leads`."""
    return f"{lead_type.replace('_', ' ').lower()} leads"
