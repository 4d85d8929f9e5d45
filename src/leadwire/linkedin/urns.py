"""LinkedIn's names: `urn:li:<type>:<id>`, and the one with a pair of ids inside, the form version.

Ids are text: they exceed 2^53. What cannot be read raises `Surprise` with the URN in `raw`.
Source: learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/urns.
"""

import re
from functools import lru_cache

from leadwire.linkedin.errors import Surprise

_URN = re.compile(r"urn:li:([A-Za-z]{1,64}):([!-~]{1,300})")
_FORM_VERSION = re.compile(
    r"urn:li:versionedLeadGenForm:\(\s*urn:li:leadGenForm:([0-9]{1,30})\s*,\s*([0-9]{1,9})\s*\)"
)
LAST_VERSION = 999_999_999  # of a form; the expression above takes no more digits
_LEAD_ID = re.compile(r"(?!\.{1,2}$)[!-~]{1,200}", re.ASCII)
_OWNERS = {
    "sponsoredAccount": "sponsoredAccount",
    "organization": "organization",
    "organizationBrand": "organization",
}


def account_urn(account_id: str) -> str:
    """URN of a sponsored (ad) account."""
    return f"urn:li:sponsoredAccount:{_number(account_id)}"


def organization_urn(organization_id: str) -> str:
    """URN of an organization (a LinkedIn Page)."""
    return f"urn:li:organization:{_number(organization_id)}"


def form_version_urn(form_id: str, version: int) -> str:
    """URN of one version of a form: what a lead refers to."""
    return f"urn:li:versionedLeadGenForm:(urn:li:leadGenForm:{_number(form_id)},{version:d})"


@lru_cache(maxsize=4096)
def parse_form_version(urn: str) -> tuple[str, int]:
    """(form id, version); the blank after the comma that LinkedIn's own sample has is tolerated."""
    found = _FORM_VERSION.fullmatch(urn.strip())
    if not found:
        raise _bad("not the URN of a form version", urn)
    return found[1], int(found[2])


def parse_lead_urn(urn: str) -> str:
    """The lead id of `urn:li:leadGenFormResponse:<id>`."""
    kind, lead_id = split(urn)
    if kind != "leadGenFormResponse" or not is_lead_id(lead_id):
        raise _bad("not the URN of a lead", urn)
    return lead_id


def is_lead_id(text: str) -> bool:
    """Can this be a lead's id? 1 to 200 visible ASCII characters, and no step of a path."""
    return _LEAD_ID.fullmatch(text) is not None


def urn_id(urn: str) -> str:
    """The id at the end of a simple URN."""
    return split(urn)[1]


def split(urn: str) -> tuple[str, str]:
    """(type, id) of a simple URN: `urn:li:event:6789` -> ("event", "6789")."""
    found = _URN.fullmatch(urn)
    if not found:
        raise _bad("not a LinkedIn URN", urn)
    return found[1], found[2]


def owner_record(urn: str) -> dict[str, str]:
    """The record that names a lead owner in queries and bodies: `{"sponsoredAccount": urn}` or
    `{"organization": urn}`.
    """
    kind, _ = split(urn)
    if kind not in _OWNERS:
        raise _bad("an owner of leads is a sponsoredAccount or an organization", urn)
    return {_OWNERS[kind]: urn}


def _number(text: str) -> str:
    if not (text.isascii() and text.isdecimal() and len(text) <= 30):
        raise _bad("an id of digits was expected", text)
    return text


def _bad(text: str, urn: str) -> Surprise:
    return Surprise(text, urn.encode("utf-8", "replace"))
