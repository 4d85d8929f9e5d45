"""Lead gen forms.

Source: learn.microsoft.com/en-us/linkedin/marketing/lead-sync/{leadsync,lead-sync-schema}
"""

from __future__ import annotations

import json

from linkedin_emulator.api.answers import batch, created, cut_page, page_response, shape
from linkedin_emulator.api.roles import may_edit_forms, may_read_forms, refusal
from linkedin_emulator.api.routes import Call, Route, finder
from linkedin_emulator.protocol import errors
from linkedin_emulator.protocol.parameters import FIELDS, list_of, natural, needed, owner
from linkedin_emulator.protocol.urns import OWNER_KINDS, number, owner_union
from linkedin_emulator.protocol.wire import Json, Response, json_response, to_json
from linkedin_emulator.state import State
from linkedin_emulator.world.entities import Form

READ = ("r_marketing_leadgen_automation", "r_ads", "rw_ads")
_REQUIRED = ("name", "creationLocale", "content")
_CONTENT = ("headline", "questions", "legalInfo")


def find_forms(state: State, call: Call) -> Response:
    """The current versions of an owner's forms, newest first, whatever their state."""
    forms = state.world.forms_of(call.args["owner"])
    if not may_read_forms(state.world, call.member.id, call.args["owner"]):
        forms = _without_role(state)
    page = cut_page(state, call, len(forms))
    shown = forms[page.first : page.first + page.rows]
    return page_response(state, call, page, [to_json(shape(form.current, call.fields)) for form in shown])


def _without_role(state: State) -> list[Form]:
    if error := refusal(state.knobs):
        raise error
    return []


def _readable(state: State, call: Call, form_id: int) -> Form:
    form = state.world.forms.get(form_id)
    if form is None:
        raise errors.not_found()
    if not may_read_forms(state.world, call.member.id, form.owner):
        raise refusal(state.knobs) or errors.not_found()
    return form


def get_form(state: State, call: Call) -> Response:
    """The current version only, always whole: recorded answers by id take no notice of `fields`."""
    return json_response(_readable(state, call, call.keys[0]).current)


def batch_forms(state: State, call: Call) -> Response:
    return batch(call.args["ids"], lambda name: to_json(_readable(state, call, int(name)).current))


def create_form(state: State, call: Call) -> Response:
    """A new form, version 1, from LinkedIn's own form object; ids and times are the server's."""
    document = _document(call.request.body)
    problems = [("MISSING_FIELD", path, f"{path} is required but missing") for path in _missing(document)]
    if problems:
        raise errors.invalid_fields(problems)
    owned_by = _owner(document)
    if not may_edit_forms(state.world, call.member.id, owned_by):
        raise errors.no_permission_on(owned_by, "CREATE")
    form = add_form(state, owned_by, document, call.now)
    return created(form.id, call.request.path)


def add_form(state: State, owned_by: str, document: dict[str, Json], now: int) -> Form:
    """Store a form object as version 1 of a new form."""
    form_id = max([7_000_000, *(f.id for f in state.world.forms.values() if f.id < 10**9)]) + 1
    fixed = {
        "id": form_id,
        "versionId": 1,
        "owner": owner_union(owned_by),
        "created": now,
        "lastModified": now,
        "state": document.get("state", "DRAFT"),
        "hiddenFields": document.get("hiddenFields", []),
    }
    for ordinal, question in enumerate(document["content"]["questions"], 1):
        question.setdefault("questionId", int(f"{100 + ordinal}{form_id:08d}"))
    lead_type = "SPONSORED" if "sponsoredAccount" in owner_union(owned_by) else "COMPANY"
    form = state.world.forms[form_id] = Form(form_id, owned_by, lead_type, [], [document | fixed])
    return form


def _document(body: bytes) -> dict[str, Json]:
    try:
        document = json.loads(body)
    except ValueError as error:
        raise errors.illegal_argument("The body is not JSON") from error
    if not isinstance(document, dict):
        raise errors.illegal_argument("The body is not a JSON object")
    return document


def _missing(document: dict[str, Json]) -> list[str]:
    missing = [name for name in _REQUIRED if not document.get(name)]
    content = document.get("content")
    content = content if isinstance(content, dict) else {}
    missing += [f"content/{name}" for name in _CONTENT if not content.get(name)]
    questions = content.get("questions")
    if not isinstance(questions, list) or not all(isinstance(question, dict) for question in questions):
        missing.append("content/questions/*")
    return missing


def _owner(document: dict[str, Json]) -> str:
    owner_union_given = document.get("owner")
    if not isinstance(owner_union_given, dict) or len(owner_union_given) != 1:
        raise errors.invalid_fields([("MISSING_FIELD", "owner", "owner is required but missing")])
    kind, name = next(iter(owner_union_given.items()))
    if kind not in OWNER_KINDS or number(str(name), kind) is None:
        raise errors.invalid_fields(
            [("INVALID_VALUE_FOR_FIELD", "owner", "owner is not an account or organization")]
        )
    return str(name)


ROUTES = (
    finder("leadForms", "owner", find_forms, READ, {"owner": needed(owner)}),
    Route("leadForms", "GET", get_form, READ, FIELDS, natural),
    Route("leadForms", "BATCH_GET", batch_forms, READ, {"ids": needed(list_of(natural)), **FIELDS}),
    Route("leadForms", "CREATE", create_form, ("rw_ads",)),
)
