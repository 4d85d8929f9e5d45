"""The wire, against a server of raw sockets: what leaves is literal, and whatever breaks has a name."""

import contextlib
import datetime
import gzip
import ipaddress
import socket
import ssl
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from leadwire.linkedin import forms, leads, oauth
from leadwire.linkedin.calls import Call
from leadwire.linkedin.client import Api, HttpTransport, Request, Response
from leadwire.linkedin.errors import Refused, Surprise, TryLater

OWNER = "urn:li:sponsoredAccount:1234567"


class Server:
    """Answers every request on a connection with what `script` does to the socket; keeps what it read."""

    def __init__(self, script, tls=None):
        self.script, self.tls = script, tls
        self.requests, self.connections = [], 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        with contextlib.suppress(OSError), peer:
            if self.tls:
                peer = self.tls.wrap_socket(peer, server_side=True)
            while request := self._read(peer):
                self.requests.append(request)
                self.script(peer)

    @staticmethod
    def _read(peer):
        data = b""
        while b"\r\n\r\n" not in data:
            if not (chunk := peer.recv(65536)):
                return None
            data += chunk
        head, _, body = data.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (one.split(": ", 1) for one in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += peer.recv(65536)
        return line, headers, body


@pytest.fixture
def serve():
    servers = []

    def start(script, tls=None):
        servers.append(Server(script, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def transport():
    transport = HttpTransport(connect=1.0, read=0.5, total=1.5, most_bytes=100_000)
    yield transport
    transport.close()


def ok(body=b"{}", *lines, status="200 OK"):
    head = "\r\n".join([f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(body)}"])
    return lambda peer: peer.sendall(head.encode() + b"\r\n\r\n" + body)


def get(transport, server, target="/"):
    return transport(Request("GET", server.url + target))


@pytest.mark.parametrize(
    "target",
    [
        "/rest/leadForms?q=owner&owner=(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A1234567)",
        "/rest/leadForms?ids=List(1,2,3)",
        "/rest/x/(account:urn%3Ali%3Aa%3A1,user:urn%3Ali%3Aperson%3AAbC)",
        "/rest/x?versionedLeadGenFormUrn=urn%3Ali%3Av%3A%28urn%3Ali%3AleadGenForm%3A7%2C1%29",
        "/rest/x?fields=id,form:(hiddenFields,content)&lower=%3a&twice=%253A&sub='!*;@$",
        "/rest/a%2F..%2Fb/%2e%2e/../c?x=%20%C3%A9",
        "/rest/x?",
        "/",
    ],
)
def test_the_url_reaches_the_socket_character_for_character(serve, transport, target):
    server = serve(ok())
    get(transport, server, target)
    assert server.requests[0][0] == f"GET {target} HTTP/1.1"


def api(server, transport):
    return Api(transport, server.url + "/", server.url, "202609", "leadwire-test")


def test_a_rest_call_carries_exactly_these_headers(serve, transport):
    server = serve(ok(b'{"elements":[]}', "Date: Mon, 23 Nov 2026 12:00:00 GMT"))
    call = leads.find_leads(OWNER, "SPONSORED", since=1, until=2)
    page = leads.read_leads(*api(server, transport).send(call, "AQX-token"))
    assert (page.received, page.date) == (0, 1795435200000)
    line, headers, body = server.requests[0]
    assert line == f"GET /rest/leadFormResponses?{call.query} HTTP/1.1"
    assert body == b""
    assert headers == {
        "host": server.url.removeprefix("http://"),
        "accept": "application/json",
        "accept-encoding": "gzip",
        "user-agent": "leadwire-test",
        "linkedin-version": "202609",
        "x-restli-protocol-version": "2.0.0",
        "authorization": "Bearer AQX-token",
    }


def test_an_oauth_call_carries_no_version_and_no_token(serve, transport):
    server = serve(ok(b'{"access_token":"t","expires_in":60}'))
    tokens = oauth.read_tokens(*api(server, transport).send(oauth.refresh("78abc", "se==cret", "AQW")))
    assert tokens.access_expires_in == 60
    line, headers, body = server.requests[0]
    assert line == "POST /oauth/v2/accessToken HTTP/1.1"
    assert body == b"grant_type=refresh_token&refresh_token=AQW&client_id=78abc&client_secret=se%3D%3Dcret"
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert not {"authorization", "linkedin-version", "x-restli-protocol-version"} & set(headers)


def test_an_unversioned_call_carries_a_token_and_no_version(serve, transport):
    server = serve(ok(b'{"sub":"x"}'))
    api(server, transport).send(oauth.userinfo(), "AQX")
    _, headers, _ = server.requests[0]
    assert headers["authorization"] == "Bearer AQX"
    assert "linkedin-version" not in headers


def test_a_long_query_is_tunnelled(serve, transport):
    server = serve(ok(b'{"results":{}}'))
    call = forms.batch_forms(str(10**18 + number) for number in range(300))
    api(server, transport).send(call, "AQX")
    line, headers, body = server.requests[0]
    assert line == "POST /rest/leadForms HTTP/1.1"
    assert headers["x-http-method-override"] == "GET"
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert body == call.query.encode()


def test_bases_are_told_apart():
    asked = []
    here = Api(
        lambda request: asked.append(request) or Response(204, {}, b""),
        "https://api.x",
        "https://www.x",
        "202609",
    )
    for call in (forms.get_form("1"), oauth.me(), oauth.introspect("a", "b", "c")):
        here.send(call, None)
    assert [request.url for request in asked] == [
        "https://api.x/rest/leadForms/1",
        "https://api.x/v2/me",
        "https://www.x/oauth/v2/introspectToken",
    ]


def test_secrets_stay_out_of_a_requests_repr():
    request = Api(ok, "https://a", "https://b", "202609").request(Call("x", "GET", "/x"), "AQX-token")
    assert "AQX" not in repr(request)


def test_connections_are_kept_and_cookies_are_not(serve, transport):
    server = serve(ok(b"{}", "Set-Cookie: lidc=b=OB05; Path=/"))
    get(transport, server)
    get(transport, server)
    assert server.connections == 1
    assert "cookie" not in server.requests[1][1]


def test_redirects_are_not_followed_and_answers_come_as_they_are(serve, transport):
    server = serve(ok(b"moved", "Location: /elsewhere", "X-RestLi-Id: 7", status="302 Found"))
    answer = get(transport, server)
    assert (answer.status, answer.body, answer.headers["x-restli-id"]) == (302, b"moved", "7")
    assert len(server.requests) == 1


def test_the_environments_proxies_are_ignored(serve, transport, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    fresh = HttpTransport(connect=1.0)
    assert get(fresh, serve(ok())).status == 200
    fresh.close()


def test_a_packed_body_is_unpacked(serve, transport):
    server = serve(ok(gzip.compress(b'{"a":1}'), "Content-Encoding: gzip"))
    assert get(transport, server).body == b'{"a":1}'


@pytest.mark.parametrize(
    ("body", "line"),
    [(b"x" * 100_001, "X: y"), (gzip.compress(b"\0" * 50_000_000), "Content-Encoding: gzip")],
    ids=["plain", "bomb"],
)
def test_a_body_without_end_is_stopped(serve, transport, body, line):
    with pytest.raises(Surprise, match="100000 bytes"):
        get(transport, serve(ok(body, line)))
    assert get(transport, serve(ok())).status == 200


def test_a_body_as_large_as_allowed_is_read(serve, transport):
    assert len(get(transport, serve(ok(b"x" * 100_000))).body) == 100_000


def says(*pieces, pause=0.0):
    def script(peer):
        for piece in pieces:
            peer.sendall(piece)
            time.sleep(pause)
        peer.close()

    return script


def reset(peer):
    peer.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"elements":')
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


@pytest.mark.parametrize(
    "script",
    [
        says(),
        says(b"HTTP/1.1 200"),
        says(b"SSH-2.0-OpenSSH_9.2\r\n"),
        says(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"elements":['),
        says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"),
        says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        ok(b"no gzip at all", "Content-Encoding: gzip"),
        reset,
    ],
    ids=["closed", "half a line", "no HTTP", "cut body", "cut chunk", "bad chunk", "bad gzip", "reset"],
)
def test_an_answer_that_breaks_is_tried_later(serve, transport, script):
    with pytest.raises(TryLater) as caught:
        get(transport, serve(script))
    assert caught.value.status is None


def test_nobody_listening_is_tried_later(transport):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TryLater, match="reached"):
        transport(Request("GET", f"http://127.0.0.1:{port}/"))


@pytest.mark.parametrize(
    "script",
    [
        lambda peer: time.sleep(5),
        says(*[b"x"] * 50, pause=0.1),
        says(b"HTTP/1.1 200 OK\r\n", *[b"X-Slow: 1\r\n"] * 50, pause=0.1),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", *[b"x"] * 50, pause=0.1),
    ],
    ids=["silent", "trickling line", "trickling headers", "trickling body"],
)
def test_an_answer_that_never_ends_ends_in_time(serve, transport, script):
    started = time.monotonic()
    with pytest.raises(TryLater):
        get(transport, serve(script))
    assert time.monotonic() - started < 2.5


def test_the_whole_exchange_bounds_each_step(serve):
    impatient = HttpTransport(connect=5.0, read=30.0, total=0.3)
    started = time.monotonic()
    with pytest.raises(TryLater):
        get(impatient, serve(lambda peer: time.sleep(5)))
    assert time.monotonic() - started < 2.0
    impatient.close()


def test_the_time_of_one_exchange_is_not_taken_from_the_next(serve, transport):
    def slow(peer):
        time.sleep(0.4)
        ok()(peer)

    server = serve(slow)
    for _ in range(5):
        assert get(transport, server).status == 200
    assert server.connections == 1


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "ftp://127.0.0.1/x"),
        Request("GET", "http://[::1/x"),
        Request("GET", "http://127.0.0.1:1/x", {"Authorization": "Bearer AQX\r\nX: y"}),
        Request("GET", "http://127.0.0.1:1/x", {"Authorization": "Bearer AQXé"}),
        Request("GET", "http://127.0.0.1:1/é"),
    ],
    ids=["scheme", "url", "header with a line", "header beyond ASCII", "path beyond ASCII"],
)
def test_a_request_that_cannot_be_sent_is_refused_without_quoting_it(serve, transport, request_):
    server = serve(ok())
    sent = Request(request_.method, request_.url.replace("http://127.0.0.1:1", server.url), request_.headers)
    with pytest.raises(Refused) as caught:
        transport(sent)
    assert "AQX" not in f"{caught.value} {caught.value!r}"
    assert server.requests == []


def test_threads_share_a_transport(serve):
    server = serve(lambda peer: (time.sleep(0.02), ok()(peer)))
    transport = HttpTransport(connections=4, connect=5.0)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: get(transport, server, f"/{n}"), range(40)))
    transport.close()
    assert [answer.status for answer in answers] == [200] * 40
    assert {line.split()[1] for line, _, _ in server.requests} == {f"/{n}" for n in range(40)}
    assert server.connections <= 4


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate that nobody's system trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=36500))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_an_untrusted_certificate_is_not_spoken_to(serve, certificate, transport):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    server = serve(ok(), tls)
    with pytest.raises(TryLater, match="CERTIFICATE_VERIFY_FAILED"):
        get(transport, server)
    assert server.requests == []
    trusting = HttpTransport(tls=ssl.create_default_context(cafile=certificate))
    assert get(trusting, server).status == 200
    trusting.close()


def test_no_more_calls_are_under_way_than_agreed(serve):
    under_way, most, counting = 0, 0, threading.Lock()

    def slow(peer):
        nonlocal under_way, most
        with counting:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.02)
        with counting:
            under_way -= 1
        ok()(peer)

    server, transport = serve(slow), HttpTransport(at_once=3)
    with contextlib.closing(transport), ThreadPoolExecutor(12) as pool:
        said = list(pool.map(lambda _: get(transport, server).status, range(24)))
    assert (set(said), most) == ({200}, 3)
