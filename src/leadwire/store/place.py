"""Where the tables of one workspace live that people read, and what stands in them.

PostgreSQL: schema `ws_<slug>`; SQLite: prefix `<slug>__`, none for `default`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

from leadwire.store.rows import FormTable
from leadwire.store.types import Instant, Json, flag

DEFAULT = "default"


@dataclass(frozen=True)
class Place:
    """The place of one workspace. Equal places share their table objects: so compiled SQL is found again."""

    dialect: str
    slug: str
    tables: Mapping[str, Table] = field(compare=False, repr=False)

    @property
    def schema(self) -> str | None:
        """The schema in PostgreSQL, None in SQLite."""
        return f"ws_{self.slug}" if self.dialect == "postgresql" else None

    @property
    def prefix(self) -> str:
        """What stands before every table name; empty in PostgreSQL."""
        return "" if self.dialect == "postgresql" or self.slug == DEFAULT else f"{self.slug}__"

    def form_table(self, form: FormTable) -> Table:
        """The table of a form: the fixed columns, then the form's own, in the order they were added."""
        return form_table(self, form.table_name, _own(form))


def _own(form: FormTable) -> tuple[tuple[str, str], ...]:
    return tuple((column.name, column.type) for column in form.columns if column.kind != "fixed")


@cache
def place(dialect: str, slug: str) -> Place:
    """The place of the workspace with this slug."""
    empty = Place(dialect, slug, {})
    home = MetaData(schema=empty.schema)
    return Place(dialect, slug, {name: _canonical(home, empty.prefix, name) for name in CANONICAL})


def _key(name: str, kind: type[TypeEngine[Any]] = Text) -> "Column[Any]":
    return Column(name, kind(), primary_key=True, autoincrement=False)


def _need(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Text) -> "Column[Any]":
    return Column(name, kind, nullable=False)


def _may(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Text) -> "Column[Any]":
    return Column(name, kind)


def _of_version(last: str) -> "list[Column[Any]]":
    return [_key("form_id"), _key("version", Integer), _key(last, Integer)]


def _leads() -> "list[Column[Any]]":
    return [
        _key("lead_id"),
        _need("form_id"),
        _need("form_version", Integer),
        _need("owner"),
        _need("lead_type"),
        _need("submitted_at", Instant),
        _need("test_lead", flag()),
        *map(_may, ("campaign_id", "creative_id", "associated_entity")),
        _need("received_via"),
        _need("stored_at", Instant),
        _may("deleted_at", Instant),
        _may("answers", Json),
        _may("extras", Json),
    ]


def _form_versions() -> "list[Column[Any]]":
    return [
        _key("form_id"),
        _key("version", Integer),
        *map(_need, ("name", "state")),
        _may("locale"),
        _need("owner"),
        *map(_may, ("headline", "description", "privacy_policy_url", "legal_disclaimer")),
        _may("created_at", Instant),
        _may("modified_at", Instant),
        _need("fetched_at", Instant),
        _need("reconstructed", flag()),
    ]


def _form_questions() -> "list[Column[Any]]":
    return [
        *_of_version("position"),
        _need("question_id"),
        _may("predefined_field"),
        _need("kind"),
        *map(_may, ("label", "question", "name")),
        _need("required", flag()),
        _may("column_name"),
    ]


def _form_options() -> "list[Column[Any]]":
    return [
        *_of_version("question_position"),
        _key("position", Integer),
        *map(_need, ("question_id", "option_id", "text")),
    ]


def _form_consents() -> "list[Column[Any]]":
    return [
        *_of_version("position"),
        _need("consent_id"),
        *map(_may, ("text", "label")),
        _need("required", flag()),
        _may("column_name"),
    ]


def _form_hidden_fields() -> "list[Column[Any]]":
    return [*_of_version("position"), _need("name"), _may("value"), _may("column_name")]


def _form_columns() -> "list[Column[Any]]":
    return [
        _key("form_id"),
        _key("position", Integer),
        *map(_need, ("name", "kind", "identity", "type")),
        *map(_may, ("predefined_field", "question_id", "consent_id", "hidden_name")),
        _need("since_version", Integer),
        _need("texts", Json),
    ]


def _contact_columns() -> "list[Column[Any]]":
    return [_key("form_id"), _need("targets", Json)]


CANONICAL = {
    "leads": _leads,
    "form_versions": _form_versions,
    "form_questions": _form_questions,
    "form_options": _form_options,
    "form_consents": _form_consents,
    "form_hidden_fields": _form_hidden_fields,
    "form_columns": _form_columns,
    "contact_columns": _contact_columns,
}
CELL_TYPES: Mapping[str, Callable[[], TypeEngine[Any]]] = {"text": Text, "list": Json, "boolean": flag}


def _canonical(home: MetaData, prefix: str, name: str) -> Table:
    return Table(prefix + name, home, *CANONICAL[name]())


def _fixed() -> "list[Column[Any]]":
    return [
        _key("lead_id"),
        _need("submitted_at", Instant),
        _need("test_lead", flag()),
        _need("lead_type"),
        _need("form_version", Integer),
        *map(_may, ("campaign_id", "creative_id", "associated_entity")),
        _need("received_via"),
        _need("stored_at", Instant),
        _may("deleted_at", Instant),
        _may("extras", Json),
    ]


@lru_cache(maxsize=4096)
def form_table(home: Place, name: str, columns: tuple[tuple[str, str], ...]) -> Table:
    """The table of a form, by its bare name and the names and types of its own columns."""
    own = [Column(column, CELL_TYPES[kind]()) for column, kind in columns]
    return Table(home.prefix + name, MetaData(schema=home.schema), *_fixed(), *own)
