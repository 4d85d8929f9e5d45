"""A column per question, consent and hidden field: found by what it asks, named once, never renamed.

Names are lower-case ASCII that needs no quotes in PostgreSQL or SQLite: `[a-z][a-z0-9_]{0,54}`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from leadwire.domain.forms import FormVersion, Question, by_identity
from leadwire.domain.naming import Stem, free_name, stem
from leadwire.domain.naming import slug as slug
from leadwire.domain.naming import table_name as table_name
from leadwire.domain.reserved import RESERVED
from leadwire.domain.texts import storable

ColumnKind = Literal["fixed", "predefined", "custom", "consent", "hidden"]
CellType = Literal["text", "list", "boolean"]
FixedType = Literal["time", "integer", "json"]

PREDEFINED_LIMIT = 46  # `q_` may come before it, `_` and six hex digits behind: 55 at most


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a form's table, and what people were shown for it: `texts` per form version.

    `identity` is what it stays through all versions: `predefined:EMAIL`, `question:107`, `consent:0`,
    `hidden:utm_source`, `fixed:lead_id`; with `#list` or `#text` behind it where the question has changed its
    type and the first column could not hold both. `question_id` is that of the newest version.
    """

    name: str
    kind: ColumnKind
    identity: str
    type: CellType | FixedType
    predefined_field: str | None = None
    question_id: str | None = None
    consent_id: str | None = None
    hidden_name: str | None = None
    since_version: int = 0
    texts: Mapping[int, str] = field(default_factory=dict)


def _fixed(name: str, type_: CellType | FixedType) -> Column:
    return Column(name, "fixed", f"fixed:{name}", type_)


FIXED_COLUMNS = (
    _fixed("lead_id", "text"),
    _fixed("submitted_at", "time"),
    _fixed("test_lead", "boolean"),
    _fixed("lead_type", "text"),
    _fixed("form_version", "integer"),
    _fixed("campaign_id", "text"),
    _fixed("creative_id", "text"),
    _fixed("associated_entity", "text"),
    _fixed("received_via", "text"),
    _fixed("stored_at", "time"),
    _fixed("deleted_at", "time"),
    _fixed("extras", "json"),
)

_SEEN_SO_FAR = """
    FIRST_NAME LAST_NAME EMAIL WORK_EMAIL PHONE_NUMBER WORK_PHONE_NUMBER WORK_PHONE LINKEDIN_PROFILE_LINK
    CITY STATE COUNTRY ZIP_CODE GENDER INDUSTRY ORGANIZATION COMPANY_NAME COMPANY_SIZE
    JOB_TITLE JOB_FUNCTION JOB_START_DATE SENIORITY
    DEGREE FIELD_OF_STUDY SCHOOL SCHOOL_NAME UNIVERSITY START_DATE GRADUATION_DATE
"""
# Their names, which nothing else may take. LinkedIn publishes no closed list: others are taken as they come.
PREDEFINED_FIELDS = {name: name.lower() for name in _SEEN_SO_FAR.split()}
_PREDEFINED_NAMES = frozenset(PREDEFINED_FIELDS.values())
_NEVER = RESERVED | {column.name for column in FIXED_COLUMNS}


@dataclass(frozen=True, slots=True)
class Growth:
    """`columns`: all there are now, in the order they came, of which `added` are new and `retexted` changed.

    A retexted column differs in its dictionary entry only (`texts`, `since_version`, `question_id`).
    `overflow`: identities of this version that get no column; their values go to `extras`.
    """

    columns: tuple[Column, ...]
    added: tuple[Column, ...]
    retexted: tuple[Column, ...]
    overflow: tuple[str, ...]


class _Wish(NamedTuple):
    """A column without its name, and the name wished for it."""

    column: Column
    stem: Stem


def grow(have: Sequence[Column], version: FormVersion, max_columns: int = 200) -> Growth:
    """The columns of a form once `version` is known. Additive: no column goes, no name changes.

    Deterministic, and learning a known version again, in any order, changes nothing. A reconstructed version
    teaches nothing. `max_columns` does not count the fixed columns, which `have` may leave out.
    """
    index = {column.identity: column for column in have}
    retexted: dict[str, Column] = {}
    missing: list[_Wish] = []
    for column, wished in _wishes(version):
        known = column_of(index, column.identity, column.type)
        if known is None:
            changed = f"#{column.type}" if column.identity in index else ""
            missing.append(_Wish(replace(column, identity=column.identity + changed), wished))
        elif (renewed := _retext(known, column)) != known:
            retexted[known.identity] = renewed
    room = max(0, max_columns - sum(column.kind != "fixed" for column in have))
    added = _named(missing[:room], [column.name for column in have])
    return Growth(
        columns=(*(retexted.get(column.identity, column) for column in have), *added),
        added=added,
        retexted=tuple(retexted.values()),
        overflow=tuple(wish.column.identity for wish in missing[room:]),
    )


def column_of(index: Mapping[str, Column], identity: str, type_: str) -> Column | None:
    """The column for an identity asked as this type, among columns by identity; None where there is none."""
    plain = index.get(identity)
    return plain if plain is not None and plain.type == type_ else index.get(f"{identity}#{type_}")


def _retext(known: Column, seen: Column) -> Column:
    newest = seen.since_version >= max(known.texts, default=0)
    return replace(
        known,
        texts={**known.texts, **seen.texts},
        since_version=min(known.since_version, seen.since_version),
        question_id=seen.question_id if newest else known.question_id,
    )


def _wishes(version: FormVersion) -> Iterable[_Wish]:
    """What the version asks for, in the order of the form; of two things of one identity the first."""
    if version.reconstructed:
        return ()
    number = version.version
    asked = [_question_wish(number, *pair) for pair in by_identity(version.questions).items()]
    for consent in version.consents:
        column = _nameless("consent", consent.identity, "boolean", number, consent.display)
        asked.append(_Wish(replace(column, consent_id=consent.id), stem("consent_", consent.id)))
    for hidden in version.hidden_fields:
        column = _nameless("hidden", hidden.identity, "text", number, hidden.name)
        asked.append(_Wish(replace(column, hidden_name=storable(hidden.name)), stem("hidden_", hidden.name)))
    first: dict[str, _Wish] = {}
    for wish in asked:
        first.setdefault(wish.column.identity, wish)
    return first.values()


def _question_wish(version: int, identity: str, question: Question) -> _Wish:
    type_: CellType = "list" if question.kind == "choice" else "text"
    if identity.startswith("predefined:"):
        column = _nameless("predefined", identity, type_, version, question.display)
        predefined = question.predefined or ""
        wished = stem("", predefined, PREDEFINED_LIMIT)
        return _Wish(replace(column, predefined_field=storable(predefined), question_id=question.id), wished)
    column = _nameless("custom", identity, type_, version, question.display)
    wished = stem("", question.display) if slug(question.display, 1) else stem("q_", question.id)
    return _Wish(replace(column, question_id=question.id), wished)


def _nameless(kind: ColumnKind, identity: str, type_: CellType, version: int, text: str) -> Column:
    return Column("", kind, identity, type_, since_version=version, texts={version: storable(text)})


# Predefined names are the ones people write mappings for, so they are the last to carry a suffix.
_RANK: Mapping[ColumnKind, int] = {"predefined": 0, "consent": 1, "hidden": 2, "custom": 3}


def _named(wishes: Sequence[_Wish], have: Sequence[str]) -> tuple[Column, ...]:
    taken = {name.casefold() for name in have} | _NEVER
    names: dict[str, str] = {}
    for column, wished in sorted(wishes, key=lambda wish: _RANK[wish.column.kind]):
        own = PREDEFINED_FIELDS.get(column.predefined_field or "")
        name = free_name(wished, column.identity, taken | (_PREDEFINED_NAMES - {own}))
        names[column.identity] = name
        taken.add(name)
    return tuple(replace(wish.column, name=names[wish.column.identity]) for wish in wishes)
