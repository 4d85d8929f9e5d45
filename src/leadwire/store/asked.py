"""What forms ask, with every text that was ever put to it: what mappings are held against."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, select

from leadwire.domain.mapping import Asked
from leadwire.store.dictionary import COLUMN, read_column
from leadwire.store.place import Place
from leadwire.store.scope import among

# By form and column, each text once.
Words = defaultdict[tuple[str, str], dict[str, None]]


def asked_on(connection: Connection, place: Place, form_ids: Sequence[str]) -> dict[str, tuple[Asked, ...]]:
    """The columns of these forms, by form, in the order they came; () for a form without any."""
    texts, names = _texts(connection, place, form_ids)
    table = place.tables["form_columns"]
    found: dict[str, list[Asked]] = {form_id: [] for form_id in form_ids}
    rows = connection.execute(
        select(table.c.form_id, *(table.c[name] for name in COLUMN))
        .where(among(table.c.form_id, "ids"))
        .order_by(table.c.form_id, table.c.position),
        {"ids": form_ids},
    )
    for form_id, *rest in rows:
        column = read_column(dict(zip(COLUMN, rest, strict=True)))
        own = form_id, column.name
        said = texts[own] if column.question_id else dict.fromkeys(column.texts.values())
        found[form_id].append(Asked(column, tuple(said), tuple(names[own])))
    return {form_id: tuple(columns) for form_id, columns in found.items()}


def _texts(connection: Connection, place: Place, form_ids: Sequence[str]) -> tuple[Words, Words]:
    """What questions read, and what their builders called them, by form and column, the newest version's first."""
    c = place.tables["form_questions"].c
    texts, names = Words(dict), Words(dict)
    statement = (
        select(c.form_id, c.column_name, c.label, c.question, c.name)
        .where(among(c.form_id, "ids"), c.column_name.is_not(None))
        .order_by(c.version.desc())
    )
    for form_id, column, label, question, name in connection.execute(statement, {"ids": form_ids}):
        texts[form_id, column].update((text, None) for text in (label, question) if text)
        names[form_id, column].update((text, None) for text in (name,) if text)
    return texts, names
