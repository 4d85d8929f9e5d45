"""The overview: what needs attention, what is stored, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from starlette.responses import Response

from leadwire.domain.times import DAY
from leadwire.store import Tx
from leadwire.store.rows import Account, Connection
from leadwire.web.pages import chart, connections, leads, runs, strip, words
from leadwire.web.pages.frame import Ask, shows

NEWEST = 8
STRIPS = 8  # accounts whose coverage is drawn; the others are a click away
TONES = ("bad", "warn", "calm")


class Notice(NamedTuple):
    """One thing that needs a person."""

    tone: str
    text: str
    remedy: str
    href: str


class Step(NamedTuple):
    """What to do next: which of the three steps it is, and how it is done."""

    number: int
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
        notices = list(_of_alerts(tx))
        names = runs.called_in(tx, working)
        mark = tx.leads.mark()
    return ask.show(
        "overview.html",
        notices=sorted(notices, key=lambda notice: TONES.index(notice.tone)),
        step=_step(connected, accounts, any(count.total for count in counts)),
        scopes=connections.scopes(ask, None),
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
        text = (
            "Somebody with a role on the ad account and on its LinkedIn Page presses Allow on LinkedIn once."
        )
        return Step(1, "Connect LinkedIn", text, "/connections/connect", "Connect LinkedIn")
    if not accounts:
        text = "They appear within seconds of a connect; if they do not, have them checked again."
        return Step(2, "Wait for the ad accounts", text, "/accounts", "Go to accounts")
    if not any(account.sync.enabled for account in accounts):
        text = "Leadwire then reads the account's forms, makes their tables and back-fills 365 days of leads."
        return Step(2, "Switch reading on for an account", text, "/accounts", "Choose an account")
    if not leads:
        text = "They are being read, or LinkedIn has none yet. A test lead from Campaign Manager shows it."
        return Step(3, "Wait for the first leads", text, "/runs", "Watch the runs")
    return None


def _of_alerts(tx: Tx) -> Iterator[Notice]:
    for one in tx.alerts.open():
        tone, link = words.word(words.SEVERITY, one.severity).tone, one.href or "/alerts"
        yield Notice(tone, one.message, words.deed(one.code), link)


DOORS = (shows("/", page, still),)
