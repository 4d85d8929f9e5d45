"""The form builder's pages: a new form, and a new version of one."""

from __future__ import annotations

from linkedin_emulator.campaign_manager.drafts import draft
from linkedin_emulator.campaign_manager.owners import described, owner_of
from linkedin_emulator.campaign_manager.sheet import (
    LISTS,
    LOCALES,
    TEXTS,
    Sheet,
    blank,
    mistakes,
    of_request,
    of_version,
    offered,
)
from linkedin_emulator.campaign_manager.visit import Visit, go
from linkedin_emulator.protocol.urns import urn
from linkedin_emulator.protocol.wire import Json, Response
from linkedin_emulator.world.entities import LEAD_TYPES

_STATES = ("PUBLISHED", "DRAFT")
_ORGANIC = tuple(kind for kind in LEAD_TYPES if kind != "SPONSORED")


def new(asked: Visit) -> Response:
    """An empty builder for an account or page."""
    owner = described(asked, owner_of(asked))
    sheet = blank()
    sheet.lead_type = _types(owner)[0]
    sheet.entities = [name for name, _ in _entities(asked, owner)] if owner["kind"] == "account" else []
    return _page(asked, owner, sheet, {})


def create(asked: Visit) -> Response:
    """The form is made, or the builder comes back with what was typed and what is wrong."""
    owner = described(asked, owner_of(asked))
    sheet = of_request(asked.typed, offered(None))
    if wrong := mistakes(sheet, _types(owner)):
        return _page(asked, owner, sheet, wrong)
    entities = [name for name, _ in _entities(asked, owner) if name in sheet.entities]
    made = asked.control.forms.create(
        owner["urn"], sheet.lead_type, entities=entities, **draft(sheet, _state(asked))
    )
    return go(f"forms/{made['id']}", "created")


def next_version(asked: Visit) -> Response:
    """The builder, filled in from the current version."""
    known = asked.control.forms.show(int(asked.keys[0]))
    owner = described(asked, known["owner"])
    return _page(asked, owner, of_version(known["versions"][-1]), {}, known)


def publish(asked: Visit) -> Response:
    """The new version is made, or the builder comes back."""
    known = asked.control.forms.show(int(asked.keys[0]))
    current = known["versions"][-1]
    sheet = of_request(asked.typed, offered(current))
    if wrong := mistakes(sheet):
        return _page(asked, described(asked, known["owner"]), sheet, wrong, known)
    asked.control.forms.publish(known["id"], **draft(sheet, _state(asked), current))
    return go(f"forms/{known['id']}", "version")


def _state(asked: Visit) -> str:
    return asked.said("state") if asked.said("state") in _STATES else _STATES[0]


def _types(owner: dict[str, Json]) -> tuple[str, ...]:
    return ("SPONSORED",) if owner["kind"] == "account" else _ORGANIC


def _entities(asked: Visit, owner: dict[str, Json]) -> list[tuple[str, str]]:
    """(URN, name) of the ads or events that can show a form of this owner."""
    world = asked.control.watch.world()
    if owner["kind"] == "page":
        events = (event for event in world["events"] if event["organization"] == owner["id"])
        return [(urn("event", event["id"]), event["name"]) for event in events]
    campaigns = {each["id"] for each in world["campaigns"] if each["account"] == owner["id"]}
    ads = (each for each in world["creatives"] if each["campaign"] in campaigns)
    return [(urn("sponsoredCreative", each["id"]), each["name"]) for each in ads]


def _page(
    asked: Visit,
    owner: dict[str, Json],
    sheet: Sheet,
    wrong: dict[str, str],
    form: dict[str, Json] | None = None,
) -> Response:
    return asked.page(
        "builder.html",
        422 if wrong else 200,
        owner=owner,
        form=form,
        sheet=sheet,
        wrong=wrong,
        texts=TEXTS,
        lists=LISTS,
        locales={sheet.locale: sheet.locale} | LOCALES,
        types=_types(owner),
        entities=_entities(asked, owner),
    )
