"""Leads, members, trouble, time and traffic by the pages: each button does what the control API does."""

from __future__ import annotations

from typing import Any

import pytest

from linkedin_emulator.campaign_manager.clock import moment
from linkedin_emulator.campaign_manager.switches import SWITCHES, position
from linkedin_emulator.clock import DAY, HOUR

FORM = 7234246
LEADS = (
    "/rest/leadFormResponses?q=owner&owner=(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A1234567)"
    "&leadType=(leadType:SPONSORED)"
)
HOOK = "https://app.example.com/hook"
SUBSCRIPTION = {
    "webhook": HOOK,
    "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:1234567"},
    "leadType": "SPONSORED",
}
JANE = "K1RwyVNukt"


@pytest.fixture
def lead(browser: Any) -> str:
    return str(browser.emulator.control.leads.submit(FORM)["id"])


def test_a_lead_comes_and_goes(browser: Any, partner: Any, lead: str) -> None:
    def status() -> int:
        return int(partner.get(f"/rest/leadFormResponses/{lead}").status)

    for act, expected in [("hide", 404), ("unhide", 200), ("withdraw", 404), ("resubmit", 200)]:
        assert browser.send(f"/leads/{lead}/{act}") == f"/leads/{lead}"
        assert status() == expected
    assert browser.ask("POST", f"/leads/{lead}/nonsense").status == 404
    assert browser.ask("POST", "/leads/nobody/hide").status == 404


def test_spoiling_by_hand(browser: Any, partner: Any, lead: str) -> None:
    browser.send(f"/leads/{lead}/spoil", kind="raw", member="submittedAt", raw='"yesterday"')
    assert "&#34;yesterday&#34;" in browser.see(f"/leads/{lead}")
    assert partner.ok(f"/rest/leadFormResponses/{lead}")["submittedAt"] == "yesterday"
    browser.send(f"/leads/{lead}/spoil", kind="raw", member="submittedAt", raw="")
    assert "submittedAt" not in partner.ok(f"/rest/leadFormResponses/{lead}")
    for wrong in ({"kind": "nonsense"}, {"kind": "raw", "member": " "}, {}):
        assert browser.ask("POST", f"/leads/{lead}/spoil", wrong).status == 400


def test_telling_again(browser: Any, partner: Any, webhooks: Any, lead: str) -> None:
    assert "Nobody had to be told" in follow(browser, f"/leads/{lead}/notify")
    assert partner.post_json("/rest/leadNotifications", SUBSCRIPTION).status == 201
    assert "Subscribers are told about" in follow(browser, f"/leads/{lead}/notify", action="DELETED")
    browser.emulator.tick()
    assert [body["leadAction"] for body in webhooks.bodies()] == ["DELETED"]
    assert f"told <code>{HOOK}" in browser.see(f"/leads/{lead}")


def follow(browser: Any, path: str, **form: str) -> str:
    """Post, and read the page that it leads to."""
    answer = browser.ask("POST", path, form)
    assert answer.status == 303
    page: str = browser.see(answer.headers["location"].removeprefix("/campaign-manager"))
    return page


@pytest.mark.parametrize(
    ("act", "code"),
    [("revoke", 65601), ("revoke-access", 65601), ("expire-access", 65602), ("expire-refresh", 65602)],
)
def test_permission_is_cut_short(browser: Any, partner: Any, act: str, code: int) -> None:
    assert partner.get(LEADS).status == 200
    assert "active</span>" in browser.see("/members")
    browser.send(f"/members/{JANE}/{act}")
    answer = partner.get(LEADS)
    assert (answer.status, answer.json()["serviceErrorCode"]) == (401, code)
    refresh = {token["kind"]: token["status"] for token in browser.emulator.control.tokens.all()}["refresh"]
    assert refresh == {"revoke": "revoked", "expire-refresh": "expired"}.get(act, "active")
    assert browser.ask("POST", f"/members/{JANE}/nonsense").status == 404
    assert browser.ask("POST", f"/members/nobody/{act}").status == 404


@pytest.mark.parametrize(
    ("on", "number", "role"),
    [("account", 1234567, "ACCOUNT_BILLING_ADMIN"), ("page", 11223344, "ADMINISTRATOR")],
)
def test_roles_are_taken_and_given(browser: Any, partner: Any, on: str, number: int, role: str) -> None:
    asked = {"on": on, "number": number, "role": role}
    browser.send(f"/members/{JANE}/roles", deed="take", **asked)
    assert partner.get(LEADS).status == 403
    assert browser.ask("POST", f"/members/{JANE}/roles", asked | {"deed": "take"}).status == 404
    browser.send(f"/members/{JANE}/roles", deed="give", **asked)
    assert partner.get(LEADS).status == 200
    for wrong in ({"role": "NONSENSE"}, {"number": "x"}, {"on": "moon"}):
        assert browser.ask("POST", f"/members/{JANE}/roles", asked | {"deed": "give"} | wrong).status == 400


def test_every_switch_goes_there_and_back(browser: Any) -> None:
    control = browser.emulator.control
    usual = control.knobs.read()

    def positions() -> dict[str, int | None]:
        return {
            name: position(each, control.knobs.read(), control.faults.rules())
            for name, each in SWITCHES.items()
        }

    home = dict.fromkeys(SWITCHES, 0)
    assert positions() == home
    for name, switch in SWITCHES.items():
        assert len({frozenset(choice.knobs) for choice in switch.choices}) == 1
        for number in [*range(len(switch.choices)), 0]:
            browser.send(f"/trouble/switches/{name}", choice=number)
            assert positions() == home | {name: number}
            assert browser.see("/trouble").count('aria-pressed="true"') == len(SWITCHES)
    assert (control.knobs.read(), control.faults.rules()) == (usual, [])


def test_a_switch_turned_another_way_says_so(browser: Any) -> None:
    browser.emulator.control.knobs.patch(quota_app_daily=7)
    assert "Turned another way below." in browser.see("/trouble")
    for name, choice in [("nonsense", "0"), ("quota", "9"), ("quota", "-1"), ("quota", "")]:
        assert browser.ask("POST", f"/trouble/switches/{name}", {"choice": choice}).status == 404


def test_trouble_is_felt(browser: Any, partner: Any, webhooks: Any) -> None:
    partner.post_json("/rest/leadNotifications", SUBSCRIPTION)
    browser.send("/trouble/switches/down", choice=1)
    assert partner.get(LEADS).status == 503
    browser.send("/trouble/switches/down", choice=0)
    browser.send("/trouble/switches/speed", choice=1)
    assert (partner.get(LEADS).status, partner.get(LEADS).delay_ms) == (200, 2_000)
    browser.send("/trouble/switches/pushes", choice=2)
    browser.emulator.control.leads.submit(FORM)
    browser.emulator.tick()
    assert webhooks.bodies() == []
    browser.send("/trouble/rules", rule=browser.emulator.control.faults.rules()[0]["id"])
    assert partner.get(LEADS).delay_ms == 0
    browser.emulator.control.faults.add({"kind": "reset"})
    browser.send("/trouble/rules", rule="")
    assert browser.emulator.control.faults.rules() == []


def test_all_knobs_can_be_turned(browser: Any) -> None:
    knobs = browser.emulator.control.knobs
    usual, fields = knobs.read(), browser.fields("/trouble", "/campaign-manager/trouble/knobs")
    assert fields.keys() == usual.keys()
    browser.send("/trouble/knobs", **fields)
    assert knobs.read() == usual
    fields |= {
        "versions_skipped": ['["1"]'],
        "down": ["503"],
        "page_links": ["false"],
        "push_drop_share": ["0.25"],
    }
    browser.send("/trouble/knobs", **fields)
    assert knobs.read() == usual | {
        "versions_skipped": ["1"],
        "down": "503",
        "page_links": False,
        "push_drop_share": 0.25,
    }
    browser.send(
        "/trouble/knobs", **fields | {"down": "", "page_links": "true", "quota_by_endpoint": '{"me.GET": 3}'}
    )
    assert knobs.read()["quota_by_endpoint"] == {"me.GET": 3}


@pytest.mark.parametrize(
    "wrong", [{"max_count": "many"}, {"max_count": "-1"}, {"max_count": '"7"'}, {"page_total": "x"}]
)
def test_a_wrong_knob_turns_none(browser: Any, wrong: dict[str, str]) -> None:
    before = browser.emulator.control.knobs.read()
    answer = browser.ask("POST", "/trouble/knobs", {"default_count": "77"} | wrong)
    assert answer.status == 422
    page = answer.body.decode()
    assert f"knob &#39;{next(iter(wrong))}&#39;" in page
    assert 'value="77"' in page
    assert browser.emulator.control.knobs.read() == before


def test_starting_over(browser: Any) -> None:
    browser.send("/trouble/switches/down", choice=1)
    browser.send("/forms/7234246/random")
    assert browser.send("/trouble/reset") == "/"
    assert browser.emulator.control.knobs.read()["down"] == ""
    assert browser.emulator.control.leads.newest(form=FORM)["total"] == 72


def test_the_clock_by_hand(browser: Any, time: Any) -> None:
    read = browser.emulator.control.clock.read
    for step, length in [("+1 h", HOUR), ("+7 d", 7 * DAY), ("+60 d", 60 * DAY), ("+365 d", 365 * DAY)]:
        before = read()["now"]
        browser.send("/clock", deed=step)
        assert read()["now"] - before == length
    browser.send("/clock", deed="freeze")
    assert read()["frozen"] is True and "Let it run" in browser.see("/clock")
    browser.send("/clock", deed="set", at="2030-02-03T04:05:06+01:00")
    assert read() == {"now": 1_896_318_306_000, "frozen": True}
    browser.send("/clock", deed="run")
    wrong = browser.ask("POST", "/clock", {"deed": "set", "at": "to<morrow"})
    assert wrong.status == 422 and "to&lt;morrow" in wrong.body.decode()
    assert read()["now"] == 1_896_318_306_000


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-01-01T00:00:00Z", 1_767_225_600_000),
        (" 2026-01-01 00:00 ", 1_767_225_600_000),
        ("2026-01-01T01:00:00+01:00", 1_767_225_600_000),
        ("1969-12-31T23:59:59Z", None),
        ("", None),
        ("1767225600000", None),
    ],
)
def test_moments(text: str, at: int | None) -> None:
    assert moment(text) == at


def test_traffic_shows_calls_without_secrets(browser: Any, partner: Any, form_post: Any) -> None:
    partner.get(LEADS)
    partner.get("/rest/leadForms/1")
    form_post("/oauth/v2/accessToken", grant_type="refresh_token", client_secret="hush-hush")
    page = browser.see("/traffic")
    assert "leadFormResponses.FINDER-owner" in page and "202609" in page and "Jane Doe" in page
    assert "hush-hush" not in page and partner.token["access_token"] not in page
    only = browser.see("/traffic?route=leadForms.GET")
    assert only.count("<details data-key=") == 1 and "404</span>" in only
    call = browser.emulator.control.watch.calls("leadForms.GET")["calls"][0]
    assert (call["status"], call["headers"]["linkedin-version"]) == (404, "202609")
    assert '"status":404' in call["answered"]
    browser.send("/traffic/clear")
    assert "No call yet" in browser.see("/traffic")


def test_challenges_and_pushes_are_written_down(browser: Any, partner: Any, webhooks: Any, time: Any) -> None:
    partner.post_json("/rest/leadNotifications", SUBSCRIPTION)
    lead = browser.emulator.control.leads.submit(FORM)["id"]
    browser.emulator.tick()
    push, challenge = browser.emulator.control.hooks.exchanges()
    assert (challenge["kind"], challenge["status"], challenge["good"]) == ("challenge", 200, True)
    assert (push["kind"], push["status"], push["good"], push["at"]) == ("push", 204, True, time.at)
    assert lead in push["sent"] and push["milliseconds"] >= 0
    webhooks.answer = lambda method, url: (200, {"Content-Type": "text/html"}, b"<h1>login</h1>")
    assert browser.send("/traffic/validate", url=HOOK) == "/traffic/webhooks"
    newest = browser.emulator.control.hooks.exchanges(1)[0]
    assert (newest["status"], newest["good"], newest["answered"]) == (200, False, "<h1>login</h1>")
    page = browser.see("/traffic/webhooks")
    assert "VALIDATED" in page and "missed 1 in a row" in page and "&lt;h1&gt;login" in page
    assert browser.ask("POST", "/traffic/validate", {"url": "https://nobody.example"}).status == 404


def test_silence_is_written_down_with_its_reason(browser: Any, partner: Any, webhooks: Any) -> None:
    partner.post_json("/rest/leadNotifications", SUBSCRIPTION)

    def refuse(method: str, url: str) -> None:
        raise ConnectionRefusedError("nobody is at home")

    webhooks.answer = refuse
    browser.emulator.control.leads.submit(FORM)
    browser.emulator.tick()
    newest = browser.emulator.control.hooks.exchanges(1)[0]
    assert (newest["status"], newest["good"]) == (None, False)
    assert newest["answered"] == "ConnectionRefusedError: nobody is at home"
    page = browser.see("/traffic/webhooks")
    assert "no reply</span>" in page and "Waiting to be sent" in page and "tried 1 time, no reply" in page


def test_who_can_read(browser: Any) -> None:
    readers = browser.emulator.control.world.readers
    seen = {row["member"]: row["reads_leads"] for row in readers("urn:li:sponsoredAccount:5678912")}
    assert seen == {JANE: False, "BcLKblgopR": False, "Zq8TtVbX2e": True}
    events = {row["member"]: row["reads_leads"] for row in readers("urn:li:organization:11223344", "EVENT")}
    assert events == {JANE: True, "BcLKblgopR": False, "Zq8TtVbX2e": False}
    assert "cannot</span>" in browser.see("/accounts/5678912")
