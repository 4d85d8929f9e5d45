"""Teardown and recreate: nothing of the account is left, nothing of others touched, and all comes again (LGF-111)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import inspect
from tests.absence.test_history import FORM, plain, tick
from tests.rig import JANE, MAIN, PAGE, VIEWED, Caller, Rig
from tests.store.samples import everything

HOUR = 3_600_000
STAYS = ("audit", "accounts", "access", "workspaces", "calls", "erasures", "schedule", "connections", "beats")


def subscriptions(rig: Rig) -> int:
    return len(rig.emulator.control.hooks.subscriptions())


def tables(rig: Rig) -> set[str]:
    with rig.workspace.shape() as shaping:
        place = rig.workspace.place
        return {
            name
            for name in inspect(shaping._connection).get_table_names(schema=place.schema)
            if name.startswith("leads_")
        }


def figures(rig: Rig, account: str = MAIN) -> dict[str, Any]:
    return {
        "leads": len(rig.api.all("/leads", account=account)),
        "forms": len(rig.api.all("/forms", account=account)),
        "webhooks": len(rig.api.all("/webhooks")),
        "tables": len(tables(rig)),
        "subscriptions": subscriptions(rig),
    }


def down(rig: Rig, purge: bool, account: str = MAIN) -> Any:
    answer = rig.api.delete(f"/accounts/{account}/sync?purge={str(purge).lower()}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def down_and_up(rig: Rig, times: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Tear an account down and build it anew, so many times; the figures without it and with it, after each."""
    other = rig.tenant("Globex")
    rig.connect_member(other)
    rig.sync(VIEWED, other)
    theirs, bystander = len(other.all("/leads")), len(rig.api.all("/leads", account=MAIN))
    rig.sync(VIEWED)
    full = figures(rig, VIEWED)
    assert full["leads"] == theirs > 0 and full["tables"] > 0
    for turn in range(times):
        said = down(rig, purge=True, account=VIEWED)
        assert (said["removed"]["subscriptions"], said["left_behind"]) == (1, []), turn
        assert (said["removed"]["leads"], said["removed"]["forms"]) == (full["leads"], full["forms"])
        assert said["removed"]["tables"] == full["forms"]
        empty = {"leads": 0, "forms": 0, "webhooks": full["webhooks"] - 1}
        empty |= {"tables": full["tables"] - full["forms"], "subscriptions": full["subscriptions"] - 1}
        assert figures(rig, VIEWED) == empty
        again = down(rig, purge=True, account=VIEWED)
        assert again == {"removed": dict.fromkeys(said["removed"], 0), "left_behind": []}
        with rig.workspace.read() as tx:
            left = {name.rpartition(".")[2].lstrip("_"): rows for name, rows in everything(tx).items()}
        assert not [name for name, rows in left.items() if VIEWED in str(rows) and name not in STAYS]
        rig.sync(VIEWED)
        assert figures(rig, VIEWED) == full
        assert len(other.all("/leads")) == theirs
        yield empty, full
    assert len(rig.api.all("/leads", account=MAIN)) == bystander
    assert plain(rig) in {one["id"] for one in rig.api.all("/leads", account=MAIN)}


def test_ten_times_down_and_up_again(rig: Rig) -> None:
    """Ten times on either database: `python -m tests.absence`."""
    times = 10 if rig.store.dialect == "sqlite" else 3
    assert len(list(down_and_up(rig, times))) == times


def test_what_is_kept_is_gone_on_with(quick: Rig) -> None:
    before = figures(quick)
    said = down(quick, purge=False)
    assert said["removed"] == {**dict.fromkeys(said["removed"], 0), "subscriptions": 1}
    assert figures(quick) == {**before, "webhooks": 0, "subscriptions": 0}
    late = str(quick.emulator.control.leads.submit(FORM)["id"])
    quick.run_for(3 * HOUR)
    assert quick.api.get(f"/leads/{late}").status_code == 404
    quick.sync()
    assert quick.api.get(f"/leads/{late}").status_code == 200
    assert figures(quick) == {**before, "leads": before["leads"] + 1}
    assert quick.api.delete("/accounts/99999/sync").status_code == 404


@pytest.mark.parametrize("purge", [False, True])
def test_a_grant_that_is_ending_still_takes_back_what_it_subscribed_to(quick: Rig, purge: bool) -> None:
    with quick.workspace.write() as tx:
        (connection,) = tx.connections.all()
        tx.connections.set_state(connection.id, "needs_reconnect", "refresh_dead", quick.now())
    said = down(quick, purge)
    assert (said["removed"]["subscriptions"], said["left_behind"], subscriptions(quick)) == (1, [], 0)


@pytest.mark.parametrize("purge", [False, True])
def test_what_linkedin_does_not_let_go_of_is_said_and_ended_later(quick: Rig, purge: bool) -> None:
    rule = quick.emulator.control.faults.add(
        {"kind": "status", "status": 503}, {"route": "leadNotifications.DELETE"}
    )
    said = down(quick, purge)
    (left,) = said["left_behind"]
    assert (said["removed"]["subscriptions"], left["problem"]["code"]) == (0, "linkedin_unreachable")
    assert subscriptions(quick) == 1
    quick.emulator.control.faults.remove(rule["id"] if isinstance(rule, dict) else None)
    quick.run_for(HOUR)
    assert (subscriptions(quick), quick.api.all("/webhooks")) == (0, [])


def test_where_no_token_is_left_it_is_said(quick: Rig) -> None:
    quick.emulator.control.tokens.revoke(JANE)
    said = down(quick, purge=True)
    assert [one["problem"]["code"] for one in said["left_behind"]] == ["grant_ended"]
    assert quick.api.all("/webhooks") == []


def test_a_workspace_that_goes_takes_its_subscriptions_along(quick: Rig) -> None:
    before = figures(quick)
    made = quick.api.post("/workspaces", {"name": "Globex"}).json()
    key = quick.api.post(f"/workspaces/{made['id']}/api-keys", {"name": "k"}).json()["key"]
    other = Caller(quick.client, key)
    quick.connect_member(other)
    quick.sync(PAGE, other)
    assert subscriptions(quick) > before["subscriptions"]
    assert quick.api.delete(f"/workspaces/{made['id']}").status_code == 204
    assert figures(quick) == before


def test_dropped_tables_are_made_again_from_the_raw_leads(rig: Rig) -> None:
    gone = plain(rig)
    with rig.workspace.write() as tx:
        tx.erasing.mark_deleted([gone], rig.now(), rig.now())
        table = tx.forms.table(str(FORM))
    place = rig.workspace.place.form_table(table)
    with rig.workspace.read() as tx:
        before = sorted(map(tuple, tx._scope.connection.execute(place.select())), key=str)
    with rig.workspace.shape() as shaping:
        shaping.drop_form(table.table_name)
    assert rig.api.post(f"/forms/{FORM}/rebuild").json()["rows"] == len(before) - 1
    with rig.workspace.read() as tx:
        assert sorted(map(tuple, tx._scope.connection.execute(place.select())), key=str) == before
    tick(rig)


def test_a_connection_that_goes_takes_along_what_it_alone_could_see_if_asked_to(quick: Rig) -> None:
    (connection,) = quick.api.all("/connections")
    assert quick.api.delete(f"/connections/{connection['id']}?purge=true").status_code == 204
    assert figures(quick) == dict.fromkeys(figures(quick), 0)
    assert quick.api.all("/connections") == []
