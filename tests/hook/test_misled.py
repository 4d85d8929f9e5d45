"""What the door says where it could mislead: a disk behind it that is full or read-only, a proxy before it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.databases import Home, SqliteHomes
from tests.hook.conftest import Hook, Wire, push, serving
from tests.rig import Rig, sqlite_only, staged, synced

from leadwire.server import Door

OPEN: dict[str, Any] = {"knobs": {"allow_http_webhooks": True}, "allow_http_webhooks": True}
FORM, MINUTE = 7234246, 60_000


@sqlite_only
def test_while_the_disk_is_full_nothing_is_acknowledged_and_afterwards_nothing_that_was_is_lost(
    hook: Hook,
) -> None:
    writer: Any = hook.rig.store._ground.database._writer  # type: ignore[attr-defined]

    def limit(pages: int) -> None:
        with writer.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    limit(1)  # SQLite takes the pages there are for the least
    answers = {number: hook.send(push(number, filler="x" * 9_000)).status for number in range(30)}
    assert set(answers.values()) <= {200, 503} and 503 in answers.values()
    assert hook.challenge().status == 200
    stored = {(item.occurred_at or 0) - 1_780_000_000_000 for item in hook.inbox()}  # reading goes on
    assert stored == {number for number, status in answers.items() if status == 200}
    limit(1_000_000)
    assert hook.send(push(99)).status == 200
    assert len(hook.inbox()) == len(stored) + 1


def test_while_the_database_takes_no_writes_nothing_is_acknowledged(home: Home, rig: Rig) -> None:
    """A disk that was mounted read-only; a PostgreSQL that failed over to one that still follows."""
    with serving(rig) as hook:
        assert hook.send(push(1)).status == 200
        with read_only(home, rig):
            refused, challenge = hook.send(push(2)), hook.challenge()
            assert [item.occurred_at for item in hook.inbox()] == [1_780_000_000_001]  # reading goes on
        assert (refused.status, refused.seconds < 2.5, challenge.status) == (503, True, 200)
        assert hook.send(push(2)).status == 200
        assert len(hook.inbox()) == 2


@contextmanager
def read_only(home: Home, rig: Rig) -> Iterator[None]:
    if home.dialect == "sqlite":
        writer: Any = rig.store._ground.database._writer  # type: ignore[attr-defined]
        for only in (1, 0):
            with closing(writer.raw_connection()) as connection:  # there is one; in no transaction
                connection.cursor().execute(f"PRAGMA query_only = {only}")
            if only:
                yield
        return
    name = (home.owner_url or "").partition("?")[0].rpartition("/")[2]
    with psycopg.connect(home.owner_url or "", autocommit=True) as owner:
        for only in ("on", "off"):
            owner.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {only}".encode())
            rig.store._ground.database.forget_connections()
            if only == "on":
                yield


class Rewriting(Rig):
    """The proxy before us reads JSON and writes it anew: the same words, other bytes."""

    refused = 0

    def deliver(self, method: str, url: str, headers: Any, body: bytes, timeout: float) -> Any:
        anew = json.dumps(json.loads(body), indent=1).encode() if body else body
        said = super().deliver(method, url, headers, anew, timeout)
        self.refused += said[0] == 401
        return said


def test_a_proxy_that_writes_bodies_anew_is_refused_and_the_trial_of_the_way_in_says_so(
    sqlite_homes: SqliteHomes, tmp_path: Path
) -> None:
    with staged(sqlite_homes, tmp_path, synced, Rewriting, **OPEN) as rig:
        lead = str(rig.emulator.control.leads.submit(FORM)["id"])
        rig.emulator.tick()
        rig.drain()
        assert (rig.refused > 0, rig.api.get(f"/leads/{lead}").status_code) == (True, 404)
        (webhook,) = rig.api.get("/webhooks").json()["items"]
        *well, last = rig.api.post(f"/webhooks/{webhook['id']}/test").json()["steps"]
        assert (last["step"], last["ok"], {one["ok"] for one in well}) == ("push", False, {True})
        assert "changes the body" in last["remedy"]
        rig.run_for(6 * MINUTE)
        assert rig.api.get(f"/leads/{lead}").json()["received_via"] == "pull"


async def who(scope: Any, receive: Any, send: Any) -> None:
    """Says who asks, and how."""
    if scope["type"] == "http":
        body = f"{scope['client'][0]} {scope['scheme']}".encode()
        head = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize(
    ("trusted", "seen"),
    [((), "127.0.0.1 http"), (("10.0.0.1",), "127.0.0.1 http"), (("127.0.0.1",), "203.0.113.7 https")],
    ids=["nobody", "somebody else", "the peer"],
)
def test_what_a_proxy_says_counts_only_where_the_peer_is_trusted(trusted: tuple[str, ...], seen: str) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    door = Door(who, listening, trusted)
    door.start()
    try:
        with closing(Wire(listening.getsockname()[1])) as wire:
            wire.send(
                b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n\r\n"
            )
            assert wire.answer().body.decode() == seen
    finally:
        door.shut()
