"""Lead forms: questions, options, consents and hidden fields of one version, in the form's own language.

A GET by id returns the current version only. Source: learn.microsoft.com/en-us/linkedin/marketing/lead-sync/
{leadsync,lead-sync-schema}.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, TypeVar

from leadwire.linkedin import urns
from leadwire.linkedin.answers import Page, read_batch, read_entity, read_page
from leadwire.linkedin.calls import Call, key
from leadwire.linkedin.errors import Surprise
from leadwire.linkedin.loose import (
    Millis,
    Record,
    at,
    dump,
    identifier,
    integer,
    items,
    load_record,
    moment,
    record,
    text,
    texts,
    union_urn,
)
from leadwire.linkedin.restli import encode_query

T = TypeVar("T")
QuestionKind: TypeAlias = Literal["text", "choice", "unknown"]


class Option(NamedTuple):
    """One option of a multiple-choice question."""

    id: str
    text: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `predefined_field` is LinkedIn's name for it, None for a custom one; an open enum.

    `question` is what members read, `name` what the builder of the form reads, `label` a name for mapping.
    """

    id: str
    predefined_field: str | None
    kind: QuestionKind
    question: str
    name: str
    label: str | None
    required: bool
    editable: bool
    max_length: int | None
    options: tuple[Option, ...]


class Consent(NamedTuple):
    """One consent checkbox; ids start at 0."""

    id: str
    text: str
    label: str | None
    required: bool


class HiddenField(NamedTuple):
    """A static value of the form; never repeated in a lead."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Form:
    """One version of a form. Ids and hidden names are unique; `odd` holds the JSON text of members that were
    doubled or had no id.
    """

    id: str
    version: int
    owner_urn: str | None
    name: str
    state: str
    locale: str | None
    headline: str
    description: str | None
    questions: tuple[Question, ...]
    consents: tuple[Consent, ...]
    hidden_fields: tuple[HiddenField, ...]
    privacy_policy_url: str | None
    legal_disclaimer: str | None
    review_status: str | None
    created_at: Millis | None
    modified_at: Millis | None
    odd: tuple[str, ...] = ()


def find_forms(owner_urn: str, start: int = 0, count: int = 100) -> Call:
    """Every form of an owner, all states and locales. More than 100 a page is unproven."""
    params = {"q": "owner", "owner": urns.owner_record(owner_urn), "start": start, "count": count}
    return Call("leadForms.FINDER", "GET", "/rest/leadForms", encode_query(params))


def get_form(form_id: str) -> Call:
    """The current version of one form; the key is the plain id, not a URN."""
    return Call("leadForms.GET", "GET", f"/rest/leadForms/{key(form_id)}")


def batch_forms(form_ids: Iterable[str]) -> Call:
    """The current versions of several forms."""
    return Call("leadForms.BATCH_GET", "GET", "/rest/leadForms", encode_query({"ids": list(form_ids)}))


def read_forms(status: int, headers: Mapping[str, str], body: bytes) -> Page[bytes]:
    """A page of raw forms, each for `read_form`: one odd form never fails the list."""
    return read_page(status, headers, body)


read_form_entity = read_entity
read_form_batch = read_batch


def read_form(raw: bytes) -> Form:
    """One form. Raises Surprise for what is no object or has no id or version."""
    said = load_record(raw, "a form")
    version = integer(said.get("versionId"))
    if version is None or not 0 <= version <= urns.LAST_VERSION:
        raise Surprise("a form without a version", raw)
    return form_of(said, raw, version)


def form_of(said: Record, raw: bytes, version: int, owner_urn: str | None = None) -> Form:
    """A form from its decoded members; `owner_urn` stands in where a decoration names none."""
    form_id = identifier(said.get("id"))
    if form_id is None or not form_id.isdecimal():
        raise Surprise("a form without an id", raw)
    locale = _locale(said.get("creationLocale"))
    content = record(said.get("content"))
    legal = record(content.get("legalInfo"))
    odd: list[str] = []
    return Form(
        id=form_id,
        version=version,
        owner_urn=union_urn(said.get("owner")) or owner_urn,
        name=text(said.get("name")) or "",
        state=text(said.get("state")) or "",
        locale=locale,
        headline=_localized(content.get("headline"), locale) or "",
        description=_localized(content.get("description"), locale),
        questions=_rows(
            content.get("questions"), "questionId", lambda name, one: _question(name, one, locale, odd), odd
        ),
        consents=_rows(legal.get("consents"), "id", lambda name, one: _consent(name, one, locale), odd),
        hidden_fields=_rows(said.get("hiddenFields"), "name", _hidden_field, odd, text),
        privacy_policy_url=text(legal.get("privacyPolicyUrl")),
        legal_disclaimer=_localized(legal.get("legalDisclaimer"), locale),
        review_status=text(at(said, "reviewInfo", "reviewStatus")),
        created_at=_time(said.get("created")),
        modified_at=_time(said.get("lastModified")),
        odd=tuple(odd),
    )


def _rows(
    value: object,
    key_name: str,
    build: Callable[[str, Record], T],
    odd: list[str],
    read_key: Callable[[object], str | None] = identifier,
) -> tuple[T, ...]:
    """The rows of a list under unique keys; what has none, or one already taken, goes to `odd`."""
    rows: dict[str, T] = {}
    for one in items(value):
        name = read_key(record(one).get(key_name))
        if not name or name in rows:
            odd.append(dump(one))
        else:
            rows[name] = build(name, record(one))
    if value is not None and not isinstance(value, list):
        odd.append(dump(value))
    return tuple(rows.values())


def _question(question_id: str, said: Record, locale: str | None, odd: list[str]) -> Question:
    details = record(said.get("questionDetails"))
    choice = details.get("multipleChoiceQuestionDetails")
    plain = details.get("textQuestionDetails")
    return Question(
        id=question_id,
        predefined_field=text(said.get("predefinedField")) or None,
        kind="choice" if choice is not None else "text" if plain is not None else "unknown",
        question=_localized(said.get("question"), locale) or "",
        name=text(said.get("name")) or "",
        label=text(said.get("label")) or None,
        required=said.get("responseRequired") is True,
        editable=said.get("responseEditable") is True,
        max_length=integer(at(plain, "maxResponseLength")),
        options=_rows(at(choice, "options"), "id", lambda name, one: _option(name, one, locale), odd),
    )


def _option(option_id: str, said: Record, locale: str | None) -> Option:
    label = text(said.get("label")) or None
    return Option(option_id, _localized(said.get("text"), locale) or label or "", label)


def _consent(consent_id: str, said: Record, locale: str | None) -> Consent:
    label = text(said.get("label")) or None
    words = _localized(said.get("consent"), locale) or label or ""
    return Consent(consent_id, words, label, said.get("checkRequired") is True)


def _hidden_field(name: str, said: Record) -> HiddenField:
    value = said.get("value")
    if isinstance(value, str):
        return HiddenField(name, value)
    return HiddenField(name, "" if value is None else dump(value))


def _locale(value: object) -> str | None:
    """`{"language":"en","country":"US"}` -> "en_US", the key of the localized maps; the country may be
    missing.
    """
    parts = (text(at(value, "language")), text(at(value, "country")))
    return "_".join(filter(None, parts)) or text(value) or None


def _localized(value: object, locale: str | None) -> str | None:
    """The text in the form's locale, else in whichever there is: forms carry one in practice."""
    words = record(at(value, "localized"))
    return text(words.get(locale or "")) or next(texts(list(words.values())), text(value))


def _time(value: object) -> Millis | None:
    """Epoch ms; the legacy form was an object around it."""
    return moment(value if integer(value) is not None else at(value, "time"))
