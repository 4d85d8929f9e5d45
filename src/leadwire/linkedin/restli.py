"""Rest.li 2.0 value encoding: what stands behind the `=` of a LinkedIn query.

Structure characters `( ) , :` and the word `List` are sent literally, leaves are percent-encoded exactly
once. A query built here must reach the socket unchanged: a library that encodes "once more, to be safe"
makes every call a 400. Source:
learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/protocol-version and the test vectors of
github.com/linkedin-developers/linkedin-api-python-client.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

_UNKNOWN = "Rest.li knows text, integers, booleans, None, lists and records, not {}"

_PROJECTION = re.compile(r"[A-Za-z0-9_,:()!$*-]+")


def leaf(text: str) -> str:
    """Percent-encode one text, all but letters, digits and `_.-~`; a blank becomes `%20`, never `+`."""
    return quote(text, safe="")


def encode(value: object) -> str:
    """Encode a value: None and "" are empty, lists `List(…)`, mappings `(k:v)` in their own order.

    Raises TypeError for anything LinkedIn's grammar has no word for (floats, bytes, sets).
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return leaf(value)
        case Mapping():
            return "(" + ",".join(f"{leaf(str(key))}:{encode(item)}" for key, item in value.items()) + ")"
        case bytes() | bytearray():
            raise TypeError(_UNKNOWN.format(type(value).__name__))
        case Sequence():
            return "List(" + ",".join(map(encode, value)) + ")"
    raise TypeError(_UNKNOWN.format(type(value).__name__))


def encode_query(params: Mapping[str, object]) -> str:
    """Encode a query; parameters that are None are left out, `fields` (a projection) stays literal."""
    return "&".join(
        f"{leaf(key)}={_projection(value) if key == 'fields' else encode(value)}"
        for key, value in params.items()
        if value is not None
    )


def _projection(value: object) -> str:
    """`fields=` is no 2.0 value: a plain comma list with `parent:(child,child)`. Refuse what could end it."""
    if not isinstance(value, str) or not _PROJECTION.fullmatch(value):
        raise ValueError("fields is a comma list of names with parent:(child,child)")
    return value
