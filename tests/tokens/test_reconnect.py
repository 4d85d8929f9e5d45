"""The same connection once more, and what is left when a grant goes (LGF-004, 110, 111)."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Home, SqliteHomes
from tests.rig import JANE, MAIN, OMAR, sqlite_only
from tests.tokens.wire import Wired

from leadwire.domain.times import HOUR, MINUTE

FORM = 7234246


@pytest.fixture
def rig(home: Home, tmp_path: Path) -> Iterator[Wired]:
    with closing(Wired(home, tmp_path)) as rig:
        yield rig


def standing(rig: Wired) -> Any:
    """What must not change with a grant."""
    account = rig.api.get(f"/accounts/{MAIN}").json()
    forms = [(form["id"], form["table"]) for form in rig.api.all("/forms")]
    covered = rig.api.get(f"/accounts/{MAIN}/coverage").json()["lead_types"][0]["covered"]
    return account["sync"], forms, rig.api.get("/settings").json(), covered[0]["since"]


@sqlite_only
def test_another_admin_reconnects_the_same_connection_and_the_gap_closes(rig: Wired) -> None:
    connection_id = rig.connect_member()
    rig.sync()
    rig.api.patch("/settings", {"forms_interval": "2h"})
    rig.api.patch(f"/forms/{FORM}", {"poll_interval": "10m"})
    before, leads = standing(rig), {lead["id"] for lead in rig.api.all("/leads")}
    rig.emulator.control.tokens.revoke(JANE)
    rig.run_for(20 * MINUTE)
    assert rig.connection(connection_id)["state"] == "needs_reconnect"
    missed = [str(rig.emulator.control.leads.submit(FORM)["id"]) for _ in range(3)]
    rig.run_for(2 * HOUR)
    (ledger,) = rig.api.get(f"/accounts/{MAIN}/coverage").json()["lead_types"]
    assert len(ledger["gaps"]) == 1
    begun = rig.api.post(f"/connections/{connection_id}/reconnect").json()
    assert begun["id"] == connection_id
    rig.consent(begun["authorization_url"], OMAR)
    rig.run_for(MINUTE)
    found = rig.connection(connection_id)
    assert (found["state"], found["reason"], found["member"]["id"]) == ("active", None, OMAR)
    assert {lead["id"] for lead in rig.api.all("/leads")} == leads | set(missed)
    (ledger,) = rig.api.get(f"/accounts/{MAIN}/coverage").json()["lead_types"]
    assert ledger["gaps"] == []
    assert standing(rig) == before
    assert len(rig.api.all("/connections")) == 1


@sqlite_only
def test_of_two_members_one_grant_dies_and_the_other_pulls(rig: Wired) -> None:
    first, second = rig.connect_member(member=JANE), rig.connect_member(member=OMAR)
    rig.sync()
    rig.emulator.control.tokens.revoke(JANE)
    lead = str(rig.emulator.control.leads.submit(FORM)["id"])
    rig.run_for(6 * MINUTE)
    assert rig.connection(first)["state"] == "needs_reconnect"
    assert rig.connection(second)["state"] == "active"
    assert lead in {one["id"] for one in rig.api.all("/leads")}
    (ledger,) = rig.api.get(f"/accounts/{MAIN}/coverage").json()["lead_types"]
    assert ledger["gaps"] == []


@pytest.mark.parametrize(
    ("dying", "left"), [("alive", 0), ("refresh_dead", 0), ("revoked", 1)], ids=lambda one: str(one)
)
def test_what_a_grant_subscribed_to_ends_with_it_as_far_as_its_token_goes(
    sqlite_homes: SqliteHomes, tmp_path: Path, dying: str, left: int
) -> None:
    pushed = {"knobs": {"allow_http_webhooks": True}, "allow_http_webhooks": True}
    with sqlite_homes.home(tmp_path / "h") as home, closing(Wired(home, tmp_path, **pushed)) as rig:
        connection_id = rig.connect_member()
        rig.sync()
        assert len(rig.emulator.control.hooks.subscriptions()) == 1
        if dying == "revoked":
            rig.emulator.control.tokens.revoke()
        if dying != "alive":
            with rig.workspace.write() as tx:  # found out a moment ago
                tx.connections.set_state(connection_id, "needs_reconnect", dying, rig.now())
        rig.wire.clear()
        assert rig.api.delete(f"/connections/{connection_id}").status_code == 204
        assert len(rig.wire) <= 3
        assert len(rig.emulator.control.hooks.subscriptions()) == left
        with rig.workspace.read() as tx:
            (said,) = tx.audit.page(5, None, connection_id, "connection.deleted").items
        assert said.detail["subscriptions_left"] == left
