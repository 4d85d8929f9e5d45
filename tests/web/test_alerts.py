"""Alerts and the audit over the API, and the pages that show them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.rig import JANE, Caller, Homes, Rig, rig_on, sqlite_only
from tests.web.conftest import Town
from tests.web_pages.conftest import Person, said


def test_alerts_are_listed_with_all_that_is_known_of_them(town: Town) -> None:
    listed = town.acme.api.all("/alerts")
    found = next(one for one in listed if one["code"] == "quarantine_open")
    assert found["object"] == "workspace"
    assert (found["severity"], found["state"], found["rung"]) == ("info", "open", None)
    assert found["remedy"].startswith("Give a value")
    assert found["closed_at"] is found["acknowledged_at"] is found["acknowledged_by"] is None
    assert town.acme.api.all("/alerts", state="all", limit=1) == listed
    assert town.acme.api.all("/alerts", state="closed") == []
    assert town.acme.api.get("/alerts", state="odd").status_code == 422


def test_the_audit_is_listed_by_object_and_by_action(town: Town) -> None:
    entries = town.acme.api.all("/audit", limit=2)
    assert [one["at"] for one in entries] == sorted((one["at"] for one in entries), reverse=True)
    connection = town.acme.ids["connection_id"]
    about = town.acme.api.all("/audit", object=connection)
    assert {one["object"] for one in about} == {connection}
    (granted,) = town.acme.api.all("/audit", object=connection, action="connection.granted")
    assert granted["actor"] == "linkedin member"


@pytest.fixture
def ended(rig: Rig) -> Rig:
    """The only grant has ended."""
    rig.connect_member()
    rig.sync()
    rig.emulator.control.tokens.revoke(JANE)
    rig.run_for(600_000)
    return rig


def test_an_acknowledged_alert_leaves_the_banner_and_stays_in_the_list(ended: Rig) -> None:
    person = Person(ended)
    (banner,) = person.sees("/leads").all("p", role="alert")
    assert "needs reconnecting" in banner.text
    assert "needs reconnecting" in person.sees("/").text
    page = person.sees("/alerts")
    assert not page.all("p", role="alert")
    form = next(one for one in page.all("form") if one.attributes["action"].endswith("/ack"))
    assert "somebody knows" in said(person.does(form.attributes["action"]))
    assert not person.sees("/leads").all("p", role="alert")
    (alert,) = ended.api.all("/alerts")
    assert alert["acknowledged_by"] == "web"
    again = ended.api.post(f"/alerts/{alert['id']}/ack")
    assert (again.status_code, again.json()) == (200, alert)
    activity = person.sees("/activity").text
    assert "alert acknowledged" in activity
    assert "connection needs reconnect" in activity
    stranger: Caller = ended.tenant("Stranger")
    assert stranger.post(f"/alerts/{alert['id']}/ack").status_code == 404


def test_what_is_over_is_listed_apart(ended: Rig) -> None:
    (alert,) = ended.api.all("/alerts")
    name = alert["object"].removeprefix("connection:")
    ended.consent(ended.api.post(f"/connections/{name}/reconnect").json()["authorization_url"])
    ended.run_for(60_000)
    assert ended.api.all("/alerts") == []
    (over,) = ended.api.all("/alerts", state="closed")
    assert (over["id"], over["state"]) == (alert["id"], "closed")
    person = Person(ended)
    assert "Nothing needs anybody" in person.sees("/alerts").text
    assert "needs reconnecting" in person.sees("/alerts?state=closed").text
    assert "needs reconnecting" not in person.sees("/").text


@sqlite_only
def test_the_secret_of_the_webhook_stands_on_the_settings_page_alone(homes: Homes, tmp_path: Path) -> None:
    with rig_on(homes, tmp_path, alert_webhook_url="https://ops.example.com/hook") as rig:
        secret = rig.app.services().alert_secret()
        assert secret.startswith("whsec_")
        assert secret in Person(rig).sees("/settings").text
        assert secret not in rig.api.get("/status").text + rig.api.get("/settings").text
