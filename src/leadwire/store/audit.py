"""Who did what: a list that only grows. It names objects, never what a lead answered."""

from collections.abc import Mapping

from sqlalchemy import Row

from leadwire.domain.project import Json
from leadwire.domain.times import Millis
from leadwire.store.paging import page
from leadwire.store.rows import AuditEntry, Page
from leadwire.store.scope import Scope


class Audit:
    """The audit of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._rows = scope.own("audit")
        self._new_id = scope.new_id

    def add(self, actor: str, action: str, object: str, detail: Mapping[str, Json], at: Millis) -> None:  # noqa: A002
        """Write one entry."""
        self._rows.insert(
            id=self._new_id(at), at=at, actor=actor, action=action, object=object, detail=dict(detail)
        )

    def page(
        self,
        limit: int = 50,
        after: str | None = None,
        object: str | None = None,  # noqa: A002
        action: str | None = None,
    ) -> Page[AuditEntry]:
        """Entries, newest first; all, of one object, or of one action."""
        c = self._rows.c
        wanted = [
            column == value for column, value in ((c.object, object), (c.action, action)) if value is not None
        ]
        return page(self._rows.connection, self._rows.select().where(*wanted), [c.id], limit, after, _entry)


def _entry(row: Row[tuple[object, ...]]) -> AuditEntry:
    return AuditEntry(row.id, row.at, row.actor, row.action, row.object, row.detail)
