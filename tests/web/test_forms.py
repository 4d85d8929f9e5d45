"""Forms by API: questions, versions, columns, the plan of a table, an interval of one's own."""

from typing import Any

import pytest
from tests.rig import MAIN, PAGE, PAGELESS, TEST, Rig, sqlite_only
from tests.web.conftest import Town

from leadwire.domain.times import HOUR, MINUTE, iso

WEBINAR = 11780444


def webinar(town: Town) -> Any:
    return town.acme.api.get(f"/forms/{WEBINAR}").json()


def test_a_form_shows_what_it_asks(town: Town) -> None:
    form = webinar(town)
    assert (form["id"], form["name"], form["state"]) == (str(WEBINAR), "Webinar Q3", "PUBLISHED")
    assert (form["version"], form["locale"]) == (3, "en_US")
    assert (form["account"], form["owner"]) == (MAIN, f"urn:li:sponsoredAccount:{MAIN}")
    assert [one["predefined_field"] for one in form["questions"]] == [
        "FIRST_NAME",
        "LAST_NAME",
        "EMAIL",
        "COMPANY_NAME",
        "COMPANY_SIZE",
        "SENIORITY",
        None,
        "SOME_FUTURE_FIELD",
    ]
    team = form["questions"][6]
    assert (team["kind"], team["label"], team["question"]) == ("choice", "team_size", "Team size")
    assert team["options"] == [
        {"id": "0", "text": "1-10"},
        {"id": "1", "text": "11-50"},
        {"id": "4", "text": "51+"},
    ]
    assert form["hidden_fields"] == [
        {"name": "utm_source", "value": "linkedin"},
        {"name": "utm_campaign", "value": ""},
    ]
    assert form["consents"][0] == {
        "id": "1",
        "text": "I agree to be contacted",
        "label": "I agree to be contacted",
        "required": True,
    }


def test_versions_stand_side_by_side_newest_first(town: Town) -> None:
    versions = webinar(town)["versions"]
    assert [one["version"] for one in versions] == [3, 2, 1]
    assert [len(one["questions"]) for one in versions] == [8, 6, 4]
    assert versions[2]["consents"] == versions[2]["changes"] == []
    told = " ".join(versions[1]["changes"])
    assert "'COMPANY_NAME'" in told or "company" in told.casefold()
    assert "newsletter" in told
    assert not any(one["reconstructed"] for one in versions)


def test_every_column_says_where_it_comes_from(town: Town) -> None:
    form = webinar(town)
    columns = {one["name"]: one for one in form["columns"]}
    assert list(columns)[:12] == [
        "lead_id",
        "submitted_at",
        "test_lead",
        "lead_type",
        "form_version",
        "campaign_id",
        "creative_id",
        "associated_entity",
        "received_via",
        "stored_at",
        "deleted_at",
        "extras",
    ]
    assert {columns[name]["kind"] for name in list(columns)[:12]} == {"fixed"}

    def source(name: str) -> dict[str, Any]:
        found = {key: value for key, value in columns[name].items() if value is not None}
        return {key: value for key, value in found.items() if key not in ("name", "texts")}

    team = next(one["id"] for one in form["questions"] if one["label"] == "team_size")
    assert source("email")["predefined_field"] == "EMAIL"
    assert source("team_size") == {"kind": "custom", "type": "list", "question_id": team, "since_version": 2}
    assert source("consent_2") == {
        "kind": "consent",
        "type": "boolean",
        "consent_id": "2",
        "since_version": 2,
    }
    assert source("hidden_utm_source")["hidden_name"] == "utm_source"
    assert columns["first_name"]["texts"].keys() == {"1", "2", "3"}
    assert columns["first_name"]["texts"]["3"] == "First name"
    assert columns["some_future_field"]["texts"] == {"3": "Pronouns"}


def test_a_table_is_named_in_full(town: Town) -> None:
    sqlite = town.rig.store.dialect == "sqlite"
    assert webinar(town)["table"] == ("acme__" if sqlite else "ws_acme.") + f"leads_webinar_q3_{WEBINAR}"


def test_forms_are_listed_by_account(town: Town) -> None:
    forms = town.acme.api.all("/forms", limit=2)
    assert len(forms) == len({one["id"] for one in forms}) == 6
    assert town.acme.api.all("/forms", account=MAIN) == forms
    assert town.acme.api.all("/forms", account=PAGE) == []
    assert forms[0] == town.acme.api.get(f"/forms/{forms[0]['id']}").json()


def test_forms_are_read_at_once_and_counted(rig: Rig) -> None:
    rig.connect_member()
    (seen,) = rig.api.post("/forms/refresh", {"account": TEST}).json()["accounts"]
    assert seen == {"account": TEST, "seen": 1, "new": ["11780888"], "changed": [], "unreadable": 0}
    seen_all = {one["account"]: one for one in rig.api.post("/forms/refresh").json()["accounts"]}
    assert seen_all.keys() == {MAIN, "5678910", "5678913", TEST, PAGE}  # those that can be read
    assert seen_all[TEST]["new"] == []
    assert str(WEBINAR) in seen_all[MAIN]["new"]
    rig.emulator.control.forms.publish(WEBINAR, name="Webinar Q4", questions=[{"predefined": "PHONE_NUMBER"}])
    rig.advance(MINUTE)
    (seen,) = rig.api.post("/forms/refresh", {"account": MAIN}).json()["accounts"]
    assert seen["changed"] == [str(WEBINAR)]
    form = rig.api.get(f"/forms/{WEBINAR}").json()
    assert (form["version"], form["name"], form["checked_at"]) == (4, "Webinar Q4", iso(rig.now()))
    assert "phone_number" in {one["name"] for one in form["columns"]}
    assert "team_size" in {one["name"] for one in form["columns"]}
    assert form["table"].endswith(f"leads_webinar_q3_{WEBINAR}")  # a name never changes


def test_the_plan_is_what_has_not_been_run(rig: Rig) -> None:
    rig.connect_member()
    rig.api.post("/forms/refresh", {"account": MAIN})
    plan = rig.api.get(f"/forms/{WEBINAR}/plan").json()
    assert plan["table"].endswith(f"leads_webinar_q3_{WEBINAR}")
    assert any("CREATE TABLE" in one and "team_size" in one for one in plan["ddl"])
    assert rig.api.get(f"/forms/{WEBINAR}/plan").json() == plan  # to look is not to run
    rig.sync()
    assert rig.api.get(f"/forms/{WEBINAR}/plan").json()["ddl"] == []
    rig.emulator.control.forms.publish(WEBINAR, questions=[{"predefined": "PHONE_NUMBER"}])
    rig.api.post("/forms/refresh", {"account": MAIN})
    (ddl,) = rig.api.get(f"/forms/{WEBINAR}/plan").json()["ddl"]
    assert ddl.startswith("ALTER TABLE")
    assert "phone_number" in ddl


@sqlite_only
def test_reading_forms_fails_in_words(rig: Rig) -> None:
    connection_id = rig.connect_member()
    answer = rig.api.post("/forms/refresh", {"account": PAGELESS})
    assert (answer.status_code, answer.json()["code"]) == (409, "cannot_read_leads")
    rig.emulator.control.knobs.patch(down="503")
    answer = rig.api.post("/forms/refresh")
    assert (answer.status_code, answer.json()["code"]) == (503, "linkedin_unreachable")
    rig.emulator.control.knobs.patch(down="")
    rig.emulator.control.faults.add({"kind": "status", "status": 403}, {"route": "leadForms.*"})
    answer = rig.api.post("/forms/refresh")
    assert (answer.status_code, answer.json()["code"]) == (409, "linkedin_forbids")
    rig.emulator.control.faults.remove()
    rig.advance(HOUR)  # LinkedIn says "revoked" of a token minted a moment ago, too
    rig.emulator.control.tokens.revoke()
    answer = rig.api.post("/forms/refresh", {"account": MAIN})
    assert (answer.status_code, answer.json()["code"]) == (409, "needs_reconnect")
    assert rig.api.get(f"/connections/{connection_id}").json()["state"] == "needs_reconnect"


def test_the_nearest_interval_wins_and_says_whose_it_is(rig: Rig) -> None:
    rig.connect_member()
    rig.sync()
    form, account = f"/forms/{WEBINAR}", f"/accounts/{MAIN}"

    def in_force() -> tuple[str, str]:
        found = rig.api.get(form).json()
        return found["poll_interval"], found["poll_interval_origin"]

    assert in_force() == ("5m", "deployment")
    rig.api.patch("/settings", {"poll_interval": "20m"})
    assert in_force() == ("20m", "workspace")
    assert rig.api.get(account).json()["sync"]["poll_interval"] == "20m"
    rig.api.put(f"{account}/sync", {"enabled": True, "poll_interval": "10m"})
    assert in_force() == ("10m", "account")
    assert rig.api.patch(form, {"poll_interval": "1m"}).json()["poll_interval"] == "1m"
    assert in_force() == ("1m", "form")
    rig.run_for(5 * MINUTE)
    own = [run for run in rig.api.all("/runs", kind="poll") if run["form"] == str(WEBINAR)]
    assert len(own) == 5
    assert rig.api.patch(form, {"poll_interval": None}).json()["poll_interval_origin"] == "account"
    rig.run_for(5 * MINUTE)
    assert len([run for run in rig.api.all("/runs", kind="poll") if run["form"] == str(WEBINAR)]) == 5


@pytest.mark.parametrize("wish", [{}, *({"poll_interval": text} for text in ("30s", "2d", "soon"))])
def test_an_interval_is_given_and_within_bounds(town: Town, wish: dict[str, Any]) -> None:
    before = webinar(town)
    assert town.acme.api.patch(f"/forms/{WEBINAR}", wish).status_code == 422
    assert webinar(town) == before


@sqlite_only
def test_a_new_interval_is_live(rig: Rig) -> None:
    rig.connect_member()
    rig.api.patch("/settings", {"poll_interval": "24h"})
    rig.sync()
    rig.run_for(HOUR)
    before = len(rig.api.all("/runs", kind="poll"))
    rig.api.patch("/settings", {"poll_interval": "1m"})
    rig.run_for(3 * MINUTE)
    assert len(rig.api.all("/runs", kind="poll")) == before + 3


def test_a_table_is_written_anew_part_by_part(rig: Rig) -> None:
    def answered() -> dict[str, Any]:
        leads = rig.api.all("/leads", form=str(WEBINAR))
        return {one["id"]: {k: v for k, v in one["answers"].items() if v is not None} for one in leads}

    rig.connect_member()
    rig.sync()
    before = answered()
    assert rig.api.post(f"/forms/{WEBINAR}/rebuild").json() == {"rows": len(before), "next": None}
    assert rig.api.post(f"/forms/{WEBINAR}/rebuild", cursor=max(before)).json() == {"rows": 0, "next": None}
    assert answered() == before
