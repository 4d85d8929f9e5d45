"""What happens to leads at LinkedIn: submitted, withdrawn, hidden, spoilt, sent again."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from linkedin_emulator.clock import Millis
from linkedin_emulator.hooks.pushes import announce
from linkedin_emulator.protocol.urns import urn
from linkedin_emulator.protocol.wire import Json, to_json
from linkedin_emulator.state import State
from linkedin_emulator.world.composing import answer_details, composer, digest, test_response
from linkedin_emulator.world.entities import LEAD_TYPES, Form
from linkedin_emulator.world.lead_book import Lead
from linkedin_emulator.world.spoiling import SPOILS


@dataclass(frozen=True, slots=True)
class Submission:
    """A lead to be: what is None is made up. `answers` is `{question id: text or [option ids]}`."""

    form: int
    version: int | None = None
    answers: Mapping[str, Json] | None = None
    consents: Mapping[str, bool] | None = None
    response: Json = None
    submitted_at: Millis | None = None
    readable_after_ms: int | None = None
    lead_type: str | None = None
    entity: str | None = None
    test: bool = False
    id: str | None = None
    push: bool = True


def form_version(state: State, form_id: int, version: int | None) -> tuple[Form, int]:
    """A form and a version number of it (default: the current); ValueError if there is none."""
    form = state.world.forms.get(form_id)
    if form is None:
        raise ValueError(f"there is no form {form_id}")
    number = len(form.versions) if version is None else version
    if form.version(number) is None:
        raise ValueError(f"form {form_id} has no version {number}")
    return form, number


def submit(state: State, wanted: Submission) -> Lead:
    """A member submits a form; subscribers are told."""
    form, version = form_version(state, wanted.form, wanted.version)
    lead = _lead(state, form, version, wanted)
    if state.leads.find(lead.id):
        raise ValueError(f"there is a lead {lead.id} already")
    state.leads.add(lead, state.clock.now())
    if wanted.push:
        announce(state, lead, "CREATED", lead.submitted_at)
    return lead


def _lead(state: State, form: Form, version: int, wanted: Submission) -> Lead:
    now = state.clock.now()
    at = now if wanted.submitted_at is None else wanted.submitted_at
    lead_type = wanted.lead_type or form.lead_type
    if lead_type not in LEAD_TYPES:
        raise ValueError(f"{lead_type!r} is not one of {', '.join(LEAD_TYPES)}")
    delay = state.knobs.readable_after_ms if wanted.readable_after_ms is None else wanted.readable_after_ms
    sponsored = lead_type == "SPONSORED"
    submitter = urn("person", "0" if wanted.test else state.dice.randbytes(5).hex()) if sponsored else None
    row = state.leads.next_row()
    name = wanted.id or f"{uuid.UUID(bytes=state.dice.randbytes(16), version=4)}-{state.dice.randint(1, 9)}"
    return Lead(
        row,
        name,
        form,
        version,
        lead_type,
        wanted.entity or (state.dice.choice(form.entities) if form.entities else None),
        submitter,
        at,
        wanted.test,
        _response(state, form.versions[version - 1], wanted, row),
        readable_at=at + delay,
    )


def _response(state: State, document: dict[str, Json], wanted: Submission, row: int) -> bytes:
    if wanted.response is not None:
        return to_json(wanted.response)
    if wanted.answers is None:
        return test_response(document) if wanted.test else _made_up(state, document, row)
    questions = {str(q["questionId"]): q for q in document["content"]["questions"]}
    answers = []
    for name, given in wanted.answers.items():
        question = questions.get(str(name), {"questionId": int(name)})
        options = given if isinstance(given, list) else None
        details = (
            {"multipleChoiceAnswer": {"options": options}}
            if options is not None
            else answer_details({}, given)
        )
        answers.append({"answerDetails": details, "questionId": question["questionId"]})
    consents = document["content"].get("legalInfo", {}).get("consents", ())
    accepted = {str(c["id"]): True for c in consents} if wanted.consents is None else wanted.consents
    responses = [{"accepted": yes, "consentId": int(number)} for number, yes in accepted.items()]
    return to_json({"consentResponses": responses, "answers": answers})


def imagine(state: State, form_id: int, version: int | None) -> Json:
    """What the next person to submit would answer, were nothing given; nothing happens."""
    form, number = form_version(state, form_id, version)
    return json.loads(_made_up(state, form.versions[number - 1], len(state.leads) + 1))


def _made_up(state: State, document: dict[str, Json], row: int) -> bytes:
    return composer(document).response(digest(state.seed, row))


def generate(
    state: State, form_id: int, version: int | None, count: int, since: Millis, until: Millis
) -> range:
    """Many leads at random moments of [since, until), without telling subscribers; cheap in memory."""
    form, number = form_version(state, form_id, version)
    if count < 1 or since >= until:
        raise ValueError("at least one lead, and since before until")
    times = sorted(since + int(state.dice.random() * (until - since)) for _ in range(count))
    return state.leads.add_batch(form, number, times, state.clock.now())


def existing(state: State, name: str) -> Lead:
    """The lead of an id, made changeable; ValueError if there is none."""
    lead = state.leads.find(name)
    if lead is None:
        raise ValueError(f"there is no lead {name!r}")
    return state.leads.keep(lead)


def withdraw(state: State, name: str, push: bool = True) -> Lead:
    """The member takes the lead back: it is gone, and subscribers are told DELETED."""
    lead = existing(state, name)
    state.leads.take_away(lead)
    lead.deleted = True
    if push:
        announce(state, lead, "DELETED", state.clock.now())
    return lead


def resubmit(state: State, name: str, answers: Mapping[str, Json] | None = None, push: bool = True) -> Lead:
    """The same lead URN comes to life again, now, with new answers if any are given."""
    lead = existing(state, name)
    state.leads.take_away(lead)
    lead.submitted_at = lead.readable_at = state.clock.now()
    if answers is not None:
        wanted = Submission(lead.form.id, answers=answers)
        lead.response = _response(state, lead.form.versions[lead.version - 1], wanted, lead.row)
    state.leads.show_again(lead, lead.submitted_at)
    if push:
        announce(state, lead, "CREATED", lead.submitted_at)
    return lead


def hide(state: State, name: str) -> Lead:
    """The lead is missing at the source though nobody withdrew it."""
    lead = existing(state, name)
    state.leads.take_away(lead)
    lead.hidden = True
    return lead


def unhide(state: State, name: str) -> Lead:
    """A hidden or withdrawn lead is back as if nothing had been."""
    lead = existing(state, name)
    state.leads.show_again(lead, state.clock.now())
    return lead


def notify(state: State, name: str, action: str, at: Millis | None = None) -> int:
    """Tell subscribers something about a lead, true or not; return how many pushes were queued."""
    lead = state.leads.find(name)
    if lead is None:
        raise ValueError(f"there is no lead {name!r}")
    return len(announce(state, lead, action, state.clock.now() if at is None else at))


def spoil(state: State, name: str, kind: str, member: str | None = None, raw: str | None = None) -> Lead:
    """Make a lead odd in a named way (see SPOILS), or replace one member by raw JSON text (kind "raw")."""
    lead = existing(state, name)
    if kind == "raw":
        if member is None:
            raise ValueError("kind 'raw' needs a member")
        lead.spoilt[member] = None if raw is None else raw.encode("utf-8", "surrogatepass")
    elif kind in SPOILS:
        lead.spoilt |= SPOILS[kind](lead)
    else:
        raise ValueError(f"{kind!r} is not one of raw, {', '.join(SPOILS)}")
    return lead
