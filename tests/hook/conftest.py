"""A hook on a real socket: statuses, deadlines and sizes are what a stranger sees on the wire."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Home
from tests.rig import MAIN, Rig

from leadwire.connect.hook_tokens import HOOKS_PATH
from leadwire.linkedin.webhooks import sign
from leadwire.server import Door
from leadwire.store import InboxItem
from leadwire.web import create_app

OWNER = f"urn:li:sponsoredAccount:{MAIN}"
CODE = "890e4665-4dfe-4ab1-b689-ed553bceeed0"


def push(number: int = 1, **members: Any) -> bytes:
    """LinkedIn's notification of lead `number`."""
    said = {
        "type": "LEAD_ACTION",
        "leadGenFormResponse": f"urn:li:leadGenFormResponse:{number:08x}-d272-44ba-a7db-c2bdce579507-6",
        "leadGenForm": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:7234246,1)",
        "owner": {"sponsoredAccount": OWNER},
        "leadType": "SPONSORED",
        "leadAction": "CREATED",
        "occurredAt": 1_780_000_000_000 + number,
    }
    return json.dumps(said | members).encode()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


class Wire:
    """One connection to the server, byte by byte."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=15)
        self.stream = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self, began: float = 0.0) -> Answer:
        """The next answer; its headers by lower-case name."""
        status = int(self.stream.readline().split()[1])
        headers = {}
        while (line := self.stream.readline().strip()) != b"":
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        body = self.stream.read(int(headers.get("content-length", "0")))
        return Answer(status, headers, body, time.monotonic() - began)

    def ended(self) -> bool:
        """Whether the server closes, within the socket's time-out."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True

    def close(self) -> None:
        self.stream.close()
        self.socket.close()


class Hook:
    """`path` is the address of the main account in workspace `default`."""

    def __init__(self, rig: Rig, port: int) -> None:
        self.rig, self.port = rig, port
        self.path = self.address()
        self.secret = next(iter(rig.settings.linkedin_client_secret), "nobody's")

    def address(self, workspace_id: str = "default", owner: str = OWNER) -> str:
        with self.rig.store.workspace(workspace_id).write() as tx:
            serial = tx.hooks.serial(owner, self.rig.now())
        return HOOKS_PATH + self.rig.app.hook_tokens.make(workspace_id, owner, serial)

    @contextmanager
    def wire(self) -> Iterator[Wire]:
        wire = Wire(self.port)
        try:
            yield wire
        finally:
            wire.close()

    def send(
        self,
        body: bytes = b"",
        path: str | None = None,
        method: str = "POST",
        signature: str | bytes | None = "",
        **more: str,
    ) -> Answer:
        """One request on a connection of its own; signed as LinkedIn does, unless told otherwise."""
        signed = sign(self.secret, body) if signature == "" else signature
        head = [f"{method} {path or self.path} HTTP/1.1".encode(), b"Host: x"]
        if signed is not None:
            head.append(b"X-LI-Signature: " + (signed.encode() if isinstance(signed, str) else signed))
        if body or method == "POST":
            head.append(f"Content-Length: {len(body)}".encode())
        head += [f"{name.replace('_', '-')}: {value}".encode() for name, value in more.items()]
        with self.wire() as wire:
            began = time.monotonic()
            wire.send(b"\r\n".join(head) + b"\r\n\r\n" + body)
            return wire.answer(began)

    def challenge(self, query: str = f"challengeCode={CODE}", path: str | None = None) -> Answer:
        return self.send(method="GET", path=f"{path or self.path}?{query}", signature=None)

    def inbox(self, workspace_id: str = "default") -> tuple[InboxItem, ...]:
        """What was stored, oldest first."""
        with self.rig.store.workspace(workspace_id).read() as tx:
            return tx.inbox.page(200).items[::-1]


@contextmanager
def serving(rig: Rig, most: int = 0, **services: Any) -> Iterator[Hook]:
    """A server for this rig, for so many connections, with services of its own."""
    app = create_app(replace(rig.app.services(), **services))
    listening = socket.create_server(("127.0.0.1", 0), backlog=1000)
    app.hook.start()
    door = Door(app, listening, (), most)
    door.start()
    try:
        yield Hook(rig, listening.getsockname()[1])
    finally:
        door.shut()
        app.hook.stop()


@pytest.fixture
def rig(home: Home, tmp_path: Path) -> Iterator[Rig]:
    """On both databases in turn; its app has a new secret and an old one."""
    with closing(Rig(home, tmp_path, linkedin_client_secret=("the new one", "the old one"))) as rig:
        yield rig


@pytest.fixture
def hook(rig: Rig) -> Iterator[Hook]:
    """A server for the rig."""
    with serving(rig) as hook:
        yield hook
