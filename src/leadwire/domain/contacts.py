"""What a mapping makes of one form: its columns behind each target, leads that lack what is required, and
questions of other forms that read the same.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from leadwire.domain.mapping import METAS, Asked, Catalog, Field, Source, SourceKind, of_question, targets

Missing = Literal["not_asked", "no_answer"]
# Column names of a form by target, in the order in which the first that has a value wins.
Columns = Mapping[str, tuple[str, ...]]

MISSING: Mapping[Missing, str] = {
    "not_asked": "This form asks for nothing that the mapping puts there.",
    "no_answer": "The form asks for it, but this lead has no answer.",
}
_TRAILING = re.compile(r"[\s:?*.…。：？]+$")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that reads like one that is mapped: `source` could fill `target`, as `alike` does."""

    source: Source
    target: str
    alike: Source
    text: str


class Resolved(NamedTuple):
    """A mapping on one form; `required` are the targets that no lead of it may lack."""

    columns: Columns
    required: tuple[str, ...]


class Mapped:
    """A mapping, made ready to be looked up form by form."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self.fields = tuple(fields)
        self._types = {target.name: target.type for target in targets(self.fields)}
        self._by_target: dict[str, dict[str | None, list[Field]]] = {}
        for field in self.fields:
            self._by_target.setdefault(field.target, {}).setdefault(field.form, []).append(field)

    def on(self, form_id: str, asked: Sequence[Asked]) -> Resolved:
        """What fills each target on this form; a target that nothing fills is left out."""
        columns: dict[str, tuple[str, ...]] = {}
        required = []
        for target, by_form in self._by_target.items():
            counting = by_form.get(form_id) or by_form.get(None, [])
            names = [name for field in counting for name in _columns(field, form_id, asked)]
            if names:
                columns[target] = tuple(dict.fromkeys(names))
            if any(field.required for field in counting):
                required.append(target)
        return Resolved(columns, tuple(required))

    def lacking(
        self, resolved: Resolved, answers: Mapping[str, object], facts: Mapping[str, object]
    ) -> Iterator[tuple[str, Missing]]:
        """The required targets that would be NULL in the view for a lead with these answers and facts."""
        for target in resolved.required:
            names = resolved.columns.get(target, ())
            values = (facts.get(name) if name in METAS else answers.get(name) for name in names)
            if not any(_has_value(value, self._types[target]) for value in values):
                yield target, "no_answer" if names else "not_asked"


@lru_cache(maxsize=10_000)
def folded(text: str) -> str:
    """A label or question as it is compared: case, width, blanks and closing marks make no difference."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _TRAILING.sub("", " ".join(plain.split()))


def suggestions(fields: Sequence[Field], catalog: Catalog) -> list[Suggestion]:
    """Custom questions that nobody has mapped and that read like a mapped one, by form and order on the form."""
    mapped = {field.source for field in fields}
    wanted = [field for field in fields if field.source.kind == "question" and field.form is None]
    found = []
    for form_id, asked in catalog.items():
        for one in asked:
            source = Source("question", one.column.question_id or "", form_id)
            if one.column.kind == "custom" and source not in mapped:
                found += [Suggestion(source, *alike) for alike in _alike(wanted, one)]
    return list({one.source: one for one in found}.values())


def _alike(wanted: Sequence[Field], one: Asked) -> Iterator[tuple[str, Source, str]]:
    """The target, question and common text of the first field like it, unless its rule has taken it in already."""
    for field in wanted:
        text = _same_text(field, one)
        if text is not None:
            if not field.also_alike:
                yield field.target, field.source, text
            return


def _same_text(field: Field, one: Asked) -> str | None:
    if field.type != one.column.type:
        return None
    return next((text for text in one.texts if text.strip() and folded(text) in field.texts), None)


def _predefined(field: Field, form_id: str, asked: Sequence[Asked]) -> list[str]:
    return [one.column.name for one in asked if one.column.predefined_field == field.source.name]


def _question(field: Field, form_id: str, asked: Sequence[Asked]) -> list[str]:
    own = of_question(asked, field.source.name) if field.source.form_id == form_id else []
    alike = [
        one for one in asked if field.also_alike and one.column.kind == "custom" and _same_text(field, one)
    ]
    return [one.column.name for one in (*own, *alike)]


def _hidden(field: Field, form_id: str, asked: Sequence[Asked]) -> list[str]:
    return [one.column.name for one in asked if one.column.hidden_name == field.source.name]


def _consent(field: Field, form_id: str, asked: Sequence[Asked]) -> list[str]:
    if field.source.form_id != form_id:
        return []
    return [one.column.name for one in asked if one.column.consent_id == field.source.name]


def _meta(field: Field, form_id: str, asked: Sequence[Asked]) -> list[str]:
    return [field.source.name]


_FINDERS: Mapping[SourceKind, Callable[[Field, str, Sequence[Asked]], list[str]]] = {
    "predefined": _predefined,
    "question": _question,
    "hidden": _hidden,
    "consent": _consent,
    "meta": _meta,
}


def _columns(field: Field, form_id: str, asked: Sequence[Asked]) -> list[str]:
    return _FINDERS[field.source.kind](field, form_id, asked)


def _has_value(value: object, type_: str) -> bool:
    if value is None or value == "":
        return False
    return value != [] or type_ == "text"
