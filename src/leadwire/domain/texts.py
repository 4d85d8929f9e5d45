"""Text that every store can hold.

PostgreSQL refuses NUL, every UTF-8 encoder refuses a lone surrogate, and JSON may bring both in as escapes.
"""

import re
from collections.abc import Mapping
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_AMBIGUOUS = re.compile("[%#\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with U+FFFD for what cannot be stored; the very same object where nothing is replaced."""
    if "\0" not in text and (text.isascii() or _is_encodable(text)):
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def storable_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row all of whose texts can be stored, also those in its lists: LinkedIn's words for a state are texts, too."""
    return {name: _storable(value) for name, value in row.items()}


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return storable_row(value)
    return tuple(map(_storable, value)) if isinstance(value, list | tuple) else value


def _is_encodable(text: str) -> bool:
    try:
        text.encode()  # far quicker than a search, and this is done for every answer of every lead
    except UnicodeEncodeError:
        return False
    return True


def key(text: str) -> str:
    """The text as part of an identity: storable, free of `#`, and different for different texts."""
    return _AMBIGUOUS.sub(lambda found: f"%{ord(found[0]):04x}", text)
