"""Quarantine by API: shown with its bytes, corrected, tried again, dismissed (LGF-113, LGF-114)."""

from typing import Any

import pytest
from tests.rig import MAIN, Rig, sqlite_only
from tests.web.conftest import Town

from leadwire.domain.times import MINUTE, iso

SCHOOL = 7157016


def spoilt(rig: Rig, kind: str, number: int = 0) -> str:
    """A lead of the main account, made odd."""
    owner = f"urn:li:sponsoredAccount:{MAIN}"
    lead_id = rig.emulator.control.leads.truth(owner=owner, form=SCHOOL)[number]["id"]
    rig.emulator.control.leads.spoil(lead_id, kind)
    return str(lead_id)


def only(rig: Rig, **query: Any) -> Any:
    (item,) = rig.api.all("/quarantine", **query)
    return item


def test_a_spoilt_field_shows_its_bytes_and_takes_a_value(rig: Rig) -> None:
    rig.connect_member()
    lead_id = spoilt(rig, "number_answer")
    rig.sync()
    item = only(rig)
    assert (item["level"], item["state"]) == ("field", "open")
    assert (item["lead"], item["form"]) == (lead_id, str(SCHOOL))
    assert (item["account"], item["lead_type"]) == (MAIN, "SPONSORED")
    assert rig.api.get(f"/quarantine/{item['id']}").json() == item
    column = item["column"]
    assert "123456789012345678901234567890" in item["raw"]
    assert (item["value"], item["attempts"], item["resolved_at"]) == (None, 0, None)
    lead = rig.api.get(f"/leads/{lead_id}").json()
    assert {name for name, cell in lead["answers"].items() if cell is None} == {column}
    path = f"/quarantine/{item['id']}"
    tried = rig.api.post(f"{path}/retry").json()  # nothing has changed
    assert tried == item | {"attempts": 1, "last_seen": iso(rig.now())}
    assert rig.api.patch(path, {"value": ["a list"]}).json()["code"] == "bad_value"
    given = rig.api.patch(path, {"value": "Zoë"})
    assert (given.status_code, given.json()["value"], given.json()["state"]) == (200, "Zoë", "open")
    noted = rig.api.all("/audit", object=item["id"])
    assert [(one["action"], one["actor"], one["detail"]) for one in noted] == [
        ("quarantine.corrected", "api", {"column": column})  # that, but never the value
    ]
    rig.advance(MINUTE)
    put_right = rig.api.post(f"{path}/retry").json()
    assert (put_right["state"], put_right["attempts"]) == ("resolved", 2)
    assert put_right["resolved_at"] == iso(rig.now())
    assert rig.api.get(f"/leads/{lead_id}").json()["answers"][column] == "Zoë"
    assert rig.api.all("/quarantine") == []
    assert only(rig, state="resolved") == rig.api.get(path).json() == put_right
    assert only(rig, state="resolved", lead=lead_id) == put_right
    assert rig.api.all("/quarantine", state="resolved", lead="another") == []


def test_a_field_mended_at_linkedin_is_read_anew(rig: Rig) -> None:
    rig.connect_member()
    lead_id = spoilt(rig, "boolean_answer")
    rig.sync()
    item = only(rig)
    rig.emulator.control.leads.mend(lead_id)
    assert rig.api.post(f"/quarantine/{item['id']}/retry").json()["state"] == "resolved"
    assert rig.api.get(f"/leads/{lead_id}").json()["answers"][item["column"]]


def test_a_spoilt_lead_does_not_block_the_others_and_is_corrected(rig: Rig) -> None:
    rig.connect_member()
    lead_id = spoilt(rig, "no_submitted_at")
    (run_id,) = rig.sync()
    run = rig.api.get(f"/runs/{run_id}").json()
    assert (run["state"], run["quarantined"]) == ("done", 1)
    item = only(rig)
    assert (item["level"], item["lead"], item["column"]) == ("lead", lead_id, None)
    assert lead_id in item["raw"]
    path = f"/quarantine/{item['id']}"
    assert rig.api.patch(path, {"value": "no object"}).json()["code"] == "bad_value"
    submitted = rig.now() - MINUTE
    assert rig.api.patch(path, {"value": {"submittedAt": submitted}}).status_code == 200
    assert rig.api.post(f"{path}/retry").json()["state"] == "resolved"
    assert rig.api.get(f"/leads/{lead_id}").json()["submitted_at"] == iso(submitted)


def test_many_are_tried_again_one_failing_does_not_block_the_others(rig: Rig) -> None:
    rig.connect_member()
    mended = [spoilt(rig, "number_answer", number) for number in (0, 1)]
    still = spoilt(rig, "no_submitted_at", 2)
    rig.sync()
    for lead_id in mended:
        rig.emulator.control.leads.mend(lead_id)
    known = {one["id"]: one["lead"] for one in rig.api.all("/quarantine")}
    tried, cursor, pages = {}, None, 0
    while True:
        page = rig.api.post("/quarantine/retry", limit=2, cursor=cursor).json()
        tried |= {known[one["id"]]: (one["state"], one["error"]) for one in page["items"]}
        pages, cursor = pages + 1, page["next"]
        if cursor is None:
            break
    assert pages == 2
    assert tried == {mended[0]: ("resolved", None), mended[1]: ("resolved", None), still: ("open", None)}
    assert only(rig)["lead"] == still


@sqlite_only
def test_while_linkedin_is_down_a_retry_says_so(rig: Rig) -> None:
    rig.connect_member()
    spoilt(rig, "number_answer")
    rig.sync()
    item = only(rig)
    rig.emulator.control.knobs.patch(down="503")
    answer = rig.api.post(f"/quarantine/{item['id']}/retry")
    assert (answer.status_code, answer.json()["code"]) == (503, "linkedin_unreachable")
    (tried,) = rig.api.post("/quarantine/retry").json()["items"]
    assert (tried["id"], tried["state"]) == (item["id"], "open")
    assert "503" in tried["error"]
    assert only(rig)["attempts"] == 2


@sqlite_only
def test_a_silent_linkedin_is_asked_once_for_each_account(rig: Rig) -> None:
    """Not once for every item: each may take a minute to fail."""
    rig.connect_member()
    odd = [spoilt(rig, "number_answer", number) for number in range(4)]
    rig.sync()
    rig.emulator.control.knobs.patch(down="503")
    tried = rig.api.post("/quarantine/retry").json()["items"]
    assert len({one["error"] for one in tried}) == 1 and len(tried) == len(odd)
    assert sorted(one["attempts"] for one in rig.api.all("/quarantine")) == [0, 0, 0, 1]


def test_a_dismissed_item_is_gone(rig: Rig) -> None:
    rig.connect_member()
    lead_id = spoilt(rig, "number_answer")
    rig.sync()
    path = f"/quarantine/{only(rig)['id']}"
    assert rig.api.delete(path).status_code == 204
    assert rig.api.delete(path).status_code == 404
    assert rig.api.all("/quarantine") == rig.api.all("/quarantine", state="resolved") == []
    assert rig.api.get(f"/leads/{lead_id}").status_code == 200


def test_items_are_listed_by_account_and_form(town: Town) -> None:
    api = town.acme.api
    (item,) = api.all("/quarantine")
    assert api.all("/quarantine", form=item["form"]) == api.all("/quarantine", account=MAIN) == [item]
    assert api.all("/quarantine", form="1") == api.all("/quarantine", account="1") == []
    assert api.get("/quarantine", state="closed").status_code == 422


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), "\ud800", {"a": [1, "\udfff"]}], ids=repr)
def test_a_value_that_no_store_can_hold_is_refused(town: Town, value: Any) -> None:
    answer = town.acme.api.patch(f"/quarantine/{town.acme.ids['quarantine_id']}", {"value": value})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "bad_value")
    assert town.acme.api.all("/quarantine")[0]["value"] is None


def test_a_value_must_be_given(town: Town) -> None:
    path = f"/quarantine/{town.acme.ids['quarantine_id']}"
    assert town.acme.api.patch(path, {}).status_code == 422
