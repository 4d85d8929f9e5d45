"""Ids that sort by the time they were made."""

import secrets
from collections.abc import Callable
from typing import TypeAlias

from leadwire.domain.times import Millis

NewId: TypeAlias = Callable[[Millis], str]

# Crockford's base 32: no i, l, o, u, so that an id can be read out aloud.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def spell(number: int, length: int) -> str:
    """`number` in `length` base-32 digits; text order is number order."""
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def new_id(now: Millis) -> str:
    """26 letters and digits: 48 bits of time, then 80 of chance."""
    return spell(now & (1 << 48) - 1, 10) + spell(secrets.randbits(80), 16)
