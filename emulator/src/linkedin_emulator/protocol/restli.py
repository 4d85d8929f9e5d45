"""Rest.li 2.0 text: structure is read on the still-encoded text, leaves are decoded last.

Grammar: value = leaf | List(value,...) | (key:value,...). A leaf holds unreserved characters and
percent-escapes only, so encoded structure stays a (wrong) leaf and raw reserved characters are refused.
Source: learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/protocol-version
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import quote, unquote

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
Encodable: TypeAlias = "str | int | float | bool | Sequence[Encodable] | Mapping[str, Encodable] | None"
Projection: TypeAlias = "dict[str, Projection | None]"

MAX_DEPTH = 32
_LEAF = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*")
_NAME = re.compile(r"[A-Za-z0-9_]+")
_UNENCODED = frozenset({"fields"})


class BadEncodingError(ValueError):
    """The text is not Rest.li 2.0; the message says where."""


def encode(value: Encodable) -> str:
    """Write a value as Rest.li 2.0 text; None and "" are both empty, mapping keys keep their order."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "(" + ",".join(f"{quote(k, safe='')}:{encode(v)}" for k, v in value.items()) + ")"
    if isinstance(value, str):
        return quote(value, safe="")
    if isinstance(value, Sequence):
        return "List(" + ",".join(encode(item) for item in value) + ")"
    return str(value)


@functools.lru_cache(maxsize=4_096)
def parse(text: str) -> Value:
    """Read one Rest.li 2.0 value; raise BadEncodingError on anything else. Values are shared: change none."""
    value, end = _value(text, 0, 0)
    if end != len(text):
        raise BadEncodingError(f"unexpected {text[end]!r} at {end} of {text!r}")
    return value


def parse_query(raw: str) -> dict[str, Value]:
    """Read a raw query string; the text of `fields` is left as it came, for `parse_fields`."""
    found: dict[str, Value] = {}
    for pair in raw.split("&") if raw else ():
        name, equals, text = pair.partition("=")
        key = _leaf(name)
        if not key or not equals:
            raise BadEncodingError(f"{pair!r} is not name=value")
        if key in found:
            raise BadEncodingError(f"parameter {key!r} is given twice")
        found[key] = text if key in _UNENCODED else parse(text)
    return found


def is_structure(text: str) -> bool:
    """Whether a raw parameter text is a list or record, which protocol 1.0.0 does not know."""
    return text.startswith(("(", "List("))


def parse_fields(text: str) -> Projection:
    """Read `fields`: a literal comma list with nested `parent:(child,child)`; BadEncodingError otherwise."""
    tree, end = _fields(text, 0, 0)
    if end != len(text):
        raise BadEncodingError(f"unexpected {text[end]!r} at {end} of fields")
    return tree


def _value(text: str, at: int, depth: int) -> tuple[Value, int]:
    if depth > MAX_DEPTH:
        raise BadEncodingError(f"deeper than {MAX_DEPTH} levels")
    if text.startswith("List(", at):
        return _list(text, at + 5, depth + 1)
    if text.startswith("(", at):
        return _record(text, at + 1, depth + 1)
    match = _LEAF.match(text, at)
    end = match.end() if match else at
    return _decode(text[at:end]), end


def _list(text: str, at: int, depth: int) -> tuple[list[Value], int]:
    items: list[Value] = []
    if text.startswith(")", at):
        return items, at + 1
    while True:
        item, at = _value(text, at, depth)
        items.append(item)
        at, closed = _separator(text, at)
        if closed:
            return items, at


def _record(text: str, at: int, depth: int) -> tuple[dict[str, Value], int]:
    members: dict[str, Value] = {}
    if text.startswith(")", at):
        return members, at + 1
    while True:
        colon = text.find(":", at)
        key = _leaf(text[at:colon]) if colon > at else ""
        if not key or key in members:
            raise BadEncodingError(f"missing or doubled key at {at} of {text!r}")
        members[key], at = _value(text, colon + 1, depth)
        at, closed = _separator(text, at)
        if closed:
            return members, at


def _separator(text: str, at: int) -> tuple[int, bool]:
    sign = text[at : at + 1]
    if sign not in (",", ")") or not sign:
        raise BadEncodingError(f"',' or ')' expected at {at} of {text!r}")
    return at + 1, sign == ")"


def _leaf(text: str) -> str:
    if not _LEAF.fullmatch(text):
        raise BadEncodingError(f"{text!r} holds characters that must be percent-encoded")
    return _decode(text)


def _decode(text: str) -> str:
    if "%" not in text:
        return text
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError as error:
        raise BadEncodingError(f"{text!r} is not percent-encoded UTF-8") from error


def _fields(text: str, at: int, depth: int) -> tuple[Projection, int]:
    if depth > MAX_DEPTH:
        raise BadEncodingError("fields are nested too deeply")
    tree: Projection = {}
    while True:
        match = _NAME.match(text, at)
        if not match:
            raise BadEncodingError(f"a member name is expected at {at} of fields")
        at = match.end()
        child: Projection | None = None
        if text.startswith(":(", at):
            child, at = _fields(text, at + 2, depth + 1)
            if not text.startswith(")", at):
                raise BadEncodingError(f"')' expected at {at} of fields")
            at += 1
        tree[match.group()] = child
        if not text.startswith(",", at):
            return tree, at
        at += 1
