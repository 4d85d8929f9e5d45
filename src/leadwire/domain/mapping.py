"""The mapping of a workspace (LGF-115): which source fills which column of the view `contacts`.

Sources are named by what stays: LinkedIn's `predefinedField` values, ids and hidden names. A label is never one,
because it differs with the language of the form and changes with every edit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from leadwire.domain.columns import FIXED_COLUMNS, PREDEFINED_FIELDS, CellType, Column, FixedType
from leadwire.domain.reserved import NEVER_BARE
from leadwire.domain.texts import key, storable

SourceKind = Literal["predefined", "question", "hidden", "consent", "meta"]
TargetType = CellType | FixedType

# What every row of the view begins with.
VIEW_COLUMNS = ("lead_id", "form_id", "submitted_at", "test_lead")
# What is known of every lead, by names that no answer's column has. `deleted_at` is NULL in the view, `extras` is
# no single value.
METAS: Mapping[str, TargetType] = {
    column.name: column.type for column in FIXED_COLUMNS if column.name not in ("deleted_at", "extras")
} | {"owner": "text"}
OF_A_FORM = ("question", "consent")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from. `form_id`: of questions and consents, whose ids mean nothing elsewhere."""

    kind: SourceKind
    name: str
    form_id: str | None = None

    def __str__(self) -> str:
        return (
            f"{self.kind}:{self.name}" if self.form_id is None else f"{self.kind}:{self.form_id}/{self.name}"
        )


@dataclass(frozen=True, slots=True)
class Field:
    """One source of one target.

    `form`: counts on this form only, in place of all that fills the target elsewhere. `also_alike`: the standing
    rule that questions which read the same fill it too, on every form, now and later. `type` and `texts` are what
    was known of the source when it was saved: so the rule outlives the form it was made on.
    """

    source: Source
    target: str
    required: bool = False
    form: str | None = None
    also_alike: bool = False
    type: TargetType = "text"
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A column of a form, and all that its versions have called it.

    `texts`: what members read, the newest first. `names`: what its builder called it; LinkedIn itself calls questions
    `Custom question 0`, so equal names say nothing.
    """

    column: Column
    texts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


# By form id, the columns of every form of a workspace in the order they came.
Catalog = Mapping[str, Sequence[Asked]]


@dataclass(frozen=True, slots=True)
class Target:
    """A column of the view behind the fixed ones; `metas` are the facts of a lead among its sources."""

    name: str
    type: TargetType
    metas: tuple[str, ...] = ()


def read_source(text: str) -> Source | None:
    """`predefined:EMAIL`, `question:<form>/<id>`, `hidden:<name>`, `consent:<form>/<id>`, `meta:<column>`.

    None where it is none of these, as a label is.
    """
    kind, colon, rest = text.partition(":")
    if not colon or not rest:
        return None
    if kind in OF_A_FORM:
        form_id, _, name = rest.partition("/")
        return Source(kind, storable(name), storable(form_id)) if form_id and name else None  # type: ignore[arg-type]
    if kind in ("predefined", "hidden", "meta"):
        return Source(kind, storable(rest))  # type: ignore[arg-type]
    return None


def preset(catalog: Catalog) -> tuple[Field, ...]:
    """Every predefined field under its standard name: those that LinkedIn documents, then others seen on forms."""
    seen = {one.column.predefined_field for columns in catalog.values() for one in columns}
    more = sorted(name for name in seen if name and name not in PREDEFINED_FIELDS)
    return tuple(
        Field(Source("predefined", name), _standard_name(name)) for name in (*PREDEFINED_FIELDS, *more)
    )


def targets(fields: Iterable[Field]) -> tuple[Target, ...]:
    """The view's columns behind the fixed ones, in the order in which the mapping first names them."""
    found: dict[str, list[Field]] = {}
    for field in fields:
        found.setdefault(field.target, []).append(field)
    return tuple(Target(name, merged(own) or "text", _metas(own)) for name, own in found.items())


def merged(fields: Sequence[Field]) -> TargetType | None:
    """The type of a target with these sources; None where no one type holds them all.

    A list beside a text stands as its JSON text.
    """
    types = {field.type for field in fields}
    if types == {"text", "list"}:
        return "text"
    return types.pop() if len(types) == 1 else None


def of_question(columns: Iterable[Asked], question_id: str) -> list[Asked]:
    """The columns of a custom question: two where it has changed its type."""
    identity = f"question:{key(question_id)}"
    return [one for one in columns if one.column.identity.partition("#")[0] == identity]


def _metas(fields: Iterable[Field]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(field.source.name for field in fields if field.source.kind == "meta"))


def _standard_name(predefined: str) -> str:
    name = predefined.lower()
    plain = name.isascii() and name.isidentifier() and len(name) <= len("x" * 52)
    if plain and name not in NEVER_BARE and name not in VIEW_COLUMNS:
        return name
    letters = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)
    return f"predefined_{letters[:50]}"
