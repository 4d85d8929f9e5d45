"""LinkedIn's names of things: reading and writing `urn:li:type:key`."""

from __future__ import annotations

import re

ACCOUNT = "sponsoredAccount"
ORGANIZATION = "organization"
OWNER_KINDS = (ACCOUNT, ORGANIZATION)

_URN = re.compile(r"urn:li:([A-Za-z]+):([A-Za-z0-9_-]+)")
_VERSIONED = re.compile(
    r"urn:li:versionedLeadGenForm:\(\s*urn:li:leadGenForm:(\d{1,19})\s*,\s*(\d{1,9})\s*\)"
)


def urn(kind: str, key: str | int) -> str:
    """`urn:li:kind:key`."""
    return f"urn:li:{kind}:{key}"


def split(text: str) -> tuple[str, str] | None:
    """(kind, key) of a simple URN, or None."""
    match = _URN.fullmatch(text)
    return (match[1], match[2]) if match else None


def number(text: str, kind: str) -> int | None:
    """The numeric key of a URN of this kind, or None."""
    parts = split(text)
    return int(parts[1]) if parts and parts[0] == kind and parts[1].isascii() and parts[1].isdigit() else None


def versioned_form(form: int, version: int, blank: bool = False) -> str:
    """The name of one version of a form; LinkedIn's own samples sometimes put a blank after the comma."""
    return f"urn:li:versionedLeadGenForm:(urn:li:leadGenForm:{form},{' ' if blank else ''}{version})"


def split_versioned_form(text: str) -> tuple[int, int] | None:
    """(form id, version id) of a versioned form URN, or None."""
    match = _VERSIONED.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def owner_union(owner: str) -> dict[str, str]:
    """`{"sponsoredAccount": urn}` or `{"organization": urn}`."""
    return {owner.split(":")[2]: owner}
