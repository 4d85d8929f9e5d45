"""Throw labels that people, scripts and attackers think of at the column namer, and check what comes out.

python -m tests.domain.label_storm 100000
"""

import random
import re
import sqlite3
import sys
from collections.abc import Sequence

from tests.domain.people import form

from leadwire.domain.columns import FIXED_COLUMNS, PREDEFINED_FIELDS, Column, grow
from leadwire.domain.forms import Consent, FormVersion, HiddenField, Option, Question
from leadwire.domain.reserved import RESERVED

LEGAL = re.compile(r"[a-z][a-z0-9_]{0,54}")
WORDS = sorted(RESERVED | {column.name for column in FIXED_COLUMNS} | set(PREDEFINED_FIELDS.values()))
PIECES = [
    *(
        "Team size",
        "team_size",
        "TEAM SIZE",
        "Größe",
        "größe",
        "Gro\u0308ße",
        "Łódź",
        "Œuvre",
        "ﬁeld",
        "Ｗｉｄｅ",
    ),
    *(
        "電話番号",
        "名前",
        "Телефон",
        "هاتف",
        "\u202eevil\u202c",
        "\u200bzero",
        "👩‍👩‍👧",
        "٣",
        "½",
        "İstanbul",
        "ı",
    ),
    *(
        '"',
        "'",
        "`",
        ";--",
        '"; DROP TABLE leads; --',
        "\\",
        "\x00",
        "\ud83d",
        "\n",
        "%s",
        "[x]",
        "$1",
        "#list",
        "%",
    ),
    *("1", "2026", "_", "__", " ", "", "consent_0", "hidden_a", "q_1", "extras", "rowid", "x" * 39, "x" * 41),
]


def hostile(dice: random.Random) -> str:
    """One label; most are short, some have 10,000 characters, many come again in another case."""
    match dice.randrange(6):
        case 0:
            return dice.choice(WORDS)
        case 1:
            return dice.choice([str.upper, str.title, str.swapcase])(dice.choice(PIECES + WORDS))
        case 2:
            return "".join(chr(dice.randrange(0x110000)) for _ in range(dice.choice([1, 3, 8, 40])))
        case 3 if dice.random() < 0.02:
            return dice.choice([piece for piece in PIECES if piece]) * 10_000
        case _:
            return "".join(dice.choices(PIECES, k=dice.randint(1, 4)))


def hostile_form(dice: random.Random, version: int, labels: int) -> FormVersion:
    """A form version that asks under about so many hostile names."""
    questions = [
        Question(
            id=str(dice.randrange(labels * 2)) if dice.random() < 0.9 else hostile(dice)[:300],
            predefined=dice.choice(
                [None, None, None, *list(PREDEFINED_FIELDS)[:5], "SOME_FUTURE_FIELD", hostile(dice)]
            ),
            kind=dice.choice(["text", "text", "choice"]),
            label=hostile(dice),
            options=(Option("0", "x"),),
        )
        for _ in range(labels - labels // 3)
    ]
    names = [hostile(dice) for _ in range(labels // 3)]
    consents = [Consent(dice.choice([str(place), name]), name) for place, name in enumerate(names[::4])]
    return form(questions, consents, [HiddenField(name, "x") for name in names if name], version)


def check(columns: Sequence[Column]) -> None:
    """Raise AssertionError unless the columns could stand in a table with the fixed ones, unquoted."""
    names = [column.name for column in (*FIXED_COLUMNS, *columns)]
    assert len({name.casefold() for name in names}) == len(names), "two columns of one name"
    assert len({column.identity for column in columns}) == len(columns), "two columns for one thing"
    for column in columns:
        assert LEGAL.fullmatch(column.name), column
        assert column.name not in RESERVED, column
        plain = PREDEFINED_FIELDS.get(column.predefined_field or "")
        assert plain is None or column.name.startswith(plain), column
        assert plain is not None or column.name not in PREDEFINED_FIELDS.values(), column
        f"{column.identity}{column.hidden_name}{column.predefined_field}{column.texts}".encode()
    with sqlite3.connect(":memory:") as database:
        database.execute(f"CREATE TABLE t ({', '.join(f'{name} TEXT' for name in names)})")


def storm(labels: int, seed: int = 20260102) -> tuple[int, int]:
    """Feed so many labels through `grow`, three versions to a form; returns (labels, columns) seen."""
    dice = random.Random(seed)
    fed = made = 0
    while fed < labels:
        have: tuple[Column, ...] = ()
        versions = [hostile_form(dice, number, 24) for number in (1, 2, 3)]
        for version in versions:
            growth = grow(have, version)
            assert growth == grow(list(have), version), "not deterministic"
            assert [(c.name, c.identity) for c in growth.columns[: len(have)]] == [
                (c.name, c.identity) for c in have
            ]
            have = growth.columns
            fed += len(version.questions) + len(version.consents) + len(version.hidden_fields)
        dice.shuffle(versions)
        for version in versions:
            again = grow(have, version)
            assert not again.added and again.columns == have, "a known version taught something"
        check(have)
        made += len(have)
    return fed, made


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    print("{:,} labels became {:,} columns; every name legal, its own, and stable".format(*storm(wanted)))
