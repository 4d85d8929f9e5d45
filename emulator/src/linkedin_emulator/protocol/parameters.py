"""Query parameters and path keys: Rest.li values in, typed values out, or ValueError with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from linkedin_emulator.clock import Millis
from linkedin_emulator.protocol.restli import Projection, Value, parse_fields
from linkedin_emulator.protocol.urns import ACCOUNT, ORGANIZATION, OWNER_KINDS, split, split_versioned_form
from linkedin_emulator.world.entities import LEAD_TYPES

Reader: TypeAlias = Callable[[Value], Any]


class NotAListError(ValueError):
    """A list was expected; LinkedIn has an error of its own for that."""


@dataclass(frozen=True, slots=True)
class Parameter:
    read: Reader
    required: bool = False


Parameters: TypeAlias = Mapping[str, Parameter]


def needed(read: Reader) -> Parameter:
    return Parameter(read, required=True)


def text(value: Value) -> str:
    """A leaf that is not empty."""
    if not isinstance(value, str) or not value:
        raise ValueError("a plain value is expected")
    return value


def natural(value: Value) -> int:
    """A plain decimal number, not negative."""
    leaf = text(value)
    if not (leaf.isascii() and leaf.isdigit()) or len(leaf) > 19:
        raise ValueError(f"{leaf!r} is not a number")
    return int(leaf)


def flag(value: Value) -> bool:
    """`true` or `false`."""
    if value not in ("true", "false"):
        raise ValueError(f"{value!r} is neither true nor false")
    return value == "true"


def one_of(*allowed: str) -> Reader:
    """A leaf out of a closed set."""

    def read(value: Value) -> str:
        if value not in allowed:
            raise ValueError(f"{value!r} is not one of {', '.join(allowed)}")
        return text(value)

    return read


def urn_of(*kinds: str) -> Reader:
    """A simple URN of one of these kinds; any kind if none is named."""

    def read(value: Value) -> str:
        leaf = text(value)
        parts = split(leaf)
        if parts is None or (kinds and parts[0] not in kinds):
            raise ValueError(f"{leaf!r} is not a URN{' of ' + ' or '.join(kinds) if kinds else ''}")
        return leaf

    return read


def list_of(read: Reader) -> Reader:
    """`List(...)` with at least one element."""

    def read_all(value: Value) -> list[Any]:
        if not isinstance(value, list):
            raise NotAListError("a List() is expected")
        if not value:
            raise ValueError("the list is empty")
        return [read(item) for item in value]

    return read_all


def record(value: Value, members: Mapping[str, Reader]) -> dict[str, Any]:
    """A record holding some of these members and no others."""
    if not isinstance(value, dict):
        raise ValueError("a record (key:value) is expected")
    strange = value.keys() - members.keys()
    if strange or not value:
        raise ValueError(
            f"a record of {', '.join(members)} is expected, not {', '.join(sorted(strange)) or 'none'}"
        )
    return {name: members[name](item) for name, item in value.items()}


def _union_urn(kind: str) -> Reader:
    read = urn_of(kind)

    def read_numbered(value: Value) -> str:
        name: str = read(value)
        if not name.rpartition(":")[2].isdigit():
            raise ValueError(f"{name!r} has no numeric key")
        return name

    return read_numbered


def owner(value: Value) -> str:
    """`(sponsoredAccount:urn)` or `(organization:urn)` → the URN."""
    union = record(value, {kind: _union_urn(kind) for kind in OWNER_KINDS})
    if len(union) != 1:
        raise ValueError("exactly one owner is expected")
    return str(next(iter(union.values())))


def wrapped_owner(value: Value) -> str:
    """`(value:(sponsoredAccount:urn))`, as the criteria finder wants it."""
    members = record(value, {"value": owner})
    return str(members["value"])


def lead_type(value: Value) -> str:
    """`(leadType:SPONSORED)` → `SPONSORED`."""
    return str(record(value, {"leadType": one_of(*LEAD_TYPES)})["leadType"])


def versioned_form(value: Value) -> tuple[int, int]:
    """A versioned form URN → (form id, version id)."""
    found = split_versioned_form(text(value))
    if found is None:
        raise ValueError(f"{value!r} is not a urn:li:versionedLeadGenForm:(urn:li:leadGenForm:id,version)")
    return found


def time_range(value: Value) -> tuple[Millis | None, Millis | None]:
    """`(start:ms,end:ms)`, both optional, half-open."""
    members = record(value, {"start": natural, "end": natural})
    start, end = members.get("start"), members.get("end")
    if start is not None and end is not None and start > end:
        raise ValueError("start is after end")
    return start, end


def entity(value: Value) -> str:
    """A bare URN, or a record `(event:urn)`; LinkedIn documents neither, clients use both."""
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    return str(urn_of()(value))


def fields(value: Value) -> Projection:
    """The projection of `fields`, whose text comes unparsed."""
    return parse_fields(text(value))


def account_user_key(value: Value) -> tuple[str, str]:
    """`(account:urn,user:urn)`."""
    members = record(value, {"account": urn_of(ACCOUNT), "user": urn_of("person")})
    if len(members) != 2:
        raise ValueError("account and user are expected")
    return members["account"], members["user"]


def account_search(value: Value) -> dict[str, Any]:
    """The facets of the account finder."""

    def facet(read: Reader) -> Reader:
        return lambda inner: record(inner, {"values": list_of(read)})["values"]

    facets: dict[str, Reader] = {
        "status": facet(text),
        "type": facet(text),
        "name": facet(text),
        "currency": facet(text),
        "reference": facet(urn_of(ORGANIZATION, "person")),
        "id": facet(urn_of(ACCOUNT)),
        "test": flag,
    }
    return {} if value == {} else record(value, facets)


def account_sort(value: Value) -> bool:
    """`(field:ID,order:DESCENDING)` → whether descending."""
    members = record(value, {"field": one_of("ID"), "order": one_of("ASCENDING", "DESCENDING")})
    return members.get("order") == "DESCENDING"


PAGING: Parameters = {"start": Parameter(natural), "count": Parameter(natural)}
FIELDS: Parameters = {"fields": Parameter(fields)}
