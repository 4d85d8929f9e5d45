"""Webhooks: what LinkedIn is to tell us of, how each stands, and what it pushed (LGF-202 to 204)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from leadwire.connect.hook_trial import Tried
from leadwire.domain.owners import Owner
from leadwire.domain.subscriptions import WHY
from leadwire.store import Tx
from leadwire.subscriptions import Looked
from leadwire.web.pages import names
from leadwire.web.pages.frame import Ask, does, shows
from leadwire.web.pages.show import counted

PAGE = 50
PUSHES = 20
HERE = "/webhooks"


def page(ask: Ask) -> Response:
    """All webhooks, how each stands, and the newest pushes; compared with LinkedIn where asked."""
    compared = ask.services.subscriptions.plan(ask.workspace) if ask.query("plan") else None
    return _shown(ask, compared=compared)


def create(ask: Ask) -> Response:
    """Subscribe to the leads of one type of an account, or of one form."""
    owner, _, lead_type = (ask.field("what") or "").partition(" ")
    webhook = ask.services.subscriptions.want(
        ask.workspace, Owner.parse(owner).urn, ask.field("form"), lead_type or None, "web"
    )
    if webhook.problem is not None:
        return ask.lead_to(HERE, f"It is noted, but not registered yet. {webhook.problem.message}", "bad")
    return ask.lead_to(HERE, "LinkedIn has validated the address, and pushes from now on.")


def apply(ask: Ask) -> Response:
    """Carry the plan out for all accounts."""
    looked = ask.services.subscriptions.apply(ask.workspace)
    changed = sum(step.step.action in ("create", "delete") for one in looked for step in one.steps)
    left = sum(bool(one.problem) + sum(bool(step.problem) for step in one.steps) for one in looked)
    said = f"{counted(changed - left if changed > left else 0, 'change')} made at LinkedIn."
    if left:
        said += f" {counted(left, 'thing')} could not be done: see the plan."
    return ask.lead_to(f"{HERE}?plan=yes", said, "bad" if left else "good")


def test(ask: Ask) -> Response:
    """Go LinkedIn's way to our own address, and show each step."""
    return _shown(ask, tried=ask.services.subscriptions.test(ask.workspace, ask.part("id")))


def rotate(ask: Ask) -> Response:
    """A new address for the account."""
    webhook = ask.services.subscriptions.rotate(ask.workspace, ask.part("id"), "web")
    if webhook.problem is not None:
        said = (
            f"The new address is not validated yet; the old one stays until it is. {webhook.problem.message}"
        )
        return ask.lead_to(HERE, said, "bad")
    return ask.lead_to(HERE, "LinkedIn has validated the new address; the old one is deleted.")


def delete(ask: Ask) -> Response:
    """End it."""
    ask.services.subscriptions.end(ask.workspace, ask.part("id"), "web")
    return ask.lead_to(HERE, "It is ended. Leads are polled as before; nothing stored was touched.")


def _shown(ask: Ask, compared: Sequence[Looked] | None = None, tried: Sequence[Tried] = ()) -> Response:
    with ask.workspace.read() as tx:
        listed = tx.webhooks.page(PAGE, ask.query("cursor"))
        pushes = tx.inbox.page(PUSHES).items
        owners = {one.owner for one in listed.items} | {one.owner for one in pushes}
        owners |= {one.owner for one in compared or ()}
        return ask.show(
            "webhooks.html",
            webhooks=[ask.services.subscriptions.health(tx, ask.workspace, one) for one in listed.items],
            older=listed.next,
            pushes=pushes,
            names=names.accounts(tx, owners),
            people=names.leads(tx, (one.lead_id for one in pushes)),
            forms={form.form_id: form.name for form in tx.forms.all()},
            choices=_choices(tx),
            compared=compared,
            tried=tried,
            why=WHY,
        )


def _choices(tx: Tx) -> list[tuple[str, str, str]]:
    """What can be subscribed to: account, type of leads, the account's name."""
    return [
        (Owner.parse(account.owner).name, lead_type, account.facts.name)
        for account in tx.accounts.all()
        for lead_type in Owner.parse(account.owner).lead_types
        if account.sync.enabled
    ]


DOORS = (
    shows(HERE, page),
    does(HERE, create),
    does(f"{HERE}/apply", apply),
    does(f"{HERE}/{{id}}/test", test),
    does(f"{HERE}/{{id}}/rotate", rotate),
    does(f"{HERE}/{{id}}/delete", delete),
)
