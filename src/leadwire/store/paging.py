"""Lists by keyset: a page starts behind the last row of the page before, whatever came in meanwhile."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, tuple_

from leadwire.store.errors import BadCursor
from leadwire.store.rows import Page

T = TypeVar("T")
BIGGEST = 2**63 - 1


def page(
    connection: Connection,
    statement: Select[Any],
    keys: Sequence[ColumnElement[Any]],
    limit: int,
    after: str | None,
    read: Callable[[Row[Any]], T],
) -> Page[T]:
    """The page behind cursor `after`, by descending `keys`, which together name one row. BadCursor."""
    statement = statement.add_columns(*(key.label(f"key_{n}") for n, key in enumerate(keys)))
    if after is not None:
        statement = statement.where(tuple_(*keys) < tuple_(*_read_cursor(after, keys)))
    rows = connection.execute(statement.order_by(*(key.desc() for key in keys)).limit(limit + 1)).all()
    more = len(rows) > limit
    shown = rows[:limit]
    return Page(tuple(map(read, shown)), _cursor(shown[-1][-len(keys) :]) if more else None)


def _cursor(values: Sequence[str | int]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


def _read_cursor(text: str, keys: Sequence[ColumnElement[Any]]) -> list[str | int]:
    try:
        values = json.loads(base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise BadCursor from error
    if not isinstance(values, list) or len(values) != len(keys):
        raise BadCursor
    if not all(map(_fits, values, keys)):
        raise BadCursor
    return values


def _fits(value: object, key: ColumnElement[Any]) -> bool:
    kind = key.type.python_type
    if type(value) is not kind:
        return False
    if isinstance(value, str):
        return "\0" not in value and value.isprintable()
    return isinstance(value, int) and abs(value) <= BIGGEST
