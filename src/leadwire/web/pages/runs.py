"""Runs: what is being pulled, what was, and what it brought."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import Response

from leadwire.domain.errors import NotFound
from leadwire.domain.owners import Owner
from leadwire.store import Tx
from leadwire.store.rows import LeadFilter, Run
from leadwire.web.pages.frame import Ask, shows

PAGE = 50
ANY_LEAD = LeadFilter()


def page(ask: Ask) -> Response:
    """All runs, newest first, of one account or kind where asked."""
    account, kind = ask.query("account"), ask.query("kind")
    owner = Owner.parse(account).urn if account else None
    with ask.workspace.read() as tx:
        runs = tx.runs.page(PAGE, ask.query("cursor"), owner, kind)
        called = names(tx, runs.items)
        accounts = tx.accounts.all()
    return ask.show("runs.html", runs=runs, names=called, accounts=accounts, account=account, kind=kind)


def names(tx: Tx, runs: Iterable[Run]) -> dict[str, str]:
    """What the accounts of these runs are called, by owner."""
    return {owner: account_name(tx, owner) for owner in {run.plan.owner for run in runs}}


def account_name(tx: Tx, owner: str) -> str:
    """What people call an account; its URN where it is not known any more."""
    try:
        return tx.accounts.get(owner).facts.name
    except NotFound:
        return owner


DOORS = (shows("/runs", page),)
