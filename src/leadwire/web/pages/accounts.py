"""Accounts: who may read their leads, what has been read, and the switch (LGF-007, 101, 108, 110, 201)."""

from __future__ import annotations

from starlette.responses import Response

from leadwire.domain.owners import Owner
from leadwire.orders import PullOrder, push_of
from leadwire.store.rows import Account, Sync
from leadwire.web.pages import certificates, fields, names, runs, strip
from leadwire.web.pages.frame import Ask, does, shows
from leadwire.web.pages.show import counted

PAGE = 100
RUNS = 10
ENDED = (("subscriptions", "subscription", ""), ("tables", "table", ""), ("leads", "lead", ""))


def page(ask: Ask) -> Response:
    """All accounts, a hundred at a time, with their verdicts."""
    with ask.workspace.read() as tx:
        accounts = tx.accounts.page(PAGE, ask.query("cursor"))
        connected = any(one.state == "active" for one in tx.connections.all())
    reading = {account.owner: _reading(ask, account) for account in accounts.items}
    return ask.show("accounts.html", accounts=accounts, connected=connected, reading=reading)


def _reading(ask: Ask, account: Account) -> str:
    """`on`, `off`, or `stopped`: switched on, but no living connection may read it."""
    if not account.sync.enabled:
        return "off"
    return "on" if ask.services.duties.readers(ask.workspace, account.owner) else "stopped"


def check(ask: Ask) -> Response:
    """Have every connection read its accounts and roles anew."""
    asked = ask.services.orders.check_accounts(ask.workspace)
    if not asked:
        return ask.lead_to(
            "/connections", "No connection is active, so nobody can be asked. Connect LinkedIn.", "bad"
        )
    return ask.lead_to(
        "/accounts", f"{counted(len(asked), 'connection')} asked; verdicts are renewed in seconds."
    )


def one(ask: Ask) -> Response:
    """One account with everything about its reading."""
    owner = _owner(ask)
    with ask.workspace.read() as tx:
        account = tx.accounts.get(owner.urn)
        accesses = tx.accounts.access(owner.urn)
        forms = tx.forms.all(owner.urn)
        counts = {count.form_id: count for count in tx.leads.counts(owner.urn)}
        newest = tx.runs.page(RUNS, None, owner.urn)
        called = runs.called_in(tx, newest.items)
        pace = ask.services.duties.pace(tx, account)
        forced = tx.settings.get("account", owner.urn, "forced") is not None
        asked = tx.absences.hold(owner.urn)
        certified = certificates.standing(tx, owner.urn, ask.now)
        through = tx.connections.get(account.access.connection_id) if account.access else None
        linked = account.facts.organization and names.account(tx, page_of(account.facts.organization).urn)
    return ask.show(
        "account.html",
        account=account,
        reading=_reading(ask, account),
        owner=owner,
        accesses=accesses,
        through=names.connection(through) if through else "",
        linked=linked,
        forms=forms,
        counts=counts,
        runs=newest,
        names=called,
        forced=forced,
        asked=asked,
        certified=certified,
        push=push_of(account, ask.services.deployment.takes_pushes),
        pace=pace,
        ledger=[
            strip.draw(covered, ask.now) for covered in ask.services.orders.coverage(ask.workspace, owner.urn)
        ],
    )


def sync(ask: Ask) -> Response:
    """Switch reading on or off, or change how."""
    owner = _owner(ask)
    with ask.workspace.read() as tx:
        before = tx.accounts.get(owner.urn).sync
    types = tuple(one for one in ask.fields.get("lead_types", ()) if one)
    wish = Sync(
        enabled=fields.choice(ask.field("reading")) is True,
        push=ask.field("push") is not None,
        poll_interval=fields.interval(ask.field("poll_interval")),
        lead_types=() if set(types) == set(owner.lead_types) else types,
    )
    _, runs = ask.services.orders.sync(
        ask.workspace, owner.urn, wish, "web", force=ask.field("force") is not None
    )
    return ask.lead_to(_address(owner), _said(before.enabled, wish.enabled, len(runs)))


def pull(ask: Ask) -> Response:
    """Pull a window by hand."""
    owner = _owner(ask)
    order = PullOrder(
        since=fields.moment(ask.field("since")),
        until=fields.moment(ask.field("until")),
        form_id=ask.field("form"),
        dry_run=ask.field("dry_run") is not None,
    )
    ask.services.orders.pull(ask.workspace, owner.urn, order, "web")
    what = "A dry run has begun: it counts and stores nothing." if order.dry_run else "A pull has begun."
    return ask.lead_to(f"{_address(owner)}#runs", f"{what} It shows below.")


def read_forms(ask: Ask) -> Response:
    """Read the account's forms now (LGF-102, 112)."""
    owner = _owner(ask)
    seen = ask.services.orders.read_forms(ask.workspace, owner.urn)[owner.urn]
    said = f"{counted(seen.seen, 'form')} read: {len(seen.new)} new, {len(seen.changed)} with a new version."
    return ask.lead_to(f"{_address(owner)}#forms", said)


def ending(ask: Ask) -> Response:
    """What goes with a teardown, before it is asked for (LGF-111)."""
    owner = _owner(ask)
    with ask.workspace.read() as tx:
        account = tx.accounts.get(owner.urn)
        forms = tx.forms.all(owner.urn)
        leads = sum(count.total for count in tx.leads.counts(owner.urn))
        held = sum(len(one.held) for one in tx.webhooks.all(owner.urn))
    return ask.show(
        "teardown.html", account=account, owner=owner, forms=forms, leads=leads, subscriptions=held
    )


def end(ask: Ask) -> Response:
    """Tear the account down, with its data if that was chosen."""
    owner, purge = _owner(ask), ask.field("purge") == "yes"
    removed = ask.services.teardown.owner(ask.workspace, owner.urn, purge, "web")
    gone = [counted(removed.counts[name], one, many) for name, one, many in ENDED if removed.counts[name]]
    said = f"Torn down: {', '.join(gone)} removed." if gone else "Nothing was left to remove."
    if removed.left_behind:
        problem = removed.left_behind[0].problem
        left = counted(len(removed.left_behind), "subscription")
        return ask.lead_to(
            _address(owner), f"{said} LinkedIn keeps {left}: {problem.message} {problem.remedy}", "bad"
        )
    return ask.lead_to(_address(owner), said)


def absence(ask: Ask) -> Response:
    """What a person says of many leads that are missing at once."""
    owner, deleted = _owner(ask), ask.field("deleted") == "yes"
    leads = ask.services.confirm.answer(ask.workspace, owner.urn, deleted, "web")
    what = "are looked for twice more, and erased if LinkedIn shows none of them" if deleted else "are kept"
    return ask.lead_to(_address(owner), f"{counted(leads, 'lead')} {what}.")


def page_of(organization: str) -> Owner:
    """The LinkedIn Page that is linked to an ad account, as an owner of leads."""
    return Owner("organization", organization)


def _owner(ask: Ask) -> Owner:
    return Owner.parse(ask.part("id"))


def _address(owner: Owner) -> str:
    return f"/accounts/{owner.name}"


def _said(before: bool, after: bool, runs: int) -> str:
    if not after:
        return (
            "Reading is off. Forms, leads and coverage were kept." if before else "The settings were saved."
        )
    if before and not runs:
        return "The settings were saved."
    return f"Reading is on. Forms are read first, then {counted(runs, 'run')} of leads."


DOORS = (
    shows("/accounts", page),
    does("/accounts/check", check),
    shows("/accounts/{id}", one),
    does("/accounts/{id}/sync", sync),
    does("/accounts/{id}/pull", pull),
    does("/accounts/{id}/forms", read_forms),
    shows("/accounts/{id}/teardown", ending),
    does("/accounts/{id}/teardown", end),
    does("/accounts/{id}/absence", absence),
)
