"""Odd things a lead can hold: raw members that replace the true ones (None: the member is missing)."""

from __future__ import annotations

import json
from collections.abc import Callable

from linkedin_emulator.protocol.urns import versioned_form
from linkedin_emulator.protocol.wire import Json, to_json
from linkedin_emulator.world.lead_book import Lead

Members = dict[str, bytes | None]
WHOLE = ""


def _answers(change: Callable[[list[Json]], object]) -> Callable[[Lead], Members]:
    """Change the decoded list of answers."""

    def spoil(lead: Lead) -> Members:
        response = json.loads(lead.response)
        if response["answers"]:
            change(response["answers"])
        return {"formResponse": to_json(response)}

    return spoil


def _first_text(text: Json) -> Callable[[Lead], Members]:
    return _answers(lambda answers: answers[0].update(answerDetails={"textQuestionAnswer": {"answer": text}}))


def _always(**members: bytes | None) -> Callable[[Lead], Members]:
    return lambda lead: dict(members)


def _whole(raw: bytes) -> Callable[[Lead], Members]:
    return lambda lead: {WHOLE: raw}


SPOILS: dict[str, Callable[[Lead], Members]] = {
    "no_submitted_at": _always(submittedAt=None),
    "zero_submitted_at": _always(submittedAt=b"0"),
    "seconds_submitted_at": lambda lead: {"submittedAt": b"%d" % (lead.submitted_at // 1000)},
    "year_9999_submitted_at": _always(submittedAt=b"253370764800000"),
    "negative_submitted_at": _always(submittedAt=b"-1"),
    "no_id": _always(id=None),
    "no_form_urn": _always(versionedLeadGenFormUrn=None),
    "bad_form_urn": _always(versionedLeadGenFormUrn=b'"urn:li:nonsense:(7"'),
    "blank_in_form_urn": lambda lead: {
        "versionedLeadGenFormUrn": to_json(versioned_form(lead.form.id, lead.version, blank=True))
    },
    "unknown_lead_type": _always(leadType=b'"SOME_FUTURE_TYPE"'),
    "unknown_member": _always(someFutureMember=b'{"localized":{"en_US":"new"},"list":[1,null,{"a":true}]}'),
    "no_answers": _always(formResponse=b"{}"),
    "odd_answer_type": _first_text({"unexpected": ["type", 1]}),
    "number_answer": _first_text(123456789012345678901234567890),
    "boolean_answer": _first_text(True),
    "null_answer": _first_text(None),
    "empty_answer": _first_text(""),
    "unknown_answer_kind": _answers(lambda a: a[0].update(answerDetails={"someFutureAnswer": {"value": 1}})),
    "unknown_question": _answers(lambda a: a[0].update(questionId=999_999_999_999)),
    "unknown_option": _answers(
        lambda a: a[0].update(answerDetails={"multipleChoiceAnswer": {"options": [99]}})
    ),
    "answer_without_question": _answers(lambda a: a[0].pop("questionId")),
    "null_answer_entry": _answers(lambda a: a.append(None)),
    "doubled_answer": _answers(lambda a: a.append(a[0])),
    "long_answer": _first_text("x" * 10_000),
    "nul_answer": _first_text("a\x00b"),
    "surrogate_answer": _first_text("half \ud83d emoji"),
    "emoji_answer": _first_text("👩‍👩‍👧 \u202eright to left\u202c e\u0301 \u200b"),
    "script_answer": _first_text("<script>alert(1)</script> =1+1 '; DROP TABLE leads; --"),
    "huge_number": lambda lead: {"submittedAt": b"9" * 5_000},
    "not_a_number": _always(submittedAt=b"NaN"),
    "deep": lambda lead: {"someFutureMember": b"[" * 100_000 + b"]" * 100_000},
    # The name closes its own quotes, so that the member stands twice in the object.
    "doubled_member": lambda lead: {'id":"0-0","id': to_json(lead.id)},
    "null": _whole(b"null"),
    "text": _whole(b'"not a lead"'),
    "number": _whole(b"7"),
    "list": _whole(b"[]"),
    "malformed": _whole(b'{"id": "unfinished'),
}
