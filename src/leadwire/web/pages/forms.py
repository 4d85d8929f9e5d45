"""Forms: what they ask, version by version, and the table that holds the answers (LGF-102 to 107, 112)."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from starlette.responses import Response

from leadwire.domain.columns import FIXED_COLUMNS
from leadwire.domain.forms import Consent, FormVersion, HiddenField, Question, by_identity, diff_versions
from leadwire.domain.owners import Owner
from leadwire.domain.times import Millis
from leadwire.ingest import shape
from leadwire.store.rows import Form
from leadwire.web.pages import fields, names
from leadwire.web.pages.frame import Ask, does, shows
from leadwire.web.pages.show import counted

PAGE = 50
SIDE_BY_SIDE = 6

Part = Question | Consent | HiddenField


class Row(NamedTuple):
    """One question, consent or hidden field through the versions: None where a version has none."""

    kind: str
    parts: tuple[Part | None, ...]


def page(ask: Ask) -> Response:
    """All forms, newest first, of one account where asked."""
    account = ask.query("account")
    owner = Owner.parse(account).urn if account else None
    with ask.workspace.read() as tx:
        forms = tx.forms.page(PAGE, ask.query("cursor"), owner)
        counts = {count.form_id: count for count in tx.leads.counts(owner)}
        called = names.accounts(tx, (form.owner for form in forms.items))
        readable = [one for one in tx.accounts.all() if one.access and one.access.can_read != "no"]
    return ask.show(
        "forms.html", forms=forms, counts=counts, names=called, account=account, any_readable=bool(readable)
    )


def read(ask: Ask) -> Response:
    """Read the forms of every account that can be read (LGF-102)."""
    seen = ask.services.orders.read_forms(ask.workspace, None).values()
    total, new = sum(one.seen for one in seen), sum(len(one.new) for one in seen)
    changed = sum(len(one.changed) for one in seen)
    return ask.lead_to("/forms", f"{counted(total, 'form')} read: {new} new, {changed} with a new version.")


def one(ask: Ask) -> Response:
    """One form with all its versions, its table and its dictionary."""
    form_id = ask.part("id")
    with ask.workspace.read() as tx:
        form = tx.forms.get(form_id)
        versions = tx.forms.versions(form_id)[-SIDE_BY_SIDE:]
        columns = tx.forms.columns(form_id)
        count = next(iter(tx.leads.counts(form_id=form_id)), None)
        name = names.account(tx, form.owner)
        reading = tx.accounts.get(form.owner).sync.enabled
    interval, origin, own = _interval(ask, form)
    return ask.show(
        "form.html",
        form=form,
        current=next((one for one in versions if one.version == form.version), None),
        versions=versions,
        rows=side_by_side(versions),
        changed=_changes(versions),
        fixed=FIXED_COLUMNS,
        columns=columns,
        plan=shape.plan(ask.workspace, form_id),
        count=count,
        account_name=name,
        reading=reading,
        interval=interval,
        origin=origin,
        own=own,
    )


def make_table(ask: Ask) -> Response:
    """Run the plan that the page shows (LGF-107)."""
    form_id = ask.part("id")
    ran = shape.shape(ask.workspace, form_id)
    said = f"{counted(len(ran), 'statement')} run." if ran else "The table is up to date; nothing was run."
    return ask.lead_to(f"/forms/{form_id}#table", said)


def set_interval(ask: Ask) -> Response:
    """Give the form an interval of its own, or take it back (LGF-201)."""
    interval = fields.interval(ask.field("poll_interval"))
    ask.services.orders.poll_interval(ask.workspace, ask.part("id"), interval, "web")
    said = (
        "The form follows its account's interval."
        if interval is None
        else "The form has its own interval now."
    )
    return ask.lead_to(f"/forms/{ask.part('id')}", said)


def side_by_side(versions: tuple[FormVersion, ...]) -> list[Row]:
    """Every question, consent and hidden field of these versions, in the order in which they came."""
    parts: list[dict[tuple[str, str], Part]] = [_parts(version) for version in versions]
    order = dict.fromkeys(key for known in parts for key in known)
    return [Row(key[0], tuple(known.get(key) for known in parts)) for key in sorted(order, key=_kind_first)]


def _parts(version: FormVersion) -> dict[tuple[str, str], Part]:
    found: dict[tuple[str, str], Part] = {
        ("question", identity): question for identity, question in by_identity(version.questions).items()
    }
    found.update({("consent", consent.identity): consent for consent in version.consents})
    found.update({("hidden field", hidden.identity): hidden for hidden in version.hidden_fields})
    return found


def _kind_first(key: tuple[str, str]) -> int:
    return ("question", "consent", "hidden field").index(key[0])


def _changes(versions: tuple[FormVersion, ...]) -> dict[int, list[str]]:
    """What each version changed, by its number, newest first."""
    return {
        new.version: [str(change) for change in diff_versions(old, new)]
        for old, new in reversed(list(pairwise(versions)))
        if not (old.reconstructed or new.reconstructed)
    }


def _interval(ask: Ask, form: Form) -> tuple[Millis, str, bool]:
    """The interval in force, where it comes from, and whether it is the form's own."""
    with ask.workspace.read() as tx:
        own = tx.settings.get("form", form.form_id, "poll_interval")
        pace = ask.services.duties.pace(tx, tx.accounts.get(form.owner))
    if own is not None:
        return int(own), "form", True
    return pace.interval, pace.origin, False


DOORS = (
    shows("/forms", page),
    does("/forms/read", read),
    shows("/forms/{id}", one),
    does("/forms/{id}/table", make_table),
    does("/forms/{id}/interval", set_interval),
)
