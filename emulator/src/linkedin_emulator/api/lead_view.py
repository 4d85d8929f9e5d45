"""How a lead is written: the plain object, or the members that `fields` names and unlocks.

Fixed parts (owner, campaign, form, their names) are encoded once per form version and entity; only the
lead's own members are written each time. Sources: learn.microsoft.com/en-us/linkedin/marketing/lead-sync/
leadsync, and LinkedIn's Postman collection "Lead Sync" for the decorations.
"""

from __future__ import annotations

import json

from linkedin_emulator.protocol.restli import Projection
from linkedin_emulator.protocol.urns import number, owner_union, split, urn, versioned_form
from linkedin_emulator.protocol.wire import Json, encode_text, to_json
from linkedin_emulator.world.entities import World
from linkedin_emulator.world.lead_book import Lead

DECORATIONS = ("ownerInfo", "leadMetadataInfo", "associatedEntityInfo", "form")
_Members = dict[str, bytes]


class LeadWriter:
    """Writes leads in one shape: without `fields` the plain members, else exactly the named ones.

    Made anew for every answer, for it remembers the parts that many leads of a page share.
    """

    def __init__(self, world: World, fields: Projection | None = None, decorations: bool = True) -> None:
        self._world, self._fields, self._decorations = world, fields, decorations
        self._shared: dict[tuple[int, int, str | None], bytes] = {}

    def write(self, lead: Lead) -> bytes:
        """The JSON object of a lead, spoilt as it may be."""
        if lead.spoilt:
            return self._spoilt(lead)
        key = (lead.form.id, lead.version, lead.entity)
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = _join(self._shaped(self._fixed(lead)))
        own = _join(self._shaped(_own(lead)))
        return b"{" + shared + (b"," if shared and own else b"") + own + b"}"

    def _fixed(self, lead: Lead) -> _Members:
        """The members that the form version and entity decide, as far as this shape may hold them."""
        fixed = _fixed(lead, self._world)
        if self._fields is None or not self._decorations:
            return {name: raw for name, raw in fixed.items() if name not in DECORATIONS}
        return fixed | {"form": to_json(lead.form.version(lead.version))} if "form" in self._fields else fixed

    def _shaped(self, members: _Members) -> _Members:
        """Only what `fields` names, cut to what it names inside."""
        if self._fields is None:
            return members
        return {
            name: members[name] if inner is None else to_json(project(json.loads(members[name]), inner))
            for name, inner in self._fields.items()
            if name in members
        }

    def _spoilt(self, lead: Lead) -> bytes:
        """Replace, drop or add raw members; the member "" replaces the whole object."""
        if (whole := lead.spoilt.get("")) is not None:
            return whole
        true = self._fixed(lead) | _own(lead)
        members = self._shaped(true)
        for name, raw in lead.spoilt.items():
            if raw is None:
                members.pop(name, None)
            elif name in members or name not in true:
                members[name] = raw
        return b"{" + _join(members) + b"}"


def true_lead(lead: Lead, world: World) -> Json:
    """The unspoilt plain object, as a value."""
    fixed = {name: raw for name, raw in _fixed(lead, world).items() if name not in DECORATIONS}
    return json.loads(b"{" + _join(fixed | _own(lead)) + b"}")


def _join(members: _Members) -> bytes:
    return b",".join([b'"%b":%b' % (name.encode(), raw) for name, raw in members.items()])


def _own(lead: Lead) -> _Members:
    """The members that every lead has for itself."""
    own = {
        "id": encode_text(lead.id).encode(),
        "submittedAt": b"%d" % lead.submitted_at,
        "testLead": b"true" if lead.test else b"false",
        "formResponse": lead.response,
    }
    return own | {"submitter": encode_text(lead.submitter).encode()} if lead.submitter else own


def _fixed(lead: Lead, world: World) -> _Members:
    """What all leads of this form version and entity share, decorations included."""
    key = (lead.version, lead.lead_type, lead.entity)
    fixed: _Members | None = lead.form.cache.get(key)
    if fixed is None:
        shared = _shared(lead, world)
        fixed = lead.form.cache[key] = {name: to_json(value) for name, value in shared.items() if value}
    return fixed


def _shared(lead: Lead, world: World) -> dict[str, Json]:
    kind, key = split(lead.entity or "") or ("", "")
    creative = world.creatives.get(int(key)) if kind == "sponsoredCreative" else None
    campaign = world.campaigns.get(creative.campaign) if creative else None
    shared: dict[str, Json] = {
        "owner": owner_union(lead.form.owner),
        "leadType": lead.lead_type,
        "versionedLeadGenFormUrn": versioned_form(lead.form.id, lead.version),
        "ownerInfo": _owner_info(lead.form.owner, world),
    }
    if creative and campaign:
        name = urn("sponsoredCampaign", campaign.id)
        about = {"id": name, "name": campaign.name, "type": campaign.type}
        shared["leadMetadata"] = {"sponsoredLeadMetadata": {"campaign": name}}
        shared["leadMetadataInfo"] = {"sponsoredLeadMetadataInfo": {"campaign": about}}
        shared["associatedEntityInfo"] = {"associatedCreative": {"id": lead.entity, "name": creative.name}}
    if lead.entity:
        shared["associatedEntity"] = {
            "associatedCreative" if kind == "sponsoredCreative" else kind: lead.entity
        }
    return shared


def _owner_info(owner: str, world: World) -> Json:
    if account := world.account_of(owner):
        return {"sponsoredAccountInfo": {"name": account.name}}
    organization = world.organizations.get(number(owner, "organization") or 0)
    return {"organizationInfo": {"name": organization.name}} if organization else None


def project(document: Json, fields: Projection) -> Json:
    """Only the named members, in the order asked; lists are projected element by element."""
    if isinstance(document, list):
        return [project(item, fields) for item in document]
    if not isinstance(document, dict):
        return document
    return {
        name: document[name] if children is None else project(document[name], children)
        for name, children in fields.items()
        if name in document
    }
