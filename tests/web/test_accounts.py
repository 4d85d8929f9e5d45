"""Accounts by API: verdicts, switching reading on and off, pulls by hand, coverage."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Home
from tests.rig import CLOSED, JANE, MAIN, OMAR, PAGE, PAGELESS, ROLELESS, TEST, VIEWED, Rig, sqlite_only
from tests.web.conftest import Town

from leadwire.domain.times import DAY, HOUR, MINUTE, iso

WEBINAR = "11780444"


def sync(rig: Rig, account: str = MAIN, **wish: Any) -> Any:
    return rig.api.put(f"/accounts/{account}/sync", {"enabled": True, **wish})


def readable(rig: Rig) -> int:
    """How many leads LinkedIn shows of the main account."""
    return len(rig.emulator.control.leads.truth(owner=f"urn:li:sponsoredAccount:{MAIN}", readable=True))


def test_an_account_with_its_verdict(rig: Rig) -> None:
    rig.connect_member()
    assert rig.api.get(f"/accounts/{MAIN}").json() == {
        "id": MAIN,
        "urn": f"urn:li:sponsoredAccount:{MAIN}",
        "name": "Highlander Main",
        "status": "ACTIVE",
        "serving_statuses": ["RUNNABLE"],
        "type": "BUSINESS",
        "currency": "USD",
        "test": False,
        "organization": "11223344",
        "role": "ACCOUNT_BILLING_ADMIN",
        "organization_roles": ["ADMINISTRATOR"],
        "can_read_leads": "yes",
        "problems": rig.api.get(f"/accounts/{MAIN}").json()["problems"],
        "checked_at": "2026-05-28T20:26:40.000Z",
        "removed_at": None,
        "absence": None,
        "sync": {
            "enabled": False,
            "push": False,
            "poll_interval": "5m",
            "poll_interval_origin": "deployment",
            "poll_interval_reason": "LinkedIn is not asked to push its leads.",
            "lead_types": ["SPONSORED"],
            "changed_at": None,
        },
    }


@sqlite_only
def test_every_missing_piece_is_named_with_a_remedy(rig: Rig) -> None:
    rig.connect_member()
    found = {one["id"]: one for one in rig.api.all("/accounts")}
    verdicts = {
        MAIN: ("yes", set()),
        VIEWED: ("yes", set()),
        TEST: ("yes", set()),
        PAGE: ("yes", set()),
        PAGELESS: ("no", {"page_missing"}),
        ROLELESS: ("no", {"page_role_missing"}),
        CLOSED: ("probably", {"account_closed", "account_on_hold"}),
    }
    assert found.keys() == verdicts.keys()
    for account, (verdict, codes) in verdicts.items():
        problems = found[account]["problems"]
        assert found[account]["can_read_leads"] == verdict, account
        assert {one["code"] for one in problems} - {"no_https"} == codes, account
        assert all(one["message"] and one["remedy"] for one in problems)
    assert found[TEST]["test"] is True
    assert (found[PAGE]["urn"], found[PAGE]["type"]) == ("urn:li:organization:11223344", "ORGANIZATION")


@sqlite_only
def test_a_weak_role_reads_probably(rig: Rig) -> None:
    rig.connect_member(member=OMAR)
    found = rig.api.get(f"/accounts/{MAIN}").json()
    assert (found["can_read_leads"], found["organization_roles"]) == ("probably", ["ANALYST"])
    assert "page_role_weak" in {one["code"] for one in found["problems"]}


def test_an_account_has_three_names(town: Town) -> None:
    acme = town.acme.api
    found = acme.get(f"/accounts/{MAIN}").json()
    assert acme.get(f"/accounts/urn:li:sponsoredAccount:{MAIN}").json() == found
    assert acme.get(f"/accounts/urn%3Ali%3AsponsoredAccount%3A{MAIN}").json() == found
    assert acme.get(f"/accounts/{PAGE}").json()["id"] == PAGE
    assert acme.get("/accounts/urn%3Ali%3Aorganization%3A11223344").json()["id"] == PAGE
    for nobody in ("0", "abc", "organization:", "urn:li:person:1", "organization:1234567"):
        assert acme.get(f"/accounts/{nobody}").status_code == 404


def test_accounts_are_read_anew_on_request(rig: Rig) -> None:
    connection_id = rig.connect_member()
    rig.emulator.control.world.patch_account(int(MAIN), name="Highlander Prime")
    rig.emulator.control.world.remove_page_role(11223344, JANE)
    rig.advance(MINUTE)
    answer = rig.api.post("/accounts/refresh")
    assert (answer.status_code, answer.json()) == (202, {"connections": [connection_id]})
    rig.drain()
    found = rig.api.get(f"/accounts/{MAIN}").json()
    assert (found["name"], found["can_read_leads"]) == ("Highlander Prime", "no")
    assert found["checked_at"] == iso(rig.now())
    assert rig.api.get(f"/accounts/{PAGE}").json()["removed_at"] == iso(rig.now())


def test_switched_on_an_account_fills_itself(rig: Rig) -> None:
    rig.connect_member()
    answer = sync(rig)
    assert answer.status_code == 202
    (run_id,) = answer.json()["runs"]
    assert rig.api.get(f"/runs/{run_id}").json()["state"] == "queued"
    assert sync(rig).json() == {"runs": [run_id]}  # asked again, it is the same back-fill
    rig.run_for(MINUTE)
    run = rig.api.get(f"/runs/{run_id}").json()
    assert (run["kind"], run["state"], run["account"]) == ("backfill", "done", MAIN)
    assert run["stored"] == len(rig.api.all("/leads", account=MAIN)) == readable(rig)
    assert run["read"] == run["stored"] + run["calls"] - 4  # an anchor a page; two calls learned versions
    assert (run["duplicates"], run["quarantined"], run["error"]) == (0, 0, None)
    assert run["window"] == {"since": iso(rig.now() - MINUTE - 365 * DAY), "until": None}
    changed = rig.api.get(f"/accounts/{MAIN}").json()["sync"]
    assert (changed["enabled"], changed["changed_at"]) == (True, iso(rig.now() - MINUTE))


@pytest.mark.parametrize(("account", "end"), [(PAGELESS, "failed"), (ROLELESS, "failed")])
@sqlite_only
def test_what_nobody_may_read_is_not_switched_on_unless_forced(rig: Rig, account: str, end: str) -> None:
    rig.connect_member()
    answer = sync(rig, account)
    assert (answer.status_code, answer.json()["code"]) == (409, "cannot_read_leads")
    told = rig.api.get(f"/accounts/{account}").json()
    assert answer.json()["problems"] == told["problems"] != []
    assert told["sync"]["enabled"] is False
    forced = sync(rig, account, force=True)
    assert forced.status_code == 202
    assert rig.api.get(f"/accounts/{account}").json()["sync"]["enabled"] is True
    rig.run_for(MINUTE)
    (run_id,) = forced.json()["runs"]
    assert rig.api.get(f"/runs/{run_id}").json()["state"] == end  # LinkedIn's own answer decides


@sqlite_only
def test_a_closed_account_is_read_without_force(rig: Rig) -> None:
    rig.connect_member()
    runs = sync(rig, CLOSED).json()["runs"]
    rig.run_for(MINUTE)
    assert {rig.api.get(f"/runs/{run}").json()["state"] for run in runs} == {"done"}
    shown = rig.emulator.control.leads.truth(owner=f"urn:li:sponsoredAccount:{CLOSED}")
    assert {one["id"] for one in rig.api.all("/leads")} == {one["id"] for one in shown} != set()


def test_what_is_left_out_stays_as_it_is(rig: Rig) -> None:
    rig.connect_member()
    path = f"/accounts/{PAGE}"
    wish = {"enabled": True, "push": True, "poll_interval": "10m", "lead_types": ["COMPANY"]}
    assert rig.api.put(f"{path}/sync", wish).status_code == 202
    wanted = {
        "push": True,
        "poll_interval": "10m",
        "poll_interval_origin": "account",
        "poll_interval_reason": "Chosen by people, and kept however well LinkedIn pushes.",
        "lead_types": ["COMPANY"],
    }
    for enabled in (True, False, True):
        assert rig.api.put(f"{path}/sync", {"enabled": enabled}).status_code == 202
        found = rig.api.get(path).json()["sync"]
        assert found == wanted | {"enabled": enabled, "changed_at": found["changed_at"]}
    rig.api.put(f"{path}/sync", {"enabled": True, "poll_interval": None, "lead_types": None})
    found = rig.api.get(path).json()["sync"]
    assert (found["poll_interval"], found["poll_interval_origin"]) == ("5m", "deployment")
    assert found["lead_types"] == ["EVENT", "COMPANY", "ORGANIZATION_PRODUCT"]


@sqlite_only
def test_push_without_https_polls_and_says_so(rig: Rig) -> None:
    rig.connect_member()
    sync(rig, push=True)
    problems = rig.api.get(f"/accounts/{MAIN}").json()["problems"]
    assert [one["code"] for one in problems] == ["no_https"]
    rig.run_for(MINUTE)
    assert len(rig.api.all("/leads")) == readable(rig)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"poll_interval": "59s"}, "bad_interval"),
        ({"poll_interval": "25h"}, "bad_interval"),
        ({"poll_interval": "5 minutes"}, "invalid_input"),
        ({"poll_interval": 300_000}, "invalid_input"),
        ({"lead_types": ["EVENT"]}, "bad_lead_type"),
        ({"lead_types": ["LEADS"]}, "invalid_input"),
        ({"enabled": None}, "invalid_input"),
        ({"enabled": "perhaps"}, "invalid_input"),
    ],
    ids=str,
)
def test_a_wish_that_means_nothing_changes_nothing(town: Town, wish: dict[str, Any], code: str) -> None:
    before = town.acme.api.get(f"/accounts/{MAIN}").json()
    answer = town.acme.api.put(f"/accounts/{MAIN}/sync", {"enabled": True, **wish})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert town.acme.api.get(f"/accounts/{MAIN}").json() == before


def test_switched_off_nothing_is_read(rig: Rig) -> None:
    rig.connect_member()
    rig.sync()
    assert rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": False}).json() == {"runs": []}
    before = len(rig.api.all("/leads"))
    rig.emulator.control.leads.submit(int(WEBINAR))
    rig.run_for(10 * MINUTE)
    assert len(rig.api.all("/leads")) == before
    rig.sync()
    rig.run_for(10 * MINUTE)
    assert len(rig.api.all("/leads")) == before + 1


def test_a_window_is_read_by_hand(rig: Rig) -> None:
    rig.connect_member()
    since, until = rig.now() - 30 * DAY, rig.now() - 10 * DAY
    order = {"since": iso(since), "until": iso(until)}
    answer = rig.api.post(f"/accounts/{MAIN}/pull", order)
    assert answer.status_code == 202
    rig.drain()
    run = rig.api.get(f"/runs/{answer.json()['run']}").json()
    assert (run["kind"], run["state"], run["window"]) == ("manual", "done", order)
    leads = rig.api.all("/leads")
    assert run["stored"] == len(leads) > 5
    truth = [one["lead"] for one in rig.emulator.control.leads.truth(owner=f"urn:li:sponsoredAccount:{MAIN}")]
    inside = {one["id"] for one in truth if since <= one["submittedAt"] < until}
    assert {one["id"] for one in leads} == inside
    again = rig.api.post(f"/accounts/{MAIN}/pull", order).json()["run"]
    rig.drain()
    run = rig.api.get(f"/runs/{again}").json()
    assert (run["stored"], run["duplicates"]) == (0, len(leads))


def test_one_form_is_read_by_hand(rig: Rig) -> None:
    rig.connect_member()
    rig.api.post("/forms/refresh", {"account": MAIN})
    answer = rig.api.post(f"/accounts/{MAIN}/pull", {"form": WEBINAR})
    rig.drain()
    run = rig.api.get(f"/runs/{answer.json()['run']}").json()
    assert (run["form"], run["state"]) == (WEBINAR, "done")
    assert {one["form"] for one in rig.api.all("/leads")} == {WEBINAR}


def test_a_dry_run_counts_and_stores_nothing(rig: Rig) -> None:
    rig.connect_member()
    answer = rig.api.post(f"/accounts/{MAIN}/pull", {"dry_run": True})
    rig.drain()
    run = rig.api.get(f"/runs/{answer.json()['run']}").json()
    assert (run["state"], run["dry_run"], run["stored"]) == ("done", True, readable(rig))
    assert rig.api.all("/leads") == []
    assert rig.api.get(f"/accounts/{MAIN}/coverage").json()["lead_types"][0]["covered"] == []


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"since": "2026-01-02T00:00:00Z", "until": "2026-01-02T00:00:00Z"}, 422, "empty_window"),
        ({"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, 422, "empty_window"),
        ({"since": "2027-01-02T00:00:00Z"}, 422, "empty_window"),
        ({"since": "30d"}, 422, "invalid_input"),
        ({"since": 1780000000000}, 422, "invalid_input"),
        ({"form": "123"}, 404, "not_found"),
        ({"form": "no form"}, 422, "invalid_input"),
    ],
    ids=str,
)
def test_a_pull_that_means_nothing_makes_no_run(
    town: Town, order: dict[str, Any], status: int, code: str
) -> None:
    before = town.acme.api.all("/runs")
    answer = town.acme.api.post(f"/accounts/{MAIN}/pull", order)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert town.acme.api.all("/runs") == before


def test_a_form_is_pulled_under_its_own_account(town: Town) -> None:
    answer = town.acme.api.post(f"/accounts/{PAGE}/pull", {"form": town.acme.ids["form_id"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "foreign_form")


def test_an_outage_is_a_gap_until_it_is_read(rig: Rig) -> None:
    rig.connect_member()
    assert rig.api.get(f"/accounts/{MAIN}/coverage").json()["lead_types"][0]["covered"] == []
    rig.sync()
    start = rig.now() - MINUTE
    (coverage,) = rig.api.get(f"/accounts/{MAIN}/coverage").json()["lead_types"]
    assert coverage == {
        "lead_type": "SPONSORED",
        "covered": [{"since": iso(start - 365 * DAY), "until": iso(start - HOUR)}],
        "gaps": [],
    }
    rig.emulator.control.knobs.patch(down="503")
    rig.run_for(20 * MINUTE)
    rig.emulator.control.leads.submit(int(WEBINAR))
    (coverage,) = rig.api.get(f"/accounts/{MAIN}/coverage").json()["lead_types"]
    (gap,) = coverage["gaps"]
    assert gap["since"] == coverage["covered"][0]["until"]
    assert gap["lost_on"] > iso(rig.now() + 364 * DAY)
    assert {run["state"] for run in rig.api.all("/runs", kind="poll")} <= {"failed", "queued"}
    rig.emulator.control.knobs.patch(down="")
    rig.run_for(10 * MINUTE)
    (coverage,) = rig.api.get(f"/accounts/{MAIN}/coverage").json()["lead_types"]
    assert (len(coverage["covered"]), coverage["gaps"]) == (1, [])
    assert len(rig.api.all("/leads")) == readable(rig)


@sqlite_only
def test_an_organization_has_a_ledger_per_lead_type(rig: Rig) -> None:
    rig.connect_member()
    rig.sync(PAGE)
    kinds = rig.api.get(f"/accounts/{PAGE}/coverage").json()["lead_types"]
    assert [one["lead_type"] for one in kinds] == ["EVENT", "COMPANY", "ORGANIZATION_PRODUCT"]
    assert all(one["covered"] and not one["gaps"] for one in kinds)


def test_runs_are_listed_newest_first_by_account_and_kind(rig: Rig) -> None:
    rig.connect_member()
    rig.sync()
    rig.sync(TEST)
    rig.run_for(20 * MINUTE)
    runs = rig.api.all("/runs", limit=3)
    assert [one["id"] for one in runs] == sorted((one["id"] for one in runs), reverse=True)
    assert {one["account"] for one in runs} == {MAIN, TEST}
    assert {one["kind"] for one in runs} == {"backfill", "poll"}
    assert rig.api.all("/runs", account=TEST) == [one for one in runs if one["account"] == TEST]
    polls = rig.api.all("/runs", account=f"urn:li:sponsoredAccount:{MAIN}", kind="poll")
    assert polls == [one for one in runs if (one["account"], one["kind"]) == (MAIN, "poll")] != []
    assert rig.api.get("/runs", kind="nonsense").status_code == 422


@sqlite_only
def test_over_https_nothing_is_said_of_it(home: Home, tmp_path: Path) -> None:
    with closing(Rig(home, tmp_path, public_url="https://leads.example")) as rig:
        rig.connect_member()
        sync(rig, push=True)
        assert rig.api.get(f"/accounts/{MAIN}").json()["problems"] == []
