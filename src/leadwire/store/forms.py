"""Lead forms: the bytes of each version, what stands in the dictionary, and the table of the form's leads."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Integer, Row, and_, func

from leadwire.domain.columns import Column, table_name
from leadwire.domain.forms import FormVersion
from leadwire.domain.texts import storable, storable_row
from leadwire.domain.times import Millis
from leadwire.store import shape
from leadwire.store.dictionary import Dictionary
from leadwire.store.errors import nothing
from leadwire.store.mappings import Mappings
from leadwire.store.paging import page
from leadwire.store.rows import Form, FormBody, FormTable, Page
from leadwire.store.scope import Scope

FACTS = tuple(name for name in Form.__slots__ if name != "table")
CURRENT = ("owner", "state", "version", "locale", "created_at", "modified_at")


class Forms:
    """The forms of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._rows = scope.own("forms")
        self._bodies = scope.own("form_bodies")
        self._dictionary = Dictionary(scope)

    def put(self, version: FormVersion, raw: bytes, columns: Sequence[Column], now: Millis) -> Form:
        """Write a version, and all columns of the form. The newest is current; the table's name stays."""
        known = self.find(version.form_id)
        if known is None or self._is_current(version, known):
            self._make_current(version, known, now)
        typed = [column for column in columns if column.kind != "fixed"]
        self._dictionary.put(version, typed, now)
        self._dictionary.put_columns(version.form_id, typed)
        body = {"raw": raw, "fetched_at": now, "reconstructed": version.reconstructed}
        self._bodies.upsert([{"form_id": version.form_id, "version": version.version, **body}])
        Mappings.within(self._scope).follow(version.form_id)
        return self.get(version.form_id)

    def seen(self, form_ids: Collection[str], now: Millis) -> None:
        """LinkedIn still lists them."""
        self._rows.change(self._rows.c.form_id.in_(form_ids), checked_at=now, last_seen_at=now)

    def set_state(self, form_id: str, state: str, now: Millis) -> None:
        """A form's state changes without a new version. NotFound."""
        if not self._rows.change(self._rows.c.form_id == form_id, state=storable(state), checked_at=now):
            raise nothing("form", form_id)

    def get(self, form_id: str) -> Form:
        """One form. NotFound."""
        form = self.find(form_id)
        if form is None:
            raise nothing("form", form_id)
        return form

    def find(self, form_id: str) -> Form | None:
        """One form, None if it is not known."""
        row = self._rows.row(form_id=form_id)
        return None if row is None else self._form(row)

    def page(self, limit: int = 50, after: str | None = None, owner: str | None = None) -> Page[Form]:
        """Forms, the longest ids first: LinkedIn's ids grow with time."""
        c = self._rows.c
        statement = self._rows.select()
        if owner is not None:
            statement = statement.where(c.owner == owner)
        return page(
            self._rows.connection,
            statement,
            [func.length(c.form_id, type_=Integer), c.form_id],
            limit,
            after,
            self._form,
        )

    def all(self, owner: str | None = None) -> tuple[Form, ...]:
        """All forms, or an owner's."""
        statement = self._rows.select().order_by(self._rows.c.form_id)
        if owner is not None:
            statement = statement.where(self._rows.c.owner == owner)
        return tuple(map(self._form, self._rows.connection.execute(statement)))

    def columns(self, form_id: str) -> tuple[Column, ...]:
        """The form's columns behind the fixed ones, in the order they came; () for a form not known."""
        return self._dictionary.columns(form_id)

    def table(self, form_id: str) -> FormTable:
        """Where the form's leads land. NotFound."""
        return FormTable(form_id, self.get(form_id).table_name, self.columns(form_id))

    def version(self, form_id: str, version: int | None = None) -> FormVersion | None:
        """One version, or the current one; None if it is not known."""
        number = version
        if number is None:
            form = self.find(form_id)
            number = None if form is None else form.version
        found = () if number is None else self._dictionary.versions(form_id, number)
        return found[0] if found else None

    def versions(self, form_id: str) -> tuple[FormVersion, ...]:
        """All known versions, oldest first."""
        return self._dictionary.versions(form_id)

    def version_numbers(self, form_id: str) -> dict[int, bool]:
        """The known versions, and whether each is only reconstructed."""
        return self._dictionary.numbers(form_id)

    def body(self, form_id: str, version: int) -> FormBody | None:
        """The bytes of a version as received."""
        c = self._bodies.c
        row = self._bodies.one(and_(c.form_id == form_id, c.version == version))
        return None if row is None else FormBody(form_id, version, row.raw, row.fetched_at, row.reconstructed)

    def forget(self, owner: str) -> int:
        """Remove an owner's forms with their dictionary; their tables go by ShapeTx.drop_form. How many."""
        ids = [form.form_id for form in self.all(owner)]
        self._dictionary.forget(ids)
        self._bodies.remove(self._bodies.c.form_id.in_(ids))
        return self._rows.remove(self._rows.c.form_id.in_(ids))

    def _make_current(self, version: FormVersion, known: Form | None, now: Millis) -> None:
        row = {
            "form_id": version.form_id,
            "name": version.name,
            "table_name": table_name(version.name, version.form_id) if known is None else known.table_name,
            "checked_at": now,
            "last_seen_at": now,
            **{name: getattr(version, name) for name in CURRENT},
        }
        self._rows.upsert([storable_row(row)])

    def _is_current(self, version: FormVersion, known: Form) -> bool:
        # Of a reconstructed version nothing is known that people could be shown.
        poor = self.version_numbers(version.form_id).get(known.version, False)
        return not version.reconstructed and (poor or version.version >= known.version)

    def _form(self, row: Row[Any]) -> Form:
        facts = row._mapping
        table = self._scope.place.form_table(FormTable(row.form_id, row.table_name, ()))
        return Form(
            table=shape.full_name(self._scope.connection, table), **{name: facts[name] for name in FACTS}
        )
