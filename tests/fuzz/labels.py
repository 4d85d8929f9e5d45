"""Labels to columns: legal, one of its own for each thing, the same for ever."""

from __future__ import annotations

from random import Random

from tests.domain.label_storm import check as check_columns
from tests.domain.label_storm import hostile_form
from tests.fuzz.engine import Target, alone

from leadwire.domain.columns import Column, grow, table_name
from leadwire.domain.forms import FormVersion
from leadwire.domain.reserved import RESERVED

LABELS = 4


def make(dice: Random) -> tuple[FormVersion, ...]:
    """Two versions of a form."""
    return tuple(hostile_form(dice, number, LABELS) for number in (1, 2))


def check(versions: tuple[FormVersion, ...]) -> None:
    have: tuple[Column, ...] = ()
    for version in versions:
        growth = grow(have, version)
        assert growth.columns[: len(have)] == have or _names(growth.columns)[: len(have)] == _names(have), (
            "renamed"
        )
        have = growth.columns
    for version in reversed(versions):
        again = grow(have, version)
        assert not again.added and again.columns == have, "a known version taught something"
    check_columns(have)
    for version in versions:
        for question in version.questions[:1]:
            name = table_name(question.display, version.form_id)
            assert name.isascii() and name.isidentifier() and len(name) <= 63 and name not in RESERVED, name


def _names(columns: tuple[Column, ...]) -> list[tuple[str, str]]:
    return [(column.name, column.identity) for column in columns]


TARGET = Target("labels", 70, make, alone(check))
