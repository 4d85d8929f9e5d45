"""Reading a lead's truth: which form, who, what was answered. Pure."""

from __future__ import annotations

from linkedin_emulator.campaign_manager.sheet import options_of
from linkedin_emulator.campaign_manager.shown import words
from linkedin_emulator.protocol.urns import split_versioned_form
from linkedin_emulator.protocol.wire import Json


def form_of(lead: dict[str, Json]) -> tuple[int, int]:
    """(form id, version) of a lead."""
    found = split_versioned_form(lead["lead"]["versionedLeadGenFormUrn"])
    assert found is not None
    return found


def summary(lead: dict[str, Json]) -> str:
    """The first few text answers in the order of their questions, so that a list can be read."""
    found = sorted(entries(lead, "answers"), key=lambda entry: str(entry.get("questionId")))
    details = [entry.get("answerDetails", {}) for entry in found]
    texts = [each["textQuestionAnswer"].get("answer") for each in details if "textQuestionAnswer" in each]
    return " · ".join([str(text) for text in texts if text][:3])


def listed(leads: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """Leads with what a list shows of them: their form and a summary."""
    return [lead | {"form": form_of(lead), "summary": summary(lead)} for lead in leads]


def entries(lead: dict[str, Json], name: str) -> list[dict[str, Json]]:
    """The entries of a list of the form response; none where a program submitted something else."""
    response = lead["lead"].get("formResponse")
    found = response.get(name) if isinstance(response, dict) else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def answered(document: dict[str, Json], answers: list[dict[str, Json]]) -> list[tuple[str, list[str]]]:
    """(question, answers) in the form's order; what answers no question of the form comes last."""
    given = {answer.get("questionId"): answer.get("answerDetails", {}) for answer in answers}
    rows = []
    for question in document["content"]["questions"]:
        details = given.pop(question["questionId"], {})
        rows.append((words(question["question"]), _texts(question, details)))
    return rows + [(f"question {number}", _texts({}, details)) for number, details in given.items()]


def _texts(question: dict[str, Json], details: dict[str, Json]) -> list[str]:
    if "textQuestionAnswer" in details:
        return [str(details["textQuestionAnswer"].get("answer"))]
    names = {option["id"]: words(option["text"]) for option in options_of(question)}
    chosen = details.get("multipleChoiceAnswer", {}).get("options", ())
    return [names.get(number, f"option {number}") for number in chosen]
