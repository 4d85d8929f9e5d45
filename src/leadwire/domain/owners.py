"""Owners of leads: a sponsored account, or an organization for organic leads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, cast
from zlib import crc32

from leadwire.domain.errors import InvalidInput
from leadwire.domain.times import Millis

OwnerKind = Literal["sponsoredAccount", "organization"]

# Which leads each kind of owner has: learn.microsoft.com/linkedin/marketing/lead-sync/leadsync
LEAD_TYPES: Mapping[str, tuple[str, ...]] = {
    "sponsoredAccount": ("SPONSORED",),
    "organization": ("EVENT", "COMPANY", "ORGANIZATION_PRODUCT"),
}

_SPOKEN = re.compile(r"(?:urn:li:)?(?P<kind>sponsoredAccount|organization):(?P<id>[1-9][0-9]{0,19})")
_NUMBER = re.compile(r"[1-9][0-9]{0,19}")


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """Who owns leads. `id` is the number as text."""

    kind: OwnerKind
    id: str

    @property
    def urn(self) -> str:
        """LinkedIn's name, and the key under which everything of this owner is stored."""
        return f"urn:li:{self.kind}:{self.id}"

    @property
    def name(self) -> str:
        """The name used in addresses and commands: `123`, or `organization:123`."""
        return self.id if self.kind == "sponsoredAccount" else f"{self.kind}:{self.id}"

    @property
    def lead_types(self) -> tuple[str, ...]:
        """The types of leads that such an owner can have."""
        return LEAD_TYPES[self.kind]

    @staticmethod
    def parse(text: str) -> "Owner":
        """`123`, `organization:123` or a URN -> Owner. InvalidInput `bad_account`."""
        if _NUMBER.fullmatch(text):
            return Owner("sponsoredAccount", text)
        found = _SPOKEN.fullmatch(text)
        if found is None:
            raise InvalidInput(
                "bad_account",
                f"{text[:64]!r} names no account.",
                "Use the number of a sponsored account, organization:<number>, or the URN of either.",
            )
        return Owner(cast(OwnerKind, found["kind"]), found["id"])


def shard(owner_urn: str, lanes: int = 64) -> int:
    """The lane, 0 to lanes - 1, in which this owner's work is always done."""
    return crc32(owner_urn.encode()) % lanes


def phase(owner_urn: str, interval: Millis) -> Millis:
    """This owner's own moment inside an interval, 0 to interval - 1, so that owners never start together."""
    # Another hash than `shard`'s: the owners of one lane must not share a moment.
    return int.from_bytes(blake2b(owner_urn.encode(), digest_size=8).digest()) % interval
