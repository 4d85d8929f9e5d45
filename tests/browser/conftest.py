"""One demo and one browser for the tests of a session; they skip where there is no Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.browser.people import CHROMIUM, Desk, a_browser, at_a_desk, build_form, connect, form_of


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all."""
    if not CHROMIUM:
        pytest.skip("no Chromium: apt-get install --no-install-recommends chromium")
    with a_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def connected(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Desk]:
    """Jane is connected and the main account is read, all by clicks."""
    with at_a_desk(tmp_path_factory.mktemp("desk"), chromium) as desk:
        connect(desk).close()
        assert desk.complaints == []
        yield desk


@pytest.fixture(scope="session")
def form(connected: Desk) -> str:
    """The id of a form that somebody built and published."""
    page = build_form(connected, "A talk")
    found = form_of(page)
    page.close()
    return found


@pytest.fixture
def desk(connected: Desk) -> Iterator[Desk]:
    """Before the running demo; whatever the browser complains of fails the test."""
    yield connected
    for page in connected.context.pages:
        page.close()
    complaints = connected.complaints[:]
    connected.complaints.clear()
    assert complaints == []
