"""How a form is shown: as it stands, version by version, and column by column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from leadwire.domain import intervals
from leadwire.domain.columns import FIXED_COLUMNS, Column
from leadwire.domain.forms import FormVersion, Question, diff_versions
from leadwire.domain.intervals import Pace
from leadwire.store import Tx, Workspace
from leadwire.store.rows import Form
from leadwire.web.services import Services
from leadwire.web.values import Moment, Span, View, account_name


class OptionView(View):
    id: str
    text: str


class QuestionView(View):
    """`kind`: `text` or `choice`; `predefined_field`: LinkedIn's name for what it fills in itself."""

    id: str
    predefined_field: str | None
    kind: Literal["text", "choice"]
    label: str | None
    question: str | None
    name: str | None
    required: bool
    options: list[OptionView]


class HiddenFieldView(View):
    name: str
    value: str | None


class ConsentView(View):
    id: str
    text: str | None
    label: str | None
    required: bool


class Parts(View):
    """What a version asks."""

    questions: list[QuestionView]
    hidden_fields: list[HiddenFieldView]
    consents: list[ConsentView]


class VersionView(Parts):
    """One version; `changes`: what it changed, in words. `reconstructed`: LinkedIn shows it no more."""

    version: int
    reconstructed: bool
    name: str
    state: str
    locale: str | None
    created_at: Moment | None
    modified_at: Moment | None
    changes: list[str]


class ColumnView(View):
    """A column of the form's table; `texts`: what people were shown for it, per version."""

    name: str
    kind: Literal["fixed", "predefined", "custom", "consent", "hidden"]
    type: Literal["text", "list", "boolean", "time", "integer", "json"]
    predefined_field: str | None
    question_id: str | None
    consent_id: str | None
    hidden_name: str | None
    since_version: int
    texts: dict[str, str]


class FormView(Parts):
    """A form as it stands; `table` is the full name to type into an SQL tool."""

    id: str
    name: str
    state: str
    version: int
    locale: str | None
    owner: str
    account: str
    headline: str | None
    description: str | None
    privacy_policy_url: str | None
    legal_disclaimer: str | None
    versions: list[VersionView]
    table: str
    columns: list[ColumnView]
    poll_interval: Span
    poll_interval_origin: Literal["form", "account", "workspace", "deployment", "push_healthy"]
    created_at: Moment | None
    modified_at: Moment | None
    checked_at: Moment


def viewer(here: Workspace, services: Services) -> Callable[[Tx, Form], FormView]:
    """How to show forms of a workspace."""
    return lambda tx, form: _view(tx, form, services.duties.pace(tx, tx.accounts.get(form.owner)))


def _view(tx: Tx, form: Form, inherited: Pace) -> FormView:
    versions = tx.forms.versions(form.form_id)
    current = next((one for one in versions if one.version == form.version), None)
    parts = _parts(current)
    own = tx.settings.get("form", form.form_id, "poll_interval")
    levels = [("form", None if own is None else int(own)), (inherited.origin, inherited.interval)]
    interval, origin = intervals.resolve(levels)
    return FormView(
        id=form.form_id,
        name=form.name,
        state=form.state,
        version=form.version,
        locale=form.locale,
        owner=form.owner,
        account=account_name(form.owner),
        headline=current.headline if current else None,
        description=current.description if current else None,
        privacy_policy_url=current.privacy_policy_url if current else None,
        legal_disclaimer=current.legal_disclaimer if current else None,
        questions=parts.questions,
        hidden_fields=parts.hidden_fields,
        consents=parts.consents,
        versions=_versions(versions),
        table=form.table,
        columns=[_column(column) for column in (*FIXED_COLUMNS, *tx.forms.columns(form.form_id))],
        poll_interval=interval,
        poll_interval_origin=origin,  # type: ignore[arg-type]
        created_at=form.created_at,
        modified_at=form.modified_at,
        checked_at=form.checked_at,
    )


def _parts(version: FormVersion | None) -> Parts:
    if version is None:
        return Parts(questions=[], hidden_fields=[], consents=[])
    return Parts(
        questions=[_question(one) for one in version.questions],
        hidden_fields=[HiddenFieldView(name=one.name, value=one.value) for one in version.hidden_fields],
        consents=[
            ConsentView(id=one.id, text=one.text, label=one.label, required=one.required)
            for one in version.consents
        ],
    )


def _versions(versions: Sequence[FormVersion]) -> list[VersionView]:
    """Newest first; each with what it changed against the one before that is known."""
    before: FormVersion | None = None
    shown = []
    for one in versions:
        changes = [] if before is None or one.reconstructed else [str(c) for c in diff_versions(before, one)]
        shown.append(_version(one, changes))
        before = before if one.reconstructed else one
    return shown[::-1]


def _version(one: FormVersion, changes: list[str]) -> VersionView:
    parts = _parts(one)
    return VersionView(
        version=one.version,
        reconstructed=one.reconstructed,
        name=one.name,
        state=one.state,
        locale=one.locale,
        questions=parts.questions,
        hidden_fields=parts.hidden_fields,
        consents=parts.consents,
        created_at=one.created_at,
        modified_at=one.modified_at,
        changes=changes,
    )


def _question(one: Question) -> QuestionView:
    return QuestionView(
        id=one.id,
        predefined_field=one.predefined,
        kind=one.kind,
        label=one.label,
        question=one.question,
        name=one.name,
        required=one.required,
        options=[OptionView(id=option.id, text=option.text) for option in one.options],
    )


def _column(column: Column) -> ColumnView:
    return ColumnView(
        name=column.name,
        kind=column.kind,
        type=column.type,
        predefined_field=column.predefined_field,
        question_id=column.question_id,
        consent_id=column.consent_id,
        hidden_name=column.hidden_name,
        since_version=column.since_version,
        texts={str(version): text for version, text in sorted(column.texts.items())},
    )
