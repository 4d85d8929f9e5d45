"""Leads: lists of them, one with its answers and its story, and what can happen to it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from linkedin_emulator.campaign_manager.oddities import OF_ANSWERS, OF_THE_LEAD
from linkedin_emulator.campaign_manager.owners import described, owner_of, titles
from linkedin_emulator.campaign_manager.shown import words
from linkedin_emulator.campaign_manager.visit import Visit, go
from linkedin_emulator.protocol.urns import split_versioned_form
from linkedin_emulator.protocol.wire import Json, Response

ROWS = 50
SHOWN_BYTES = 4_000


def listing(asked: Visit) -> Response:
    """All leads there are."""
    return _list(asked, "All leads", "leads")


def of_owner(asked: Visit) -> Response:
    """The leads of an account or a page."""
    owner = described(asked, owner_of(asked))
    return _list(asked, f"Leads of {owner['name']}", f"{owner['kind']}s/{owner['id']}/leads", owner)


def of_form(asked: Visit) -> Response:
    """The leads of a form, of all its versions."""
    form = asked.control.forms.show(int(asked.keys[0]))
    title = f"Leads of {form['versions'][-1]['name']}"
    return _list(asked, title, f"forms/{form['id']}/leads", described(asked, form["owner"]), form)


def _list(
    asked: Visit,
    title: str,
    here: str,
    owner: dict[str, Json] | None = None,
    form: dict[str, Json] | None = None,
) -> Response:
    away, first = asked.asked("show") == "away", asked.number("from")
    whose = {"owner": owner["urn"] if owner else None, "form": form["id"] if form else None}
    found = asked.control.leads.newest(**whose, away=away, limit=ROWS, offset=first)
    return asked.page(
        "leads.html",
        title=title,
        owner=owner,
        form=form,
        here=here,
        away=away,
        first=first,
        rows=ROWS,
        total=found["total"],
        leads=[row | {"form": form_of(row), "summary": summary(row)} for row in found["leads"]],
        titles=titles(asked),
    )


def lead(asked: Visit) -> Response:
    """One lead: answers, state, what LinkedIn answers for it, who was told, who asked."""
    control = asked.control
    known = control.leads.show(asked.keys[0])
    number, version = form_of(known)
    form = control.forms.show(number)
    document = form["versions"][version - 1]
    sent = control.leads.sent(known["id"])
    return asked.page(
        "lead.html",
        lead=known,
        form=form,
        document=document,
        version=version,
        owner=described(asked, form["owner"]),
        answers=answered(document, entries(known, "answers")),
        accepted={c.get("consentId"): c.get("accepted") for c in entries(known, "consentResponses")},
        sent=sent[:SHOWN_BYTES].decode("utf-8", "replace"),
        sent_length=len(sent),
        told=control.hooks.exchanges(limit=10, about=known["id"]),
        asked_for=control.watch.calls(limit=10, about=known["id"])["calls"],
        of_answers=OF_ANSWERS,
        of_the_lead=OF_THE_LEAD,
    )


def form_of(lead: dict[str, Json]) -> tuple[int, int]:
    """(form id, version) of a lead."""
    found = split_versioned_form(lead["lead"]["versionedLeadGenFormUrn"])
    assert found is not None
    return found


def summary(lead: dict[str, Json]) -> str:
    """The first few text answers, so that a list can be read."""
    details = [entry.get("answerDetails", {}) for entry in entries(lead, "answers")]
    texts = [each["textQuestionAnswer"].get("answer") for each in details if "textQuestionAnswer" in each]
    return " · ".join([str(text) for text in texts if text][:3])


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
    options = question.get("questionDetails", {}).get("multipleChoiceQuestionDetails", {}).get("options", ())
    names = {option["id"]: words(option["text"]) for option in options}
    chosen = details.get("multipleChoiceAnswer", {}).get("options", ())
    return [names.get(number, f"option {number}") for number in chosen]


def act(asked: Visit) -> Response:
    """One of the acts on one lead."""
    control, (name, deed) = asked.control.leads, asked.keys
    control.show(name)
    plain: dict[str, Callable[[str], Json]] = {
        "withdraw": control.withdraw,
        "resubmit": control.resubmit,
        "hide": control.hide,
        "unhide": control.unhide,
        "mend": control.mend,
    }
    notice = deed
    if deed in plain:
        plain[deed](name)
    elif deed == "spoil":
        _spoil(asked, name)
    elif deed == "notify":
        told = control.notify(name, asked.said("action") or "CREATED")
        notice = "notify" if told["queued"] else "nobody"
    else:
        raise LookupError(f"Nothing called {deed!r} can be done with a lead.")
    return go(f"leads/{quote(name)}", notice)


def _spoil(asked: Visit, name: str) -> None:
    kind = asked.said("kind")
    raw = {"member": asked.said("member").strip(), "raw": asked.said("raw") or None} if kind == "raw" else {}
    if raw and not raw["member"]:
        raise ValueError("Say which member of the lead is to be replaced.")
    asked.control.leads.spoil(name, kind, **raw)
