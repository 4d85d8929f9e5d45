"""Members: what they allowed the app, what they hold on accounts and pages, and how both are taken away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from linkedin_emulator.campaign_manager.visit import Visit, go
from linkedin_emulator.control import Control
from linkedin_emulator.protocol.wire import Json, Response
from linkedin_emulator.world.entities import ACCOUNT_ROLES, PAGE_ROLES

_ACTS: dict[str, Callable[[Control, str], Any]] = {
    "revoke": lambda control, member: control.tokens.revoke(member),
    "revoke-access": lambda control, member: control.tokens.revoke_access(member),
    "expire-access": lambda control, member: control.tokens.expire_access(member),
    "expire-refresh": lambda control, member: control.tokens.expire_refresh(member),
}


def listing(asked: Visit) -> Response:
    """Every member with their permission and roles."""
    control = asked.control
    world = control.watch.world()
    return asked.page(
        "members.html",
        members=world["members"],
        grants=grants(control.tokens.all(), {app["client_id"]: app["name"] for app in world["apps"]}),
        accounts={each["id"]: each["name"] for each in world["accounts"]},
        pages={each["id"]: each["name"] for each in world["organizations"]},
        account_roles=world["account_roles"],
        page_roles=world["page_roles"],
        known_account_roles=ACCOUNT_ROLES,
        known_page_roles=PAGE_ROLES,
    )


def grants(tokens: list[dict[str, Json]], apps: dict[str, str]) -> dict[str, list[dict[str, Json]]]:
    """By member, for each app: the newest token of each kind, and how many access tokens live."""
    found: dict[tuple[str, str], dict[str, Json]] = {}
    for token in tokens:
        key = (token["member"], token["client_id"])
        row = found.setdefault(
            key, {"app": apps[token["client_id"]], "alive": 0, "access": None, "refresh": None}
        )
        row[token["kind"]] = token
        row["alive"] += token["kind"] == "access" and token["status"] == "active"
    by_member: dict[str, list[dict[str, Json]]] = {}
    for (member, _), row in found.items():
        by_member.setdefault(member, []).append(row)
    return by_member


def act(asked: Visit) -> Response:
    """Cut a member's permission short."""
    member, deed = asked.keys
    if deed not in _ACTS:
        raise LookupError(f"Nothing called {deed!r} can be done with a member.")
    _known(asked, member)
    _ACTS[deed](asked.control, member)
    return go("members", deed)


def change_role(asked: Visit) -> Response:
    """Give or take a role on an account or a page."""
    member, world = asked.keys[0], asked.control.world
    _known(asked, member)
    number, role = int(asked.said("number")), asked.said("role")
    given = asked.said("deed") == "give"
    match asked.said("on"), given:
        case "account", True:
            world.set_account_role(number, member, role)
        case "account", False:
            world.remove_account_role(number, member)
        case "page", True:
            world.set_page_role(number, member, role)
        case "page", False:
            world.remove_page_role(number, member, role)
        case _:
            raise ValueError("A role is held on an account or on a page.")
    return go("members", "given" if given else "taken")


def _known(asked: Visit, member: str) -> None:
    if all(each["id"] != member for each in asked.control.watch.world()["members"]):
        raise LookupError(f"There is no member {member!r}.")
