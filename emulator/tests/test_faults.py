"""Planned misfortune: when it strikes and what it does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from linkedin_emulator import Emulator
from linkedin_emulator.world.spoiling import SPOILS

ROLES = "/rest/adAccountUsers?q=authenticatedUser"
FINDER = "leadFormResponses.FINDER-owner"
OWNER = "(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A1234567)"
LEADS = f"/rest/leadFormResponses?q=owner&owner={OWNER}&leadType=(leadType:SPONSORED)"

MATCHES: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [1, 2, 3, 4, 5, 6]),
    ({"nth": 2}, [2]),
    ({"nth": [1, 4]}, [1, 4]),
    ({"every": 3}, [3, 6]),
    ({"times": 2}, [1, 2]),
    ({"every": 2, "times": 1}, [2]),
    ({"probability": 0.0}, []),
    ({"route": "adAccountUsers.*"}, [1, 2, 3, 4, 5, 6]),
    ({"route": "leadForms.*"}, []),
    ({"method": "POST"}, []),
    ({"target": "q=authenticated"}, [1, 2, 3, 4, 5, 6]),
    ({"target": "q=accounts"}, []),
]


@pytest.mark.parametrize(("match", "struck"), MATCHES)
def test_when_a_rule_strikes(partner: Any, match: dict[str, Any], struck: list[int]) -> None:
    rule = partner.emulator.control.faults.add({"kind": "status", "status": 500}, match)
    statuses = [partner.get(ROLES).status for _ in range(6)]
    assert [number for number, status in enumerate(statuses, 1) if status == 500] == struck
    partner.emulator.control.faults.remove(rule["id"])
    assert partner.get(ROLES).status == 200


def test_probability_follows_the_seed(time: Any) -> None:
    def strikes(seed: int) -> list[int]:
        emulator = Emulator(seed=seed, now=time)
        emulator.control.faults.add({"kind": "status", "status": 503}, {"probability": 0.5})
        return [emulator.handle("GET", "/", {}).status for _ in range(40)]

    assert strikes(1) == strikes(1) != strikes(2)
    assert {200, 503} == set(strikes(1))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_injected_statuses_have_linkedins_bodies(partner: Any, status: int) -> None:
    partner.emulator.control.faults.add({"kind": "status", "status": status})
    response = partner.get(ROLES)
    assert (response.status, response.json()["status"]) == (status, status)
    if status == 429:
        assert "DAY" not in response.json()["message"]


def test_a_status_with_its_own_body_and_headers(partner: Any) -> None:
    action = {"kind": "status", "status": 418, "body": {"a": 1}, "headers": {"retry-after": "7"}}
    partner.emulator.control.faults.add(action)
    response = partner.get(ROLES)
    assert (response.status, response.json(), response.headers["retry-after"]) == (418, {"a": 1}, "7")


def test_answers_that_never_come(partner: Any) -> None:
    for kind in ("timeout", "reset"):
        partner.emulator.control.faults.add({"kind": kind}, {"times": 1})
        assert partner.get(ROLES).fate == kind
    assert partner.get(ROLES).fate == "answer"


def test_a_cut_body_announces_its_whole_length(partner: Any) -> None:
    whole = partner.get(ROLES).body
    partner.emulator.control.faults.add({"kind": "cut_body", "keep": 0.5}, {"times": 1})
    partner.emulator.control.faults.add({"kind": "cut_body", "keep": 10}, {"nth": 2})
    half, ten = partner.get(ROLES), partner.get(ROLES)
    assert (half.fate, half.status, len(half.body)) == ("cut", 200, len(whole) // 2)
    assert (ten.body, int(ten.headers["content-length"])) == (whole[:10], len(whole))


BODIES: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "html_200"}, "text/html; charset=utf-8", "<!doctype html>"),
    ({"kind": "wrong_json"}, "application/json", "[]"),
    ({"kind": "wrong_json", "value": "text"}, "application/json", '"text"'),
    ({"kind": "body", "text": '{"a":NaN'}, "application/json", '{"a":NaN'),
    ({"kind": "body", "text": "", "content_type": "text/plain"}, "text/plain", ""),
]


@pytest.mark.parametrize(("action", "kind", "begins"), BODIES)
def test_answers_of_another_kind(partner: Any, action: dict[str, Any], kind: str, begins: str) -> None:
    partner.emulator.control.faults.add(action)
    response = partner.get(ROLES)
    assert (response.status, response.headers["content-type"]) == (200, kind)
    assert response.body.decode().startswith(begins)


def test_delays_add_up(partner: Any) -> None:
    for ms in (200, 300):
        partner.emulator.control.faults.add({"kind": "delay", "ms": ms})
    assert partner.get(ROLES).delay_ms == 500


def test_edits_reach_any_object(partner: Any) -> None:
    faults = partner.emulator.control.faults
    faults.add(
        {"kind": "edit", "at": ["elements", "*"], "set": {"leadType": "FUTURE"}, "drop": ["submittedAt"]}
    )
    faults.add({"kind": "edit", "at": ["elements", 0, "owner"], "set": {"futureMember": {"x": None}}})
    faults.add({"kind": "edit", "at": ["nowhere", 3], "set": {"x": 1}})
    elements = partner.leads()["elements"]
    assert {lead["leadType"] for lead in elements} == {"FUTURE"}
    assert not any("submittedAt" in lead for lead in elements)
    assert elements[0]["owner"]["futureMember"] == {"x": None}
    assert "futureMember" not in elements[1]["owner"]


def test_a_null_element_takes_the_place_of_a_lead_for_once(partner: Any) -> None:
    before = partner.leads()["elements"]
    partner.emulator.control.faults.add({"kind": "null_element", "index": 3}, {"times": 1})
    struck = partner.leads()["elements"]
    assert struck[3] is None
    assert [struck[:3], struck[4:]] == [before[:3], before[4:]]
    assert partner.leads()["elements"] == before


def test_an_empty_list_for_a_full_account(partner: Any) -> None:
    partner.emulator.control.faults.add({"kind": "empty_list"}, {"times": 1})
    answer = partner.leads()
    assert (answer["elements"], answer["paging"]["total"], answer["paging"]["links"]) == ([], 0, [])


def test_a_page_that_repeats_for_ever(partner: Any) -> None:
    first = partner.leads("&start=0&count=5")["elements"]
    partner.emulator.control.faults.add({"kind": "same_page"}, {"route": FINDER})
    assert partner.leads("&start=5&count=5")["elements"] == first
    assert partner.leads("&start=500&count=5")["elements"] == first


def test_the_list_moves_while_it_is_read(partner: Any) -> None:
    """Before the second page two leads come and one goes: a row shifts, and the reader sees one twice."""
    action = {"kind": "move", "submit": 2, "withdraw": 1, "form": 7234246}
    partner.emulator.control.faults.add(action, {"route": FINDER, "nth": 2})
    total = partner.leads("&count=10")["paging"]["total"]
    assert partner.leads("&start=10&count=10")["paging"]["total"] == total + 1
    assert partner.leads("&count=10")["paging"]["total"] == total + 1


def test_leads_can_vanish_between_pages(partner: Any) -> None:
    partner.emulator.control.faults.add(
        {"kind": "move", "hide": 3}, {"route": FINDER, "every": 1, "times": 1}
    )
    partner.leads()
    hidden = [x for x in partner.emulator.control.leads.truth() if x["hidden"]]
    assert len(hidden) == 3


def test_one_of_several_misfortunes_by_seed(partner: Any) -> None:
    choices = [{"kind": "status", "status": s} for s in (500, 502, 504)]
    partner.emulator.control.faults.add({"kind": "any", "of": choices})
    assert {partner.get(ROLES).status for _ in range(60)} == {500, 502, 504}


def test_faults_come_before_the_checks_and_do_not_spend_quota(partner: Any) -> None:
    partner.emulator.control.faults.add({"kind": "status", "status": 500})
    assert partner.get(ROLES, Authorization=None).status == 500
    assert partner.emulator.control.watch.quota() == {}


def test_tunnelled_calls_are_recognized(partner: Any) -> None:
    partner.emulator.control.faults.add({"kind": "status", "status": 500}, {"route": "leadForms.BATCH_GET"})
    form = "application/x-www-form-urlencoded"
    call: Callable[..., Any] = partner.call
    assert (
        call(
            "POST", "/rest/leadForms", b"ids=List(1)", X_HTTP_Method_Override="GET", Content_Type=form
        ).status
        == 500
    )


WRONG: list[tuple[Any, Any]] = [
    ({"kind": "nonsense"}, {}),
    ({}, {}),
    ({"kind": "delay", "seconds": 1}, {}),
    ({"kind": "any"}, {}),
    ({"kind": "any", "of": [{"kind": "nonsense"}]}, {}),
    ({"kind": "reset"}, {"path": "/"}),
]


@pytest.mark.parametrize(("action", "match"), WRONG)
def test_wrong_rules_are_refused(emulator: Emulator, action: Any, match: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        emulator.control.faults.add(action, match)
    assert emulator.control.faults.rules() == []


DOWN = [("503", "answer", 503), ("reset", "reset", 502), ("timeout", "timeout", 504)]


@pytest.mark.parametrize(("how", "fate", "status"), DOWN)
def test_down_entirely_but_for_the_control_api(partner: Any, how: str, fate: str, status: int) -> None:
    partner.emulator.control.knobs.patch(down=how)
    for target in (ROLES, "/oauth/v2/authorization", "/v2/me"):
        response = partner.get(target)
        assert (response.fate, response.status) == (fate, status)
    assert partner.get("/control/clock").status == 200
    partner.emulator.control.knobs.patch(down="")
    assert partner.get(ROLES).status == 200


READABLE_SPOILS = sorted(SPOILS.keys() - {"malformed"})


@pytest.mark.parametrize("kind", READABLE_SPOILS)
def test_a_spoilt_lead_leaves_the_others_alone_and_can_be_mended(partner: Any, kind: str) -> None:
    before = partner.get(f"{LEADS}&count=5").body
    lead = json.loads(before)["elements"][2]["id"]
    shown = partner.emulator.control.leads.spoil(lead, kind)
    assert shown["spoilt"]
    spoilt = partner.get(f"{LEADS}&count=5").body
    assert spoilt != before
    if kind not in ("deep", "huge_number"):
        elements = json.loads(spoilt)["elements"]
        good = json.loads(before)["elements"]
        assert elements[:2] + elements[3:] == good[:2] + good[3:]
        assert elements[2] != good[2] or kind in ("doubled_member", "doubled_answer")
    assert partner.get(f"/rest/leadFormResponses/{lead}").body in spoilt
    assert shown["lead"] == json.loads(before)["elements"][2]
    partner.emulator.control.leads.mend(lead)
    assert json.loads(partner.get(f"{LEADS}&count=5").body) == json.loads(before)


def test_a_malformed_lead_makes_its_page_unreadable(partner: Any) -> None:
    lead = partner.leads()["elements"][2]["id"]
    partner.emulator.control.leads.spoil(lead, "malformed")
    with pytest.raises(ValueError, match=r".+"):
        json.loads(partner.get(LEADS).body)
    assert partner.get(f"{LEADS}&start=3").status == 200


def test_members_are_replaced_by_any_text(partner: Any) -> None:
    lead = partner.leads()["elements"][0]["id"]
    control = partner.emulator.control.leads
    control.spoil(lead, "raw", member="testLead", raw='"maybe"')
    control.spoil(lead, "raw", member="owner", raw=None)
    spoilt = partner.leads("&fields=testLead,owner,id")["elements"][0]
    assert spoilt == {"testLead": "maybe", "id": lead}
    for wrong in ({"kind": "raw"}, {"kind": "nonsense"}):
        with pytest.raises(ValueError, match=r".+"):
            control.spoil(lead, **wrong)
