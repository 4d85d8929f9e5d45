"""The overview: what needs attention, what is stored, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from starlette.responses import Response

from leadwire.domain.times import DAY, Millis
from leadwire.store import Tx
from leadwire.store.rows import Account, Connection, Run
from leadwire.web.pages import chart, connections, leads, runs, show, strip, words
from leadwire.web.pages.frame import Ask, shows

NEWEST = 5
STRIPS = 8  # accounts whose coverage is drawn; the others are a click away
LOOK_BACK = 100
WARN_BEFORE: Millis = 30 * DAY
TONES = ("bad", "warn", "calm")
READABLE = ("yes", "probably")


class Notice(NamedTuple):
    """One thing that needs a person."""

    tone: str
    text: str
    remedy: str
    href: str


class Step(NamedTuple):
    """What to do next."""

    title: str
    text: str
    href: str
    button: str


def page(ask: Ask) -> Response:
    """Everything at a glance."""
    with ask.workspace.read() as tx:
        connected, accounts = tx.connections.all(), tx.accounts.all()
        counts, working = tx.leads.counts(), tx.runs.open()
        newest = tx.leads.page(runs.ANY_LEAD, NEWEST, None).items
        forms = {form.form_id: form for form in tx.forms.all()}
        unread = {account.owner for account in accounts if account.sync.enabled and not _may_be_read(account)}
        notices = [*_of_connections(connected, ask.now), *_of_accounts(accounts), *_of_work(tx, unread)]
        names = runs.names(tx, working)
        mark = tx.leads.mark()
    notices += _of_deployment(ask)
    return ask.show(
        "overview.html",
        notices=sorted(notices, key=lambda notice: TONES.index(notice.tone)),
        step=_step(connected, accounts, any(count.total for count in counts)),
        counts=sorted(counts, key=lambda count: count.newest or 0, reverse=True),
        forms=forms,
        reading=[account for account in accounts if account.sync.enabled],
        mark=mark,
        charts=_charts(ask, accounts),
        strips=_strips(ask, accounts),
        accounts=accounts,
        newest=newest,
        working=working,
        names=names,
    )


def still(ask: Ask) -> bool:
    """Whether a page that took its mark would look the same; while something is pulled it never does."""
    if not leads.still(ask):
        return False
    with ask.workspace.read() as tx:
        return not tx.runs.open()


def _charts(ask: Ask, accounts: Sequence[Account]) -> chart.Charts:
    workspace, owners = ask.workspace, [account.owner for account in accounts]

    def make() -> chart.Charts:
        with workspace.read() as tx:
            return chart.draw(tx, owners, ask.now)

    return ask.services.dear.get((workspace.id, "charts", len(owners), ask.now // DAY), make)


def _strips(ask: Ask, accounts: Sequence[Account]) -> list[tuple[Account, list[strip.Strip]]]:
    """The coverage of the first accounts that are read."""
    workspace = ask.workspace

    def make(account: Account) -> list[strip.Strip]:
        return [strip.draw(one, ask.now) for one in ask.services.orders.coverage(workspace, account.owner)]

    read = [account for account in accounts if account.sync.enabled][:STRIPS]
    return [
        (one, ask.services.dear.get((workspace.id, "strip", one.owner), partial(make, one))) for one in read
    ]


def _step(connected: tuple[Connection, ...], accounts: tuple[Account, ...], leads: bool) -> Step | None:
    if not any(one.state != "pending" for one in connected):
        text = "A member who may read your leads presses Allow on LinkedIn once."
        return Step("Connect LinkedIn", text, "/connections", "Go to connections")
    if not accounts:
        text = "They appear within seconds of a connect; if they do not, have them checked again."
        return Step("Wait for the ad accounts", text, "/accounts", "Go to accounts")
    if not any(account.sync.enabled for account in accounts):
        text = "Leadwire then reads the account's forms, makes their tables and back-fills 365 days of leads."
        return Step("Switch reading on for an account", text, "/accounts", "Choose an account")
    if not leads:
        text = "They are being read, or LinkedIn has none yet. A test lead from Campaign Manager shows it."
        return Step("Wait for the first leads", text, "/runs", "Watch the runs")
    return None


def _of_connections(connected: tuple[Connection, ...], now: Millis) -> Iterator[Notice]:
    alive = any(one.state == "active" for one in connected)
    for one in connected:
        name, href = connections.name_of(one), f"/connections/{one.id}"
        if one.state == "needs_reconnect":
            reason = words.REASON.get(one.reason or "", one.reason or "")
            yield Notice("bad", f"The connection of {name} has ended. {reason}", "Reconnect it.", href)
        elif one.state == "pending" and not alive and connections.is_stuck(one, now):
            yield Notice(
                "warn", "A connect was begun and never finished.", "See what LinkedIn may have shown.", href
            )
        ends = connections.ends_at(one)
        if one.state == "active" and ends is not None and ends - now < WARN_BEFORE:
            days = max(0, (ends - now) // DAY)
            yield Notice(
                "warn", f"The connection of {name} ends in {days} days.", "Reconnect it before then.", href
            )


def _of_accounts(accounts: tuple[Account, ...]) -> Iterator[Notice]:
    for account in accounts:
        if account.sync.enabled and not _may_be_read(account):
            text = f"{account.facts.name} is to be read, but nobody connected may read its leads."
            yield Notice("bad", text, "See what is missing.", f"/accounts/{account.facts.id}")


def _may_be_read(account: Account) -> bool:
    return account.access is not None and account.access.can_read in READABLE


def _of_work(tx: Tx, unread: set[str]) -> Iterator[Notice]:
    """Runs that failed for another reason than a missing permission, which has its own notice."""
    settled = set(unread)
    for run in tx.runs.page(LOOK_BACK).items:
        if run.state == "failed" and run.plan.owner not in settled:
            yield _failed(tx, run)
        if run.state in ("failed", "done"):
            settled.add(run.plan.owner)
    waiting = tx.quarantine.count()
    if waiting:
        text = f"{waiting:,} {'value or lead is' if waiting == 1 else 'values and leads are'} in quarantine."
        yield Notice("warn", text, "Give a value, try again, or dismiss.", "/quarantine")


def _failed(tx: Tx, run: Run) -> Notice:
    name = runs.names(tx, [run])[run.plan.owner]
    text = f"The last run of {name} failed: {run.error or 'no reason given'}."
    return Notice(
        "bad",
        text,
        "It is tried again by itself; see the account.",
        f"/accounts/{show.account(run.plan.owner)}",
    )


def _of_deployment(ask: Ask) -> Iterator[Notice]:
    warnings = ask.services.deployment.facts().get("warnings", [])
    for warning in warnings if isinstance(warnings, list) else []:
        yield Notice("calm", str(warning), "See the settings.", "/settings")
    for pause in ask.services.store.deployment.pauses(ask.now):
        text = f"LinkedIn is not asked for {pause.endpoint} now: {pause.reason}."
        yield Notice("warn", text, "It goes on by itself after 00:00 UTC.", "/settings")


DOORS = (shows("/", page, still),)
