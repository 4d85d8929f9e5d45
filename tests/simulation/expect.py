"""What a row must hold, written from the contract of the lead store and from what LinkedIn sent; no product code."""

from __future__ import annotations

import json
from typing import Any

from tests.simulation.world import Row

Cells = dict[str, Any]  # by identity


def expected(form: Row, raw: bytes) -> Cells:
    """The cells of a lead by identity: what was asked for in its version, None where nothing valid was answered."""
    lead = json.loads(raw)
    cells: Cells = {}
    for question in form["content"]["questions"]:
        cells[identity(question)] = None
    for answer in lead["formResponse"]["answers"]:
        question = next(
            (q for q in form["content"]["questions"] if q["questionId"] == answer["questionId"]), None
        )
        if question is not None:
            cells[identity(question)] = _value(question, answer["answerDetails"])
    for consent in form["content"]["legalInfo"]["consents"]:
        cells[f"consent {consent['id']}"] = None
    for said in lead["formResponse"]["consentResponses"]:
        cells[f"consent {said['consentId']}"] = said["accepted"]
    for hidden in form["hiddenFields"]:
        cells[f"hidden {hidden['name']}"] = hidden["value"]
    return cells


def identity(question: Row) -> str:
    """What a question stays through all versions, with the kind of its answers."""
    kind = "list" if "multipleChoiceQuestionDetails" in question["questionDetails"] else "text"
    field = question.get("predefinedField")
    return f"{kind} {field}" if field else f"{kind} {question['questionId']}"


def claimed(column: Row) -> str:
    """The identity that a column of the dictionary claims to hold."""
    if column["kind"] == "consent":
        return f"consent {column['consent_id']}"
    if column["kind"] == "hidden":
        return f"hidden {column['hidden_name']}"
    return f"{column['type']} {column['predefined_field'] or column['question_id']}"


def proper_name(column: Row) -> str | None:
    """The name that the contract gives a column whatever its form says; None where that depends on the form."""
    if column["kind"] == "predefined" and "#" not in column["identity"]:
        return str(column["predefined_field"]).lower()
    if column["kind"] == "consent":
        return f"consent_{column['consent_id']}"
    if column["kind"] == "hidden":
        return f"hidden_{column['hidden_name']}"
    return None


def _value(question: Row, details: Row) -> Any:
    details_of = question["questionDetails"]
    if "textQuestionAnswer" in details:
        said = details["textQuestionAnswer"]["answer"]
        fits = isinstance(said, str) and "textQuestionDetails" in details_of
        return said.replace("\0", "\ufffd") if fits else None
    options = details_of.get("multipleChoiceQuestionDetails", {}).get("options", ())
    texts = {option["id"]: next(iter(option["text"]["localized"].values())) for option in options}
    chosen = details["multipleChoiceAnswer"]["options"]
    return [texts[one] for one in chosen] if all(one in texts for one in chosen) else None
