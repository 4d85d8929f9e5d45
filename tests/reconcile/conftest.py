"""An account that is read, reconciled and looked at by the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from tests.databases import Home, SqliteHomes
from tests.rig import MAIN, Rig, rig

from leadwire.domain.times import DAY, SECOND, iso, parse_iso
from leadwire.linkedin.answers import Answer
from leadwire.linkedin.client import Request

__all__ = ["rig"]

OWNER = f"urn:li:sponsoredAccount:{MAIN}"
FORM = 7992706
PATH = f"/accounts/{MAIN}"
WEEKS = 50 * DAY


class Killed(BaseException):
    """The process died here; nobody catches it."""


class Watched(Rig):
    """Dies at the given call of the finder."""

    dies_at: int | None = None

    def carry(self, request: Request) -> Answer:
        if self.dies_at is not None and "start=" in request.url:
            self.dies_at -= 1
            if self.dies_at < 0:
                raise Killed
        return super().carry(request)


class Account:
    def __init__(self, rig: Rig, home: Home) -> None:
        self.rig, self.home, self.api = rig, home, rig.api
        self.leads = rig.emulator.control.leads
        rig.connect_member()
        rig.sync()

    def order(self, **wish: Any) -> str:
        answer = self.api.post(f"{PATH}/reconcile", wish)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["run"])

    def reconcile(self, **wish: Any) -> dict[str, Any]:
        """A reconciliation of some weeks carried to its end; the certificate."""
        self.rig.run_for(SECOND)
        order = self.order(**{"since": iso(self.rig.now() - WEEKS), **wish})
        self.rig.drain()
        run = self.api.get(f"/runs/{order}").json()
        assert (run["kind"], run["state"]) == ("reconcile", "done"), run["error"]
        return self.certificate()

    def certificate(self, **asked: Any) -> dict[str, Any]:
        return self.api.get(f"{PATH}/certificate", limit=200, **asked).json()  # type: ignore[no-any-return]

    def lead(self, lead: str) -> dict[str, Any]:
        return self.api.get(f"/leads/{lead}").json()  # type: ignore[no-any-return]

    def stored(self, older_than: int = 2 * DAY) -> list[str]:
        """Leads of that age, newest first."""
        leads, until = self.api.all("/leads", account=MAIN), self.rig.now() - older_than
        return [one["id"] for one in leads if parse_iso(one["submitted_at"]) < until]

    def shown(self) -> int:
        """How much is kept of what was shown."""
        with self.rig.workspace.read() as tx:
            return len(tx.checks.left(OWNER, besides=[]))

    def take_out(self, lead: str) -> None:
        """The test switch: a row is gone from the store, as by a mistake that nobody noticed."""
        ledger, place = {"sqlite": ("_ledger", ""), "postgresql": ("leadwire.ledger", "ws_default.")}[
            self.home.dialect
        ]
        table = self.api.get(f"/forms/{self.lead(lead)['form']}").json()["table"]
        engine = create_engine((self.home.owner_url or self.home.url).replace("ql://", "ql+psycopg://"))
        with engine.begin() as connection:
            if self.home.dialect == "postgresql":
                whose = {"id": self.rig.workspace.id}
                connection.execute(text("SELECT set_config('leadwire.workspace', :id, true)"), whose)
            for name in (ledger, f"{place}leads", table):
                gone = connection.execute(text(f"DELETE FROM {name} WHERE lead_id = :lead"), {"lead": lead})
                assert gone.rowcount == 1, name
        engine.dispose()


def named(certificate: dict[str, Any], kind: str) -> list[str]:
    """The ids of a kind in all rows."""
    return [lead for row in certificate["rows"] for lead in row[kind]]


@pytest.fixture
def account(rig: Rig, home: Home) -> Account:
    """On both databases in turn."""
    return Account(rig, home)


@pytest.fixture
def alone(sqlite_homes: SqliteHomes, tmp_path: Path) -> Iterator[Account]:
    """What is told does not depend on the database; SQLite tells it quicker. The process can be killed."""
    with sqlite_homes.home(tmp_path / "home") as home, closing(Watched(home, tmp_path)) as watched:
        yield Account(watched, home)
