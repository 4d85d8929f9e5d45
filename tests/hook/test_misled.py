"""What the door says where it could mislead: a full disk behind it, a proxy before it."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import Any

import pytest
from tests.hook.conftest import Hook, Wire, push
from tests.rig import sqlite_only

from leadwire.server import Door


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
