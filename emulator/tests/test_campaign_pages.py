"""The Campaign Manager's pages: all there, all escaped, and nobody's but this machine's."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from linkedin_emulator import Emulator
from linkedin_emulator.campaign_manager import oddities, site
from linkedin_emulator.campaign_manager.shown import ago, iso, short
from linkedin_emulator.world.spoiling import SPOILS

FORM = 7234246
PAGES = [
    ("", "Highlander Main"),
    ("/", "304</b> leads"),
    ("/accounts/1234567", "Webinar Q3"),
    ("/accounts/5678911", "There is no form yet"),
    ("/pages/11223344", "Cranberry Harvest Day registration"),
    ("/accounts/1234567/new", "JOB_START_DATE"),
    ("/pages/11223344/new", "Cranberry Harvest Day"),
    (f"/forms/{FORM}", "Cuál es tu color favorito"),
    ("/forms/8800001", "Members do not see this form"),
    ("/forms/6955637458260688897", "urn:li:leadGenForm:6955637458260688897"),
    ("/forms/11780444/version", "This becomes version 4"),
    (f"/forms/{FORM}/submit", "Enviar"),
    ("/leads", "1 to 25 of 438"),
    ("/leads?from=425", "426 to 438 of 438"),
    ("/leads?from=nonsense", "1 to 25 of 438"),
    ("/leads?show=away", "Nothing is withdrawn"),
    ("/accounts/1234567/leads", "1 to 25 of 304"),
    ("/pages/11223344/leads?from=25", "26 to 49 of 49"),
    ("/forms/11780444/leads?from=100", "101 to 123 of 123"),
    ("/members", "CONTENT_ADMINISTRATOR"),
    ("/trouble", "push_drop_share"),
    ("/clock", "2026-01-01T00:00:00Z"),
    ("/traffic", "No call yet"),
    ("/traffic/webhooks", "No app has subscribed"),
]


class Strict(HTMLParser):
    """Raises where the policy of the pages would: a style or script that stands in the page itself."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        assert tag != "style" and "style" not in names
        assert tag != "script" or str(names["src"]).startswith("/campaign-manager/static/")
        assert not [name for name in names if name.startswith("on")]
        for name in ("src", "href", "action"):
            assert not re.match(r"(https?:)?//", names.get(name) or "")


@pytest.mark.parametrize(("path", "words"), PAGES)
def test_every_page(browser: Any, path: str, words: str) -> None:
    response = browser.ask("GET", path)
    assert response.status == 200
    assert words in response.body.decode()
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    Strict().feed(response.body.decode())


@pytest.mark.parametrize(
    "path", ["/x", "/accounts/1", "/accounts/x", "/forms/1", "/leads/x", "/static/x", "/static/..%2fsite.py"]
)
def test_what_is_not_there_says_so(browser: Any, path: str) -> None:
    response = browser.ask("GET", path)
    assert response.status in (400, 404)
    assert "nothing here is real" in response.body.decode()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("style.css", "text/css"), ("live.js", "text/javascript"), ("icon.svg", "image/svg+xml")],
)
def test_the_files_beside_them(browser: Any, name: str, kind: str) -> None:
    response = browser.ask("GET", f"/static/{name}")
    assert (response.status, response.headers["content-type"]) == (200, f"{kind}; charset=utf-8")
    assert response.body
    assert b"http://" not in response.body.replace(b"http://www.w3.org/2000/svg", b"")


def test_a_wrong_verb(browser: Any) -> None:
    assert browser.ask("POST", "/members").status == 405
    assert browser.ask("DELETE", "/clock").status == 405


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8001", "[::1]:8001", "LOCALHOST:1"])
def test_loopback_names_are_welcome(browser: Any, host: str) -> None:
    assert browser.ask("GET", "/", Host=host).status == 200
    assert browser.ask("POST", "/clock", {"deed": "freeze"}, Host=host, Origin=f"http://{host}").status == 303


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "localhost.", ""])
def test_no_other_name_is(browser: Any, host: str) -> None:
    assert browser.ask("GET", "/", Host=host).status == 403
    assert browser.ask("POST", "/clock", {"deed": "freeze"}, Host=host).status == 403
    assert browser.emulator.control.clock.read()["frozen"] is False


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8000"},
        {"Origin": "http://localhost:8001"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "http://127.0.0.1:8001", "Sec_Fetch_Site": "cross-site"},
    ],
)
def test_another_site_cannot_write(browser: Any, headers: dict[str, str]) -> None:
    answer = browser.ask("POST", "/trouble/reset", {}, **headers)
    assert answer.status == 403
    assert "another site" in answer.body.decode()
    assert browser.ask("GET", "/", **headers).status == 200


def test_programs_are_not_asked_where_they_come_from(emulator: Emulator) -> None:
    foreign = {"Host": "evil.example", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert emulator.handle("POST", "/control/clock", foreign, b'{"frozen": true}').status == 200
    assert emulator.handle("GET", "/rest/leadForms/1", foreign).status == 401
    assert emulator.handle("POST", "/oauth/v2/accessToken", foreign | {"Content-Length": "0"}).status == 400
    assert emulator.handle("POST", "/campaign-manager/clock", {}, b"deed=run").status == 303
    assert emulator.control.clock.read()["frozen"] is False


def test_looking_is_neither_journalled_nor_struck(browser: Any) -> None:
    control = browser.emulator.control
    control.knobs.patch(down="503")
    control.faults.add({"kind": "status", "status": 500})
    assert "LinkedIn is down (503). 1 fault standing." in " ".join(browser.see("/").split())
    assert control.watch.calls()["total"] == 0


HOSTILE = "<script>alert(1)</script>\"'><b>&amp;"


def test_whatever_has_a_name_is_escaped(browser: Any) -> None:
    control = browser.emulator.control
    world, owner = control.world, "urn:li:sponsoredAccount:1234567"
    world.patch_account(1234567, name=HOSTILE)
    world.patch_organization(11223344, name=HOSTILE)
    world.patch_member("K1RwyVNukt", first_name=HOSTILE)
    form = control.forms.create(
        owner,
        name=HOSTILE,
        headline=HOSTILE,
        description=HOSTILE,
        questions=[{"text": HOSTILE}, {"text": "b", "options": [HOSTILE, "c"]}, {"predefined": HOSTILE}],
        hidden_fields={HOSTILE: HOSTILE},
        consents=[{"text": HOSTILE}],
        privacy_policy_url=f"javascript:{HOSTILE}",
    )["id"]
    question = control.forms.show(form)["versions"][0]["content"]["questions"][0]["questionId"]
    lead = control.leads.submit(form, answers={str(question): HOSTILE})["id"]
    control.leads.spoil(lead, "raw", HOSTILE, HOSTILE)
    browser.emulator.handle("GET", f"/rest/{HOSTILE}?q={HOSTILE}", {"User-Agent": HOSTILE}, HOSTILE.encode())
    places = [f"/forms/{form}", f"/forms/{form}/version", f"/forms/{form}/submit", f"/forms/{form}/leads"]
    for path in [*places, f"/leads/{lead}", "/accounts/1234567", "/", "/leads", "/members", "/traffic"]:
        page = browser.see(path)
        assert "&lt;script&gt;" in page or "\\u003cscript" in page, path
        assert "<script>alert" not in page
        assert "<b>&amp;" not in page.replace("<b>&amp;lt;", "")
        assert 'href="javascript:' not in page


def test_every_spoil_has_its_words() -> None:
    assert oddities.OF_ANSWERS.keys() | oddities.OF_THE_LEAD.keys() == SPOILS.keys()
    assert not oddities.OF_ANSWERS.keys() & oddities.OF_THE_LEAD.keys()


@pytest.mark.parametrize("kind", SPOILS)
def test_every_spoilt_lead_can_be_looked_at(browser: Any, kind: str) -> None:
    lead = browser.emulator.control.leads.submit(FORM)["id"]
    assert browser.send(f"/leads/{lead}/spoil", kind=kind) == f"/leads/{lead}"
    assert "spoilt</span>" in browser.see(f"/leads/{lead}")
    browser.send(f"/leads/{lead}/mend")
    assert "spoilt</span>" not in browser.see(f"/leads/{lead}")


def test_leads_that_a_program_made_odd_can_be_looked_at(browser: Any) -> None:
    leads = browser.emulator.control.leads
    for response in (None, [], 7, {}, {"answers": [None, {"questionId": 1}], "consentResponses": "no"}):
        lead = leads.submit(FORM, response=response, submitted_at=253_402_300_800_000_000)["id"]
        assert "253402300800000000 ms" in browser.see(f"/leads/{lead}")
    assert "late</span>" in browser.see("/leads?show=away")


def test_the_index_leads_there(emulator: Emulator) -> None:
    assert 'href="/campaign-manager/"' in emulator.handle("GET", "/", {}).body.decode()
    assert site.concerns("/campaign-manager") and not site.concerns("/campaign-managers")


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (0, "just now"),
        (999, "just now"),
        (1_000, "1 second ago"),
        (-1_000, "in 1 second"),
        (180_000, "3 minutes ago"),
        (-3_600_000, "in 1 hour"),
        (86_400_000 * 364, "364 days ago"),
        (86_400_000 * 731, "2 years ago"),
    ],
)
def test_how_long_ago(distance: int, words: str) -> None:
    assert ago(10**15 - distance, 10**15) == words


def test_times_and_long_texts() -> None:
    assert iso(1_767_225_600_999) == "2026-01-01T00:00:00Z"
    assert iso(-1) == "1969-12-31T23:59:59Z"
    assert iso(10**40) == f"{10**40} ms"
    assert (short("abcd", 4), short("abcde", 4)) == ("abcd", "abc…")
