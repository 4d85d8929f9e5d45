"""Live settings of a workspace, its accounts and its forms."""

from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, and_

from leadwire.store.desk_rows import Setting
from leadwire.store.scope import Scope

Level: TypeAlias = Literal["workspace", "account", "form"]


class Settings:
    """Text values by level, key (`""`, owner or form id) and name; what is not set is inherited elsewhere."""

    def __init__(self, scope: Scope) -> None:
        self._rows = scope.own("settings")

    def get(self, level: Level, key: str, name: str) -> str | None:
        """The value set on just this level, None if there is none."""
        row = self._rows.row(level=level, key=key, name=name)
        return None if row is None else str(row.value)

    def put(self, level: Level, key: str, name: str, value: str | None) -> None:
        """Set a value; None forgets it."""
        if value is None:
            self._rows.remove(self._is(level, key, name))
        else:
            self._rows.upsert([{"level": level, "key": key, "name": name, "value": value}])

    def all(self) -> tuple[Setting, ...]:
        """Everything that is set."""
        c = self._rows.c
        statement = self._rows.select(c.level, c.key, c.name, c.value).order_by(c.level, c.key, c.name)
        return tuple(Setting(*row) for row in self._rows.connection.execute(statement))

    def _is(self, level: Level, key: str, name: str) -> ColumnElement[bool]:
        c = self._rows.c
        return and_(c.level == level, c.key == key, c.name == name)
