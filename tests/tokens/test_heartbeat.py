"""The heartbeat on a schedule, and the end of a grant: by the clock, by a word of LinkedIn's (LGF-002, 003, 006)."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Home
from tests.rig import MAIN, sqlite_only
from tests.tokens.wire import Wired

from leadwire.connect.heartbeat import next_beat
from leadwire.domain.times import DAY, HOUR, MINUTE, SECOND, parse_iso
from leadwire.store import Beat


@pytest.fixture
def rig(home: Home, tmp_path: Path) -> Iterator[Wired]:
    with closing(Wired(home, tmp_path)) as rig:
        yield rig


def due(rig: Wired) -> list[str]:
    with rig.workspace.read() as tx:
        return [one.key for one in tx.schedule.all("heartbeat")]


def test_every_grant_is_asked_about_by_the_hour(rig: Wired) -> None:
    connection_id = rig.connect_member()
    rig.run_for(5 * HOUR)
    seen = rig.connection(connection_id)
    times = [parse_iso(one["at"]) for one in seen["heartbeats"]]
    assert times[-1] - parse_iso(seen["granted_at"]) == 2 * MINUTE
    assert [later - sooner for sooner, later in zip(times[1:-1], times[:-2], strict=True)] == [HOUR] * (
        len(times) - 2
    )
    assert times[-2] - times[-1] <= HOUR + 2 * MINUTE  # then at this grant's own minute of the hour
    assert times[0] - times[-1] > 5 * HOUR - 2 * MINUTE - HOUR
    assert seen["last_heartbeat"] == seen["heartbeats"][0]
    assert {(one["method"], one["result"]) for one in seen["heartbeats"]} == {("introspection", "ok")}


@sqlite_only
def test_the_interval_counts_at_once_and_the_last_twenty_are_shown(rig: Wired) -> None:
    connection_id = rig.connect_member()
    rig.run_for(10 * MINUTE)
    changed = rig.api.patch("/settings", {"heartbeat_interval": "1m"}).json()
    assert (changed["heartbeat_interval"], changed["origins"]["heartbeat_interval"]) == ("1m", "workspace")
    rig.run_for(30 * MINUTE)
    heard = rig.connection(connection_id)["heartbeats"]
    assert len(heard) == 20
    assert parse_iso(heard[0]["at"]) - parse_iso(heard[-1]["at"]) == 19 * MINUTE
    assert rig.api.delete(f"/connections/{connection_id}").status_code == 204
    assert due(rig) == []


def ended(rig: Wired, connection_id: str) -> tuple[str, int]:
    """Let time pass until it needs a person; why, and since when."""
    with rig.workspace.read() as tx:
        assert tx.connections.get(connection_id).state == "active"
    for _ in range(40):
        rig.run_for(HOUR)
        with rig.workspace.read() as tx:
            found = tx.connections.get(connection_id)
            if found.state == "needs_reconnect":
                said = tx.audit.page(1, None, connection_id, "connection.needs_reconnect").items[0]
                return str(found.reason), said.at
    raise AssertionError("it never ended")


@sqlite_only
@pytest.mark.parametrize(
    ("blow", "reason"),
    [
        (lambda rig: rig.emulator.control.tokens.revoke(), "revoked"),
        (lambda rig: rig.emulator.control.tokens.expire_refresh(), "refresh_dead"),
    ],
    ids=["revoked", "expired"],
)
def test_a_dead_grant_is_noticed_and_then_left_alone(
    rig: Wired, blow: Callable[[Wired], Any], reason: str
) -> None:
    connection_id = rig.connect_member()
    rig.sync()
    rig.run_for(HOUR)
    blow(rig)
    rig.wire.clear()
    why, since = ended(rig, connection_id)
    assert why == reason
    rig.run_for(6 * HOUR)
    assert len(rig.since(since + 1)) <= 3
    assert len(rig.wire) <= 8  # and few were needed to find out
    assert due(rig) == []


@sqlite_only
@pytest.mark.parametrize("refreshes", [True, False])
def test_a_grant_that_ends_by_the_clock_needs_no_401(home: Home, tmp_path: Path, refreshes: bool) -> None:
    lives = {"access_token_days": 2, "refresh_token_seconds": 7 * DAY // SECOND}
    with closing(Wired(home, tmp_path, knobs=lives)) as rig:
        rig.emulator.control.world.patch_app(rig.settings.linkedin_client_id, refresh_enabled=refreshes)
        connection_id = rig.connect_member()
        rig.api.patch("/settings", {"heartbeat_interval": "24h", "verdict_interval": "24h"})
        found = rig.connection(connection_id)
        ends = parse_iso(found["refresh_expires_at" if refreshes else "access_expires_at"])
        while rig.now() < ends - HOUR:
            rig.run_for(min(DAY, ends - HOUR - rig.now()))
        rig.wire.clear()
        why, since = ended(rig, connection_id)
        assert why == ("refresh_dead" if refreshes else "expired")
        assert 0 < since - ends <= 5 * SECOND
        assert [one.status for one in rig.wire if one.path.startswith(("/rest", "/v2"))] == []


@sqlite_only
def test_a_clock_that_is_wrong_ends_no_grant(rig: Wired) -> None:
    connection_id = rig.connect_member()
    with rig.workspace.write() as tx:
        tokens = tx.connections.tokens(connection_id)
        assert tokens is not None
        early = type(tokens)(**{**_fields(tokens), "refresh_expires_at": rig.now() + HOUR})
        tx.connections.mint(connection_id, early, rig.now())
    rig.run_for(3 * HOUR)
    assert rig.connection(connection_id)["state"] == "active"


def _fields(tokens: Any) -> dict[str, Any]:
    return {name: getattr(tokens, name) for name in tokens.__slots__}


@sqlite_only
def test_an_end_that_linkedin_does_not_confirm_is_asked_for_again_in_a_minute(rig: Wired) -> None:
    rig.emulator.control.world.patch_app(rig.settings.linkedin_client_id, refresh_enabled=False)
    connection_id = rig.connect_member()
    with rig.workspace.read() as tx:
        connection = tx.connections.get(connection_id)
    ends = connection.access_expires_at
    assert ends is not None

    def following(result: str, at: int) -> int:
        return next_beat(connection, Beat(at, "introspection", result), ends + HOUR)

    assert following("ok", ends - 1) == ends + 5 * SECOND
    assert following("no_answer", ends + 5 * SECOND) == ends + 5 * SECOND + MINUTE
    assert following("ok", ends + 5 * SECOND) == ends + HOUR


def test_a_reconnect_begins_the_heartbeat_anew(rig: Wired) -> None:
    connection_id = rig.connect_member()
    rig.sync(MAIN)
    rig.emulator.control.tokens.revoke()
    ended(rig, connection_id)
    assert due(rig) == []
    link = rig.api.post(f"/connections/{connection_id}/reconnect").json()["authorization_url"]
    rig.consent(link)
    rig.run_for(2 * HOUR)
    assert due(rig) == [connection_id]
    assert rig.connection(connection_id)["last_heartbeat"]["result"] == "ok"
