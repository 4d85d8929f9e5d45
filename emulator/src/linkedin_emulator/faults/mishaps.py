"""What a fault does to a call: before it is answered, instead of an answer, or to the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from linkedin_emulator.faults.rules import Action
from linkedin_emulator.protocol.errors import plain
from linkedin_emulator.protocol.wire import Json, Request, Response, json_response, to_json
from linkedin_emulator.state import State
from linkedin_emulator.world.happenings import Submission, hide, submit, withdraw
from linkedin_emulator.world.lead_book import Lead

_HTML = "<!doctype html><title>LinkedIn</title><h1>We'll be right back</h1>"


def before(state: State, request: Request, actions: Sequence[Action]) -> Response | None:
    """Let the list move or the request be misread; return the answer that takes the place of the true one."""
    for action in actions:
        if action["kind"] == "move":
            _move(state, action)
        elif action["kind"] == "same_page":
            request.query = re.sub(r"(^|&)start=\d+", r"\1start=0", request.query)
    for action in actions:
        if instead := _INSTEAD.get(action["kind"]):
            return instead(action)
    return None


def after(response: Response, actions: Sequence[Action]) -> Response:
    """The answer as it leaves."""
    for action in actions:
        if change := _AFTER.get(action["kind"]):
            change(response, action)
    return response


def down(state: State) -> Response | None:
    """What a service that is down entirely answers (knob `down`)."""
    how = state.knobs.down
    if not how:
        return None
    return _INSTEAD["status" if how == "503" else how]({"status": 503})


def _status(action: Action) -> Response:
    status = int(action.get("status", 500))
    response = json_response(action.get("body", plain(status).body()), status)
    response.headers.update(action.get("headers", {}))
    return response


def _text(action: Action) -> Response:
    kind = str(action.get("content_type", "application/json"))
    text = str(action.get("text", ""))
    return Response(
        int(action.get("status", 200)), {"content-type": kind}, text.encode("utf-8", "surrogatepass")
    )


_INSTEAD: dict[str, Callable[[Action], Response]] = {
    "status": _status,
    "body": _text,
    "html_200": lambda action: _text({"text": _HTML, "content_type": "text/html; charset=utf-8"}),
    "wrong_json": lambda action: json_response(action.get("value", [])),
    "timeout": lambda action: Response(504, {}, b"", fate="timeout"),
    "reset": lambda action: Response(502, {}, b"", fate="reset"),
}


def _cut(response: Response, action: Action) -> None:
    """Keep so many bytes, or such a share, of the body; the announced length stays whole."""
    keep = action.get("keep", 0.5)
    response.headers["content-length"] = str(len(response.body))
    response.body = response.body[: keep if isinstance(keep, int) else int(len(response.body) * keep)]
    response.fate = "cut"


def _delay(response: Response, action: Action) -> None:
    response.delay_ms += int(action.get("ms", 1000))


def _rewritten(change: Callable[[Json, Action], object]) -> Callable[[Response, Action], None]:
    """Change the decoded body of a successful JSON answer."""

    def rewrite(response: Response, action: Action) -> None:
        if response.status != 200:
            return
        try:
            document = json.loads(response.body)
        except (ValueError, RecursionError):
            return  # a spoilt lead already made the body unreadable
        if isinstance(document, dict):
            change(document, action)
            response.body = to_json(document)

    return rewrite


def _edit(document: Json, action: Action) -> None:
    """Set and drop members of the objects at a path; "*" means every element or member."""
    for place in _places(document, list(action.get("at", []))):
        place.update(action.get("set", {}))
        for name in action.get("drop", ()):
            place.pop(name, None)


def _places(document: Json, path: list[Json]) -> list[dict[str, Json]]:
    if not path:
        return [document] if isinstance(document, dict) else []
    head, rest = path[0], path[1:]
    if isinstance(document, list):
        chosen = document if head == "*" else document[head : head + 1] if isinstance(head, int) else []
    elif isinstance(document, dict):
        chosen = list(document.values()) if head == "*" else [document[head]] if head in document else []
    else:
        chosen = []
    return [place for item in chosen for place in _places(item, rest)]


def _null_element(document: Json, action: Action) -> None:
    elements = document.get("elements")
    if elements:
        elements[int(action.get("index", 0)) % len(elements)] = None


def _empty_list(document: Json, action: Action) -> None:
    document["elements"] = []
    if "total" in document.get("paging", {}):
        document["paging"] |= {"total": 0, "links": []}


_AFTER: dict[str, Callable[[Response, Action], None]] = {
    "cut_body": _cut,
    "delay": _delay,
    "edit": _rewritten(_edit),
    "null_element": _rewritten(_null_element),
    "empty_list": _rewritten(_empty_list),
}


def _move(state: State, action: Action) -> None:
    """Leads come and go, here and now: `submit`, `withdraw` and `hide` are how many."""
    forms = [int(action["form"])] if "form" in action else list(state.world.forms)
    for _ in range(int(action.get("submit", 0))):
        submit(state, Submission(state.dice.choice(forms)))
    for name, take in (("withdraw", withdraw), ("hide", hide)):
        for lead in _living(state, forms, int(action.get(name, 0))):
            take(state, lead.id)


def _living(state: State, forms: list[int], count: int) -> list[Lead]:
    living = [
        lead for lead in state.leads.all() if lead.form.id in forms and not (lead.deleted or lead.hidden)
    ]
    return state.dice.sample(living, min(count, len(living))) if count else []
