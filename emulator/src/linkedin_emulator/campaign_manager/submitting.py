"""The form as a member sees it: asked in its language, filled in, sent."""

from __future__ import annotations

from dataclasses import dataclass, field

from linkedin_emulator.campaign_manager.answers import entries
from linkedin_emulator.campaign_manager.forms import published
from linkedin_emulator.campaign_manager.sheet import options_of
from linkedin_emulator.campaign_manager.shown import locale
from linkedin_emulator.campaign_manager.visit import Typed, Visit, go
from linkedin_emulator.protocol.wire import Json, Response

SUBMIT = {"en": "Submit", "de": "Absenden", "es": "Enviar", "sv": "Skicka", "ja": "送信"}
_MISSING = "An answer is needed."


@dataclass(slots=True)
class Answers:
    """What stands in a member's form: texts or chosen option ids by question id, ticked consent ids, mistakes."""

    given: dict[str, list[str]] = field(default_factory=dict)
    ticked: list[str] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)


def ask(asked: Visit) -> Response:
    """The form, filled in with a made-up person."""
    form = published(asked)
    return _page(asked, form, imagined(asked.control.leads.imagine(form["id"])))


def submit(asked: Visit) -> Response:
    """The lead is submitted, or the form comes back with what was typed and what is wrong."""
    form = published(asked)
    version = form["versions"][-1]
    answers = read(version, asked.typed)
    if answers.wrong:
        return _page(asked, form, answers)
    lead = asked.control.leads.submit(
        form["id"],
        version=len(form["versions"]),
        answers=_told(version, answers),
        consents={str(c["id"]): str(c["id"]) in answers.ticked for c in consents_of(version)},
    )
    return go(f"leads/{lead['id']}", "submitted")


def imagined(response: dict[str, Json]) -> Answers:
    """A `formResponse` as it would have been typed."""
    answers, lead = Answers(), {"lead": {"formResponse": response}}
    for entry in entries(lead, "answers"):
        details = entry["answerDetails"]
        options = details.get("multipleChoiceAnswer", {}).get("options")
        given = [details["textQuestionAnswer"]["answer"]] if options is None else list(map(str, options))
        answers.given[str(entry["questionId"])] = given
    accepted = (c for c in entries(lead, "consentResponses") if c["accepted"])
    answers.ticked = [str(consent["consentId"]) for consent in accepted]
    return answers


def consents_of(version: dict[str, Json]) -> list[dict[str, Json]]:
    """The consents of a form version."""
    return list(version["content"].get("legalInfo", {}).get("consents", ()))


def read(version: dict[str, Json], typed: Typed) -> Answers:
    """What a member typed, held against what the form asks."""
    answers = Answers(ticked=list(typed.get("consent", ())))
    for question in version["content"]["questions"]:
        number = str(question["questionId"])
        answers.given[number] = given = [text for text in typed.get(f"q-{number}", ()) if text.strip()]
        if problem := _problem(question, given):
            answers.wrong[number] = problem
    for consent in consents_of(version):
        if consent["checkRequired"] and str(consent["id"]) not in answers.ticked:
            answers.wrong[f"consent-{consent['id']}"] = "Without this it cannot be sent."
    return answers


def _problem(question: dict[str, Json], given: list[str]) -> str:
    if not given:
        return _MISSING if question["responseRequired"] else ""
    options = {str(option["id"]) for option in options_of(question)}
    if options:
        return "" if options.issuperset(given) else "This is not one of the options."
    longest = question["questionDetails"]["textQuestionDetails"].get("maxResponseLength")
    return f"At most {longest} letters." if longest and len(given[-1]) > longest else ""


def _told(version: dict[str, Json], answers: Answers) -> dict[str, Json]:
    choices = {str(q["questionId"]) for q in version["content"]["questions"] if options_of(q)}
    return {
        number: list(map(int, given)) if number in choices else given[-1]
        for number, given in answers.given.items()
        if given
    }


def _page(asked: Visit, form: dict[str, Json], answers: Answers) -> Response:
    version = form["versions"][-1]
    language = locale(version).partition("_")[0]
    return asked.page(
        "submit.html",
        422 if answers.wrong else 200,
        form=form,
        version=version,
        language=language,
        submit=SUBMIT.get(language, SUBMIT["en"]),
        answers=answers,
        consents=consents_of(version),
    )
