"""Bytes on a socket of a real server: an answer below 500 or the end of it, and who comes next is served."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.databases import SqliteHomes
from tests.fuzz.engine import Check, Target
from tests.hook.conftest import Hook, push, serving
from tests.rig import Rig

from leadwire.linkedin.webhooks import sign

METHODS = (
    b"GET",
    b"POST",
    b"HEAD",
    b"PUT",
    b"PATCH",
    b"DELETE",
    b"OPTIONS",
    b"TRACE",
    b"CONNECT",
    b"get",
    b"X",
    b"",
)
PATHS = (
    *(
        b"{hook}",
        b"{hook}",
        b"/oauth/linkedin/callback?state=x&code=y",
        b"/oauth/linkedin/callback?error=x",
        b"/",
        b"/connect/x",
    ),
    *(
        b"/healthz",
        b"/readyz",
        b"/metrics",
        b"/leads",
        b"/static/app.css",
        b"/api/v1/leads",
        b"/api/v1/openapi.json",
        b"*",
    ),
    *(
        b"http://other{hook}",
        b"//{hook}",
        b"{hook}/..",
        b"/static/../../x",
        b"/static/%2e%2e/%2e%2e/x",
        b"/%2e%2e/",
        b"/%00",
    ),
)
TRICKS = (
    b"//",
    b"/./",
    b"/../",
    b"%2e%2e/",
    b"%2f",
    b"%00",
    b"%",
    b"%zz",
    b"%ff",
    b"\xff",
    b"\xc3\xa9",
    b"\\",
    b"?",
    b"#",
    b";x",
    b"\t",
)
HEADERS = (
    *(
        b"Content-Length: 0",
        b"Content-Length: 5",
        b"Content-Length: -1",
        b"Content-Length: +5",
        b"Content-Length: 5, 5",
    ),
    *(
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: x",
        b"Expect: 100-continue",
        b"Upgrade: websocket",
        b"Upgrade: h2c",
    ),
    *(
        b"Connection: upgrade",
        b"Connection: close",
        b"Host: \xff",
        b"Host:",
        b"X: \xc3\x28",
        b"X: a\x00b",
        b"\x00: x",
        b" X: y",
    ),
    *(
        b"X : y",
        b": y",
        b"X",
        b"X: a\rInjected: b",
        b"X: a\nInjected: b",
        b"Cookie: \xff=\xff",
        b"Authorization: Bearer \xff",
    ),
    *(
        b"Accept: text/html",
        b"Content-Type: \xff",
        b"Content-Encoding: gzip",
        b"X-Forwarded-For: \xff",
        b"Range: bytes=9-1",
    ),
    *(
        b"If-None-Match: \xff",
        b"Origin: null",
        b"Sec-WebSocket-Key: x",
        b"Sec-WebSocket-Version: 13",
        b"X-LI-Signature: \xff",
    ),
)
ENDS = (b"\r\n",) * 12 + (b"\n", b"\r", b"\r\n\r\n", b"\0")
STATUS = re.compile(rb"HTTP/1\.1 ([1-4][0-9][0-9]) ")
WAITS = 0.05  # seconds for an answer, before we say that we have ended


@dataclass(frozen=True)
class Case:
    before: bytes
    path: bytes
    after: bytes
    body: bytes
    signed: bool


def make(dice: Random) -> Case:
    path = dice.choice(PATHS)
    if dice.random() < 0.4:
        place = dice.randint(0, len(path))
        path = path[:place] + dice.choice(TRICKS) + path[place:]
    version = dice.choice((b"HTTP/1.1",) * 9 + (b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9.9", b"", b"http/1.1"))
    head = [dice.choice(HEADERS) for _ in range(dice.choice((0, 0, 1, 1, 2, 4)))]
    end = dice.choice(ENDS)
    after = b" " + version + end + b"Host: x\r\n" + b"".join(one + dice.choice(ENDS) for one in head)
    body = dice.choice(
        (b"", b"", b"{}", b"0\r\n\r\n", b"zz\r\n", b"5\r\nhello\r\n0\r\n\r\n", dice.randbytes(20))
    )
    return Case(
        dice.choice(METHODS) + dice.choice((b" ",) * 9 + (b"", b"\t")), path, after, body, dice.random() < 0.3
    )


class Stage:
    def __init__(self, hook: Hook) -> None:
        self.hook = hook

    def check(self, cases: Sequence[Case]) -> Iterator[tuple[int, Exception]]:
        for place, case in enumerate(cases):
            try:
                said = self._said(case)
                assert not said or STATUS.match(said), f"answered {said[:200]!r}"
                if place % 16 == 15:
                    assert self.hook.challenge().status == 200, "nobody is served any more"
            except (AssertionError, OSError) as error:
                yield place, error
        stored = {item.raw for item in self.hook.inbox()}
        if stored - {push(1)}:
            yield 0, AssertionError(f"stored without a signature: {stored!r}")

    def _said(self, case: Case) -> bytes:
        body, signature = case.body, b""
        if case.signed:  # the push is good, what is around it is not
            body = push(1)
            signed = sign(self.hook.secret, body).encode()
            signature = b"X-LI-Signature: %b\r\nContent-Length: %d\r\n" % (signed, len(body))
        path = case.path.replace(b"{hook}", self.hook.path.encode())
        with socket.create_connection(("127.0.0.1", self.hook.port), timeout=10) as wire:
            try:
                wire.sendall(case.before + path + case.after + signature + b"\r\n" + body)
                wire.settimeout(WAITS)
                try:
                    return wire.recv(4096)
                except TimeoutError:
                    wire.shutdown(socket.SHUT_WR)
                    wire.settimeout(10)
                    return wire.recv(4096)
            except (ConnectionResetError, BrokenPipeError):
                return b""


@contextmanager
def opened(folder: Path) -> Iterator[Check]:
    with (
        SqliteHomes(folder / "t").home(folder / "home") as home,
        closing(Rig(home, folder)) as rig,
        serving(rig) as hook,
    ):
        yield Stage(hook).check


TARGET = Target("wires", 20, make, opened, 512)
