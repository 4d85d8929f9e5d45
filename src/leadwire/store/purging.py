"""Tearing down an owner: everything of it goes, but for the account itself."""

from leadwire.store.forms import Forms
from leadwire.store.rows import Purged
from leadwire.store.scope import Owned, Scope

BY_OWNER = ("ledger", "quarantine", "coverage", "runs")


def purge(scope: Scope, owner: str) -> Purged:
    """Remove the leads, forms, coverage, runs, quarantine, schedule and settings of an owner.

    The tables of its forms are to be dropped before (ShapeTx.drop_form). What was erased stays erased.
    """
    scope.hold_landing()
    forms = Forms(scope)
    keys = [owner, *(form.form_id for form in forms.all(owner)), *_ids(scope.own("runs"), owner)]
    leads = scope.place.tables["leads"]
    gone = {"leads": scope.connection.execute(leads.delete().where(leads.c.owner == owner)).rowcount}
    for name in ("schedule", "settings"):
        rows = scope.own(name)
        gone[name] = rows.remove(rows.c.key.in_(keys))
    gone["forms"] = forms.forget(owner)
    for name in BY_OWNER:
        rows = scope.own(name)
        gone[name] = rows.remove(rows.c.owner == owner)
    return Purged(gone)


def _ids(rows: Owned, owner: str) -> list[str]:
    return list(rows.connection.scalars(rows.select(rows.c.id).where(rows.c.owner == owner)))
