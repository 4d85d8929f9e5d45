"""Forms: a mapped question that the newest version asks no more (LGF-112, 115); and what did not fit (LGF-113, 114)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadwire.domain.alerts import Condition, Kind
from leadwire.domain.contacts import Mapped
from leadwire.domain.mapping import Asked
from leadwire.store import Form
from leadwire.watch.view import View, counted

QUESTION_DISAPPEARED = Kind(
    "question_disappeared",
    ("warning",),
    "The newest version of a form asks nothing any more that fills a mapped column; earlier versions did.",
    "Map another question of the form to that column, or take it out of the mapping.",
)
QUARANTINE_OPEN = Kind(
    "quarantine_open",
    ("info", "warning"),
    "Values (info) or whole leads (warning) did not fit and wait in quarantine; the others were stored.",
    "Give a value, try again, or dismiss it on the quarantine page.",
)
KINDS = (QUESTION_DISAPPEARED, QUARANTINE_OPEN)

CURRENT = "PUBLISHED"  # a form in any other state takes no leads that could lack an answer


def disappeared(view: View) -> Iterator[Condition]:
    """Only what somebody has mapped; the preset maps whatever there is."""
    fields = view.tx.mappings.saved()
    changed = (
        [one for one in view.tx.forms.all() if one.version > 1 and one.state == CURRENT] if fields else []
    )
    if not fields or not changed:
        return
    mapped, catalog = Mapped(fields), view.tx.mappings.catalog()
    for form in changed:
        asked = catalog.get(form.form_id, ())
        columns = mapped.on(form.form_id, asked).columns
        gone = sorted(target for target, names in columns.items() if _gone(names, asked, form))
        if gone:
            yield QUESTION_DISAPPEARED.about(
                f"form:{form.form_id}",
                f"Version {form.version} of the form {form.name} asks nothing any more that fills {', '.join(gone)}.",
                f"/forms/{form.form_id}",
            )


def quarantined(view: View) -> Iterator[Condition]:
    """One alert for all of it."""
    waiting = view.tx.quarantine.count()
    if not waiting:
        return
    leads = view.tx.quarantine.count(level="lead")
    values = waiting - leads
    parts = [
        counted(number, *words)
        for number, words in ((leads, ("whole lead",)), (values, ("value",)))
        if number
    ]
    yield QUARANTINE_OPEN.about(
        "workspace",
        f"In quarantine: {' and '.join(parts)}.",
        "/quarantine",
        severity="warning" if leads else "info",
    )


CONDITIONS = (disappeared, quarantined)


def _gone(names: Sequence[str], asked: Sequence[Asked], form: Form) -> bool:
    """Whether these columns were asked for, and the newest version asks for none of them."""
    versions = [one.column.texts for one in asked if one.column.name in names]
    return bool(versions) and not any(form.version in texts for texts in versions)
