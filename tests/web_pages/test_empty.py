"""A page without anything to show says what to do next; without a LinkedIn app there is only the set-up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.databases import Home
from tests.rig import HERE, Rig
from tests.web_pages.conftest import Person, said
from tests.web_pages.html_reader import Page

CALLBACK = f"{HERE}/oauth/linkedin/callback"


@pytest.fixture
def bare(home: Home, tmp_path: Path) -> Iterator[Person]:
    """Nobody has told this Leadwire of a LinkedIn app."""
    with closing(Rig(home, tmp_path, linkedin_client_id=None, linkedin_client_secret=())) as rig:
        yield Person(rig)


def button(page: Page) -> str:
    """Where the first button that is a link leads."""
    return next(one.attributes["href"] for one in page.all("a") if one.attributes.get("role") == "button")


@pytest.mark.parametrize(
    ("path", "words", "leads_to"),
    [
        ("/", "Connect LinkedIn", "/connections/connect"),
        ("/connections", "Nobody is connected yet", "/connections/connect"),
        ("/accounts", "No account is known yet", "/connections"),
        ("/forms", "No form is known yet", "/accounts"),
        ("/leads", "No lead is stored yet", "/accounts"),
        ("/runs", "Nothing has been pulled yet", "/accounts"),
        ("/quarantine", "Nothing is in quarantine", "/leads"),
        ("/quarantine?state=resolved", "Nothing has been put right yet", "/quarantine"),
        ("/leads?q=nobody", "No lead fits", "/leads"),
        ("/runs?kind=poll", "No such run", "/runs"),
    ],
)
def test_an_empty_page_says_what_to_do(person: Person, path: str, words: str, leads_to: str) -> None:
    page = person.sees(path)
    assert words in page.text
    assert button(page) == leads_to


def test_the_next_step_follows_what_is_there(person: Person) -> None:
    rig, steps = person.rig, []

    def step() -> str:
        page = person.sees("/")
        return page.one("h2", id="next").text if page.all("h2", id="next") else "none"

    steps.append(step())
    rig.connect_member()
    steps.append(step())
    rig.api.put("/accounts/1234567/sync", {"enabled": True})
    steps.append(step())
    rig.run_for(60_000)
    steps.append(step())
    assert steps == [
        "Connect LinkedIn",
        "Switch reading on for an account",
        "Wait for the first leads",
        "none",
    ]


@pytest.mark.parametrize("path", ["/", "/connections", "/accounts", "/accounts/1", "/leads/x", "/settings"])
def test_without_an_app_every_page_is_the_set_up(bare: Person, path: str) -> None:
    page = bare.sees(path)
    assert page.one("h1").text == "Set up the LinkedIn app"
    assert CALLBACK in [one.text for one in page.all("code")]
    for scope in ("r_marketing_leadgen_automation", "r_ads", "r_organization_admin"):
        assert scope in page.text
    assert len(page.all("form")) == 1
    assert page.one("nav", **{"aria-label": "Main"}).text == ""


def test_without_an_app_nothing_is_done(bare: Person) -> None:
    page = bare.fails("/accounts/check", 409)
    assert page.one("h1").text == "Set up the LinkedIn app"
    assert bare.browser.get("/connections/connect").status_code == 409


def test_the_set_up_leads_on(bare: Person) -> None:
    page = bare.does("/setup", client_id=" 78emulatordemo01 ", client_secret="emulator-client-secret-01")
    assert page.one("h1").text == "Connections"
    assert "set up" in said(page)
    connection_id = bare.goes_to_linkedin("/connections/connect")
    assert "active" in bare.sees(f"/connections/{connection_id}").text
    settings = bare.sees("/settings")
    assert "78emulatordemo01" in settings.text
    assert "the set-up page" in settings.text
    assert "emulator-client-secret-01" not in settings.text


@pytest.mark.parametrize(
    "typed",
    [{}, {"client_id": "x"}, {"client_secret": "x"}, {"client_id": "a b", "client_secret": "x"}],
)
def test_a_half_set_up_is_refused(bare: Person, typed: dict[str, str]) -> None:
    assert "one word without spaces" in bare.fails("/setup", 422, **typed).text
    assert bare.sees("/").one("h1").text == "Set up the LinkedIn app"


def test_what_the_environment_gives_is_not_overwritten(person: Person) -> None:
    assert "environment" in person.fails("/setup", 409, client_id="other", client_secret="other").text
    assert person.rig.store.deployment.app_credentials() is None
    assert not person.sees("/settings").all("form", action="/setup")
