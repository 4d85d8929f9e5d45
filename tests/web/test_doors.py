"""Who may go through which door: keys, roles, and other people's ids, over every route there is."""

from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount
from tests.rig import Caller
from tests.web.conftest import Tenant, Town
from tests.web.matrix import MATRIX

API = "/api/v1"
OPEN = {"/api/v1/openapi.json"}

WITH_IDS = [door for door in MATRIX if "{" in door[1] and not door[1].startswith("/workspaces")]
MANAGING = [door for door in MATRIX if door[1].startswith("/workspaces")]
LISTS = ("/connections", "/accounts", "/forms", "/leads", "/runs", "/quarantine", "/alerts", "/audit")

# Shaped like real ones; nobody has them.
RANDOM = {
    "connection_id": "01ksr49200zx7j95g1xeqc62r9",
    "account": "987654321",
    "form_id": "987654321",
    "lead_id": "00000000-3986-41dd-83e9-000000000000-4",
    "run_id": "01ksr49200zx7j95g1xeqc62r9",
    "quarantine_id": "01ksr49200zx7j95g1xeqc62r9",
    "alert_id": "01ksr49200zx7j95g1xeqc62r9",
    "webhook_id": "01ksr49200zx7j95g1xeqc62r9",
    "workspace_id": "01ksr49200zx7j95g1xeqc62r9",
    "key_id": "01ksr49200zx7j95g1xeqc62r9",
}


def everything(tenant: Tenant) -> dict[str, Any]:
    """All that a tenant can see of its own, but for the clock."""
    seen = {path: tenant.api.all(path) for path in LISTS}
    settings = tenant.api.get("/settings").json()
    coverage = tenant.api.get(tenant.path("/accounts/{account}/coverage")).json()
    return seen | {"settings": settings, "coverage": coverage}


def test_every_route_stands_in_the_matrix_and_in_the_description(town: Town) -> None:
    app = town.rig.client.app
    routes = {
        (method, route.path.removeprefix(API))
        for route in iter_route_contexts(app.routes)
        if not isinstance(route.original_route, Mount) and route.path.startswith(API)
        for method in route.methods
        if route.path not in OPEN
    }
    described = {
        (method.upper(), path.removeprefix(API))
        for path, ways in app.openapi()["paths"].items()
        for method in ways
    }
    assert routes == set(MATRIX)
    assert described == set(MATRIX)


@pytest.mark.parametrize("door", MATRIX, ids=" ".join)
@pytest.mark.parametrize(
    "key", [None, "", "lw_nobody's", "Bearer", "clé à molette".encode().decode("latin-1")]
)
def test_without_a_good_key_there_is_no_way_in(town: Town, door: tuple[str, str], key: str | None) -> None:
    method, template = door
    answer = Caller(town.rig.client, key)(method, town.acme.path(template), MATRIX[door])
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "no_key"


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/destinations", "/api/v2/leads"])
def test_addresses_that_do_not_exist_are_behind_the_door_too(town: Town, path: str) -> None:
    assert town.rig.client.get(path).status_code == 401
    known = town.rig.client.get(path, headers={"Authorization": f"Bearer {town.acme.api.key}"})
    assert (known.status_code, known.json()["code"]) == (404, "no_route")


@pytest.mark.parametrize("scheme", ["Basic {}", "{}", "Bearer{}", "Token {}", "Bearer {} x"])
def test_a_key_is_a_bearer_token(town: Town, scheme: str) -> None:
    headers = {"Authorization": scheme.format(town.acme.api.key)}
    assert town.rig.client.get("/api/v1/leads", headers=headers).status_code == 401
    headers = {"Authorization": f"bearer   {town.acme.api.key}"}
    assert town.rig.client.get("/api/v1/leads", headers=headers).status_code == 200


@pytest.mark.parametrize("door", MANAGING, ids=" ".join)
def test_workspaces_are_for_a_deployment_key(town: Town, door: tuple[str, str]) -> None:
    method, template = door
    for tenant in (town.acme, town.fjord):
        own = town.acme.api(method, tenant.path(template), MATRIX[door])
        assert (own.status_code, own.json()["code"]) == (403, "deployment_key_needed")
    assert town.acme.api(method, town.acme.path(template, **RANDOM), MATRIX[door]).content == own.content


@pytest.mark.parametrize("door", WITH_IDS, ids=" ".join)
def test_what_is_another_workspaces_is_nothing(town: Town, door: tuple[str, str]) -> None:
    method, template = door
    before = everything(town.fjord)
    foreign = town.acme.api(method, town.fjord.path(template), MATRIX[door])
    random = town.acme.api(method, town.acme.path(template, **RANDOM), MATRIX[door])
    assert foreign.status_code == random.status_code == 404
    assert foreign.content == random.content
    assert foreign.headers == random.headers
    assert everything(town.fjord) == before
    for odd in ("%00", "a%20b", "%F0%9F%92%A9", "x" * 300, "'%22--"):
        path = template.format(**dict.fromkeys(RANDOM, odd))
        assert town.acme.api(method, path, MATRIX[door]).content == random.content


@pytest.mark.parametrize(
    ("path", "member", "name"),
    [("/accounts/{account}/pull", "form", "form_id"), ("/forms/refresh", "account", "account")],
)
def test_another_workspaces_id_in_a_body_is_nothing(town: Town, path: str, member: str, name: str) -> None:
    foreign = town.acme.api.post(town.acme.path(path), {member: town.fjord.ids[name]})
    random = town.acme.api.post(town.acme.path(path), {member: RANDOM[name]})
    assert (foreign.status_code, foreign.content) == (404, random.content)


@pytest.mark.parametrize("path", LISTS)
def test_lists_hold_what_is_ones_own(town: Town, path: str) -> None:
    acme, fjord = town.acme.api.all(path), town.fjord.api.all(path)
    assert acme
    assert fjord
    assert not {one["id"] for one in acme} & {one["id"] for one in fjord}
    assert town.rig.api.all(path) == []  # the deployment key acts in `default`, where nothing is


@pytest.mark.parametrize("path", ["/forms", "/leads", "/runs", "/quarantine"])
def test_a_filter_finds_nothing_of_another_workspace(town: Town, path: str) -> None:
    assert town.fjord.api.all(path, account=town.fjord.ids["account"])
    assert town.acme.api.all(path, account=town.fjord.ids["account"]) == []
    assert town.acme.api.all(path, account=RANDOM["account"]) == []


def test_a_key_is_of_one_workspace_also_for_the_deployment(town: Town) -> None:
    mixed = f"/workspaces/{town.acme.ids['workspace_id']}/api-keys/"
    for method in ("GET", "DELETE"):
        foreign = town.rig.api(method, mixed + town.fjord.ids["key_id"])
        assert foreign.status_code == 404
        assert foreign.content == town.rig.api(method, mixed + RANDOM["key_id"]).content
    assert town.fjord.api.get("/leads").status_code == 200


@pytest.mark.parametrize("door", WITH_IDS, ids=" ".join)
def test_ones_own_is_there(town: Town, door: tuple[str, str]) -> None:
    method, template = door
    if method == "GET":
        assert town.acme.api(method, town.acme.path(template)).status_code == 200
    else:  # what changes something is tried where it may
        assert town.acme.api("TRACE", town.acme.path(template)).status_code == 405
