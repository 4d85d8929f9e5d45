"""Pages are open on this machine only, and act only when asked on them."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient
from tests.rig import HERE, Rig
from tests.web_pages.conftest import Person
from tests.web_pages.html_reader import Page

from leadwire.web import pages
from leadwire.web.pages import door

LOOKING = [entry.path for room in pages.ROOMS for entry in room.DOORS if not entry.acts]
ACTING = [(entry.method, entry.path) for room in pages.ROOMS for entry in room.DOORS if entry.acts]
SOME_ID = {"id": "1234567", "id:path": "1234567"}


def address(path: str) -> str:
    for name, text in SOME_ID.items():
        path = path.replace("{" + name + "}", text)
    return path


def request(peer: str | None = "127.0.0.1", host: str = "127.0.0.1:8000", **headers: str) -> Request:
    named = {"host": host} | {name.replace("_", "-"): text for name, text in headers.items()}
    raw = [(name.encode(), text.encode()) for name, text in named.items()]
    client = None if peer is None else (peer, 50_000)
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw, "client": client})


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8000", "localhost", "LocalHost:1", "[::1]", "[::1]:65535"]
)
def test_this_machine_is_open(peer: str, host: str) -> None:
    assert door.closed_to(request(peer, host)) is None


@pytest.mark.parametrize(
    "peer",
    [None, "", "10.0.0.7", "192.168.1.2", "::2", "::ffff:10.0.0.7", "testclient", "127.0.0.1.evil.example"],
)
def test_another_peer_is_refused(peer: str | None) -> None:
    assert "not from this machine" in (door.closed_to(request(peer)) or "")


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "leads.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.2",
        "[::2]",
        "::1",
        "127.0.0.1:",
        "127.0.0.1:80:80",
        "localhost@evil.example",
        "localhost\nx",
        "127.0.0.1:123456",
    ],
)
def test_another_host_is_refused(host: str) -> None:
    """Otherwise any web page could read ours through a name of its own that leads to 127.0.0.1."""
    assert "it was sent to the host" in (door.closed_to(request(host=host)) or "")


@pytest.mark.parametrize(
    "header",
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-anything"],
)
def test_a_proxy_is_refused(header: str) -> None:
    refused = door.closed_to(request(**{header.replace("-", "_"): "127.0.0.1"}))
    assert "proxy" in (refused or "")
    assert header in (refused or "").lower()


@pytest.mark.parametrize("path", [*LOOKING, *(path for _, path in ACTING)])
@pytest.mark.parametrize("odd", ["peer", "host", "proxy"])
def test_the_rule_holds_on_every_page(settled: Person, path: str, odd: str) -> None:
    peer = "10.0.0.7" if odd == "peer" else "127.0.0.1"
    base = "http://evil.example" if odd == "host" else HERE
    headers = {"Sec-Fetch-Site": "same-origin"} | ({"X-Forwarded-For": "127.0.0.1"} if odd == "proxy" else {})
    client = TestClient(settled.rig.client.app, base, client=(peer, 1), headers=headers)
    for method in ("GET", "POST"):
        answer = client.request(method, address(path))
        if answer.status_code != 405:
            assert answer.status_code == 403
            assert "open on this machine only" in answer.text


def test_what_others_need_is_not_limited(rig: Rig) -> None:
    link = rig.api.post("/connections").json()["authorization_url"].removeprefix(HERE)
    foreign = TestClient(
        rig.client.app,
        "https://leads.example",
        client=("203.0.113.9", 1),
        headers={"X-Forwarded-For": "198.51.100.1"},
        follow_redirects=False,
    )
    assert foreign.get(link).status_code == 303
    assert "No such link" in foreign.get("/oauth/linkedin/callback?state=x").text
    assert foreign.get("/static/leadwire.css").status_code == 200
    assert foreign.get("/healthz").status_code == 200
    key = {"Authorization": f"Bearer {rig.api.key}"}
    assert foreign.get("/api/v1/leads", headers=key).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
        {"origin": "http://127.0.0.1:8000"},
        {"origin": "HTTP://127.0.0.1:8000"},
        {"referer": "http://127.0.0.1:8000/accounts/1"},
        {"sec_fetch_site": "same-origin", "origin": "http://evil.example"},
    ],
)
def test_what_was_asked_here_counts(headers: dict[str, str]) -> None:
    assert door.made_elsewhere(request(**headers)) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "cross-site", "origin": "http://127.0.0.1:8000"},
        {"sec_fetch_site": ""},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:8001"},
        {"origin": "http://127.0.0.1:8000.evil.example"},
        {"origin": "http://127.0.0.1:8000@evil.example"},
        {"origin": "http://evil.example", "referer": "http://127.0.0.1:8000/"},
        {"referer": "http://evil.example/http://127.0.0.1:8000/"},
    ],
)
def test_what_was_asked_elsewhere_does_not(headers: dict[str, str]) -> None:
    assert door.made_elsewhere(request(**headers)) is not None


@pytest.mark.parametrize(("method", "path"), ACTING)
def test_no_other_site_makes_a_browser_act(settled: Person, method: str, path: str) -> None:
    before = [settled.rig.api.all(path) for path in ("/connections", "/runs", "/quarantine")]
    with settled.rig.browser() as browser:
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}, {}):
            answer = browser.request(method, address(path), headers=headers)
            assert answer.status_code == 403
            assert "Nothing was changed." in Page(answer.text).text
    assert [settled.rig.api.all(path) for path in ("/connections", "/runs", "/quarantine")] == before


def test_looking_at_the_head_of_an_action_does_nothing(person: Person) -> None:
    assert person.browser.head("/connections/connect").status_code == 405
    assert person.rig.api.all("/connections") == []


def test_every_change_is_a_post_but_for_the_way_to_linkedin() -> None:
    assert {path for method, path in ACTING if method != "POST"} == {
        "/connections/connect",
        "/connections/{id}/reconnect",
    }
