"""The wire: the only I/O of this room. It sends what it is given, once; it never retries, refreshes, sleeps
or logs.

`Api` makes a request of a call, a `Transport` sends it. A transport is any callable from `Request` to
`Response`; the real one is `HttpTransport`.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import httpcore2
import httpx2

from leadwire.linkedin.answers import Answer
from leadwire.linkedin.calls import Call
from leadwire.linkedin.errors import Refused, Surprise, TryLater

PROTOCOL: Final = "2.0.0"

# What a caller's mistake looks like; everything else that breaks is the network's.
_OURS = (httpx2.LocalProtocolError, httpx2.UnsupportedProtocol, httpx2.InvalidURL, UnicodeError)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `url` goes to the socket character for character; headers and body may hold
    secrets.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


Response: TypeAlias = Answer
Transport: TypeAlias = Callable[[Request], Response]
# Tells on the way how far it came: CONNECTED, SECURED, and other events of the HTTP library.
Knock: TypeAlias = Callable[[Request, Callable[[str], None]], Response]
CONNECTED: Final = "connection.connect_tcp.complete"
SECURED: Final = "connection.start_tls.complete"


class Api:
    """LinkedIn at two base URLs, in one version. Safe to share between threads if its transport is."""

    def __init__(
        self, transport: Transport, api_url: str, oauth_url: str, version: str, user_agent: str = "leadwire"
    ) -> None:
        self._transport = transport
        self._bases = {"rest": api_url.rstrip("/"), "v2": api_url.rstrip("/"), "oauth": oauth_url.rstrip("/")}
        self._always = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": user_agent}
        self._rest = {"LinkedIn-Version": version, "X-Restli-Protocol-Version": PROTOCOL}

    def at(self, version: str) -> "Api":
        """The same LinkedIn in another version."""
        other = copy(self)
        other._rest = {**self._rest, "LinkedIn-Version": version}
        return other

    def send(self, call: Call, token: str | None = None) -> Answer:
        """Send one call and return the unread answer. Raises TryLater where none came, Refused for a bad
        request.
        """
        return self._transport(self.request(call, token))

    def request(self, call: Call, token: str | None = None) -> Request:
        """What `send` would send. A query too long for a URL travels in the body."""
        call = call.tunnelled()
        headers = dict(self._always)
        if call.api == "rest":
            headers |= self._rest
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if call.content_type is not None:
            headers["Content-Type"] = call.content_type
        if call.override is not None:
            headers["X-HTTP-Method-Override"] = call.override
        query = f"?{call.query}" if call.query else ""
        return Request(call.method, f"{self._bases[call.api]}{call.path}{query}", headers, call.body)


class HttpTransport:
    """HTTP/1.1 with pooled connections, for any number of threads.

    `connect` and `read` bound one step, `total` the whole exchange however the bytes trickle, all in
    seconds; `most_bytes` bounds the unpacked body. Proxies and `.netrc` of the environment are ignored,
    redirects are not followed, cookies are not kept: answers of different members must not touch. `tls`
    replaces the system's trust. `peer` is who is called, in errors. No more than `at_once` calls are under way
    in this process; the others wait their turn.
    """

    def __init__(
        self,
        *,
        connect: float = 5.0,
        read: float = 20.0,
        total: float = 60.0,
        most_bytes: int = 16 * 1024 * 1024,
        connections: int = 32,
        at_once: int = 16,
        tls: ssl.SSLContext | None = None,
        peer: str = "LinkedIn",
    ) -> None:
        self._total, self._most_bytes, self._peer = total, most_bytes, peer
        self._timeout = httpx2.Timeout(read, connect=connect, pool=connect).as_dict()
        self._deadline = _Deadline()
        self._room = threading.BoundedSemaphore(at_once)
        self._http = _TimedTransport(self._deadline, connections, tls)

    def __call__(self, request: Request, note: Callable[[str], None] | None = None) -> Response:
        with self._room:
            self._deadline.begin(self._total)
            return self._send(request, note)

    def _send(self, request: Request, note: Callable[[str], None] | None) -> Response:
        try:
            return self._exchange(request, note)
        except _OURS as error:
            raise Refused(f"the request cannot be sent ({type(error).__name__})") from None
        except httpx2.ConnectError as error:
            raise TryLater(f"{self._peer} cannot be reached: {error}") from None
        except httpx2.RequestError as error:  # its text may quote a header, so only its name is told
            raise TryLater(f"no whole answer from {self._peer} ({type(error).__name__})") from None

    def close(self) -> None:
        """Close idle connections."""
        self._http.close()

    def _exchange(self, request: Request, note: Callable[[str], None] | None) -> Response:
        extensions: dict[str, Any] = {"timeout": self._timeout, "target": _target(request.url)}
        if note is not None:
            extensions["trace"] = lambda event, _: note(event)
        sent = httpx2.Request(
            request.method,
            request.url,
            headers=dict(request.headers),
            content=request.body,
            extensions=extensions,
        )
        response = self._http.handle_request(sent)
        try:
            return Response(response.status_code, dict(response.headers), self._body(response))
        finally:
            response.close()

    def _body(self, response: httpx2.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._most_bytes:
                raise Surprise(
                    f"an answer of more than {self._most_bytes} bytes", status=response.status_code
                )
        return bytes(body)


class _Deadline(threading.local):
    """When the exchange of this thread must be over."""

    end = float("inf")

    def begin(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    def cap(self, timeout: float | None) -> float:
        """The time a step may take: its own bound or what is left, whichever is less."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time for the whole exchange is over")
        return left if timeout is None else min(timeout, left)


class _TimedTransport(httpx2.HTTPTransport):
    """A plain transport whose every socket operation also ends at the deadline: a read timeout alone never
    ends an answer that trickles. The transport rather than the client, because a client keeps cookies.
    """

    def __init__(self, deadline: _Deadline, connections: int, tls: ssl.SSLContext | None) -> None:
        trust = httpx2.create_ssl_context(tls or True, trust_env=False)
        super().__init__(verify=trust, trust_env=False)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=trust,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=15.0,
            network_backend=_TimedBackend(deadline),
        )


class _TimedBackend(httpcore2.NetworkBackend):
    def __init__(self, deadline: _Deadline) -> None:
        self._deadline = deadline
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        stream = self._sockets.connect_tcp(
            host, port, self._deadline.cap(timeout), local_address, socket_options
        )
        return _TimedStream(stream, self._deadline)


class _TimedStream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.cap(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.cap(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.cap(timeout))
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _target(url: str) -> bytes:
    """Path and query as they stand: an HTTP library's own idea of quoting would end Rest.li's."""
    return b"/" + url.partition("://")[2].partition("/")[2].encode("ascii")
