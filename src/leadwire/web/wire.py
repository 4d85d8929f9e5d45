"""HTTP over a socket, with an end to every wait: the server alone lets a silent client stay for ever.

A client that sends has so many seconds for a head, a body, its next request, or to take what we send. A head
has a size, and there are so many connections: one too many, and who has kept us waiting longest is cut off.
"""

from __future__ import annotations

import asyncio
import resource
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from leadwire.connect.hook_tokens import HOOKS_PATH

HEAD, BODY, NEXT, TAKE = 5.0, 10.0, 20.0, 30.0  # seconds
MOST_HEAD = 16 * 1024  # bytes
MOST_CONNECTIONS = 2_000
OTHER_FILES = 200  # that a process needs besides its connections
LOOK_EVERY = 0.5


class Crowd:
    """The connections of one server, and which of them keep us waiting: the longest first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._waiting: dict[Wire, float] = {}
        self._looking = False

    def enter(self, wire: Wire) -> None:
        """A new connection. If it is one too many, the longest wait ends, which may be its own."""
        self.wait(wire, HEAD)
        if len(wire.connections) > self.most:
            next(iter(self._waiting)).cut()

    def wait(self, wire: Wire, seconds: float) -> None:
        """It is the client's turn."""
        self._waiting.pop(wire, None)
        self._waiting[wire] = wire.loop.time() + seconds
        if not self._looking:
            self._looking = True
            wire.loop.call_later(LOOK_EVERY, self._look, wire.loop)

    def go_on(self, wire: Wire) -> None:
        """It is our turn, or the connection is gone."""
        self._waiting.pop(wire, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for wire in [wire for wire, until in self._waiting.items() if until <= now]:
            wire.overdue()
        self._looking = bool(self._waiting)
        if self._looking:
            loop.call_later(LOOK_EVERY, self._look, loop)


class Wire(HttpToolsProtocol):
    """One connection."""

    def __init__(self, crowd: Crowd, **given: Any) -> None:
        super().__init__(**given)
        self._crowd = crowd
        self._in_head, self._head, self._chunk, self._too_long = True, 0, 0, False
        self._untaken = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._crowd.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.go_on(self)
        super().connection_lost(exc)

    def overdue(self) -> None:
        """Its time is over: cut it, unless it takes what we send, however slowly."""
        untaken = self.transport.get_write_buffer_size()
        if 0 < untaken < self._untaken:
            self._untaken = untaken
            self._crowd.wait(self, TAKE)
        else:
            self.cut()

    def cut(self) -> None:
        """End it at once; what was not sent is lost."""
        self._crowd.go_on(self)
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self._chunk = len(data)
        if self._in_head:
            self._head += self._chunk
        super().data_received(data)
        if self._in_head and self._head > MOST_HEAD and not self.transport.is_closing():
            self._refuse_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._crowd.wait(self, HEAD)
        # What came before this head in the same piece is only known to be nothing where nobody sends ahead.
        alone = self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]
        self._in_head, self._head = True, self._chunk if alone else 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        # To measure each head is dear; only what came in large pieces can be too long.
        if max(self._head, self._chunk) > MOST_HEAD:
            size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
            if size > MOST_HEAD:
                self._too_long = True
                raise ValueError("head too long")
        super().on_headers_complete()
        if self.url.startswith(HOOKS_PATH.encode()):
            self.cycle.access_log = False  # counters tell of pushes; a line for each would cost as much
        self._crowd.wait(self, BODY)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._crowd.go_on(self)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:
            if self.cycle.more_body:  # answered early: what follows is not read
                self.transport.close()
            if not self.flow.write_paused:
                self._crowd.wait(self, NEXT)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._untaken = self.transport.get_write_buffer_size()
        self._crowd.wait(self, TAKE)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.cycle is not None and self.cycle.response_complete:  # type: ignore[redundant-expr]
            self._crowd.wait(self, NEXT)
        else:
            self._crowd.go_on(self)

    def send_400_response(self, msg: str) -> None:
        if self._too_long:
            self._refuse_head()
        else:
            super().send_400_response(msg)

    def _refuse_head(self) -> None:
        self.transport.write(STATUS_LINE[431] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()


def room() -> int:
    """How many connections this process can serve; it asks for as many files as it may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_FILES
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, min(MOST_CONNECTIONS, soft - OTHER_FILES))
