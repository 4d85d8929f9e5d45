"""The dance with LinkedIn's consent screen, as a browser sees it (LGF-001, LGF-004)."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.databases import Home
from tests.rig import HERE, JANE, MAIN, OMAR, Rig, sqlite_only

from leadwire.domain.times import DAY, MINUTE

PRODUCT = "https://crm.example"


@pytest.fixture
def embedded(home: Home, tmp_path: Path) -> Iterator[Rig]:
    """A product lets its customers come back to its own pages."""
    with closing(Rig(home, tmp_path, return_origins=(PRODUCT,))) as rig:
        yield rig


def begin(rig: Rig, **wish: str) -> tuple[str, str]:
    begun = rig.api.post("/connections", wish)
    assert begun.status_code == 201
    assert begun.json()["state"] == "pending"
    return begun.json()["id"], begun.json()["authorization_url"]


def state_of(rig: Rig, connection_id: str) -> str:
    return str(rig.api.get(f"/connections/{connection_id}").json()["state"])


def asked_of(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def test_a_link_leads_to_linkedin_and_back(rig: Rig) -> None:
    connection_id, link = begin(rig)
    assert link.startswith(f"{HERE}/connect/")
    with rig.browser() as browser:
        location = rig.depart(browser, link)
        asked = asked_of(location)
        assert location.startswith("http://127.0.0.1:8001/oauth/v2/authorization?")
        assert asked["client_id"] == rig.settings.linkedin_client_id
        assert asked["redirect_uri"] == f"{HERE}/oauth/linkedin/callback"
        assert asked["scope"] == "r_marketing_leadgen_automation r_ads r_organization_admin"
        assert len(asked["state"]) >= 22  # 128 bits
        code = rig.emulator.authorize(asked["scope"].split(), JANE)
        arrived = rig.come_back(browser, code=code, state=asked["state"])
        assert arrived.headers["location"] == f"/connections/{connection_id}"
        assert "leadwire_state" not in browser.cookies
    found = rig.api.get(f"/connections/{connection_id}").json()
    assert (found["state"], found["reason"], found["pending_since"]) == ("active", None, None)
    rig.drain()
    assert rig.api.get(f"/accounts/{MAIN}").json()["can_read_leads"] == "yes"


def test_the_cookie_is_bound_to_this_browser(rig: Rig) -> None:
    _, link = begin(rig)
    with rig.browser() as browser:
        cookie = browser.get(urlsplit(link).path).headers["set-cookie"].lower()
    assert cookie.startswith("leadwire_state=")
    assert {"httponly", "samesite=lax", "path=/", "max-age=600"} <= set(cookie.split("; "))
    assert "domain" not in cookie


def test_over_https_the_cookie_is_bound_to_the_very_host(home: Home, tmp_path: Path) -> None:
    with closing(Rig(home, tmp_path, public_url="https://leads.example")) as rig:
        connection_id, link = begin(rig)
        with rig.browser() as browser:
            cookie = browser.get(urlsplit(link).path).headers["set-cookie"]
        assert cookie.startswith("__Host-leadwire_state=")
        assert "; Secure" in cookie
        rig.connect_member()
        assert state_of(rig, connection_id) == "pending"


@sqlite_only
@pytest.mark.parametrize("sign", ["", "?tab=leads"])
def test_a_product_gets_its_customer_back(embedded: Rig, sign: str) -> None:
    connection_id, link = begin(embedded, return_url=f"{PRODUCT}/settings{sign}")
    location = embedded.consent(link).headers["location"]
    assert location.startswith(f"{PRODUCT}/settings?")
    assert asked_of(location) == asked_of(f"{PRODUCT}{sign}") | {
        "connection": connection_id,
        "result": "active",
    }


@sqlite_only
@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "http://crm.example/",
        "https://crm.example.evil.example/",
        "https://crm.example@evil.example/",
        "https://user@crm.example/",
        "https://crm.example:444/",
        "//crm.example/",
        "javascript:alert(1)",
        "crm.example",
        "",
    ],
)
def test_nobody_is_sent_elsewhere(embedded: Rig, url: str) -> None:
    answer = embedded.api.post("/connections", {"return_url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, "return_url_not_allowed")
    assert embedded.api.all("/connections") == []


@sqlite_only
@pytest.mark.parametrize("tail", ["\0", "\ud800", "\r\nSet-Cookie: a=b", " ", "é", "x" * 2000], ids=ascii)
def test_a_return_url_is_a_plain_url(embedded: Rig, tail: str) -> None:
    answer = embedded.api.post("/connections", {"return_url": f"{PRODUCT}/{tail}"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert embedded.api.all("/connections") == []


@sqlite_only
@pytest.mark.parametrize(
    ("error", "result"),
    [
        ("user_cancelled_authorize", "cancelled"),
        ("user_cancelled_login", "cancelled"),
        ("unauthorized_scope_error", "scope_not_enabled"),
        ("server_error", "error"),
    ],
)
def test_every_other_end_stores_nothing_and_says_so(embedded: Rig, error: str, result: str) -> None:
    connection_id, link = begin(embedded, return_url=f"{PRODUCT}/")
    with embedded.browser() as browser:
        state = asked_of(embedded.depart(browser, link))["state"]
        arrived = embedded.come_back(browser, error=error, error_description="Why", state=state)
    assert asked_of(arrived.headers["location"]) == {"connection": connection_id, "result": result}
    assert state_of(embedded, connection_id) == "pending"


def test_a_code_that_linkedin_refuses_stores_nothing(rig: Rig) -> None:
    connection_id, link = begin(rig)
    with rig.browser() as browser:
        state = asked_of(rig.depart(browser, link))["state"]
        arrived = rig.come_back(browser, code="never-given", state=state)
        assert browser.get(arrived.headers["location"]).status_code == 200
    assert state_of(rig, connection_id) == "pending"


@sqlite_only
@pytest.mark.parametrize("fault", ["timeout", "html_200", "cut_body"])
def test_an_exchange_without_a_good_answer_stores_nothing(embedded: Rig, fault: str) -> None:
    connection_id, link = begin(embedded, return_url=f"{PRODUCT}/")
    embedded.emulator.control.faults.add({"kind": fault}, {"route": "oauth.accessToken"})
    assert asked_of(embedded.consent(link).headers["location"])["result"] == "error"
    assert state_of(embedded, connection_id) == "pending"


def test_a_link_works_once(rig: Rig) -> None:
    _, link = begin(rig)
    with rig.browser() as browser:
        rig.depart(browser, link)
        assert browser.get(urlsplit(link).path).status_code == 400
        assert browser.get("/connect/never-made").status_code == 400


@sqlite_only
def test_a_link_is_not_used_up_by_looking_at_its_head(rig: Rig) -> None:
    _, link = begin(rig)
    with rig.browser() as browser:
        assert browser.head(urlsplit(link).path).status_code == 405
        rig.depart(browser, link)


def test_a_link_lives_a_day(rig: Rig) -> None:
    links = [begin(rig)[1] for _ in range(2)]
    rig.advance(DAY - MINUTE)
    with rig.browser() as browser:
        rig.depart(browser, links[0])
        rig.advance(2 * MINUTE)
        assert browser.get(urlsplit(links[1]).path).status_code == 400


def test_a_state_is_good_once_in_its_own_browser_for_ten_minutes(rig: Rig) -> None:
    connection_id, link = begin(rig)
    with rig.browser() as browser, rig.browser() as thief:
        asked = asked_of(rig.depart(browser, link))
        code = rig.emulator.authorize(asked["scope"].split(), OMAR)
        for state in ("", "forged", asked["state"][:-1]):
            assert rig.come_back(browser, code=code, state=state).status_code == 400
        assert rig.come_back(thief, code=code, state=asked["state"]).status_code == 400
        thief.cookies.set("leadwire_state", "guessed")
        assert rig.come_back(thief, code=code, state=asked["state"]).status_code == 400
        assert state_of(rig, connection_id) == "pending"
        rig.advance(9 * MINUTE)
        kept = dict(browser.cookies)
        assert rig.come_back(browser, code=code, state=asked["state"]).status_code == 303
        browser.cookies.update(kept)
        assert rig.come_back(browser, code=code, state=asked["state"]).status_code == 400
    assert state_of(rig, connection_id) == "active"


def test_an_old_state_is_refused(rig: Rig) -> None:
    connection_id, link = begin(rig)
    with rig.browser() as browser:
        asked = asked_of(rig.depart(browser, link))
        rig.advance(11 * MINUTE)
        code = rig.emulator.authorize(asked["scope"].split(), JANE)
        refused = rig.come_back(browser, code=code, state=asked["state"])
    assert refused.status_code == 400
    assert "text/html" in refused.headers["content-type"]
    assert state_of(rig, connection_id) == "pending"


def test_another_admin_reconnects_the_same_connection(rig: Rig) -> None:
    connection_id = rig.connect_member()
    rig.sync()
    leads = rig.api.all("/leads")
    rig.emulator.control.tokens.revoke(JANE)
    rig.run_for(10 * MINUTE)
    found = rig.api.get(f"/connections/{connection_id}").json()
    assert (found["state"], found["reason"]) == ("needs_reconnect", "revoked")
    again = rig.api.post(f"/connections/{connection_id}/reconnect")
    assert again.status_code == 200
    assert again.json()["id"] == connection_id
    rig.consent(again.json()["authorization_url"], OMAR)
    rig.emulator.control.leads.submit(11780444)
    rig.run_for(10 * MINUTE)
    found = rig.api.get(f"/connections/{connection_id}").json()
    assert (found["state"], found["member"]["id"]) == ("active", OMAR)
    assert rig.api.get(f"/accounts/{MAIN}").json()["sync"]["enabled"]
    assert len(rig.api.all("/leads")) == len(leads) + 1


def test_without_an_app_no_link_is_made_nor_used_up(home: Home, tmp_path: Path) -> None:
    with closing(Rig(home, tmp_path)) as rig:
        connection_id, link = begin(rig)
    with closing(Rig(home, tmp_path, linkedin_client_id=None, linkedin_client_secret=())) as bare:
        for path in ("/connections", f"/connections/{connection_id}/reconnect"):
            answer = bare.api.post(path)
            assert (answer.status_code, answer.json()["code"]) == (409, "no_linkedin_app")
        with bare.browser() as browser:
            told = browser.get(urlsplit(link).path)
            assert (told.status_code, told.headers["content-type"]) == (409, "text/html; charset=utf-8")
    with closing(Rig(home, tmp_path)) as rig, rig.browser() as browser:
        rig.depart(browser, link)
