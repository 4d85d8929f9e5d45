"""The dictionary of a form: what was asked in each version, in the tables people read."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Row, Table, select

from leadwire.domain.columns import Column, column_of
from leadwire.domain.forms import Consent, FormVersion, HiddenField, Option, Question, by_identity
from leadwire.domain.texts import storable_row
from leadwire.domain.times import Millis
from leadwire.store.scope import Scope

VERSIONED = ("form_versions", "form_questions", "form_options", "form_consents", "form_hidden_fields")
PLAIN = (
    "name",
    "state",
    "locale",
    "owner",
    "headline",
    "description",
    "privacy_policy_url",
    "legal_disclaimer",
    "created_at",
    "modified_at",
    "reconstructed",
)
COLUMN = tuple(one.name for one in fields(Column))


class Dictionary:
    """Form versions as values in, as rows of five tables, and as the same values out."""

    def __init__(self, scope: Scope) -> None:
        self._connection = scope.connection
        self._tables = scope.place.tables

    def put(self, version: FormVersion, columns: Sequence[Column], now: Millis) -> None:
        """Write a version over what was known of it."""
        of = {"form_id": version.form_id, "version": version.version}
        for name in VERSIONED:
            table = self._tables[name]
            same = (table.c.form_id == version.form_id, table.c.version == version.version)
            self._connection.execute(table.delete().where(*same))
        for name, rows in _rows(version, columns, now):
            if rows:
                self._connection.execute(
                    self._tables[name].insert(), [{**of, **storable_row(row)} for row in rows]
                )

    def put_columns(self, form_id: str, columns: Sequence[Column]) -> None:
        """Write all columns of a form; they are few, and seldom change."""
        table = self._tables["form_columns"]
        self._connection.execute(table.delete().where(table.c.form_id == form_id))
        rows = [_column_row(form_id, position, column) for position, column in enumerate(columns)]
        if rows:
            self._connection.execute(table.insert(), rows)

    def columns(self, form_id: str) -> tuple[Column, ...]:
        """The columns of a form behind the fixed ones, in the order they came."""
        table = self._tables["form_columns"]
        found = self._connection.execute(
            select(*(table.c[name] for name in COLUMN))
            .where(table.c.form_id == form_id)
            .order_by(table.c.position)
        )
        return tuple(read_column(dict(zip(COLUMN, row, strict=True))) for row in found)

    def versions(self, form_id: str, version: int | None = None) -> tuple[FormVersion, ...]:
        """The versions of a form, oldest first, or just the one."""
        parts = {name: self._of(name, form_id, version) for name in VERSIONED}
        return tuple(
            _version(
                row,
                {name: [one for one in rows if one.version == row.version] for name, rows in parts.items()},
            )
            for row in parts["form_versions"]
        )

    def numbers(self, form_id: str) -> dict[int, bool]:
        """The versions known, and whether each is only reconstructed."""
        c = self._tables["form_versions"].c
        statement = select(c.version, c.reconstructed).where(c.form_id == form_id).order_by(c.version)
        return {row.version: row.reconstructed for row in self._connection.execute(statement)}

    def forget(self, form_ids: Sequence[str]) -> None:
        """Remove all that is known of some forms."""
        for name in (*VERSIONED, "form_columns", "contact_columns"):
            table = self._tables[name]
            self._connection.execute(table.delete().where(table.c.form_id.in_(form_ids)))

    def _of(self, name: str, form_id: str, version: int | None) -> Sequence[Row[Any]]:
        table: Table = self._tables[name]
        statement = select(table).where(table.c.form_id == form_id).order_by(*table.primary_key)
        if version is not None:
            statement = statement.where(table.c.version == version)
        return self._connection.execute(statement).all()


def _rows(
    version: FormVersion, columns: Sequence[Column], now: Millis
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The rows of a version, table by table."""
    index = {column.identity: column for column in columns}
    yield "form_versions", [{**{name: getattr(version, name) for name in PLAIN}, "fetched_at": now}]
    yield "form_questions", _question_rows(version, index)
    yield (
        "form_options",
        [
            {"question_position": place, "position": position, **_option_row(question, option)}
            for place, question in enumerate(version.questions)
            for position, option in enumerate(question.options)
        ],
    )
    yield (
        "form_consents",
        [
            {"position": position, **_consent_row(consent, column_of(index, consent.identity, "boolean"))}
            for position, consent in enumerate(version.consents)
        ],
    )
    yield (
        "form_hidden_fields",
        [
            {"position": position, **_hidden_row(hidden, column_of(index, hidden.identity, "text"))}
            for position, hidden in enumerate(version.hidden_fields)
        ],
    )


def _question_rows(version: FormVersion, index: Mapping[str, Column]) -> list[dict[str, Any]]:
    identities = {id(question): identity for identity, question in by_identity(version.questions).items()}
    return [
        _question_row(position, question, column_of(index, identities.get(id(question), ""), _type(question)))
        for position, question in enumerate(version.questions)
    ]


def _option_row(question: Question, option: Option) -> dict[str, Any]:
    return {"question_id": question.id, "option_id": option.id, "text": option.text}


def _consent_row(consent: Consent, column: Column | None) -> dict[str, Any]:
    asked = {"consent_id": consent.id, "text": consent.text, "label": consent.label}
    return {**asked, "required": consent.required, "column_name": _name(column)}


def _hidden_row(hidden: HiddenField, column: Column | None) -> dict[str, Any]:
    return {"name": hidden.name, "value": hidden.value, "column_name": _name(column)}


def _type(question: Question) -> str:
    return "list" if question.kind == "choice" else "text"


def _question_row(position: int, question: Question, column: Column | None) -> dict[str, Any]:
    return {
        "position": position,
        "question_id": question.id,
        "predefined_field": question.predefined,
        "kind": question.kind,
        "label": question.label,
        "question": question.question,
        "name": question.name,
        "required": question.required,
        "column_name": _name(column),
    }


def _name(column: Column | None) -> str | None:
    return None if column is None else column.name


def _column_row(form_id: str, position: int, column: Column) -> dict[str, Any]:
    facts = storable_row({name: getattr(column, name) for name in COLUMN})
    texts = {str(version): text for version, text in column.texts.items()}
    return {"form_id": form_id, "position": position, **facts, "texts": texts}


def read_column(row: Mapping[str, Any]) -> Column:
    """A row of `form_columns`, by the members of `Column`, as the column it tells of."""
    texts = {int(version): text for version, text in row["texts"].items()}
    return Column(**{**row, "texts": texts})


def _version(row: Row[Any], parts: Mapping[str, Sequence[Row[Any]]]) -> FormVersion:
    options: dict[int, list[Option]] = defaultdict(list)
    for one in parts["form_options"]:
        options[one.question_position].append(Option(one.option_id, one.text))
    return FormVersion(
        form_id=row.form_id,
        version=row.version,
        questions=tuple(_question(one, tuple(options[one.position])) for one in parts["form_questions"]),
        consents=tuple(
            Consent(one.consent_id, one.text, one.label, one.required) for one in parts["form_consents"]
        ),
        hidden_fields=tuple(HiddenField(one.name, one.value) for one in parts["form_hidden_fields"]),
        **{name: row._mapping[name] for name in PLAIN},
    )


def _question(row: Row[Any], options: tuple[Option, ...]) -> Question:
    asked = (row.label, row.question, row.name)
    return Question(row.question_id, row.predefined_field, row.kind, *asked, row.required, options)
