"""What ends is said before it ends: tearing an account down, erasing a lead, answering for missing ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.databases import SqliteHomes
from tests.rig import MAIN, rig_on
from tests.web_pages.conftest import Person, said

from leadwire.ingest.absence import suspect

OWNER = f"urn:li:sponsoredAccount:{MAIN}"


@pytest.fixture
def one(sqlite_homes: SqliteHomes, tmp_path: Path) -> Iterator[Person]:
    with rig_on(sqlite_homes, tmp_path) as rig:
        rig.connect_member()
        rig.sync()
        yield Person(rig)


def test_a_teardown_says_what_goes_and_does_what_was_chosen(one: Person) -> None:
    leads = len(one.rig.api.all("/leads"))
    asked = str(one.sees(f"/accounts/{MAIN}/teardown").elements[0].text)
    assert f"{leads:,} leads" in asked and "leads_" in asked
    assert "Nothing was left" in said(one.does(f"/accounts/{MAIN}/teardown", purge="no"))
    assert len(one.rig.api.all("/leads")) == leads
    assert f"{leads:,} leads removed" in said(one.does(f"/accounts/{MAIN}/teardown", purge="yes"))
    assert one.rig.api.all("/leads") == []


def test_a_lead_is_erased_from_its_page(one: Person) -> None:
    lead = one.rig.api.all("/leads")[0]["id"]
    links = [link.attributes["href"] for link in one.sees(f"/leads/{lead}").all("a")]
    assert f"/leads/{lead}/erase" in links
    assert "Nothing undoes this" in one.sees(f"/leads/{lead}/erase").elements[0].text
    assert "erased for good" in said(one.does(f"/leads/{lead}/erase"))
    one.sees(f"/leads/{lead}", 404)


def test_many_missing_leads_are_a_question_on_the_accounts_page(one: Person) -> None:
    rig = one.rig
    with rig.workspace.write() as tx:
        suspect(tx, OWNER, [lead["id"] for lead in rig.api.all("/leads", account=MAIN)], rig.now())
    rig.drain()
    assert "nothing was erased" in one.sees(f"/accounts/{MAIN}").elements[0].text
    assert "are kept" in said(one.does(f"/accounts/{MAIN}/absence", deleted="no"))
    assert "nothing was erased" not in one.sees(f"/accounts/{MAIN}").elements[0].text
