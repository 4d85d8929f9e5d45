"""The mapping of a workspace: kept, resolved form by form, and the view made of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields as members
from typing import Any

from sqlalchemy import Connection, text

from leadwire.domain.contacts import Mapped
from leadwire.domain.mapping import Asked, Catalog, Field, preset, read_source, targets
from leadwire.store import contacts, schema
from leadwire.store.asked import asked_on
from leadwire.store.place import Place
from leadwire.store.scope import Owned, Scope, insert_into

PLAIN = tuple(one.name for one in members(Field) if one.name not in ("source", "texts"))


class Mappings:
    """The mapping of one workspace, in one transaction."""

    def __init__(self, connection: Connection, place: Place, workspace_id: str) -> None:
        self._connection = connection
        self._place = place
        internal = schema.internal(place.dialect)
        self._rows = Owned(connection, internal["mappings"], workspace_id)
        self._forms = Owned(connection, internal["forms"], workspace_id)

    @classmethod
    def within(cls, scope: Scope) -> "Mappings":
        """Those of the scope's workspace."""
        return cls(scope.connection, scope.place, scope.workspace_id)

    def fields(self) -> tuple[Field, ...]:
        """The mapping in force: what was saved, or the preset."""
        return self._fields(self.catalog)

    def saved(self) -> tuple[Field, ...] | None:
        """What was saved, () too; None while the preset is in force."""
        row = self._rows.one()
        return None if row is None or row.fields is None else tuple(map(_field, row.fields))

    def catalog(self) -> dict[str, tuple[Asked, ...]]:
        """What every form of the workspace asks, by form id."""
        ids = self._connection.scalars(self._forms.select(self._forms.c.form_id)).all()
        return asked_on(self._connection, self._place, sorted(ids))

    @property
    def view(self) -> str:
        """The view's name to type into an SQL tool."""
        return contacts.full_name(self._connection, self._place)

    def definition(self) -> str:
        """The DDL that the view was last made with."""
        row = self._rows.one()
        return "" if row is None or row.view is None else str(row.view)

    def set_up(self) -> None:
        """Where the view is missing, or made by an older Leadwire: resolve the mapping and make it anew."""
        if self.plan() is not None:
            self.resolve()
            self.make()

    def plan(self) -> str | None:
        """The DDL that would bring the view up to the mapping in force; None if it is."""
        wanted = contacts.create(self._connection, self._place, targets(self.fields()))
        row = self._rows.one()
        if row is not None and row.view == wanted and contacts.is_there(self._connection, self._place):
            return None
        return wanted

    def put(self, fields: Sequence[Field] | None) -> None:
        """Save a mapping, None to go back to the preset, and resolve it on every form. `make` follows."""
        self.hold()
        document = None if fields is None else [_document(field) for field in fields]
        self._rows.upsert([{"fields": document, "view": None}], keep=("view",))
        self.resolve()

    def make(self) -> str | None:
        """Bring the view up to the mapping in force; for the owner's role. What was run. Conflict."""
        plan = self.plan()
        if plan is not None:
            contacts.replace(self._connection, self._place, plan)
            self._rows.upsert([{"fields": None, "view": plan}], keep=("fields",))
        return plan

    def resolve(self) -> None:
        """Say anew, of every form, which columns stand behind each target."""
        catalog = self.catalog()
        table = self._place.tables["contact_columns"]
        self._connection.execute(table.delete())
        self._write(Mapped(self._fields(lambda: catalog)), catalog)

    def follow(self, form_id: str) -> None:
        """The same of one form, which has just been learned."""
        self.hold()
        asked = asked_on(self._connection, self._place, [form_id])
        self._write(Mapped(self._fields(lambda: asked)), asked)

    def hold(self) -> None:
        """Be the only one to resolve the mapping until the transaction ends.

        A form learned while another mapping is saved would else keep the columns of the old one.
        """
        if self._place.dialect == "postgresql":
            lock = text("SELECT pg_advisory_xact_lock(hashtextextended('mapping:' || :workspace, 0))")
            self._connection.execute(lock, {"workspace": self._rows.workspace_id})

    def _fields(self, catalog: Callable[[], Catalog]) -> tuple[Field, ...]:
        saved = self.saved()
        return preset(catalog()) if saved is None else saved

    def _write(self, mapped: Mapped, catalog: Catalog) -> None:
        rows = [
            {"form_id": form_id, "targets": mapped.on(form_id, asked).columns}
            for form_id, asked in catalog.items()
        ]
        if rows:
            statement = insert_into(self._place.tables["contact_columns"], self._place.dialect)
            written = {"targets": statement.excluded.targets}
            statement = statement.on_conflict_do_update(index_elements=["form_id"], set_=written)
            self._connection.execute(statement, rows)


def _document(field: Field) -> dict[str, Any]:
    plain = {name: getattr(field, name) for name in PLAIN}
    return {"source": str(field.source), **plain, "texts": list(field.texts)}


def _field(document: Mapping[str, Any]) -> Field:
    source = read_source(document["source"])
    assert source is not None
    return Field(**{**document, "source": source, "texts": tuple(document["texts"])})
