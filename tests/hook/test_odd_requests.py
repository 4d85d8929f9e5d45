"""Requests that no program of good will sends, to every door of a real server: refused, below 500, and all goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.databases import SqliteHomes
from tests.hook.conftest import Hook, push, serving
from tests.rig import rig_on

from leadwire.linkedin.webhooks import sign

CALLBACK = "/oauth/linkedin/callback?code=x&state=y"
DOORS = (
    "hook",
    CALLBACK,
    "/connect/x",
    "/",
    "/leads",
    "/healthz",
    "/metrics",
    "/static/app.css",
    "/api/v1/leads",
)
HEADS = {
    "10,000 headers": b"\r\n".join(b"X-%d: 1" % n for n in range(10_000)),
    "a megabyte": b"X-Long: " + b"x" * 1_000_000,
    "no UTF-8": b"X-Odd: \xff\xfe\r\nCookie: \xc3\x28=\xff\r\nAuthorization: Bearer \xff\r\nAccept: text/html\xff",
    "a lone CR": b"X-Odd: a\rX-Injected: b",
    "a lone LF": b"X-Odd: a\nX-Injected: b",
    "a folded line": b"X-Odd: a\r\n b",
    "NUL": b"X-Odd: a\0b",
    "a blank before the colon": b"X-Odd : a",
    "no colon": b"X-Odd",
    "two lengths": b"Content-Length: 0\r\nContent-Length: 5",
    "an upgrade": b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x",
    "a proxy that lies": b"X-Forwarded-For: \xff\r\nX-Forwarded-Proto: \r\nForwarded: for=",
}
METHODS = b"TRACE OPTIONS PUT DELETE PATCH CONNECT PROPFIND get X"
NEAR_THE_HOOK = r"""
/{hook} //{hook} {hook}/ {hook}// {hook}/. {hook}/.. /.{hook} /..{hook} /x/..{hook} {hook}%00 {hook}%2f {hook}%2e%2e
{hook};x {hook}%20 {hook}%ff {hook}\ /hooks//linkedin/x /hooks/linkedin/..%2f.. /HOOKS/LINKEDIN/x
/hooks/linkedin/%2e%2e/healthz
"""
NEAR_THE_API = r"""
//api/v1/leads /api//v1/leads /./api/v1/leads /x/../api/v1/leads /%61pi/v1/leads /api/v1/%6ceads /API/v1/leads
/api/v1/leads/ /api/v1/leads%2f /api/v1/leads%00 /api/v1/../v1/leads /api%2fv1%2fleads /static/../api/v1/leads
/static/%2e%2e/api/v1/leads http://x/api/v1/leads /api/v1/leads;x /api/v1\leads
"""
NEAR_THE_FILES = "/static/../../pyproject.toml /static/%2e%2e/%2e%2e/web/hook.py /static/..%2fhook.py"
CALLBACKS = (
    "",
    "code=%ff&state=%00",
    "error=%0d%0aX-Injected:%20b&state=y",
    "code=a&code=b",
    "%",
    "state=" + "x" * 10_000,
)
LARGE = ("10,000 headers", "a megabyte")


@pytest.fixture(scope="module")
def hook(sqlite_homes: SqliteHomes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hook]:
    """One server for all: none of these may harm it, and the database has no part in it."""
    with rig_on(sqlite_homes, tmp_path_factory.mktemp("odd")) as rig, serving(rig) as hook:
        yield hook


def said(hook: Hook, method: bytes, target: bytes, *lines: bytes, body: bytes = b"") -> bytes:
    """All that is answered; empty if the connection is ended while we still send."""
    head = b"\r\n".join([method + b" " + target + b" HTTP/1.1", b"Host: x", b"Connection: close", *lines])
    with hook.wire() as wire:
        try:
            wire.send(head + b"\r\n\r\n" + body)
            return wire.stream.read()
        except ConnectionError:
            return b""


def status(answer: bytes) -> int:
    found = re.match(rb"HTTP/1\.1 ([0-9]{3}) ", answer)
    assert found, answer[:200]
    return int(found[1])


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("how", HEADS)
def test_an_odd_head_is_refused_or_read_as_nothing(hook: Hook, how: str, door: str) -> None:
    answer = said(hook, b"GET", (hook.path if door == "hook" else door).encode(), HEADS[how])
    if how in LARGE:
        assert answer == b"" or status(answer) == 431
    else:
        assert status(answer) < 500
        assert b"injected" not in answer.lower()
    assert hook.challenge().status == 200


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", METHODS.split())
def test_a_wrong_method_is_refused(hook: Hook, door: str, method: bytes) -> None:
    answer = said(hook, method, (hook.path if door == "hook" else door).encode(), b"X-Canary: c4n4ry")
    assert status(answer) in (400, 401, 403, 404, 405)
    assert b"c4n4ry" not in answer  # TRACE would send back what came
    if status(answer) == 405:
        assert b"\r\nallow: " in answer.lower()


@pytest.mark.parametrize("path", NEAR_THE_HOOK.split())
def test_only_the_address_itself_takes_a_push(hook: Hook, path: str) -> None:
    target = path.replace("{hook}", hook.path).encode()
    signature = f"X-LI-Signature: {sign(hook.secret, push(1))}".encode()
    length = f"Content-Length: {len(push(1))}".encode()
    answer = said(hook, b"POST", target, signature, length, body=push(1))
    assert status(answer) in (400, 404, 405)
    assert hook.inbox() == ()


@pytest.mark.parametrize("path", NEAR_THE_API.split())
def test_no_spelling_of_an_address_leads_past_the_door(hook: Hook, path: str) -> None:
    answer = said(hook, b"GET", path.encode())
    assert status(answer) in (400, 401, 404)


@pytest.mark.parametrize("path", NEAR_THE_FILES.split())
def test_static_files_are_those_of_their_folder(hook: Hook, path: str) -> None:
    assert status(said(hook, b"GET", path.encode())) in (400, 404)


@pytest.mark.parametrize("query", CALLBACKS)
def test_a_callback_that_nobody_asked_for_is_a_page_that_says_so(hook: Hook, query: str) -> None:
    answer = said(hook, b"GET", f"/oauth/linkedin/callback?{query}".encode())
    assert 400 <= status(answer) < 500
    assert b"x-injected" not in answer.partition(b"\r\n\r\n")[0].lower()
