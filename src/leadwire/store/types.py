"""The three kinds of value that SQLite and PostgreSQL write differently."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import JSON, TIMESTAMP, Boolean, Dialect, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from leadwire.domain.times import Millis, iso, parse_iso

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

encode = msgspec.json.Encoder().encode


class Json(TypeDecorator[Any]):
    """JSON: text in SQLite, jsonb in PostgreSQL; None is NULL, never the JSON null."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """See the class."""
        return dialect.type_descriptor(JSONB(none_as_null=True) if _is_postgres(dialect) else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """See the class."""
        return value if value is None or _is_postgres(dialect) else to_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """See the class."""
        return value if value is None or _is_postgres(dialect) else json.loads(value)

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """Operators see JSON, so that `column == value` compares documents."""
        return JSON().coerce_compared_value(op, value)


class Texts(TypeDecorator[Any]):
    """A list of texts in one parameter, as JSON. Never a column."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """See the class."""
        return to_json(list(value))


class Instant(TypeDecorator[Millis]):
    """A time that people read: RFC 3339 text in SQLite, timestamptz in PostgreSQL; `Millis` in Python."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """See the class."""
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if _is_postgres(dialect) else Text())

    def process_bind_param(self, value: Millis | None, dialect: Dialect) -> Any:
        """See the class."""
        if value is None:
            return None
        return as_datetime(value) if _is_postgres(dialect) else iso(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Millis | None:
        """See the class."""
        if value is None:
            return None
        return (value - EPOCH) // MILLISECOND if _is_postgres(dialect) else parse_iso(value)


def to_json(value: object) -> str:
    """The shortest JSON text."""
    return encode(value).decode()


def as_datetime(at: Millis) -> datetime:
    """The aware datetime of an instant, exact to the millisecond."""
    return EPOCH + timedelta(milliseconds=at)


def flag() -> Boolean:
    """A boolean: 0 and 1 in SQLite."""
    return Boolean(create_constraint=False)


def _is_postgres(dialect: Dialect) -> bool:
    return dialect.name == "postgresql"
