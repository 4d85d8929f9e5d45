"""The tables of forms as they stand in the database, whatever the dictionary says."""

from collections.abc import Collection, Iterator

from sqlalchemy import Column, MetaData, Table, inspect

from leadwire.store.rows import FormTable
from leadwire.store.scope import Scope


def form_tables(scope: Scope, form_ids: Collection[str]) -> Iterator[Table]:
    """Those tables of known forms that are there, each with every column it has."""
    if not form_ids:
        return
    forms = scope.own("forms")
    names = forms.select(forms.c.table_name).where(forms.c.form_id.in_(form_ids))
    for name in scope.connection.scalars(names).all():
        table = scope.place.form_table(FormTable("", name, ()))
        inspector = inspect(scope.connection)
        if inspector.has_table(table.name, schema=table.schema):
            there = inspector.get_columns(table.name, schema=table.schema)
            yield _widened(table, [str(column["name"]) for column in there])


def _widened(table: Table, names: list[str]) -> Table:
    """The form's table with every column it has; those that we do not name ourselves without a type."""
    wide = table.to_metadata(MetaData())
    for name in names:
        if name not in wide.c:
            wide.append_column(Column(name))
    return wide
