"""How times, durations, ids and account names stand in the API's JSON, paths and queries."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Path, Query
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    Strict,
    StringConstraints,
    WithJsonSchema,
)

from leadwire.domain.errors import InvalidInput, NotFound
from leadwire.domain.owners import Owner
from leadwire.domain.texts import storable
from leadwire.domain.times import Millis, duration_text, iso, parse_duration, parse_iso

PLAIN_ID = re.compile(r"[!-~]{1,200}")
LEAD_URN = re.compile(r"urn:li:lead(?:Gen)?FormResponse:")
DURATION = r"^[0-9]{1,9}[smhd]$"
ACCOUNT = r"^([1-9][0-9]{0,19}|(urn:li:)?(sponsoredAccount|organization):[1-9][0-9]{0,19})$"


class View(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


class Wish(BaseModel):
    """A request body: a member nobody knows is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# 0 or "no" is a guess at what was meant, and a body may ask to delete.
Flag = Annotated[bool, Strict()]


def _read_time(value: object) -> Millis:
    if not isinstance(value, str):
        raise InvalidInput("bad_time", "A time is a text.", "Write it like 2026-01-02T03:04:05Z.")
    return parse_iso(value)


def _read_duration(value: object) -> Millis:
    if not isinstance(value, str):
        raise InvalidInput("bad_duration", "A duration is a text.", "Write it like 90s, 5m or 24h.")
    return parse_duration(value)


def _known_shape(text: str) -> str:
    """What no id can look like is no id of anything: the same 404, and nothing odd reaches the database."""
    if not PLAIN_ID.fullmatch(text):
        raise NotFound("not_found", "There is no such id.")
    return text


def _lead_named(text: str) -> str:
    """LinkedIn writes a lead's id alone, in pushes with the URN's head, and in its documents with another one."""
    return LEAD_URN.sub("", text, count=1) if LEAD_URN.match(text) else text


def _owner_here(text: str) -> str:
    try:
        return Owner.parse(text).urn
    except InvalidInput as error:
        raise NotFound(error.code, error.message) from None


def account_name(owner: str) -> str:
    """`urn:li:sponsoredAccount:1` -> `1`, `urn:li:organization:2` -> `organization:2`."""
    return Owner.parse(owner).name


_TIME = WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-01-02T03:04:05.678Z"]})
_SPAN = WithJsonSchema({"type": "string", "pattern": DURATION, "examples": ["5m"]})
_EXAMPLES = {"examples": ["500000001", "organization:2414183"]}

# In answers: epoch milliseconds inside, text outside.
Moment = Annotated[Millis, PlainSerializer(iso, return_type=str), _TIME]
Span = Annotated[Millis, PlainSerializer(duration_text, return_type=str), _SPAN]

# In requests: text only.
TimeIn = Annotated[Millis, BeforeValidator(_read_time), _TIME]
SpanIn = Annotated[Millis, BeforeValidator(_read_duration), _SPAN]
Storable = Annotated[str, AfterValidator(storable)]

# In paths what cannot be is not found; in filters and bodies it is a mistake.
IdPath = Annotated[str, Path(), AfterValidator(_known_shape)]
OwnerPath = Annotated[
    str,
    Path(description="Number, `organization:<number>`, or URN", json_schema_extra=_EXAMPLES),
    AfterValidator(_owner_here),
]
IdIn = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
OwnerIn = Annotated[
    str,
    AfterValidator(lambda text: Owner.parse(text).urn),
    WithJsonSchema({"type": "string", "pattern": ACCOUNT, **_EXAMPLES}),
]
FormFilter = Annotated[IdIn | None, Query(description="LinkedIn's form id")]
LeadIn = Annotated[IdIn, AfterValidator(_lead_named)]
LeadPath = Annotated[IdPath, AfterValidator(_lead_named)]
LeadIdFilter = Annotated[LeadIn | None, Query(description="LinkedIn's lead id, or its URN")]
AccountFilter = Annotated[OwnerIn | None, Query(description="Number, `organization:<number>`, or URN")]
