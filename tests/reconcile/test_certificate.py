"""A second reading tells whether what LinkedIn shows is what is stored, and says what it put right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from tests.databases import Home, SqliteHomes
from tests.rig import JANE, MAIN, Rig, rig_on

from leadwire.linkedin.errors import TryLater

OWNER = f"urn:li:sponsoredAccount:{MAIN}"
FORM, OTHER = 7992706, 7234246
ORGANIZATION = 11223344
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


class Account:
    """The account under test: reconciled by the API, its certificate read by the API."""

    def __init__(self, rig: Rig, home: Home) -> None:
        self.rig, self.home = rig, home
        rig.connect_member()
        rig.sync()

    def reconcile(self, **wish: Any) -> dict[str, Any]:
        """A reconciliation carried to its end; the certificate."""
        answer = self.rig.api.post(f"/accounts/{MAIN}/reconcile", wish)
        assert answer.status_code == 202, answer.text
        self.rig.run_for(2 * MINUTE)
        run = self.rig.api.get(f"/runs/{answer.json()['run']}").json()
        assert (run["kind"], run["state"]) == ("reconcile", "done"), run["error"]
        return self.certificate()

    def certificate(self, **asked: Any) -> dict[str, Any]:
        return self.rig.api.get(f"/accounts/{MAIN}/certificate", limit=200, **asked).json()

    def take_out(self, lead: str) -> None:
        """The test switch: a row is gone from the store, as by a mistake that nobody noticed."""
        place = {"sqlite": ("_", ""), "postgresql": ("leadwire.", "ws_default.")}[self.home.dialect]
        url = self.home.owner_url or self.home.url
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        form = self.rig.api.get(f"/leads/{lead}").json()["form"]
        table = self.rig.api.get(f"/forms/{form}").json()["table"]
        with engine.begin() as connection:
            if self.home.dialect == "postgresql":
                connection.execute(text("SELECT set_config('leadwire.workspace', 'default', true)"))
            for name in (f"{place[0]}ledger", f"{place[1]}leads", table):
                gone = connection.execute(text(f"DELETE FROM {name} WHERE lead_id = :lead"), {"lead": lead})
                assert gone.rowcount == 1, name
        engine.dispose()

    def settled(self, age: int = 2 * DAY) -> list[str]:
        """Stored leads that are older than that, newest first."""
        leads = self.rig.api.all("/leads", account=MAIN)
        until = self.rig.now() - age
        return [one["id"] for one in leads if parse(one["submitted_at"]) < until]


def parse(moment: str) -> int:
    from leadwire.domain.times import parse_iso

    return parse_iso(moment)


def rows(certificate: dict[str, Any], kind: str) -> list[str]:
    """The ids of a kind that the rows name."""
    return [lead for row in certificate["rows"] for lead in row[kind]]


@pytest.fixture
def account(rig: Rig, home: Home) -> Account:
    return Account(rig, home)


def test_a_lost_row_is_red_then_repaired_then_forgotten(account: Account) -> None:
    green = account.reconcile()
    assert (green["state"], green["reason"]) == ("green", None)
    assert sum(row["pulled"] for row in green["rows"]) == sum(row["stored"] for row in green["rows"]) > 100
    lost = account.settled()[0]
    account.take_out(lost)
    red = account.reconcile(dry_run=True)
    assert (red["state"], rows(red, "missing")) == ("red", [lost])
    assert account.rig.api.get(f"/leads/{lost}").status_code == 404
    amber = account.reconcile()
    assert (amber["state"], rows(amber, "missing"), rows(amber, "repaired")) == ("amber", [], [lost])
    assert account.rig.api.get(f"/leads/{lost}").json()["received_via"] == "reconcile"
    assert account.rig.api.get(f"/runs/{amber['run']}").json()["repaired"] == 1
    assert account.rig.api.get("/status").json()["reconciliation"] == {"accounts": {"amber": 1}, "repaired": 1}
    assert "leadwire_reconcile_repaired_total 1.0" in account.rig.client.get("/metrics").text
    assert account.reconcile()["state"] == "green"


def test_what_is_hidden_is_missing_at_source_until_it_is_shown_again(account: Account) -> None:
    hidden = account.settled()[3]
    account.rig.emulator.control.leads.hide(hidden)
    red = account.reconcile()
    assert (red["state"], red["reason"], rows(red, "extra")) == ("red", None, [hidden])
    assert account.rig.api.get(f"/leads/{hidden}").json()["missing_since"] is not None
    account.rig.emulator.control.leads.unhide(hidden)
    assert account.reconcile()["state"] == "green"
    assert account.rig.api.get(f"/leads/{hidden}").json()["missing_since"] is None
