"""One form: its versions side by side, and what can be done with it."""

from __future__ import annotations

from linkedin_emulator.campaign_manager.owners import described
from linkedin_emulator.campaign_manager.visit import Visit, go
from linkedin_emulator.protocol.wire import Json, Response

STATES = ("PUBLISHED", "ARCHIVED", "DRAFT")


def form(asked: Visit) -> Response:
    """A form with all its versions, newest first."""
    known = asked.control.forms.show(int(asked.keys[0]))
    return asked.page(
        "form.html",
        form=known,
        current=known["versions"][-1],
        versions=known["versions"][::-1],
        rows=compared(known["versions"]),
        owner=described(asked, known["owner"]),
        leads=asked.control.leads.counts()["forms"].get(known["id"], 0),
    )


def compared(versions: list[dict[str, Json]]) -> list[tuple[Json, list[Json]]]:
    """(question id, that question in each version, newest first, None where it is not asked)."""
    asked_in = [{q["questionId"]: q for q in version["content"]["questions"]} for version in versions[::-1]]
    numbers = dict.fromkeys(number for questions in asked_in for number in questions)
    return [(number, [questions.get(number) for questions in asked_in]) for number in numbers]


def published(asked: Visit) -> dict[str, Json]:
    """The form that members see; ValueError if they do not see it."""
    known = asked.control.forms.show(int(asked.keys[0]))
    state = known["versions"][-1]["state"]
    if state != "PUBLISHED":
        raise ValueError(f"The form is {state}: members do not see it. Publish it first.")
    return known


def change_state(asked: Visit) -> Response:
    """Publish, archive, or back to a draft."""
    state = asked.said("state")
    if state not in STATES:
        raise ValueError(f"{state!r} is not one of {', '.join(STATES)}")
    known = asked.control.forms.change(int(asked.keys[0]), state=state)
    return go(f"forms/{known['id']}", "state")


def submit_test(asked: Visit) -> Response:
    """The button that LinkedIn's own Campaign Manager has."""
    lead = asked.control.leads.submit_test(published(asked)["id"])
    return go(f"leads/{lead['id']}", "test")


def submit_ten(asked: Visit) -> Response:
    """Ten people at once, with answers made up."""
    number = published(asked)["id"]
    for _ in range(10):
        asked.control.leads.submit(number)
    return go(f"forms/{number}/leads", "ten")
