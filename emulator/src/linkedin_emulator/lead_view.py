"""How a lead is written: the plain object, or the members that `fields` names and unlocks.

Fixed parts (owner, campaign, form, their names) are encoded once per form version and entity; only the
lead's own members are written each time. Sources: learn.microsoft.com/en-us/linkedin/marketing/lead-sync/
leadsync, and LinkedIn's Postman collection "Lead Sync" for the decorations.
"""

from __future__ import annotations

import json

from linkedin_emulator.lead_book import Lead
from linkedin_emulator.restli import Projection
from linkedin_emulator.urns import number, owner_union, split, urn, versioned_form
from linkedin_emulator.wire import Json, encode_text, to_json
from linkedin_emulator.world import World

DECORATIONS = ("ownerInfo", "leadMetadataInfo", "associatedEntityInfo", "form")
_NULL = b"null"


def encode_lead(lead: Lead, world: World, fields: Projection | None, decorations: bool) -> bytes:
    """The lead's JSON object; without `fields` the plain members, else exactly the named ones."""
    if None in lead.spoilt.values() or lead.spoilt:
        return _spoilt(lead, world, fields, decorations)
    if fields is None:
        return _plain_head(lead, world) + _own_tail(lead)
    return _join(_named(_members(lead, world), lead, world, fields, decorations))


def whole(lead: Lead, world: World) -> Json:
    """The unspoilt plain object, as a value."""
    return json.loads(_plain_head(lead, world) + _own_tail(lead))


def _spoilt(lead: Lead, world: World, fields: Projection | None, decorations: bool) -> bytes:
    """Replace, drop or add raw members; the member "" replaces the whole object."""
    if (entire := lead.spoilt.get("")) is not None:
        return entire
    members = _members(lead, world)
    if fields is not None:
        members = _named(members, lead, world, fields, decorations)
    for name, raw in lead.spoilt.items():
        if raw is None:
            members.pop(name, None)
        elif fields is None or name in fields or name not in _members(lead, world):
            members[name] = raw
    return _join(members)


def _join(members: dict[str, bytes]) -> bytes:
    return b"{" + b",".join(b'"%b":%b' % (name.encode(), raw) for name, raw in members.items()) + b"}"


def _own_tail(lead: Lead) -> bytes:
    submitter = f'"submitter":{encode_text(lead.submitter)},' if lead.submitter else ""
    test = "true" if lead.test else "false"
    own = f',{submitter}"id":{encode_text(lead.id)},"submittedAt":{lead.submitted_at},"testLead":{test}'
    return own.encode() + b',"formResponse":' + lead.response + b"}"


def _plain_head(lead: Lead, world: World) -> bytes:
    key = ("head", lead.version, lead.entity)
    head: bytes | None = lead.form.cache.get(key)
    if head is None:
        fixed = {k: v for k, v in _fixed(lead, world).items() if k not in DECORATIONS}
        head = lead.form.cache[key] = _join(fixed)[:-1]
    return head


def _members(lead: Lead, world: World) -> dict[str, bytes]:
    """The plain members, encoded."""
    members = {k: v for k, v in _fixed(lead, world).items() if k not in DECORATIONS}
    if lead.submitter:
        members["submitter"] = encode_text(lead.submitter).encode()
    members["id"] = encode_text(lead.id).encode()
    members["submittedAt"] = b"%d" % lead.submitted_at
    members["testLead"] = b"true" if lead.test else b"false"
    members["formResponse"] = lead.response
    return members


def _named(
    members: dict[str, bytes], lead: Lead, world: World, fields: Projection, decorations: bool
) -> dict[str, bytes]:
    fixed = _fixed(lead, world)
    named: dict[str, bytes] = {}
    for name, children in fields.items():
        if name in DECORATIONS and not decorations:
            continue
        raw = _form(lead, children) if name == "form" else members.get(name) or fixed.get(name)
        if raw is not None:
            named[name] = (
                raw if children is None or name == "form" else to_json(project(json.loads(raw), children))
            )
    return named


def _form(lead: Lead, children: Projection | None) -> bytes:
    """The answered version of the form, cut to the named members."""
    key = ("form", lead.version, json.dumps(children))
    raw: bytes | None = lead.form.cache.get(key)
    if raw is None:
        document = lead.form.version(lead.version) or {}
        raw = lead.form.cache[key] = to_json(document if children is None else project(document, children))
    return raw


def _fixed(lead: Lead, world: World) -> dict[str, bytes]:
    """What all leads of this form version and entity share, decorations included."""
    key = ("fixed", lead.version, lead.entity)
    fixed: dict[str, bytes] | None = lead.form.cache.get(key)
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
