"""Leads: the owner finder, by id, and in batches.

Source: learn.microsoft.com/en-us/linkedin/marketing/lead-sync/leadsync
"""

from __future__ import annotations

from linkedin_emulator.api.answers import JSON, batch, cut_page, page_response
from linkedin_emulator.api.lead_view import LeadWriter
from linkedin_emulator.api.roles import may_read_leads, refusal
from linkedin_emulator.api.routes import Call, Route, finder
from linkedin_emulator.clock import Millis
from linkedin_emulator.protocol import errors
from linkedin_emulator.protocol.parameters import (
    FIELDS,
    Parameter,
    entity,
    flag,
    lead_type,
    list_of,
    needed,
    owner,
    text,
    time_range,
    versioned_form,
)
from linkedin_emulator.protocol.urns import ACCOUNT
from linkedin_emulator.protocol.wire import Response
from linkedin_emulator.state import State
from linkedin_emulator.world.lead_book import Lead, Query

READ = ("r_marketing_leadgen_automation",)
_END_OF_TIME: Millis = 2**62


def find_leads(state: State, call: Call) -> Response:
    """An owner's leads of one type inside retention, newest first."""
    owned_by, kind = call.args["owner"], call.args["leadType"]
    if (kind == "SPONSORED") != (f":{ACCOUNT}:" in owned_by):
        raise errors.illegal_argument(f"leadType {kind} does not fit the owner {owned_by}")
    query = _query(state, call, owned_by, kind)
    total, read = state.leads.window(query)
    if not may_read_leads(state.world, call.member.id, owned_by, kind):
        if error := refusal(state.knobs):
            raise error
        total = 0
    page = cut_page(state, call, total)
    write = LeadWriter(state.world, call.fields, state.knobs.decorations).write
    return page_response(state, call, page, [write(lead) for lead in read(page.first, page.rows)])


def _query(state: State, call: Call, owned_by: str, kind: str) -> Query:
    start, end = call.args.get("submittedAtTimeRange", (None, None))
    oldest = call.now - state.knobs.retention_ms(kind)
    return Query(
        owned_by,
        kind,
        max(start or 0, oldest),
        _END_OF_TIME if end is None else end,
        call.args.get("versionedLeadGenFormUrn"),
        call.args.get("associatedEntity"),
        call.args.get("limitedToTestLeads", False),
    )


def readable_lead(state: State, call: Call, name: str) -> Lead:
    """The lead of an id; 404 where it is unknown, withdrawn, not yet readable, or past retention."""
    lead = state.leads.find(name)
    if lead is None or not is_readable(state, lead, call.now):
        raise errors.not_found()
    if not may_read_leads(state.world, call.member.id, lead.form.owner, lead.lead_type):
        raise refusal(state.knobs) or errors.not_found()
    return lead


def is_readable(state: State, lead: Lead, now: Millis) -> bool:
    """Whether finders and GET show it now."""
    if lead.deleted or lead.hidden or max(lead.readable_at, lead.submitted_at) > now:
        return False
    return lead.submitted_at >= now - state.knobs.retention_ms(lead.lead_type)


def _writer(state: State, call: Call) -> LeadWriter:
    # Recorded: by id, LinkedIn answers the plain object whatever `fields` asks.
    fields = call.fields if state.knobs.decorate_single_get else None
    return LeadWriter(state.world, fields, state.knobs.decorations)


def get_lead(state: State, call: Call) -> Response:
    return Response(200, dict(JSON), _writer(state, call).write(readable_lead(state, call, call.keys[0])))


def batch_leads(state: State, call: Call) -> Response:
    writer = _writer(state, call)
    return batch(call.args["ids"], lambda name: writer.write(readable_lead(state, call, str(name))))


ROUTES = (
    finder(
        "leadFormResponses",
        "owner",
        find_leads,
        READ,
        {
            "owner": needed(owner),
            "leadType": needed(lead_type),
            "versionedLeadGenFormUrn": Parameter(versioned_form),
            "associatedEntity": Parameter(entity),
            "submittedAtTimeRange": Parameter(time_range),
            "limitedToTestLeads": Parameter(flag),
        },
    ),
    Route("leadFormResponses", "GET", get_lead, READ, FIELDS, text),
    Route("leadFormResponses", "BATCH_GET", batch_leads, READ, {"ids": needed(list_of(text)), **FIELDS}),
)
