"""Runs: what is being pulled, what was, and what it brought."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import Response

from leadwire.domain.owners import Owner
from leadwire.store import Tx
from leadwire.store.rows import LeadFilter, Run
from leadwire.web.pages import names
from leadwire.web.pages.frame import Ask, shows

PAGE = 50
ANY_LEAD = LeadFilter()


def page(ask: Ask) -> Response:
    """All runs, newest first, of one account or kind where asked."""
    account, kind = ask.query("account"), ask.query("kind")
    owner = Owner.parse(account).urn if account else None
    with ask.workspace.read() as tx:
        runs = tx.runs.page(PAGE, ask.query("cursor"), owner, kind)
        called = called_in(tx, runs.items)
        accounts = tx.accounts.all()
    return ask.show("runs.html", runs=runs, names=called, accounts=accounts, account=account, kind=kind)


def called_in(tx: Tx, runs: Iterable[Run]) -> dict[str, str]:
    """What the accounts and forms of these runs are called, by owner and by form id."""
    plans = [run.plan for run in runs]
    return names.accounts(tx, (plan.owner for plan in plans)) | names.forms(
        tx, (plan.form_id for plan in plans)
    )


DOORS = (shows("/runs", page),)
