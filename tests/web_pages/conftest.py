"""People before the pages: a browser on this machine, and what it does there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient
from tests.rig import HERE, MAIN, Homes, Rig, rig, rig_on, staged, synced
from tests.web_pages.html_reader import Page

__all__ = ["rig"]


class Person:
    """Somebody with a browser on the machine itself."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.browser: TestClient = rig.browser()
        self.browser.headers["Sec-Fetch-Site"] = "same-origin"

    def sees(self, path: str, status: int = 200) -> Page:
        """The page at this address."""
        answer = self.browser.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code}\n{answer.text[:2000]}"
        return Page(answer.text)

    def does(self, path: str, **fields: Any) -> Page:
        """Send a form, and look at where it leads."""
        answer = self.browser.post(path, data=fields)
        assert answer.status_code == 303, f"{path}: {answer.status_code}\n{answer.text[:2000]}"
        return self.sees(answer.headers["location"].partition("#")[0])

    def fails(self, path: str, status: int, **fields: Any) -> Page:
        """Send a form that is refused; what is said about it."""
        answer = self.browser.post(path, data=fields)
        assert answer.status_code == status, answer.text[:2000]
        return Page(answer.text)

    def goes_to_linkedin(self, path: str) -> str:
        """Follow a link that leaves for LinkedIn; the connection that is asked for."""
        link = self.browser.get(path).headers["location"]
        assert link.startswith(f"{HERE}/connect/")
        before = {one["id"]: one["pending_since"] for one in self.rig.api.all("/connections")}
        arrived = self.rig.consent(link)
        self.rig.drain()
        connection_id = urlsplit(arrived.headers["location"]).path.rpartition("/")[2]
        assert before[connection_id] is not None
        return connection_id


def said(page: Page) -> str:
    """What the action before has to say."""
    return " ".join(one.text for one in page.elements if one.attributes.get("role") == "status")


@pytest.fixture
def person(rig: Rig) -> Person:
    """Alone with an empty Leadwire, on both databases in turn."""
    return Person(rig)


def read(rig: Rig) -> None:
    """Jane is connected, the main account is being read, and one value is in quarantine."""
    lead = rig.emulator.control.leads.truth(owner=f"urn:li:sponsoredAccount:{MAIN}")[1]["id"]
    rig.emulator.control.leads.spoil(lead, "number_answer")
    synced(rig)


@pytest.fixture
def reader(homes: Homes, tmp_path: Path) -> Iterator[Person]:
    """Before a Leadwire that reads, on both databases in turn."""
    with staged(homes, tmp_path, read, Rig) as rig:
        yield Person(rig)


@pytest.fixture(scope="module")
def settled(sqlite_homes: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """As `reader`, for tests that change nothing."""
    with rig_on(sqlite_homes, tmp_path_factory.mktemp("settled")) as rig:
        leads = rig.emulator.control.leads
        owner = f"urn:li:sponsoredAccount:{MAIN}"
        for lead, kind in zip(
            leads.truth(owner=owner), ("number_answer", "null", "nul_answer"), strict=False
        ):
            leads.spoil(lead["id"], kind)
        rig.connect_member()
        rig.sync()
        yield Person(rig)
