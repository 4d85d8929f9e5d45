"""Text that every store can hold.

PostgreSQL refuses NUL, every UTF-8 encoder refuses a lone surrogate, and JSON may bring both in as escapes.
"""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_AMBIGUOUS = re.compile("[%#\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with U+FFFD for what cannot be stored; the very same object where nothing is replaced."""
    return text if _UNSTORABLE.search(text) is None else _UNSTORABLE.sub("\ufffd", text)


def key(text: str) -> str:
    """The text as part of an identity: storable, free of `#`, and different for different texts."""
    return _AMBIGUOUS.sub(lambda found: f"%{ord(found[0]):04x}", text)
