"""Tearing down an owner: everything of it goes, but for the account itself."""

from collections.abc import Sequence

from leadwire.store.counting import Counting
from leadwire.store.forms import Forms
from leadwire.store.rows import Purged
from leadwire.store.scope import Owned, Scope
from leadwire.store.standing import form_tables

BY_OWNER = (
    "ledger",
    "quarantine",
    "coverage",
    "unproven",
    "runs",
    "shown",
    "certificates",
    "certificate_days",
    "differences",
    "inbox",
    "absences",
    "absence_holds",
)


def purge(scope: Scope, owner: str) -> Purged:
    """Remove the leads, forms, coverage, runs, quarantine, schedule, settings, pushes, hooks and webhooks of an owner.

    A webhook that ends and that LinkedIn still has stays until that is over, with its address and its turn.

    The tables of its forms are to be dropped before (ShapeTx.drop_form); in those of other owners its leads are
    looked for. What was erased stays erased.
    """
    scope.hold_landing()
    forms = Forms(scope)
    keys = [owner, *(form.form_id for form in forms.all(owner)), *_ids(scope.own("runs"), owner)]
    leads, counting = scope.place.tables["leads"], Counting(scope)
    _leave_tables(scope, owner, [count.form_id for count in counting.counts(owner)])
    gone = {"leads": scope.connection.execute(leads.delete().where(leads.c.owner == owner)).rowcount}
    settings, schedule = scope.own("settings"), scope.own("schedule")
    gone["settings"] = settings.remove(settings.c.key.in_(keys))
    stays = _ending(scope, owner)
    gone["schedule"] = schedule.remove(
        schedule.c.key.in_(keys), *([schedule.c.kind != "webhooks"] if stays else [])
    )
    for name in () if stays else ("hooks", "webhooks"):
        rows = scope.own(name)
        gone[name] = rows.remove(rows.c.owner == owner)
    gone["forms"] = forms.forget(owner)
    for name in BY_OWNER:
        rows = scope.own(name)
        gone[name] = rows.remove(rows.c.owner == owner)
    counting.forget(owner)
    return Purged(gone)


def _leave_tables(scope: Scope, owner: str, form_ids: Sequence[str]) -> None:
    ledger = scope.own("ledger")
    theirs = ledger.select(ledger.c.lead_id).where(ledger.c.owner == owner)
    for table in form_tables(scope, form_ids):
        scope.connection.execute(table.delete().where(table.c.lead_id.in_(theirs)))


def _ending(scope: Scope, owner: str) -> bool:
    rows = scope.own("webhooks")
    ending = rows.rows(rows.c.owner == owner, rows.c.state == "ending")
    return any(row.held for row in ending)


def _ids(rows: Owned, owner: str) -> list[str]:
    return list(rows.connection.scalars(rows.select(rows.c.id).where(rows.c.owner == owner)))
