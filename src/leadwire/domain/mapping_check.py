"""Whether a mapping means something, and where it does not, what to write instead."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from leadwire.domain.columns import PREDEFINED_FIELDS
from leadwire.domain.contacts import folded
from leadwire.domain.errors import InvalidInput, Problem
from leadwire.domain.mapping import (
    METAS,
    VIEW_COLUMNS,
    Asked,
    Catalog,
    Field,
    Source,
    SourceKind,
    TargetType,
    merged,
    of_question,
    read_source,
)
from leadwire.domain.naming import slug
from leadwire.domain.reserved import NEVER_BARE

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LONGEST = 63  # PostgreSQL cuts longer names without a word
MOST_TARGETS = 200
MOST_FIELDS = 5000
SHOWN = 3
FORMS = (
    "predefined:EMAIL, question:<form>/<question id>, hidden:<name>, consent:<form>/<consent id> "
    "or meta:<column>"
)


class Wish(NamedTuple):
    """A field as somebody wrote it."""

    source: str
    target: str
    required: bool = False
    form: str | None = None
    also_alike: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """What a mapping is held against: the forms as they are, and the fields that hold already."""

    catalog: Catalog
    fields: Mapping[Source, Field]
    forms: Set[str]


def check(wishes: Sequence[Wish], catalog: Catalog, saved: Iterable[Field] = ()) -> tuple[Field, ...]:
    """The fields meant, with what is known of their sources. A source that is `saved` needs no form any more.

    Raises InvalidInput with a problem for each thing that is wrong.
    """
    held = tuple(saved)
    forms = catalog.keys() | {field.form for field in held if field.form is not None}
    known = _Known(catalog, {field.source: field for field in held}, forms)
    fields: list[Field] = []
    problems = [*_sizes(wishes)]
    for wish in wishes if not problems else ():
        found = [*_of_target(wish), *_of_form(wish, known)]
        source = _understood(wish, known, found)
        problems += found
        if source is not None and not found:
            fields.append(_learned(wish, source, known))
    problems += _of_pairs(fields)
    if problems:
        first, more = problems[0], len(problems) - 1
        said = f"{first.message} (and {more} more)" if more else first.message
        raise InvalidInput(first.code, said, first.remedy, problems)
    return tuple(fields)


def _sizes(wishes: Sequence[Wish]) -> Iterator[Problem]:
    if len(wishes) > MOST_FIELDS:
        yield Problem("too_many_fields", f"A mapping has at most {MOST_FIELDS} fields.", "Leave some out.")
    elif len({wish.target for wish in wishes}) > MOST_TARGETS:
        yield Problem(
            "too_many_targets", f"The view has at most {MOST_TARGETS} columns of its own.", "Leave some out."
        )


def _of_target(wish: Wish) -> Iterator[Problem]:
    target = wish.target
    if not NAME.fullmatch(target):
        yield Problem(
            "bad_target",
            f"{_quoted(target)} cannot be a column's name: it takes letters a to z, digits and _, no digit first.",
            f"Write {_fitting(target)}.",
        )
    elif len(target) > LONGEST:
        said = f"{_quoted(target)} is longer than the {LONGEST} bytes that a column's name may have."
        yield Problem("long_target", said, f"Write {target[:LONGEST].rstrip('_')}, or something shorter.")
    elif target.casefold() in VIEW_COLUMNS:
        yield Problem(
            "fixed_target",
            f"{_quoted(target)} is a column that every row of the view begins with.",
            f"Write another name, such as my_{target.casefold()}.",
        )
    elif target.casefold() in NEVER_BARE:
        yield Problem(
            "reserved_target",
            f"{_quoted(target)} is a word of SQL, so nobody could use it without quotes.",
            f"Write another name, such as contact_{target.casefold()}.",
        )


def _fitting(text: str) -> str:
    plain = slug(text, LONGEST - 2)
    free = plain and not plain[0].isdigit() and plain not in NEVER_BARE and plain not in VIEW_COLUMNS
    return plain if free else f"c_{plain or 'column'}"


def _of_form(wish: Wish, known: _Known) -> Iterator[Problem]:
    if wish.form is not None and wish.form not in known.forms:
        yield _no_form(wish.form)
    if wish.also_alike and wish.form is not None:
        yield Problem(
            "alike_on_one_form",
            f"{_quoted(wish.target)}: what also_alike takes in is on other forms, and this field is for one form.",
            "Leave out form, or also_alike.",
        )


def _understood(wish: Wish, known: _Known, found: list[Problem]) -> Source | None:
    """The source meant; what keeps it from being one is added to `found`."""
    source = read_source(wish.source)
    if source is None:
        found.append(_no_source(wish.source, known.catalog))
    elif wish.also_alike and source.kind != "question":
        said = f"{wish.source}: only a custom question has others that read the same."
        found.append(Problem("alike_of_no_question", said, "Leave out also_alike."))
    elif source not in known.fields:
        found += _CHECKS[source.kind](source, known.catalog)
    return source


def _predefined(source: Source, catalog: Catalog) -> Iterator[Problem]:
    seen = {one.column.predefined_field for columns in catalog.values() for one in columns}
    if source.name not in PREDEFINED_FIELDS and source.name not in seen:
        yield _no_source(str(source), catalog)


def _question(source: Source, catalog: Catalog) -> Iterator[Problem]:
    columns = catalog.get(source.form_id or "")
    if columns is None:
        yield _no_form(source.form_id or "")
        return
    if of_question(columns, source.name):
        return
    predefined = [one.column.predefined_field for one in columns if one.column.question_id == source.name]
    if predefined:
        yield Problem(
            "predefined_question",
            f"Question {source.name} of form {source.form_id} is LinkedIn's field {predefined[0]}.",
            f"Write predefined:{predefined[0]}, which serves every form in every language.",
        )
        return
    ids = [str(one.column.question_id) for one in columns if one.column.kind == "custom"]
    yield Problem(
        "unknown_question",
        f"Form {source.form_id} has no question {_quoted(source.name)}.",
        f"Its custom questions are {_some(ids)}." if ids else "It has no custom question.",
    )


def _consent(source: Source, catalog: Catalog) -> Iterator[Problem]:
    columns = catalog.get(source.form_id or "")
    if columns is None:
        yield _no_form(source.form_id or "")
        return
    ids = [str(one.column.consent_id) for one in columns if one.column.kind == "consent"]
    if source.name not in ids:
        yield Problem(
            "unknown_consent",
            f"Form {source.form_id} has no consent {_quoted(source.name)}.",
            f"Its consents are {_some(ids)}." if ids else "It asks for no consent.",
        )


def _hidden(source: Source, catalog: Catalog) -> Iterator[Problem]:
    """Any name will do: who runs many workspaces maps before the first form has it."""
    names = {one.column.hidden_name for columns in catalog.values() for one in columns} - {None}
    near = [
        name for name in names if name and name != source.name and name.casefold() == source.name.casefold()
    ]
    if near and source.name not in names:
        said = f"No form has a hidden field {_quoted(source.name)}."
        yield Problem("unknown_hidden", said, f"Write hidden:{near[0]}.")


def _meta(source: Source, catalog: Catalog) -> Iterator[Problem]:
    if source.name not in METAS:
        said = f"meta:{source.name[:80]} is nothing that is known of every lead."
        yield Problem("unknown_meta", said, f"There are {', '.join(f'meta:{name}' for name in METAS)}.")


_CHECKS: Mapping[SourceKind, Callable[[Source, Catalog], Iterator[Problem]]] = {
    "predefined": _predefined,
    "question": _question,
    "consent": _consent,
    "hidden": _hidden,
    "meta": _meta,
}


def _learned(wish: Wish, source: Source, known: _Known) -> Field:
    """The field with what its source is now, and was when it was saved before."""
    before = known.fields.get(source)
    columns = known.catalog.get(source.form_id or "", ())
    own = of_question(columns, source.name) if source.kind == "question" else []
    texts = {folded(text): None for one in own for text in one.texts} if source.kind == "question" else {}
    known_texts = before.texts if before is not None else ()
    return Field(
        source=source,
        target=wish.target,
        required=wish.required,
        form=wish.form,
        also_alike=wish.also_alike,
        type=before.type if before is not None else _type(source, own),
        texts=tuple(text for text in dict.fromkeys((*known_texts, *texts)) if text),
    )


def _type(source: Source, own: Sequence[Asked]) -> TargetType:
    if source.kind == "meta":
        return METAS[source.name]
    if source.kind == "question":
        return own[0].column.type if len(own) == 1 else "text"
    return "boolean" if source.kind == "consent" else "text"


def _of_pairs(fields: Sequence[Field]) -> Iterator[Problem]:
    """What is wrong only when fields are seen together."""
    seen: dict[tuple[Source, str, str | None], Field] = {}
    for field in fields:
        if seen.setdefault((field.source, field.target, field.form), field) is not field:
            said = f"{field.source} fills {field.target} twice."
            yield Problem("doubled_field", said, "Leave one of the two out.")
    by_name: dict[str, dict[str, list[Field]]] = {}
    for field in fields:
        by_name.setdefault(field.target.casefold(), {}).setdefault(field.target, []).append(field)
    for spellings in by_name.values():
        yield from _of_one_target(spellings)


def _of_one_target(spellings: Mapping[str, list[Field]]) -> Iterator[Problem]:
    if len(spellings) > 1:
        said = f"{' and '.join(spellings)} differ in capitals only, which are one name in SQLite."
        yield Problem("doubled_target", said, f"Write {next(iter(spellings))} for both.")
    for target, fields in spellings.items():
        if merged(fields) is None:
            kinds = " and ".join(dict.fromkeys(f"{field.source} ({field.type})" for field in fields))
            said = f"{target} cannot hold {kinds}: one column has one type."
            yield Problem("mixed_target", said, "Give each type a target of its own.")


def _no_form(form_id: str) -> Problem:
    return Problem(
        "unknown_form",
        f"There is no form {_quoted(form_id)} in this workspace.",
        "Write the id of one of its forms; `leadwire forms list` shows them.",
    )


def _no_source(text: str, catalog: Catalog) -> Problem:
    """A source that is none: a label, most likely, and then what to write for it is known."""
    said = text.partition(":")[2] or text
    meant = list(dict.fromkeys([*_named_like(said), *_labelled(said, catalog), *_labelled(text, catalog)]))
    if meant:
        return Problem(
            "label_as_key",
            f"{_quoted(text)} is what people read, which differs by language and changes with every edit.",
            f"Write {' or '.join(meant[:SHOWN])} instead.",
        )
    return Problem(
        "bad_source",
        f"{_quoted(text)} names no field: labels never count, and no such field has been seen on a form.",
        f"Write {FORMS}.",
    )


def _named_like(text: str) -> Iterator[str]:
    name = slug(text, LONGEST).upper()
    if name in PREDEFINED_FIELDS:
        yield f"predefined:{name}"


def _labelled(text: str, catalog: Catalog) -> Iterator[str]:
    wanted = folded(text)
    for form_id, columns in catalog.items():
        for one in columns:
            if any(folded(label) == wanted for label in (*one.texts, *one.names)):
                yield _address(form_id, one)


def _address(form_id: str, one: Asked) -> str:
    column = one.column
    if column.kind == "predefined":
        return f"predefined:{column.predefined_field}"
    if column.kind == "hidden":
        return f"hidden:{column.hidden_name}"
    id_ = column.question_id if column.kind == "custom" else column.consent_id
    return f"{'question' if column.kind == 'custom' else 'consent'}:{form_id}/{id_}"


def _quoted(text: str) -> str:
    return repr(text[:80])


def _some(ids: Sequence[str]) -> str:
    more = len(ids) - SHOWN
    return ", ".join(ids[:SHOWN]) + (f" and {more} more" if more > 0 else "")
