"""Text that every store can hold.

PostgreSQL refuses NUL, every UTF-8 encoder refuses a lone surrogate, and JSON may bring both in as escapes.
"""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_AMBIGUOUS = re.compile("[%#\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with U+FFFD for what cannot be stored; the very same object where nothing is replaced."""
    if "\0" not in text and (text.isascii() or _is_encodable(text)):
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()  # far quicker than a search, and this is done for every answer of every lead
    except UnicodeEncodeError:
        return False
    return True


def key(text: str) -> str:
    """The text as part of an identity: storable, free of `#`, and different for different texts."""
    return _AMBIGUOUS.sub(lambda found: f"%{ord(found[0]):04x}", text)
