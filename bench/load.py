"""A load generator that costs little: whole requests built before, raw sockets, one request at a time on each.

Latency counts from the moment a request was to be sent, not from when it was (open loop), so that a server
that stalls is charged for all who would have come meanwhile.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import uvloop

BODY = (
    '{"type":"LEAD_ACTION","leadGenFormResponse":"urn:li:leadGenFormResponse:%s",'
    '"leadGenForm":"urn:li:versionedLeadGenForm:(urn:li:leadGenForm:7234246,1)",'
    '"owner":{"sponsoredAccount":"urn:li:sponsoredAccount:1234567"},'
    '"associatedEntity":{"sponsoredCreative":"urn:li:sponsoredCreative:241257736"},'
    '"leadType":"SPONSORED","leadAction":"CREATED","occurredAt":%d}'
)


def lead_id(number: int) -> str:
    return f"249592fc-d272-44ba-a7db-{number:012d}-6"


def request(path: str, secret: str, lead: str, number: int) -> bytes:
    """The `number`-th signed push, of a lead, with the headers that LinkedIn and a proxy before us would send."""
    body = (BODY % (lead, 1_780_000_000_000 + number)).encode()
    signature = hmac.new(secret.encode(), b"hmacsha256=" + body, hashlib.sha256).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: leadwire.example.com\r\nX-LI-Signature: {signature}\r\n"
        "Content-Type: application/json\r\nUser-Agent: LinkedIn\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n"
        f"X-Forwarded-For: 108.174.0.1\r\nX-Forwarded-Proto: https\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass
class Report:
    """`latencies` in seconds; `stored` are the places in the list of those that were answered 200."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    slowest: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter)
    stored: list[int] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.stored) / self.seconds if self.seconds else 0.0

    def at(self, part: float) -> float:
        """The latency, in milliseconds, that this part of all requests did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] * 1000 if ordered else 0.0


class Client(asyncio.Protocol):
    """One connection; tells its generator of each answer."""

    def __init__(self, generator: Generator) -> None:
        self.generator, self.busy, self.planned, self.read = generator, -1, 0.0, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]

    def send(self, number: int, planned: float) -> None:
        self.busy, self.planned = number, planned
        self.transport.write(self.generator.requests[number])

    def data_received(self, data: bytes) -> None:
        self.read += data
        head = self.read.find(b"\r\n\r\n")
        if head < 0:
            return
        place = self.read.find(b"content-length: ", 0, head)
        length = int(self.read[place + 16 : self.read.find(b"\r", place)])
        if len(self.read) - head - 4 >= length:
            status, self.read = self.read[9:12].decode(), b""
            self.generator.answered(self, status)

    def connection_lost(self, exc: Exception | None) -> None:
        self.generator.lost(self)


class Generator:
    def __init__(self, port: int, requests: Sequence[bytes], connections: int) -> None:
        self.port, self.requests, self.wanted = port, requests, connections
        self.report, self.free, self.next = Report(), deque[Client](), 0
        self.planned: deque[tuple[int, float]] = deque()
        self.open, self.closed_loop, self.ended = 0, False, False

    async def connect(self) -> None:
        loop, self.done = asyncio.get_running_loop(), asyncio.Event()
        for _ in range(self.wanted):
            _, client = await loop.create_connection(lambda: Client(self), "127.0.0.1", self.port)
            self.free.append(client)

    def answered(self, client: Client, status: str) -> None:
        took = time.perf_counter() - client.planned
        self.report.latencies.append(took)
        self.report.statuses[status] += 1
        if status == "200":
            self.report.stored.append(client.busy)
        client.busy = -1
        self.open -= 1
        if self.planned:
            self._send(client, *self.planned.popleft())
        elif self.closed_loop and self.next < len(self.requests) and not self.ended:
            self._send(client, self._take(), time.perf_counter())
        else:
            self.free.append(client)
            if self.open == 0 and (self.ended or self.next >= len(self.requests)):
                self.done.set()

    def lost(self, client: Client) -> None:
        if client.busy >= 0:
            self.report.statuses["cut off"] += 1
            self.open -= 1
        if client in self.free:
            self.free.remove(client)
        if self.open == 0:
            self.done.set()

    def _take(self) -> int:
        self.next += 1
        return self.next - 1

    def _send(self, client: Client, number: int, planned: float) -> None:
        self.open += 1
        client.send(number, planned)

    async def steady(self, rate: float) -> Report:
        """All requests at a constant rate, whatever the server does."""
        await self.connect()
        began = time.perf_counter()
        while self.next < len(self.requests):
            due = min(len(self.requests), int((time.perf_counter() - began) * rate) + 1)
            while self.next < due:
                number = self._take()
                planned = began + number / rate
                if self.free:
                    self._send(self.free.popleft(), number, planned)
                else:
                    self.planned.append((number, planned))
            await asyncio.sleep(0.001)
        return await self._end(began)

    async def flat_out(self, seconds: float) -> Report:
        """Each connection sends its next request as soon as the last one was answered."""
        await self.connect()
        began, self.closed_loop = time.perf_counter(), True
        while self.free:
            self._send(self.free.popleft(), self._take(), time.perf_counter())
        await asyncio.sleep(seconds)
        self.ended = True
        return await self._end(began)

    async def _end(self, began: float) -> Report:
        if self.open:
            await asyncio.wait_for(self.done.wait(), 30)
        self.report.seconds = time.perf_counter() - began
        self.report.slowest = max(self.report.latencies, default=0.0) * 1000
        for client in self.free:
            client.transport.abort()
        return self.report


def steady(port: int, requests: Sequence[bytes], rate: float, connections: int = 100) -> Report:
    return uvloop.run(Generator(port, requests, connections).steady(rate))


def flat_out(port: int, requests: Sequence[bytes], seconds: float, connections: int = 64) -> Report:
    return uvloop.run(Generator(port, requests, connections).flat_out(seconds))
