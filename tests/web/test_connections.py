"""Connections by API: what is shown, the heartbeat, and letting go (LGF-002, 003, 004)."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Home
from tests.rig import JANE, MAIN, OMAR, VIEWED, Rig, sqlite_only

from leadwire.domain.times import DAY, HOUR, MINUTE


def test_a_connection_shows_what_was_granted_and_no_token(rig: Rig) -> None:
    connection_id = rig.connect_member()
    found = rig.api.get(f"/connections/{connection_id}").json()
    assert found == {
        "id": connection_id,
        "state": "active",
        "reason": None,
        "scopes": ["r_ads", "r_marketing_leadgen_automation", "r_organization_admin"],
        "member": {"id": JANE, "name": None},
        "access_expires_at": "2026-07-27T20:26:40.000Z",
        "refresh_expires_at": "2027-05-29T02:15:51.000Z",
        "last_heartbeat": None,
        "created_at": "2026-05-28T20:26:40.000Z",
        "granted_at": "2026-05-28T20:26:40.000Z",
        "pending_since": None,
        "heartbeats": [],
    }
    shown = rig.api.get("/connections").text
    assert all(token["token"] not in shown for token in rig.emulator.control.tokens.all())


def test_the_list_is_newest_first_and_stands_still_under_inserts(rig: Rig) -> None:
    made = []
    for _ in range(5):
        rig.advance(1)
        made.append(rig.api.post("/connections").json()["id"])
    first = rig.api.get("/connections", limit=2).json()
    rig.advance(1)
    late = rig.api.post("/connections").json()["id"]
    second = rig.api.get("/connections", limit=2, cursor=first["next"]).json()
    last = rig.api.get("/connections", limit=2, cursor=second["next"]).json()
    pages = [one["id"] for page in (first, second, last) for one in page["items"]]
    assert pages == made[::-1]
    assert last["next"] is None
    assert rig.api.get("/connections", limit=1).json()["items"][0]["id"] == late


@sqlite_only
@pytest.mark.parametrize(
    ("more", "method"),
    [((), "introspection"), (("r_basicprofile",), "/v2/me"), (("openid", "profile"), "/v2/userinfo")],
)
def test_the_heartbeat_asks_what_the_scopes_allow(
    home: Home, tmp_path: Path, more: tuple[str, ...], method: str
) -> None:
    scopes = ("r_marketing_leadgen_automation", "r_ads", "r_organization_admin", *more)
    with closing(Rig(home, tmp_path, linkedin_scopes=scopes)) as rig:
        connection_id = rig.connect_member()
        rig.advance(HOUR)
        beat = rig.api.post(f"/connections/{connection_id}/heartbeat")
        assert beat.status_code == 200
        heard = {"at": "2026-05-28T21:26:40.000Z", "method": method, "result": "ok"}
        assert beat.json()["last_heartbeat"] == heard
        assert rig.api.get(f"/connections/{connection_id}").json()["last_heartbeat"] == heard
        with rig.workspace.read() as tx:
            history = tx.audit.page(10, None, connection_id, "connection.heartbeat").items
        assert [entry.detail for entry in history] == [{"method": method, "result": "ok"}]


Blow = Callable[[Rig], Any]


@sqlite_only
@pytest.mark.parametrize("scopes", [("r_ads",), ("r_ads", "r_basicprofile")], ids=["introspection", "me"])
@pytest.mark.parametrize(
    ("blow", "result", "state"),
    [
        (lambda rig: rig.emulator.control.tokens.revoke(), "ended", "needs_reconnect"),
        (lambda rig: rig.emulator.control.tokens.expire_refresh(), "ended", "needs_reconnect"),
        (lambda rig: rig.emulator.control.tokens.revoke_access(), "ok", "active"),
        (lambda rig: rig.emulator.control.tokens.expire_access(), "ok", "active"),
        (lambda rig: rig.emulator.control.knobs.patch(down="503"), "no_answer", "active"),
        (lambda rig: rig.emulator.control.knobs.patch(down="timeout"), "no_answer", "active"),
    ],
    ids=["revoked", "all expired", "access revoked", "access expired", "503", "timeout"],
)
def test_the_heartbeat_tells_a_dead_grant_from_a_deaf_linkedin(
    home: Home, tmp_path: Path, scopes: tuple[str, ...], blow: Blow, result: str, state: str
) -> None:
    with closing(Rig(home, tmp_path, linkedin_scopes=scopes)) as rig:
        connection_id = rig.connect_member()
        rig.advance(HOUR)
        blow(rig)
        rig.advance(1000)
        found = rig.api.post(f"/connections/{connection_id}/heartbeat").json()
        assert (found["last_heartbeat"]["result"], found["state"]) == (result, state)
        assert (found["reason"] is None) == (state == "active")


@sqlite_only
def test_a_scope_that_the_app_has_lost_leaves_introspection(home: Home, tmp_path: Path) -> None:
    with closing(Rig(home, tmp_path, linkedin_scopes=("r_ads", "r_basicprofile"))) as rig:
        connection_id = rig.connect_member()
        rig.emulator.control.faults.add({"kind": "status", "status": 403}, {"route": "me.GET"})
        beat = rig.api.post(f"/connections/{connection_id}/heartbeat").json()["last_heartbeat"]
        assert (beat["method"], beat["result"]) == ("introspection", "ok")


def test_there_is_nothing_to_verify_before_a_consent(rig: Rig) -> None:
    connection_id = rig.api.post("/connections").json()["id"]
    answer = rig.api.post(f"/connections/{connection_id}/heartbeat")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_active")


@sqlite_only
def test_a_grant_without_refresh_token_ends_as_expired(home: Home, tmp_path: Path) -> None:
    with closing(Rig(home, tmp_path)) as rig:
        rig.emulator.control.world.patch_app(rig.settings.linkedin_client_id, refresh_enabled=False)
        connection_id = rig.connect_member()
        assert rig.api.get(f"/connections/{connection_id}").json()["refresh_expires_at"] is None
        rig.advance(61 * DAY)
        found = rig.api.post(f"/connections/{connection_id}/heartbeat").json()
        assert (found["state"], found["reason"]) == ("needs_reconnect", "expired")


def test_letting_go_keeps_the_data_and_pauses_the_accounts(rig: Rig) -> None:
    connection_id = rig.connect_member()
    rig.sync()
    leads = rig.api.all("/leads")
    assert rig.api.delete(f"/connections/{connection_id}").status_code == 204
    assert rig.api.get(f"/connections/{connection_id}").status_code == 404
    assert rig.api.delete(f"/connections/{connection_id}").status_code == 404
    account = rig.api.get(f"/accounts/{MAIN}").json()
    assert (account["can_read_leads"], account["sync"]["enabled"]) == ("no", True)
    assert [problem["code"] for problem in account["problems"]] == ["account_role_missing"]
    rig.emulator.control.leads.submit(11780444)
    rig.run_for(10 * MINUTE)
    assert rig.api.all("/leads") == leads
    rig.connect_member()
    rig.run_for(10 * MINUTE)
    assert len(rig.api.all("/leads")) == len(leads) + 1


def test_another_connection_goes_on_serving_the_account(rig: Rig) -> None:
    first = rig.connect_member(member=JANE)
    rig.connect_member(member=OMAR)
    rig.sync()
    before = len(rig.api.all("/leads"))
    assert rig.api.delete(f"/connections/{first}").status_code == 204
    rig.emulator.control.leads.submit(11780444)
    rig.run_for(10 * MINUTE)
    assert rig.api.get(f"/accounts/{MAIN}").json()["can_read_leads"] == "probably"
    assert len(rig.api.all("/leads")) == before + 1


def test_a_purge_takes_what_only_this_connection_could_see(rig: Rig) -> None:
    first = rig.connect_member(member=JANE)
    rig.connect_member(member=OMAR)
    rig.sync(MAIN)
    rig.sync(VIEWED)
    kept = {lead["id"] for lead in rig.api.all("/leads", account=MAIN)}
    assert rig.api.all("/forms", account=VIEWED) != []
    assert rig.api("DELETE", f"/connections/{first}", purge="true").status_code == 204
    assert rig.api("DELETE", f"/connections/{first}", purge="true").status_code == 404
    assert {lead["id"] for lead in rig.api.all("/leads")} == kept
    assert rig.api.all("/forms", account=VIEWED) == []
    assert rig.api.get(f"/accounts/{VIEWED}").json()["sync"]["enabled"] is False
    assert rig.api.get(f"/accounts/{MAIN}").json()["sync"]["enabled"] is True
