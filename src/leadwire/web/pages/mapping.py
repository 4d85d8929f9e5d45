"""Mapping: what fills each column of the view `contacts`, tried on stored leads before it is saved (LGF-115)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from starlette.responses import Response

from leadwire import mapping
from leadwire.domain.columns import PREDEFINED_FIELDS
from leadwire.domain.contacts import Mapped, suggestions
from leadwire.domain.errors import Conflict, InvalidInput
from leadwire.domain.mapping import METAS, Asked, Catalog, Field
from leadwire.domain.mapping_check import Wish
from leadwire.store import Tx
from leadwire.web.pages.frame import Ask, does, shows

TRIED = 10_000
SUGGESTED = 25
FORMS = 500


class Draft(NamedTuple):
    """A field being written; `was` names the one that it is to replace, None for a new one."""

    wish: Wish
    was: tuple[str, str, str | None] | None


class Row(NamedTuple):
    """A field as people see it: what its source is called, on how many forms it is, on which it counts."""

    field: Field
    text: str
    forms: int


EMPTY = Draft(Wish("", ""), None)


def page(ask: Ask) -> Response:
    """The mapping in force, what could be added, and a form to add or change a field."""
    return _show(ask, _asked(ask) or EMPTY)


def change(ask: Ask) -> Response:
    """Add, change or remove a field, or try what that would do. What cannot be stays in the form, with the reason."""
    draft = _sent(ask)
    try:
        return _trial(ask, draft) if ask.field("do") == "try" else _save(ask, draft)
    except InvalidInput as error:
        return _show(ask, draft, refused=error)


def _trial(ask: Ask, draft: Draft) -> Response:
    with ask.workspace.read() as tx:
        wishes = _changed(tx.mappings.fields(), draft)
    return _show(ask, draft, mapping.preview(ask.workspace, wishes, None, TRIED))


def _save(ask: Ask, draft: Draft) -> Response:
    keep = ask.field("do") != "remove"
    mapping.change(ask.workspace, lambda fields: _changed(fields, draft, keep), ask.now, "web")
    said = f"{draft.wish.target} is saved" if keep else "Removed"
    return ask.lead_to("/mapping", f"{said}, and the view is up to date.")


def check(ask: Ask) -> Response:
    """Try the mapping in force on stored leads."""
    return _show(ask, EMPTY, mapping.preview(ask.workspace, None, None, TRIED))


def accept(ask: Ask) -> Response:
    """Map a suggested question, once or by the standing rule."""
    always = ask.field("always") is not None
    mapping.accept(ask.workspace, ask.fields.get("source", ()), always, ask.now, "web")
    said = "Mapped, and whatever reads the same on any form will be." if always else "Mapped."
    return ask.lead_to("/mapping#suggestions", said)


def reset(ask: Ask) -> Response:
    """Go back to the preset."""
    mapping.reset(ask.workspace, ask.now, "web")
    return ask.lead_to("/mapping", "The preset is in force again: every predefined field under its name.")


def _show(
    ask: Ask, draft: Draft, tried: mapping.Preview | None = None, refused: InvalidInput | None = None
) -> Response:
    with ask.workspace.read() as tx:
        fields, catalog = tx.mappings.fields(), tx.mappings.catalog()
        names = {form.form_id: form.name for form in tx.forms.all()}
        words = _words(catalog, names)
        offered = suggestions(fields, catalog)
        view, preset = tx.mappings.view, tx.mappings.saved() is None
        moving = _reading(tx)
    rows = _rows(fields, catalog, words)
    return ask.show(
        "mapping.html",
        422 if refused else 200,
        refused=refused,
        rows=[row for row in rows if row.field.form is None],
        overrides=[row for row in rows if row.field.form is not None],
        forms=dict(list(names.items())[:FORMS]),
        total=len(names),
        suggestions=offered[:SUGGESTED],
        more=max(0, len(offered) - SUGGESTED),
        sources=words,
        draft=draft,
        tried=tried,
        view=view,
        preset=preset,
        moving=moving,
    )


def _asked(ask: Ask) -> Draft | None:
    """The field that the address names, as it is in force; None where there is none."""
    named = (ask.query("source"), ask.query("target"), ask.query("form"))
    with ask.workspace.read() as tx:
        fields = tx.mappings.fields()
    found = (mapping.wish(field) for field in fields if _name(mapping.wish(field)) == named)
    return next((Draft(wish, _name(wish)) for wish in found), None)


def _sent(ask: Ask) -> Draft:
    wish = Wish(
        source=ask.field("source") or "",
        target=ask.field("target") or "",
        required=ask.field("required") is not None,
        form=ask.field("form"),
        also_alike=ask.field("also_alike") is not None,
    )
    source, target = ask.field("was_source"), ask.field("was_target")
    return Draft(wish, (source, target, ask.field("was_form")) if source and target else None)


def _changed(fields: Sequence[Field], draft: Draft, keep: bool = True) -> list[Wish]:
    """The mapping with the draft in its place: where the field was, else behind the last of its target."""
    wishes = [mapping.wish(field) for field in fields]
    new = [draft.wish] if keep else []
    if draft.was is not None:
        place = next((n for n, wish in enumerate(wishes) if _name(wish) == draft.was), None)
        if place is None:
            raise Conflict(
                "field_gone",
                f"{draft.was[0]} fills {draft.was[1]} no more: somebody has changed the mapping meanwhile.",
                "Look at the mapping as it is now, then change it.",
            )
        return [*wishes[:place], *new, *wishes[place + 1 :]]
    same = [n for n, wish in enumerate(wishes) if wish.target == draft.wish.target]
    end = same[-1] + 1 if same else len(wishes)
    return [*wishes[:end], *new, *wishes[end:]]


def _name(wish: Wish) -> tuple[str, str, str | None]:
    return wish.source, wish.target, wish.form


def _words(catalog: Catalog, names: Mapping[str, str]) -> dict[str, str]:
    """Every source there is, and what people call it."""
    found = dict.fromkeys((f"predefined:{name}" for name in PREDEFINED_FIELDS), "LinkedIn's own field")
    for form_id, columns in catalog.items():
        for one in columns:
            found.setdefault(*_source(form_id, one, names.get(form_id, form_id)))
    return found | {f"meta:{name}": "known of every lead" for name in METAS}


def _source(form_id: str, one: Asked, name: str) -> tuple[str, str]:
    column, text = one.column, next(iter((*one.texts, *one.names)), "")
    ways = {
        "predefined": (f"predefined:{column.predefined_field}", "LinkedIn's own field"),
        "custom": (f"question:{form_id}/{column.question_id}", f"{text} ({name})"),
        "consent": (f"consent:{form_id}/{column.consent_id}", f"{text} ({name})"),
        "hidden": (f"hidden:{column.hidden_name}", "hidden field"),
    }
    return ways[column.kind]


def _rows(fields: Iterable[Field], catalog: Catalog, words: Mapping[str, str]) -> list[Row]:
    return [
        Row(field, words.get(str(field.source), "not on any form now"), _forms(field, catalog))
        for field in fields
    ]


def _forms(field: Field, catalog: Catalog) -> int:
    alone = Mapped([field])
    return sum(bool(alone.on(form_id, columns).columns) for form_id, columns in catalog.items())


def _reading(tx: Tx) -> bool:
    """Whether leads and forms come in just now."""
    return any(tx.runs.open(account.owner) for account in tx.accounts.all() if account.sync.enabled)


DOORS = (
    shows("/mapping", page),
    does("/mapping/field", change),
    does("/mapping/check", check),
    does("/mapping/accept", accept),
    does("/mapping/reset", reset),
)
