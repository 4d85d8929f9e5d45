"""Cutting a finder page into its elements without judging them.

A strict decoder refuses a whole page for one `NaN`, lone control character or absurd nesting inside one
lead. Here only strings and brackets are followed, so that the odd element can be kept as bytes and its
neighbours be stored.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from leadwire.linkedin.errors import Surprise, TryLater

# A lone quote matches last: it is the beginning of a string that never ends.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},"]', re.DOTALL)
_CLOSES = {b"]": b"[", b"}": b"{"}


def split_elements(body: bytes) -> tuple[tuple[bytes, ...], bytes]:
    """(raw elements, the page with an empty list in their place).

    Raises TryLater for what is cut short or no JSON object, Surprise for an object without a list of
    elements.
    """
    commas: list[int] = []
    start = end = -1
    key = b""
    for depth, token, place in _walk(body):
        if depth == 1 and token[:1] == b'"':
            key = token
        elif depth == 2 and token == b"[" and key == b'"elements"' and start < 0:
            start = place + 1
        elif depth == 2 and token == b"," and start >= 0 > end:
            commas.append(place)
        elif depth == 1 and token == b"]" and start >= 0 > end:
            end = place
    if end < 0:
        raise Surprise("a page without a list of elements", body, status=200)
    return _cut(body, start, end, commas), body[:start] + body[end:]


def check_whole(body: bytes) -> None:
    """Raise TryLater unless the bytes are one object from its first bracket to its last."""
    for _ in _walk(body):
        pass


def _cut(body: bytes, start: int, end: int, commas: list[int]) -> tuple[bytes, ...]:
    if not body[start:end].strip():
        return ()
    edges = [start - 1, *commas, end]
    return tuple(body[left + 1 : right].strip() for left, right in pairwise(edges))


def _walk(body: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Every string, bracket and comma with the depth after it and its place, of exactly one object."""
    open_brackets: list[bytes] = []
    end = 0
    for found in _TOKEN.finditer(body):
        token = found[0]
        if token in _CLOSES and (not open_brackets or open_brackets.pop() != _CLOSES[token]):
            raise _cut_short()
        if token in (b"[", b"{"):
            open_brackets.append(token)
        if token == b'"' or end:
            raise _cut_short()
        yield len(open_brackets), token, found.start()
        end = 0 if open_brackets else found.end()
    if not end or body.lstrip()[:1] != b"{" or body[end:].strip():
        raise _cut_short()


def _cut_short() -> TryLater:
    return TryLater("the answer is cut short or not LinkedIn's JSON", status=200)
