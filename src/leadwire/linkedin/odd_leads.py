"""The careful way to read a lead, for everything the quick way does not fit. It loses nothing that it can
name: an answer of unknown shape is kept as JSON text, one without a question under the question id "".
"""

from collections.abc import Mapping

from leadwire.linkedin.errors import Surprise
from leadwire.linkedin.lead import Answer, Lead, check_submitted
from leadwire.linkedin.loose import at, dump, identifier, integer, load_record, record, text, union_urn
from leadwire.linkedin.urns import is_lead_id, parse_form_version

# The union member is `associatedCreative` in leads and `sponsoredCreative` in pushes; both are read
# everywhere.
CREATIVES = ("associatedCreative", "sponsoredCreative")


def read_odd_lead(raw: bytes) -> Lead:
    """Read a lead member by member. Raises Surprise, with the reason, where the lead as a whole is
    unusable.
    """
    said = load_record(raw, "a lead")
    lead_id = identifier(said.get("id"))
    if lead_id is None or not is_lead_id(lead_id):
        raise Surprise("a lead without an id", raw)
    submitted_at = check_submitted(integer(said.get("submittedAt")), raw)
    try:
        form_id, form_version = parse_form_version(text(said.get("versionedLeadGenFormUrn")) or "")
    except Surprise:
        raise Surprise("a lead without a readable form version", raw) from None
    answers, consents = _response(said.get("formResponse"))
    entity, info = said.get("associatedEntity"), said.get("associatedEntityInfo")
    return Lead(
        id=lead_id,
        owner_urn=union_urn(said.get("owner")),
        lead_type=text(said.get("leadType")) or "",
        form_id=form_id,
        form_version=form_version,
        submitted_at=submitted_at,
        test_lead=said.get("testLead") in (True, "true"),
        campaign=identifier(at(said, "leadMetadata", "sponsoredLeadMetadata", "campaign"))
        or identifier(at(said, "leadMetadataInfo", "sponsoredLeadMetadataInfo", "campaign", "id")),
        creative=_creative(entity) or _decorated_creative(info),
        associated_entity=union_urn(entity)
        or next(filter(None, (union_urn(at(one, "id")) for one in record(info).values())), None),
        answers=answers,
        consents=consents,
    )


def claimed_id(said: Mapping[str, object]) -> str | None:
    """The id an unreadable lead gives itself, so that it can be asked for again."""
    claimed = said.get("id")
    return claimed if isinstance(claimed, str) and is_lead_id(claimed) else None


def claimed_form(said: Mapping[str, object]) -> tuple[str | None, int | None]:
    """The form and version an unreadable lead names, so that people find it where they look for it."""
    try:
        return parse_form_version(text(said.get("versionedLeadGenFormUrn")) or "")
    except Surprise:
        return None, None


def _response(response: object) -> tuple[tuple[Answer, ...], tuple[tuple[str, object], ...]]:
    if response is not None and not isinstance(response, dict):
        return (Answer("", "odd", dump(response)),), ()
    answers, consents = at(response, "answers"), at(response, "consentResponses")
    return (
        tuple(_answer(one) for one in _listed(answers)),
        tuple((identifier(at(one, "consentId")) or "", _accepted(one)) for one in _listed(consents)),
    )


def _listed(value: object) -> list[object]:
    """A list as it is, nothing as nothing, and anything else as one element, so that it is noticed."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _answer(said: object) -> Answer:
    question_id = identifier(at(said, "questionId")) or ""
    details = said["answerDetails"] if isinstance(said, dict) and "answerDetails" in said else said
    words = text(at(details, "textQuestionAnswer", "answer"))
    choice = at(details, "multipleChoiceAnswer")
    if words is not None and choice is None:
        return Answer(question_id, "text", words)
    options = at(choice, "options")
    if isinstance(options, list) and at(details, "textQuestionAnswer") is None:
        ids = tuple(filter(None, map(identifier, options)))
        if len(ids) == len(options):
            return Answer(question_id, "choice", ids)
    return Answer(question_id, "odd", dump(details))


def _accepted(said: object) -> object:
    return said.get("accepted") if isinstance(said, dict) else said


def _creative(entity: object) -> str | None:
    return next(filter(None, (identifier(at(entity, name)) for name in CREATIVES)), None)


def _decorated_creative(info: object) -> str | None:
    names = (*CREATIVES, "associatedCreativeInfo")
    return next(filter(None, (identifier(at(info, name, "id")) for name in names)), None)
