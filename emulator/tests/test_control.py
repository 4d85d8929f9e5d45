"""The control API over HTTP and as methods: time, knobs, entities, truth."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from linkedin_emulator import Emulator
from linkedin_emulator.clock import Clock
from linkedin_emulator.knobs import CHOICES, Knobs

Control = Callable[..., Any]


@pytest.fixture
def control(emulator: Emulator) -> Control:
    def call(method: str, path: str, expected: int = 200, /, **body: Any) -> Any:
        raw = json.dumps(body).encode() if body else b""
        response = emulator.handle(method, f"/control/{path}", {}, raw)
        assert response.status == expected, response.body
        return response.json() if response.body else None

    return call


def test_the_index_of_the_control_api(control: Control) -> None:
    listed = control("GET", "")
    assert {"GET /control/clock", "POST /control/leads/{lead}/withdraw", "GET /control/"} <= set(listed)


def test_many_threads_at_once(emulator: Emulator, partner: Any) -> None:
    def work(number: int) -> int:
        for _ in range(25):
            emulator.control.leads.submit(7234246)
            assert partner.get(f"/rest/leadForms/{7234246 + number % 2}").status in (200, 404)
            emulator.tick()
        return len(partner.leads("&count=1000")["elements"])

    before = partner.leads()["paging"]["total"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert partner.leads()["paging"]["total"] == before + 200
    assert emulator.control.watch.calls()["total"] == 2 + 8 * 26


def test_the_clock(control: Control, emulator: Emulator, time: Any) -> None:
    assert control("GET", "clock") == {"now": time.at, "frozen": False}
    assert control("POST", "clock", advance=1_000)["now"] == time.at + 1_000
    time.at += 5
    assert emulator.now() == time.at + 1_000
    assert control("POST", "clock", at=7, frozen=True) == {"now": 7, "frozen": True}
    time.at += 5
    assert emulator.now() == 7
    assert emulator.advance(3) == 10
    control("POST", "clock", frozen=False)
    time.at += 5
    assert emulator.now() == 15


def test_a_clock_of_its_own_follows_real_time() -> None:
    clock = Clock()
    before = clock.now()
    clock.advance(3_600_000)
    assert 3_600_000 <= clock.now() - before < 3_660_000


def test_knobs(control: Control) -> None:
    assert control("GET", "knobs")["page_total"] == "overall"
    assert control("PATCH", "knobs", page_total="absent", default_count=5)["default_count"] == 5
    assert control("GET", "knobs")["page_total"] == "absent"


WRONG_KNOBS: list[dict[str, Any]] = [
    {"nonsense": 1},
    {"page_total": "some"},
    {"page_links": 1},
    {"default_count": True},
    {"default_count": "10"},
    {"default_count": -1},
    {"versions_skipped": "202512"},
    {"down": "yes"},
]


@pytest.mark.parametrize("wrong", WRONG_KNOBS)
def test_wrong_knobs_change_nothing(control: Control, wrong: dict[str, Any]) -> None:
    before = control("GET", "knobs")
    assert (
        "error" in control("PATCH", "knobs", 400, default_count=3, **wrong)
        if "default_count" not in wrong
        else True
    )
    assert "error" in control("PATCH", "knobs", 400, **wrong)
    assert control("GET", "knobs") == before


def test_every_choice_is_a_knob_whose_default_is_a_choice() -> None:
    defaults = Knobs().as_dict()
    assert all(defaults[name] in choices for name, choices in CHOICES.items())


def test_faults(control: Control, partner: Any) -> None:
    rule = control("POST", "faults", action={"kind": "status", "status": 500}, match={"route": "leadForms.*"})
    partner.get("/rest/leadForms/1")
    assert control("GET", "faults")[0] | {"seen": 1, "struck": 1} == control("GET", "faults")[0]
    control("DELETE", f"faults/{rule['id']}", 204)
    control("DELETE", f"faults/{rule['id']}", 404)
    control("POST", "faults", action={"kind": "reset"})
    control("DELETE", "faults", 204)
    assert control("GET", "faults") == []


def test_a_world_can_be_built_from_nothing(time: Any) -> None:
    emulator = Emulator(world="empty", now=time)
    world, forms, leads = emulator.control.world, emulator.control.forms, emulator.control.leads
    assert emulator.control.watch.world()["members"] == []
    member = world.create_member("Ann", "Lee")["id"]
    page = world.create_organization("Page")["id"]
    account = world.create_account("Account", organization=page)["id"]
    world.set_account_role(account, member, "VIEWER")
    world.set_page_role(page, member, "ANALYST")
    campaign = world.create_campaign(account, "C")["id"]
    creative = world.create_creative(campaign, "K")["id"]
    form = forms.create(
        f"urn:li:sponsoredAccount:{account}",
        entities=[f"urn:li:sponsoredCreative:{creative}"],
        name="F",
        questions=[{"predefined": "EMAIL"}],
    )["id"]
    lead = leads.submit(form)
    token = emulator.control.tokens.issue(["r_marketing_leadgen_automation"])["access_token"]
    headers = {
        "Authorization": f"Bearer {token}",
        "LinkedIn-Version": "202609",
        "X-Restli-Protocol-Version": "2.0.0",
    }
    owner = f"(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A{account})"
    target = f"/rest/leadFormResponses?q=owner&owner={owner}&leadType=(leadType:SPONSORED)"
    assert emulator.handle("GET", target, headers).json()["elements"] == [lead["lead"]]


def test_the_same_over_http(control: Control) -> None:
    member = control("POST", "members", first_name="Ann", last_name="Lee")["id"]
    page = control("POST", "organizations", name="P")["id"]
    account = control("POST", "accounts", name="A", organization=page, currency="SEK")["id"]
    control("PUT", "account-roles", 204, account=account, member=member, role="VIEWER")
    control("PUT", "page-roles", 204, organization=page, member=member, role="ANALYST")
    control("DELETE", "page-roles", 204, organization=page, member=member)
    control("DELETE", "page-roles", 404, organization=page, member=member)
    control("DELETE", "account-roles", 204, account=account, member=member)
    control("DELETE", "account-roles", 404, account=account, member=member)
    event = control("POST", "events", organization=page, name="E")["id"]
    form = control(
        "POST",
        "forms",
        owner=f"urn:li:organization:{page}",
        number=6955637458260688000,
        entities=[f"urn:li:event:{event}"],
        name="F",
        questions=[{"predefined": "EMAIL"}],
    )["id"]
    control("POST", f"forms/{form}/versions", questions=[{"text": "Why?"}])
    control("PATCH", f"forms/{form}", state="ARCHIVED")
    truth = control("GET", f"forms?owner=urn:li:organization:{page}")
    assert [(f["id"], [v["versionId"] for v in f["versions"]], f["lead_type"]) for f in truth] == [
        (6955637458260688000, [1, 2], "EVENT")
    ]
    control("PATCH", f"members/{member}", email="a@example.com")
    control("PATCH", f"organizations/{page}", name="Q")
    control("PATCH", "apps/78emulatordemo01", refresh_enabled=False)
    assert control("PATCH", f"accounts/{account}", status="CANCELED")["status"] == "CANCELED"
    world = control("GET", "world")
    assert world["organizations"][-1]["name"] == "Q"
    assert world["apps"][0]["refresh_enabled"] is False


REFUSED = [
    ("POST", "members", {}, 400),
    ("POST", "members", {"first_name": "a", "last_name": "b", "age": 3}, 400),
    ("POST", "accounts", {"name": "x", "id": 1234567}, 400),
    ("POST", "accounts", {"name": "x", "number": 1234567}, 400),
    ("POST", "accounts", {"name": "x", "status": "SLEEPING"}, 400),
    ("PATCH", "accounts/1234567", {"status": "SLEEPING"}, 400),
    ("PATCH", "accounts/99", {"status": "ACTIVE"}, 404),
    ("PUT", "account-roles", {"account": 99, "member": "K1RwyVNukt", "role": "VIEWER"}, 404),
    ("PUT", "account-roles", {"account": 1234567, "member": "K1RwyVNukt", "role": "KING"}, 400),
    ("PUT", "page-roles", {"organization": 11223344, "member": "nobody", "role": "ANALYST"}, 404),
    ("POST", "forms", {"owner": "urn:li:sponsoredAccount:99"}, 404),
    ("POST", "forms", {"owner": "urn:li:sponsoredAccount:1234567", "lead_type": "X"}, 400),
    ("POST", "forms", {"owner": "urn:li:sponsoredAccount:1234567", "number": 7234246}, 400),
    ("POST", "forms/99/versions", {"questions": []}, 404),
    ("POST", "leads", {"form": 99}, 400),
    ("POST", "leads", {"form": 7234246, "version": 2}, 400),
    ("POST", "leads", {"form": 7234246, "lead_type": "X"}, 400),
    ("POST", "leads/generate", {"form": 7234246, "count": 0}, 400),
    ("POST", "leads/nobody/withdraw", {}, 400),
    ("GET", "leads/nobody", {}, 404),
    ("POST", "tokens", {"scopes": ["r_ads"], "member": "nobody"}, 404),
    ("POST", "authorize", {"scopes": ["r_ads"], "client_id": "nobody"}, 404),
    ("POST", "webhooks/validate", {"url": "https://x.example"}, 404),
    ("GET", "nonsense", {}, 404),
    ("DELETE", "clock", {}, 405),
    ("GET", "leads?limit=many", {}, 400),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), REFUSED)
def test_refusals_say_why(
    control: Control, method: str, path: str, body: dict[str, Any], status: int
) -> None:
    assert control(method, path, status, **body)["error"]


def test_bodies_that_are_no_object(emulator: Emulator) -> None:
    for raw in (b"[]", b"{"):
        assert emulator.handle("POST", "/control/members", {}, raw).status == 400


def test_leads_over_http(control: Control, partner: Any, time: Any) -> None:
    lead = control("POST", "leads", form=7234246, answers={"10107234246": "Ada"}, submitted_at=time.at - 5)[
        "id"
    ]
    test = control("POST", "leads/test", form=7234246)
    assert test["lead"]["testLead"] is True
    for act in ("hide", "unhide", "withdraw", "resubmit", "mend"):
        shown = control("POST", f"leads/{lead}/{act}")
        assert (shown["hidden"], shown["deleted"]) == (act == "hide", act == "withdraw")
    control("POST", f"leads/{lead}/spoil", kind="no_id")
    assert control("GET", f"leads/{lead}")["spoilt"] == ["id"]
    assert control("POST", f"leads/{lead}/notify", action="DELETED") == {"queued": 0}
    assert control("POST", "leads/generate", form=7234246, count=3) == {"count": 3}
    assert partner.get(f"/rest/leadFormResponses/{lead}").status == 200


def test_the_truth_of_leads(control: Control, emulator: Emulator, partner: Any) -> None:
    every = control("GET", "leads?limit=5000")
    assert len(every) == emulator.control.watch.world()["leads"]
    sponsored = [x["lead"] for x in every if x["readable"] and x["lead"]["leadType"] == "SPONSORED"]
    shown = partner.leads("&count=1000")["elements"]
    owner = {"sponsoredAccount": "urn:li:sponsoredAccount:1234567"}
    assert sorted((x for x in sponsored if x["owner"] == owner), key=str) == sorted(shown, key=str)
    assert len(control("GET", "leads?form=11780444&limit=7&offset=2")) == 7
    assert {
        x["lead"]["versionedLeadGenFormUrn"].split(":")[-1][:8] for x in control("GET", "leads?form=11780444")
    } == {"11780444"}
    assert control("GET", "leads/ids") == [row["id"] for row in every]
    hidden = every[0]["id"]
    control("POST", f"leads/{hidden}/hide")
    assert [x["id"] for x in control("GET", "leads?readable=false")] == [hidden]
    assert (
        emulator.control.leads.sent(shown[0]["id"])
        == json.dumps(shown[0], ensure_ascii=False, separators=(",", ":")).encode()
    )


def test_tokens_over_http(control: Control, partner: Any, form_post: Callable[..., Any]) -> None:
    assert control("POST", "authorize", scopes=["r_ads"])["code"].startswith("AQT")
    token = control("POST", "tokens", scopes=["r_ads"])["access_token"]
    assert token in [row["token"] for row in control("GET", "tokens")]
    assert control("POST", "tokens/expire-access", in_seconds=60) >= 1
    assert control("POST", "tokens/revoke-access", member="K1RwyVNukt") >= 1
    assert control("POST", "tokens/expire-refresh") >= 1
    assert control("POST", "tokens/revoke", member="BcLKblgopR") == 0
    assert {row["status"] for row in control("GET", "tokens") if row["kind"] == "access"} == {"revoked"}


def test_the_journal(control: Control, partner: Any) -> None:
    partner.get("/rest/leadForms/7234246")
    partner.get("/rest/leadForms/99")
    partner.get("/rest/leadForms/7234246", Authorization=None)
    report = control("GET", "calls?route=leadForms.GET")
    assert report["counts"] == {"leadForms.GET": {"200": 1, "404": 1, "401": 1}}
    newest = report["calls"][0]
    assert (newest["target"], newest["status"], newest["member"]) == ("/rest/leadForms/7234246", 401, None)
    assert report["calls"][2]["member"] == "K1RwyVNukt"
    assert len(control("GET", "calls?limit=1")["calls"]) == 1
    control("DELETE", "calls", 204)
    assert control("GET", "calls") == {"total": 0, "counts": {}, "calls": []}
    control("PATCH", "knobs", calls_kept=2)
    for _ in range(4):
        partner.get("/v2/me")
    assert len(control("GET", "calls")["calls"]) == 2
    assert control("GET", "quota")["leadForms.GET 78emulatordemo01"] == 2


def test_subscriptions_and_pushes_are_shown(control: Control, partner: Any, emulator: Emulator) -> None:
    wish = {
        "webhook": "https://a.example/h",
        "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:1234567"},
        "leadType": "SPONSORED",
    }
    partner.post_json("/rest/leadNotifications", wish)
    assert control("GET", "subscriptions")[0]["member"] == "K1RwyVNukt"
    assert control("GET", "webhooks")[0]["state"] == "VALIDATED"
    assert control("POST", "webhooks/validate", url="https://a.example/h")["misses"] == 0
    emulator.control.leads.submit(7234246)
    assert control("POST", "pushes/foreign") == 1
    assert len(control("GET", "pushes")["waiting"]) == 2
    emulator.tick()
    done = control("GET", "pushes?limit=1")["done"]
    assert json.loads(done[0]["body"])["type"] == "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"


def test_reset_is_a_new_beginning(control: Control, partner: Any, emulator: Emulator) -> None:
    fresh = control("GET", "leads?limit=5000")
    control("PATCH", "knobs", page_total="absent")
    control("POST", "clock", advance=1_000_000)
    emulator.control.leads.submit(7234246)
    control("POST", "reset", 204)
    assert control("GET", "leads?limit=5000") == fresh
    assert control("GET", "knobs")["page_total"] == "overall"
    assert control("GET", "tokens") == []
    assert partner.get("/v2/me").status == 401
