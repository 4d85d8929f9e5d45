"""Workspaces: made, named, listed, and removed with everything in them."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, bindparam, select

from leadwire.domain.columns import slug as ascii_slug
from leadwire.domain.errors import Conflict
from leadwire.domain.texts import storable
from leadwire.domain.times import Millis
from leadwire.store import shape
from leadwire.store.errors import BadSlug, Taken, nothing
from leadwire.store.ground import DEPLOYMENT, Desk, inside
from leadwire.store.mappings import Mappings
from leadwire.store.paging import page
from leadwire.store.place import DEFAULT, Place, place
from leadwire.store.rows import Page, WorkspaceInfo

SLUG = re.compile(r"[a-z0-9]([a-z0-9_-]{0,38}[a-z0-9])?")
# `__` parts a slug from a table's name in SQLite; the others are the databases' own.
NEVER = re.compile(r"sqlite.*|pg_.*|leadwire|.*__.*")
LONGEST = 40


class Tenants(Desk):
    """The workspaces of a deployment."""

    @property
    def _workspaces(self) -> Table:
        return self._table("workspaces")

    def create_workspace(self, name: str, now: Millis, slug: str | None = None) -> WorkspaceInfo:
        """Make a workspace and its place. Without a slug, one is made from the name. BadSlug, Taken."""
        if slug is not None and not is_slug(slug):
            raise BadSlug(
                "bad_slug",
                f"{slug[:80]!r} is no slug.",
                "Use up to 40 of a-z, 0-9, _ and -, and neither _ nor - at an end.",
            )
        database, new = self._ground.database, self._ground.new_id(now)
        grantee = database.grantee()
        with database.own({**inside(new), **DEPLOYMENT}) as connection:
            made = WorkspaceInfo(new, self._unused(connection, slug, name), storable(name), now)
            values = {"id": new, "slug": made.slug, "name": made.name, "created_at": now}
            connection.execute(self._workspaces.insert(), values)
            shape.run(connection, shape.make_place(connection, self._place(made), new, grantee))
            Mappings(connection, self._place(made), new).set_up()
        return made

    def workspace(self, workspace_id: str) -> WorkspaceInfo:
        """One workspace. NotFound."""
        with self._ground.looking() as connection:
            return self._get(connection, workspace_id)

    def workspaces(self, limit: int = 50, after: str | None = None) -> Page[WorkspaceInfo]:
        """All workspaces, newest first."""
        table = self._workspaces
        with self._ground.looking() as connection:
            return page(connection, select(table), [table.c.created_at, table.c.id], limit, after, _info)

    def all_workspaces(self) -> tuple[WorkspaceInfo, ...]:
        """All workspaces, oldest first."""
        statement = select(self._workspaces).order_by(self._workspaces.c.created_at, self._workspaces.c.id)
        with self._ground.looking() as connection:
            return tuple(map(_info, connection.execute(statement)))

    def delete_workspace(self, workspace_id: str) -> None:
        """Remove a workspace: its place and every internal row. NotFound, Conflict for `default`."""
        with self._ground.database.own({**inside(workspace_id), **DEPLOYMENT}) as connection:
            gone = self._get(connection, workspace_id)
            if gone.slug == DEFAULT:
                raise Conflict(
                    "default_workspace", "The default workspace always exists.", "Tear it down instead."
                )
            shape.run(connection, shape.drop_place(connection, self._place(gone)))
            for table in self._ground.tables.values():
                if "workspace_id" in table.c:
                    connection.execute(table.delete().where(table.c.workspace_id == workspace_id))
            connection.execute(self._workspaces.delete().where(self._workspaces.c.id == workspace_id))

    def _place(self, of: WorkspaceInfo) -> Place:
        return place(self._ground.database.dialect, of.slug)

    def _get(self, connection: Connection, workspace_id: str) -> WorkspaceInfo:
        row = connection.execute(_by_id(self._workspaces), {"of_id": workspace_id}).one_or_none()
        if row is None:
            raise nothing("workspace", workspace_id)
        return _info(row)

    def _unused(self, connection: Connection, slug: str | None, name: str) -> str:
        taken = set(connection.scalars(select(self._workspaces.c.slug)))
        if slug is None:
            return next(free for free in _slugs(name) if free not in taken)
        if slug in taken:
            raise Taken("slug_taken", f"There is a workspace {slug!r} already.", "Choose another slug.")
        return slug


@cache
def _by_id(workspaces: Table) -> Select[Any]:
    return select(workspaces).where(workspaces.c.id == bindparam("of_id"))


def is_slug(text: str) -> bool:
    """Whether a workspace may be called that in the names of its tables."""
    return SLUG.fullmatch(text) is not None and NEVER.fullmatch(text) is None


def _slugs(name: str) -> Iterator[str]:
    """The slug of the name, then the same with 2, 3, … behind it."""
    stem = ascii_slug(name, LONGEST) or "workspace"
    stem = stem if is_slug(stem) else f"w_{stem}"[:LONGEST].rstrip("_")
    yield stem
    for number in count(2):
        yield f"{stem[: LONGEST - 1 - len(str(number))].rstrip('_')}_{number}"


def _info(row: Row[Any]) -> WorkspaceInfo:
    return WorkspaceInfo(row.id, row.slug, row.name, row.created_at)
