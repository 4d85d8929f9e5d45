"""Ad accounts and pages: all of them, and one with its forms and the people around it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from linkedin_emulator.campaign_manager.answers import listed
from linkedin_emulator.campaign_manager.visit import Visit
from linkedin_emulator.protocol.urns import ACCOUNT, ORGANIZATION, urn
from linkedin_emulator.protocol.wire import Json, Response


def owner_of(asked: Visit) -> str:
    """The URN of the account or page that the path names first."""
    kind = ACCOUNT if "/accounts/" in asked.path else ORGANIZATION
    return urn(kind, int(asked.keys[0]))


def described(asked: Visit, owner: str) -> dict[str, Json]:
    """An owner as `{"urn", "kind", "name", "id", …}`, with its page's name where it has one."""
    for each in _owners(asked.control.watch.world()):
        if each["urn"] == owner:
            return each
    raise LookupError(f"There is no {owner}.")


def overview(asked: Visit) -> Response:
    """Every account and page with its state, people, forms and leads."""
    control = asked.control
    world, counts = control.watch.world(), control.leads.counts()
    forms: dict[str, int] = defaultdict(int)
    for form in control.forms.truth():
        forms[form["owner"]] += 1
    known = names(asked)
    people: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in world["account_roles"]:
        people[urn(ACCOUNT, row["account"])].append({"name": known[row["member"]], **row})
    for row in world["page_roles"]:
        people[urn(ORGANIZATION, row["organization"])].append({"name": known[row["member"]], **row})
    return asked.page(
        "overview.html",
        owners=_owners(world),
        forms=forms,
        leads=counts["owners"],
        people=people,
        newest=listed(control.leads.newest(limit=5)["leads"]),
        titles=titles(asked),
    )


def owner(asked: Visit) -> Response:
    """One account or page: its forms, and who may read them."""
    control, who = asked.control, owner_of(asked)
    about = described(asked, who)
    forms = sorted(control.forms.truth(who), key=lambda form: -form["versions"][-1]["lastModified"])
    kind = "SPONSORED" if about["kind"] == "account" else "EVENT"
    return asked.page(
        "owner.html",
        owner=about,
        forms=forms,
        leads=control.leads.counts(),
        readers=control.world.readers(who, kind),
    )


def titles(asked: Visit) -> dict[int, str]:
    """The names of all forms by id."""
    return {form["id"]: form["versions"][-1]["name"] for form in asked.control.forms.truth()}


def names(asked: Visit) -> dict[str, str]:
    """The names of all members by id."""
    members = asked.control.watch.world()["members"]
    return {member["id"]: f"{member['first_name']} {member['last_name']}" for member in members}


def _owners(world: dict[str, Json]) -> list[dict[str, Any]]:
    pages = {page["id"]: page["name"] for page in world["organizations"]}
    accounts = [
        {"urn": urn(ACCOUNT, each["id"]), "kind": "account", "page": _page_of(each, pages)} | each
        for each in world["accounts"]
    ]
    return accounts + [
        {"urn": urn(ORGANIZATION, each["id"]), "kind": "page", "page": None} | each
        for each in world["organizations"]
    ]


def _page_of(account: dict[str, Json], pages: dict[int, str]) -> str | None:
    number = (account["reference"] or "").rpartition(":")[2]
    return pages.get(int(number), number) if number.isdigit() else None
