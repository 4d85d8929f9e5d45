"""Clients that are slow, long or many: each is ended, and nobody else notices."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle

import pytest
from tests.hook.conftest import OWNER, Hook, push, serving
from tests.rig import Rig, sqlite_only

from leadwire.linkedin.webhooks import sign

pytestmark = sqlite_only  # the database has no part in it

SLOW = 500
HEAD = "POST {path} HTTP/1.1\r\nHost: x\r\nX-LI-Signature: 0\r\n"


def signed(hook: Hook, body: bytes, *more: str) -> bytes:
    lines = [f"POST {hook.path} HTTP/1.1", "Host: x", f"X-LI-Signature: {sign(hook.secret, body)}", *more]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


@pytest.mark.timeout(60)
def test_500_slow_clients_are_ended_and_others_do_not_notice(hook: Hook) -> None:
    head = HEAD.format(path=hook.path).encode()
    starts = cycle(
        [b"", b"P", head, head + b"Content-Length: 400\r\n\r\n{", b"GET / HTTP/1.1\r\nHost: x\r\n"]
    )
    alone = sorted(hook.send(push(n)).seconds for n in range(200))
    with ExitStack() as stack:
        clients = [stack.enter_context(hook.wire()) for _ in range(SLOW)]
        began = time.monotonic()
        for client, start in zip(clients, starts, strict=False):
            client.send(start)
        beside = sorted(hook.send(push(n)).seconds for n in range(200, 400))
        with ThreadPoolExecutor(50) as pool:
            assert all(pool.map(lambda client: client.ended(), clients))
        assert 5 <= time.monotonic() - began < 12
    assert beside[198] < max(5 * alone[198], 0.05)
    assert {item.state for item in hook.inbox()} == {"waiting"}


def test_a_client_that_sends_a_letter_now_and_then_has_no_more_time(hook: Hook) -> None:
    with hook.wire() as wire:
        began = time.monotonic()
        wire.send(b"GET / HTTP/1.1\r\n")
        wire.socket.settimeout(0.5)
        with pytest.raises(ConnectionError):
            for letter in cycle(b"X-Header: 1\r\n"):
                wire.send(bytes([letter]))
                try:
                    if wire.socket.recv(1) == b"":
                        raise ConnectionResetError
                except TimeoutError:
                    continue
        assert 4.5 < time.monotonic() - began < 7


def test_one_connection_too_many_ends_the_longest_wait(rig: Rig) -> None:
    with serving(rig, most=20) as hook, ExitStack() as stack:
        waiting = [stack.enter_context(hook.wire()) for _ in range(20)]
        time.sleep(0.2)
        assert [hook.send(push(n)).status for n in range(5)] == [200] * 5
        for wire in waiting:
            wire.socket.settimeout(0.2)
        assert waiting[0].ended()
        with pytest.raises(TimeoutError):
            waiting[-1].ended()


@pytest.mark.parametrize("pieces", [1, 2, 40])
@pytest.mark.parametrize(
    "lines",
    [
        [b"X-Long: " + b"x" * 20_000],
        [b"X-%d: 1" % n for n in range(10_000)],
        [b"x" * 40_000 + b": 1"],
        [b"X-Never-Ending: " + b"x" * 1_000_000],
    ],
    ids=["long", "many", "name", "megabyte"],
)
def test_a_head_has_a_size(hook: Hook, lines: list[bytes], pieces: int) -> None:
    head = b"\r\n".join([HEAD.format(path=hook.path).encode().rstrip(), *lines]) + b"\r\n\r\n"
    step = -(-len(head) // pieces)
    with hook.wire() as wire:
        try:
            for start in range(0, len(head), step):
                wire.send(head[start : start + step])
                time.sleep(0.002)
        except ConnectionError:
            return  # it ended before all was sent
        assert wire.answer().status == 431
        assert wire.ended()


def test_a_head_of_12_kib_is_taken_also_behind_another(hook: Hook) -> None:
    long = f"X-Long: {'x' * 12_000}"
    with hook.wire() as wire:
        for number in range(3):
            wire.send(signed(hook, push(number), long))
            assert wire.answer().status == 200
        wire.send(signed(hook, b"x" * 200_000) + signed(hook, push(9), long) + signed(hook, push(10)))
        assert [wire.answer().status for _ in range(3)] == [200, 200, 200]
    assert len(hook.inbox()) == 6


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET\r\n\r\n",
        b"POST {path} HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST {path} HTTP/1.1\r\nContent-Length: 99999999999999999999999999\r\n\r\n",
        b"POST {path} HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST {path} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_http_is_refused(hook: Hook, garbage: bytes) -> None:
    with hook.wire() as wire:
        wire.send(garbage.replace(b"{path}", hook.path.encode()))
        said = wire.stream.read()
    assert said.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 401 ", b"HTTP/1.1 413 "))
    assert hook.inbox() == ()


def test_who_was_answered_early_is_not_listened_to(hook: Hook) -> None:
    with hook.wire() as wire:
        wire.send(b"POST /hooks/linkedin/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nsome of it")
        assert wire.answer().status == 404
        assert wire.ended()


def test_a_page_of_a_megabyte_is_refused_the_same_way(hook: Hook) -> None:
    with hook.wire() as wire:
        wire.send(b"POST /api/v1/connections HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n{")
        assert wire.answer().status in (401, 413)
        assert wire.ended()


def test_who_leaves_in_the_middle_leaves_nothing(hook: Hook) -> None:
    with hook.wire() as wire:
        wire.send(signed(hook, push(1))[:-5])
        wire.socket.shutdown(socket.SHUT_WR)
        wire.ended()
    assert hook.send(push(2)).status == 200
    assert [item.owner for item in hook.inbox()] == [OWNER]
