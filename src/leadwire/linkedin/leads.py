"""Leads: the finder, the get, and one lead's bytes as a value.

A page holds raw bytes per lead and each is read alone, so one odd lead never fails a page. `read_lead`
first tries a typed decode of the usual shape; whatever does not fit is read member by member in
`odd_leads`. The submitter's person URN is not read at all: an integration has no use for it that LinkedIn's
terms allow. Source: learn.microsoft.com/en-us/linkedin/marketing/lead-sync/leadsync.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from leadwire.linkedin import urns
from leadwire.linkedin.answers import Page, read_batch, read_entity, read_page
from leadwire.linkedin.calls import Call, key
from leadwire.linkedin.forms import Form, form_of
from leadwire.linkedin.lead import EARLIEST, LATEST, Answer, Lead, check_submitted
from leadwire.linkedin.loose import Millis, dump, identifier, load, load_record, record, union_urn
from leadwire.linkedin.odd_leads import CREATIVES, read_odd_lead
from leadwire.linkedin.restli import encode_query

__all__ = [
    "DECORATED",
    "EARLIEST",
    "LATEST",
    "Answer",
    "DecoratedForm",
    "Lead",
    "batch_leads",
    "find_leads",
    "get_lead",
    "read_decorated_form",
    "read_lead",
    "read_lead_batch",
    "read_lead_entity",
    "read_leads",
]

# A projection drops what it does not name, campaign and creative too: only for learning a form version from
# a lead.
DECORATED = (
    "ownerInfo,associatedEntityInfo,leadMetadataInfo,owner,leadType,versionedLeadGenFormUrn,id,submittedAt,testLead,"
    "formResponse,form:(hiddenFields,creationLocale,name,id,content)"
)


def find_leads(
    owner_urn: str,
    lead_type: str,
    since: Millis | None = None,
    until: Millis | None = None,
    form_version_urn: str | None = None,
    test_only: bool = False,
    fields: str | None = None,
    start: int = 0,
    count: int = 100,
) -> Call:
    """Leads of an owner, newest first. `[since, until)` bounds `submittedAt`; either end may be open.

    `limitedToTestLeads` is only ever sent as true: false does not exclude test leads.
    """
    window = {name: at for name, at in (("start", since), ("end", until)) if at is not None}
    return Call(
        "leadFormResponses.FINDER",
        "GET",
        "/rest/leadFormResponses",
        encode_query(
            {
                "q": "owner",
                "owner": urns.owner_record(owner_urn),
                "leadType": {"leadType": lead_type},
                "versionedLeadGenFormUrn": form_version_urn,
                "submittedAtTimeRange": window or None,
                "limitedToTestLeads": test_only or None,
                "fields": fields,
                "start": start,
                "count": count,
            }
        ),
    )


def get_lead(lead_id: str) -> Call:
    """One lead. 404: unknown, withdrawn, or older than LinkedIn keeps it."""
    return Call("leadFormResponses.GET", "GET", f"/rest/leadFormResponses/{key(lead_id)}")


def batch_leads(lead_ids: Iterable[str]) -> Call:
    """Several leads by id."""
    query = encode_query({"ids": list(lead_ids)})
    return Call("leadFormResponses.BATCH_GET", "GET", "/rest/leadFormResponses", query)


def read_leads(status: int, headers: Mapping[str, str], body: bytes) -> Page[bytes]:
    """A page of raw leads, each for `read_lead`."""
    return read_page(status, headers, body)


read_lead_entity = read_entity
read_lead_batch = read_batch


def read_lead(raw: bytes) -> Lead:
    """One lead from its bytes. Raises Surprise, with the reason, where the lead as a whole cannot be used."""
    try:
        return _quick(_decoder.decode(raw), raw)
    except (ValueError, RecursionError):
        return read_odd_lead(raw)


@dataclass(frozen=True, slots=True)
class DecoratedForm:
    """The form inside a decorated lead: its bytes and its value."""

    raw: bytes = field(repr=False)
    form: Form


def read_decorated_form(raw: bytes, *, form_id: str, version: int, owner_urn: str) -> DecoratedForm | None:
    """The `form` of a lead found with `fields=DECORATED`, in the version that was asked for.

    None where LinkedIn did not join it, joined another, or left its questions out: decorations are best
    effort. Raises Surprise for a form that cannot be read.
    """
    try:
        inside = bytes(_decorated.decode(raw).form)
    except (ValueError, RecursionError):
        inside = dump(load_record(raw, "a lead").get("form")).encode("utf-8", "surrogatepass")
    said = record(load(inside))
    if "content" not in said:
        return None
    form = form_of(said, inside, version, owner_urn)
    return DecoratedForm(inside, form) if form.id == form_id else None


class _Wire(msgspec.Struct, rename="camel", gc=False):
    """What LinkedIn sends today, no more than is read; anything else is a ValidationError."""


class _Text(_Wire):
    answer: str


class _Choice(_Wire):
    options: list[int]


class _Details(_Wire):
    text_question_answer: _Text | None = None
    multiple_choice_answer: _Choice | None = None


class _Answer(_Wire):
    question_id: int
    answer_details: _Details


class _Consent(_Wire):
    consent_id: int
    accepted: bool


class _Response(_Wire):
    answers: list[_Answer] = []
    consent_responses: list[_Consent] = []


class _Campaign(_Wire):
    campaign: str


class _Metadata(_Wire):
    sponsored_lead_metadata: _Campaign | None = None


class _Lead(_Wire):
    id: str
    versioned_lead_gen_form_urn: str
    submitted_at: int
    owner: dict[str, str]
    form_response: _Response
    lead_type: str = ""
    test_lead: bool = False
    lead_metadata: _Metadata | None = None
    associated_entity: dict[str, str] | None = None
    lead_metadata_info: object = None
    associated_entity_info: object = None


class _Decorated(msgspec.Struct):
    form: msgspec.Raw = msgspec.Raw(b"null")


_decoder = msgspec.json.Decoder(_Lead)
_decorated = msgspec.json.Decoder(_Decorated)


def _quick(said: _Lead, raw: bytes) -> Lead:
    """The usual lead; ValueError for one that needs the careful reader."""
    if said.lead_metadata_info is not None or said.associated_entity_info is not None:
        raise ValueError("decorated")
    if ":" in said.id or not urns.is_lead_id(said.id):
        raise ValueError("not a plain id")
    form_id, form_version = urns.parse_form_version(said.versioned_lead_gen_form_urn)
    entity = said.associated_entity or {}
    metadata = said.lead_metadata and said.lead_metadata.sponsored_lead_metadata
    return Lead(
        said.id,
        union_urn(said.owner),
        said.lead_type,
        form_id,
        form_version,
        check_submitted(said.submitted_at, raw),
        said.test_lead,
        identifier(metadata.campaign) if metadata else None,
        identifier(entity.get(CREATIVES[0]) or entity.get(CREATIVES[1])),
        union_urn(entity),
        tuple([_answer(one) for one in said.form_response.answers]),
        tuple([(str(one.consent_id), one.accepted) for one in said.form_response.consent_responses]),
    )


def _answer(said: _Answer) -> Answer:
    details = said.answer_details
    words, choice = details.text_question_answer, details.multiple_choice_answer
    if choice is None and words is not None:
        return Answer(str(said.question_id), "text", words.answer)
    if words is None and choice is not None:
        return Answer(str(said.question_id), "choice", tuple(map(str, choice.options)))
    raise ValueError("an answer of another kind")
