"""Leads by API: answers by column, filters, search, paging, history."""

from typing import Any

import pytest
from tests.rig import MAIN, PAGE, TEST, Caller, Rig
from tests.web.conftest import Town

from leadwire.domain.times import DAY, MINUTE, iso, parse_iso

WEBINAR = 11780444


def submit(rig: Rig, **wanted: Any) -> str:
    return str(rig.emulator.control.leads.submit(WEBINAR, **wanted)["id"])


def ids(api: Caller, **query: Any) -> list[str]:
    return [one["id"] for one in api.all("/leads", limit=100, **query)]


def test_a_lead_shows_its_answers_by_column(rig: Rig) -> None:
    rig.connect_member()
    rig.sync()
    form = rig.api.get(f"/forms/{WEBINAR}").json()
    asked = {one["predefined_field"] or one["label"]: one["id"] for one in form["questions"]}
    given = {asked["EMAIL"]: "Ann.Lee@example.com", asked["team_size"]: [4]}
    lead_id = submit(rig, answers=given, consents={"1": True, "2": False})
    rig.run_for(10 * MINUTE)
    lead = rig.api.get(f"/leads/{lead_id}").json()
    assert (lead["id"], lead["form"], lead["form_version"]) == (lead_id, str(WEBINAR), 3)
    assert (lead["account"], lead["lead_type"], lead["test_lead"]) == (MAIN, "SPONSORED", False)
    assert (lead["received_via"], lead["deleted_at"], lead["missing_since"]) == ("pull", None, None)
    assert lead["campaign_id"] == "198356826"
    columns = {one["name"] for one in form["columns"] if one["kind"] not in ("fixed", "consent")}
    assert lead["answers"].keys() <= columns
    told = {name: cell for name, cell in lead["answers"].items() if cell is not None}
    assert told == {
        "email": "Ann.Lee@example.com",
        "team_size": ["51+"],
        "hidden_utm_source": "linkedin",
        "hidden_utm_campaign": "",
    }
    assert lead["consents"] == [
        {"id": "1", "column": "consent_1", "accepted": True, "text": "I agree to be contacted"},
        {"id": "2", "column": "consent_2", "accepted": False, "text": "Send me the newsletter"},
    ]
    assert lead["extras"] == {}
    assert [(one["event"], one["via"]) for one in lead["history"]] == [
        ("stored", "pull"),
        ("submitted", None),
    ]
    assert lead["history"][0]["at"] == lead["stored_at"]
    del lead["history"]
    assert rig.api.get("/leads", limit=1).json()["items"] == [lead]


def test_a_consent_that_a_version_did_not_ask_is_not_shown(town: Town) -> None:
    versions = {one["form_version"]: one for one in town.acme.api.all("/leads", form=WEBINAR)}
    assert [len(versions[number]["consents"]) for number in (1, 2, 3)] == [0, 2, 2]


def test_leads_are_filtered(town: Town) -> None:
    api = town.acme.api
    leads = api.all("/leads")
    assert api.all("/leads", limit=40) == leads
    assert [one["submitted_at"] for one in leads] == sorted(
        (one["submitted_at"] for one in leads), reverse=True
    )
    assert ids(api, form=WEBINAR) == [one["id"] for one in leads if one["form"] == str(WEBINAR)] != []
    assert ids(api, account=MAIN) == ids(api)
    assert ids(api, account=PAGE) == ids(api, form="1") == []
    tests = [one["id"] for one in leads if one["test_lead"]]
    assert ids(api, test="true") == tests != []
    assert len(ids(api, test="false")) == len(leads) - len(tests)


def test_since_is_inclusive_and_until_exclusive(town: Town) -> None:
    api = town.acme.api
    leads = api.all("/leads")
    newest, older = leads[3]["submitted_at"], leads[9]["submitted_at"]
    assert ids(api, since=older, until=newest) == [one["id"] for one in leads[4:10]]
    shifted = iso(parse_iso(older) + 3_600_000).replace("Z", "+01:00")
    assert ids(api, since=shifted, until=newest) == [one["id"] for one in leads[4:10]]
    assert api.get("/leads", since=newest, until=older).json()["code"] == "empty_window"


@pytest.mark.parametrize("column", ["email", "first_name", "last_name", "company_name"])
def test_people_are_found_by_the_start_of_a_name(town: Town, column: str) -> None:
    everybody = town.acme.api.all("/leads")
    leads = [one for one in everybody if one["answers"].get(column)]
    asked = leads[5]["answers"][column]
    for text in (asked, asked.upper(), asked[:3].casefold()):
        found = ids(town.acme.api, q=text)
        assert leads[5]["id"] in found
        assert len(found) < len(everybody)


@pytest.mark.parametrize(
    "text", ["%", "_", "'", '"', "\\", "\0", "a\0b", "💩", "no such person", "; DROP TABLE"]
)
def test_odd_words_find_nothing_and_break_nothing(town: Town, text: str) -> None:
    assert ids(town.acme.api, q=text) == []


def test_a_lead_is_found_by_its_id(town: Town) -> None:
    lead_id = town.acme.ids["lead_id"]
    assert ids(town.acme.api, q=lead_id) == [lead_id]
    assert ids(town.acme.api, q=town.fjord.ids["lead_id"]) == []


def test_an_empty_search_is_none(town: Town) -> None:
    assert ids(town.acme.api, q="") == ids(town.acme.api)


def test_a_page_stands_still_while_leads_come_in(rig: Rig) -> None:
    rig.connect_member()
    rig.sync(TEST)
    before = ids(rig.api)
    first = rig.api.get("/leads", limit=2).json()
    rig.emulator.control.leads.submit(11780888)
    rig.run_for(10 * MINUTE)
    rest = rig.api.get("/leads", limit=200, cursor=first["next"]).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == before
    assert rest["next"] is None
    assert len(ids(rig.api)) == len(before) + 1


def test_of_a_deleted_lead_nothing_but_the_fact_remains(rig: Rig) -> None:
    rig.connect_member()
    rig.sync(TEST)
    lead_id = ids(rig.api)[0]
    gone = rig.now() + DAY
    with rig.workspace.write() as tx:
        tx.erasing.mark_deleted([lead_id], gone, gone)
    lead = rig.api.get(f"/leads/{lead_id}").json()
    assert lead["deleted_at"] == iso(gone)
    assert (lead["answers"], lead["consents"], lead["extras"]) == (None, None, None)
    assert lead["history"][0] == {"at": iso(gone), "event": "deleted", "via": None}
    assert rig.api.get("/status").json()["leads"]["deleted"] == 1


def test_a_lead_missing_at_the_source_says_so(rig: Rig) -> None:
    rig.connect_member()
    rig.sync(TEST)
    lead_id = ids(rig.api)[0]
    with rig.workspace.write() as tx:
        tx.leads.mark_missing([lead_id], rig.now())
    lead = rig.api.get(f"/leads/{lead_id}").json()
    assert lead["missing_since"] == iso(rig.now())
    assert {one["event"] for one in lead["history"]} == {"submitted", "stored", "missing"}
    assert lead["answers"]


def test_a_lead_is_found_by_its_urn_too(town: Town) -> None:
    lead, api = town.acme.ids["lead_id"], town.acme.api
    for head in ("urn:li:leadFormResponse:", "urn:li:leadGenFormResponse:"):
        assert api.get(f"/leads/{head}{lead}").json()["id"] == lead
        assert api.all("/quarantine", lead=f"{head}{lead}") == api.all("/quarantine", lead=lead) != []
    assert api.get(f"/leads/urn:li:leadGenForm:{lead}").status_code == 404


def test_an_erasure_by_urn_erases_the_lead(rig: Rig) -> None:
    rig.connect_member()
    rig.sync()
    lead = ids(rig.api)[0]
    receipt = rig.api.post("/erasures", {"lead": f"urn:li:leadGenFormResponse:{lead}"})
    assert (receipt.status_code, receipt.json()["leads"]) == (202, 1)
    assert lead not in ids(rig.api)


def test_a_window_without_a_moment_is_a_mistake(town: Town) -> None:
    day = "2026-01-02T00:00:00Z"
    for since in (day, "2026-01-03T00:00:00Z"):
        answer = town.acme.api.get("/leads", since=since, until=day)
        assert (answer.status_code, answer.json()["code"]) == (422, "empty_window")
        assert answer.json()["remedy"]


def test_every_mistake_in_what_was_sent_has_a_remedy(town: Town) -> None:
    sync = f"/accounts/{MAIN}/sync"
    wrong = (
        town.acme.api.get("/leads", limit=0),
        town.acme.api.get("/leads", test="perhaps"),
        town.acme.api.put(sync, {"enabled": True, "enable": 1}),
        town.acme.api.put(sync, {}),
    )
    for answer in wrong:
        said = answer.json()
        assert (answer.status_code, said["code"]) == (422, "invalid_input")
        assert said["remedy"]
        assert all(one["remedy"] for one in said["problems"])
    assert "misspelt" in wrong[2].json()["remedy"]
