"""Workspaces, keys, settings, status, health: what operators ask."""

from typing import Any

import pytest
from tests.databases import Home, PostgresHomes
from tests.rig import MAIN, TEST, Caller, Rig, sqlite_only
from tests.web.conftest import Town

from leadwire.domain.times import MINUTE, iso


def test_a_workspace_is_made_listed_and_removed(rig: Rig) -> None:
    made = rig.api.post("/workspaces", {"name": "Acme & Söhne"})
    assert made.status_code == 201
    acme = made.json()
    assert (acme["slug"], acme["name"]) == ("acme_sohne", "Acme & Söhne")
    assert rig.api.post("/workspaces", {"name": "Acme & Söhne"}).json()["slug"] == "acme_sohne_2"
    assert rig.api.post("/workspaces", {"name": "Other", "slug": "other_1"}).json()["slug"] == "other_1"
    assert {one["slug"] for one in rig.api.all("/workspaces", limit=2)} == {
        "default",
        "acme_sohne",
        "acme_sohne_2",
        "other_1",
    }
    assert acme in rig.api.all("/workspaces")
    assert rig.api.delete(f"/workspaces/{acme['id']}").status_code == 204
    assert rig.api.delete(f"/workspaces/{acme['id']}").status_code == 404
    assert acme not in rig.api.all("/workspaces")


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"name": ""}, 422, "invalid_input"),
        ({"name": "x" * 201}, 422, "invalid_input"),
        ({"slug": "acme"}, 422, "invalid_input"),
        ({"name": 7}, 422, "invalid_input"),
        ({"name": "A", "slug": "Not A Slug"}, 422, "bad_slug"),
        ({"name": "A", "slug": "pg_catalog"}, 422, "bad_slug"),
        ({"name": "A", "slug": "a__b"}, 422, "bad_slug"),
        ({"name": "A", "slug": ""}, 422, "bad_slug"),
        ({"name": "A", "slug": "default"}, 409, "slug_taken"),
    ],
    ids=str,
)
def test_a_workspace_has_a_name_and_a_slug_of_its_own(
    town: Town, wish: dict[str, Any], status: int, code: str
) -> None:
    before = town.rig.api.all("/workspaces")
    answer = town.rig.api.post("/workspaces", wish)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert town.rig.api.all("/workspaces") == before


def test_of_a_name_only_what_can_be_kept_is_kept(rig: Rig) -> None:
    assert rig.api.post("/workspaces", {"name": "a\0b"}).json()["name"] == "a\ufffdb"
    assert rig.api.post("/workspaces", {"name": "a\ud83d"}).status_code == 422


def test_the_default_workspace_stays(town: Town) -> None:
    answer = town.rig.api.delete("/workspaces/default")
    assert (answer.status_code, answer.json()["code"]) == (409, "default_workspace")


def test_a_key_is_shown_once_and_works_until_it_is_taken_back(rig: Rig) -> None:
    workspace = rig.api.post("/workspaces", {"name": "Acme"}).json()
    keys = f"/workspaces/{workspace['id']}/api-keys"
    made = rig.api.post(keys, {"name": "crm"})
    assert made.status_code == 201
    assert made.json().keys() == {"id", "name", "key"}
    key, path = made.json()["key"], f"{keys}/{made.json()['id']}"
    shown = {"id": made.json()["id"], "name": "crm", "created_at": iso(rig.now()), "last_used_at": None}
    assert rig.api.get(path).json() == shown
    assert rig.api.all(keys) == [shown]
    rig.advance(MINUTE)
    assert Caller(rig.client, key).get("/status").json()["workspace"] == "acme"
    assert rig.api.get(path).json()["last_used_at"] == iso(rig.now())
    assert key not in rig.api.get(keys).text
    other = Caller(rig.client, rig.api.post(keys, {"name": "auditor"}).json()["key"])
    assert rig.api.delete(path).status_code == 204
    noted = other.all("/audit", object=made.json()["id"])
    assert [one["action"] for one in noted] == ["api_key.revoked", "api_key.created"]
    assert rig.api.delete(path).status_code == 404
    assert other.all("/audit", object=made.json()["id"]) == noted
    assert Caller(rig.client, key).get("/status").status_code == 401


def test_with_its_workspace_a_key_is_gone(rig: Rig) -> None:
    acme = rig.tenant("Acme")
    rig.connect_member(acme)
    rig.sync(TEST, acme)
    workspace = next(one for one in rig.api.all("/workspaces") if one["name"] == "Acme")
    assert rig.api.delete(f"/workspaces/{workspace['id']}").status_code == 204
    assert acme.get("/leads").status_code == 401
    rig.run_for(10 * MINUTE)  # what was scheduled in it is gone too


def test_settings_are_live_and_say_where_they_come_from(rig: Rig) -> None:
    first: dict[str, object] = {
        "poll_interval": "5m",
        "forms_interval": "1h",
        "heartbeat_interval": "1h",
        "verdict_interval": "1h",
        "reconcile_interval": "24h",
    }
    first = {**first, "origins": dict.fromkeys(first, "deployment")}
    assert rig.api.get("/settings").json() == first
    changed = rig.api.patch("/settings", {"poll_interval": "90s", "forms_interval": "24h"})
    assert changed.status_code == 200
    assert changed.json() == rig.api.get("/settings").json()
    assert changed.json()["poll_interval"] == "90s"
    assert {name for name, origin in changed.json()["origins"].items() if origin == "workspace"} == {
        "poll_interval",
        "forms_interval",
    }
    assert rig.api.patch("/settings", {}).json() == changed.json()
    assert rig.tenant("Acme").get("/settings").json() == first
    assert rig.api.patch("/settings", {"poll_interval": None, "forms_interval": None}).json() == first


@pytest.mark.parametrize("text", ["59s", "25h", "0m", "-5m", "5", "", "5M", "1h30m", "٥m"])
def test_an_interval_has_a_form_and_bounds(town: Town, text: str) -> None:
    before = town.acme.api.get("/settings").json()
    assert (
        town.acme.api.patch("/settings", {"forms_interval": "2h", "poll_interval": text}).status_code == 422
    )
    assert town.acme.api.get("/settings").json() == before


def test_status_counts_ones_own(town: Town) -> None:
    acme, fjord = town.acme.api.get("/status").json(), town.fjord.api.get("/status").json()
    assert (acme["workspace"], fjord["workspace"]) == ("acme", "fjord")
    assert acme["connections"] == fjord["connections"] == {"active": 1}
    assert acme["accounts"]["enabled"] == 1
    assert acme["leads"]["stored"] == len(town.acme.api.all("/leads"))
    assert acme["leads"]["test"] == len(town.acme.api.all("/leads", test="true"))
    assert acme["leads"]["newest"] == town.acme.api.get("/leads", limit=1).json()["items"][0]["submitted_at"]
    assert (acme["forms"], fjord["forms"]) == (6, 1)
    assert (acme["open_quarantine"], acme["open_runs"]) == (1, {})
    assert acme["now"] == iso(town.rig.now()) < acme["due_at"]
    assert acme["deployment"] is None


def test_status_tells_a_deployment_key_of_the_deployment(town: Town) -> None:
    said = town.rig.api.get("/status").json()
    assert (said["workspace"], said["leads"]["stored"], said["leads"]["newest"]) == ("default", 0, None)
    assert said["linkedin"]["emulated"] is said["linkedin"]["app_set_up"] is True
    today = said["deployment"]["calls_today"]
    assert today["oauth.accessToken"] == 2
    assert today["leadFormResponses.FINDER"] > 5
    assert said["deployment"]["facts"]["database"] == town.rig.store.dialect
    assert said["deployment"]["pauses"] == []


@sqlite_only
def test_an_endpoint_that_rests_is_shown(rig: Rig) -> None:
    rig.store.deployment.pause("leadForms.FINDER", rig.now() + MINUTE, "daily quota used up")
    (pause,) = rig.api.get("/status").json()["deployment"]["pauses"]
    assert pause == {
        "endpoint": "leadForms.FINDER",
        "until": iso(rig.now() + MINUTE),
        "reason": "daily quota used up",
    }


def test_health_needs_no_key(town: Town) -> None:
    for path in ("/healthz", "/readyz"):
        answer = town.rig.client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("homes", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_without_a_database_the_process_lives_but_is_not_ready(
    rig: Rig, home: Home, postgres_homes: PostgresHomes
) -> None:
    name = home.url.partition("?")[0].rpartition("/")[2]
    postgres_homes.run(
        f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    )
    assert rig.client.get("/healthz").status_code == 200
    for answer in (rig.client.get("/readyz"), rig.api.get("/leads")):
        assert (answer.status_code, answer.json()["code"]) == (503, "database_busy")
        assert name not in answer.text
    postgres_homes.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert rig.client.get("/readyz").status_code == 200
    assert rig.api.get("/leads").status_code == 200


def test_metrics_are_totals_that_name_nobody(town: Town) -> None:
    answer = town.rig.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    numbers = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    leads = len(town.acme.api.all("/leads")) + len(town.fjord.api.all("/leads"))
    assert float(numbers['leadwire_leads{state="live"}']) == leads
    assert float(numbers['leadwire_leads{state="deleted"}']) == 0
    assert float(numbers['leadwire_runs_open{state="queued"}']) == 0
    assert float(numbers["leadwire_quarantine_open"]) == 2
    assert float(numbers["leadwire_due_items"]) == 0
    assert float(numbers['leadwire_linkedin_calls_today{endpoint="oauth.accessToken"}']) == 2
    for name in (MAIN, "acme", "fjord", town.acme.ids["connection_id"]):
        assert name not in answer.text.casefold()


def test_each_app_has_numbers_of_its_own(rig: Rig) -> None:
    rig.connect_member()
    rig.api.put(f"/accounts/{TEST}/sync", {"enabled": True})
    text = rig.client.get("/metrics").text
    assert 'leadwire_runs_open{state="queued"} 1.0' in text
    assert "leadwire_due_items 1.0" in text
