"""Requests to the hook, through the real application on SQLite: an oracle of a few lines says what each is answered,
a push that was acknowledged is a row, one whose signature does not fit is none, and nothing is answered with 5xx.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs

from tests.databases import SqliteHomes
from tests.fuzz.corpus import PUSHES, SAMPLES
from tests.fuzz.engine import Check, Target
from tests.fuzz.mutator import ODD, dump, odd_text, splintered
from tests.hook.conftest import CODE, OWNER
from tests.rig import Rig

from leadwire.connect.hook_tokens import HOOKS_PATH
from leadwire.ingest.receive import rows_of

SECRETS = ("the new one", "the old one")
MOST = 256 * 1024
AT_ONCE = 64
ENCODINGS = (b"gzip", b"br", b"identity", b"", b" Identity ", b"gzip, identity", b"\xff")
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Knock:
    """`token`: what is done to the good one."""

    method: str
    token: str
    query: bytes
    headers: Headers
    body: bytes
    pieces: int


def make(dice: Random) -> Knock:
    body = _body(dice)
    headers: Headers = [(b"host", b"x")]
    for _ in range(dice.choice((1,) * 20 + (0, 2))):
        headers.append((b"x-li-signature", _signature(dice, body)))
    if dice.random() < 0.1:
        headers.append((b"content-encoding", dice.choice(ENCODINGS)))
    if dice.random() < 0.5:
        length = dice.choice((len(body),) * 8 + (MOST + 1, 2**70, 0))
        headers.append((b"content-length", str(length).encode()))
    if dice.random() < 0.2:
        headers.append((b"x-" + str(dice.randrange(9)).encode(), dice.randbytes(dice.choice((1, 30)))))
    dice.shuffle(headers)
    method = dice.choice(("POST",) * 20 + ("GET", "GET", "HEAD", "PUT", "TRACE", "post", "X"))
    token = (
        "{}"
        if dice.random() < 0.9
        else dice.choice(("", "x", "{}x", "{}/", "/{}", "{}\0", "é", "{}{}", "{}="))
    )
    return Knock(method, token, _query(dice), headers, body, dice.choice((1, 1, 1, 2, 5)))


@contextmanager
def opened(folder: Path) -> Iterator[Check]:
    with (
        SqliteHomes(folder / "t").home(folder / "home") as home,
        closing(Rig(home, folder, linkedin_client_secret=SECRETS)) as rig,
    ):
        rig.door.hook.start()
        yield Stage(rig).check


class Stage:
    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        with rig.workspace.write() as tx:
            serial = tx.hooks.serial(OWNER, rig.now())
        self.token = rig.app.hook_tokens.make("default", OWNER, serial)
        self.acknowledged: set[bytes] = set()

    def check(self, knocks: Sequence[Knock]) -> Iterator[tuple[int, Exception]]:
        """Many at once, as they would come; then the inbox is looked at."""
        said = asyncio.run(self._all(knocks))
        right = list(map(self._wanted, knocks))
        refused = set()
        for place, (knock, (status, body), wanted) in enumerate(zip(knocks, said, right, strict=True)):
            try:
                assert status == wanted, f"answered {status}, not {wanted}: {body[:200]!r}"
                if knock.method == "GET" and status == 200:
                    code = parse_qs(knock.query.decode("latin-1"))["challengeCode"][0]
                    made = hmac.new(SECRETS[0].encode(), code.encode(), hashlib.sha256).hexdigest()
                    assert json.loads(body) == {"challengeCode": code, "challengeResponse": made}
            except (AssertionError, ValueError) as error:
                yield place, error
            if status == 200 and knock.method == "POST":
                self.acknowledged.update(self._keys(knock.body))
            elif knock.method == "POST":
                refused.update(self._keys(knock.body))
        yield from self._rows(knocks, right, refused)

    def _rows(
        self, knocks: Sequence[Knock], right: Sequence[int], refused: set[bytes]
    ) -> Iterator[tuple[int, Exception]]:
        with self.rig.workspace.read() as tx:
            page = tx.inbox.page(200)
            items = list(page.items)
            while page.next is not None:
                page = tx.inbox.page(200, page.next)
                items += page.items
        raws = {item.raw for item in items}
        for place, (knock, status) in enumerate(zip(knocks, right, strict=True)):
            if knock.method != "POST":
                continue
            whole = knock.body in raws
            keys = self._keys(knock.body)
            if (
                status == 200
                and knock.body.lstrip()[:1] != b"["
                and not whole
                and not self._twin(knocks, right, place)
            ):
                yield place, AssertionError("acknowledged, and no row holds it")
            if status != 200 and whole and not keys & self.acknowledged:
                yield place, AssertionError("refused, and there is a row of it")
        if len({item.id for item in items}) < len(self.acknowledged):
            yield 0, AssertionError(f"{len(self.acknowledged)} acknowledged, {len(items)} rows")

    def _twin(self, knocks: Sequence[Knock], right: Sequence[int], place: int) -> bool:
        """Whether another push of the block, or of the blocks before, says the same in other bytes."""
        keys = self._keys(knocks[place].body)
        others = (
            one for n, one in enumerate(knocks) if n != place and right[n] == 200 and one.method == "POST"
        )
        return any(keys & self._keys(one.body) for one in others)

    def _keys(self, body: bytes) -> set[bytes]:
        return {row.key for row in rows_of("default", OWNER, body, self.rig.now())}

    def _wanted(self, knock: Knock) -> int:
        if knock.token != "{}":
            return 404
        if knock.method == "GET":
            codes = parse_qs(knock.query.decode("latin-1")).get("challengeCode", [])
            return 200 if len(knock.query) <= 1_000 and [one.lower() for one in codes] == [CODE] else 400
        if knock.method != "POST":
            return 405
        return _post(knock)

    async def _all(self, knocks: Sequence[Knock]) -> list[tuple[int, bytes]]:
        said = []
        for start in range(0, len(knocks), AT_ONCE):
            said += await asyncio.gather(*map(self._send, knocks[start : start + AT_ONCE]))
        return said

    async def _send(self, knock: Knock) -> tuple[int, bytes]:
        path = HOOKS_PATH + knock.token.format(self.token, self.token)
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "scheme": "http",
            "method": knock.method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": knock.query,
            "root_path": "",
            "headers": knock.headers,
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 8000),
        }
        step = -(-len(knock.body) // knock.pieces) or 1
        parts = [knock.body[start : start + step] for start in range(0, len(knock.body), step)] or [b""]
        said: list[Any] = []

        async def receive() -> Any:
            part = parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(parts)}

        async def send(message: Any) -> None:
            said.append(message)

        await self.rig.door(scope, receive, send)
        assert [one["type"] for one in said] == ["http.response.start", "http.response.body"], said
        return said[0]["status"], said[1]["body"]


def _post(knock: Knock) -> int:
    """What is looked at first decides: the headers in their order, then the signature, then the body."""
    signatures = [value for name, value in knock.headers if name == b"x-li-signature"]
    for name, value in knock.headers:
        if name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
            return 415
        if name == b"content-length" and int(value) > MOST:
            return 413
    if len(signatures) != 1:
        return 401
    if len(knock.body) > MOST:
        return 413
    good = {
        hmac.new(one.encode(), b"hmacsha256=" + knock.body, hashlib.sha256).hexdigest().encode()
        for one in SECRETS
    }
    given = signatures[0].strip().lower()
    return 200 if given in good or given in {b"hmacsha256=" + one for one in good} else 401


def _signature(dice: Random, body: bytes) -> bytes:
    secret = dice.choice(SECRETS).encode()
    good = hmac.new(secret, b"hmacsha256=" + body, hashlib.sha256).hexdigest().encode()
    if dice.random() < 0.7:
        return good
    bare = hmac.new(secret, body, hashlib.sha256).hexdigest().encode()
    other = hmac.new(b"other", b"hmacsha256=" + body, hashlib.sha256).hexdigest().encode()
    place = dice.randrange(64)
    flipped = good[:place] + (b"0" if good[place : place + 1] != b"0" else b"1") + good[place + 1 :]
    ways = (
        good.upper(),
        b"hmacsha256=" + good,
        b" " + good + b" ",
        bare,
        b"hmacsha256=" + bare,
        other,
        flipped,
    )
    ways += (
        b"",
        good[:-1],
        good + b"0",
        good * 2,
        b"\xff" * 64,
        "é".encode() * 32,
        dice.randbytes(32),
        b"hmacsha256=",
    )
    return dice.choice(ways)


def _body(dice: Random) -> bytes:
    kind = dice.randrange(40)
    if kind == 0:
        return dice.choice(
            (b"", b" ", b"[]", b"[" * 5_000, b"\xff" * 300, b"x" * (MOST + dice.choice((0, 1))), b"[,]")
        )
    if kind == 1:
        return dice.randbytes(dice.choice((1, 30, 300)))
    if kind < 6:
        many = [json.loads(dump(_push(dice))) for _ in range(dice.choice((0, 1, 2, 3, 30)))]
        body = dump(many)
        return splintered(body, dice) if dice.random() < 0.3 else body
    if kind < 9:
        return dice.choice(list(SAMPLES.values())).mutant(dice)
    value = _push(dice)
    body = dump(value)
    return splintered(body, dice) if kind < 16 else body


def _push(dice: Random) -> Any:
    """A notification; usually of a lead of its own."""
    value = dict(dice.choice(PUSHES).value)
    number = dice.randrange(10**6)
    value["leadGenFormResponse"] = f"urn:li:leadGenFormResponse:{number:08x}-d272-44ba-a7db-c2bdce579507-6"
    value["occurredAt"] = dice.choice(
        (1_780_000_000_000 + number, 10**39, -5, 1.5, None, "x", 253_402_300_800_000)
    )
    for _ in range(dice.choice((0, 0, 1, 2))):
        value[dice.choice(list(value))] = dice.choice([one for one in ODD[:50] if one != "@raw0@"])
    if dice.random() < 0.1:
        value[odd_text(dice)] = odd_text(dice)
    return value


def _query(dice: Random) -> bytes:
    if dice.random() < 0.5:
        return b""
    code = dice.choice(
        (CODE, CODE, CODE.upper(), CODE + "%0a", CODE.replace("4ab1", "1ab1"), "", "%", odd_text(dice))
    )
    name = dice.choice(("challengeCode",) * 5 + ("challengecode", "x"))
    query = "&".join(
        [f"{name}={code}"] * dice.choice((1, 1, 1, 2)) + ["applicationId=1"] * dice.choice((0, 0, 1, 70))
    )
    return query.encode("utf-8", "replace")


TARGET = Target("pushes", 70, make, opened, 1024)
