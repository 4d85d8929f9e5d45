"""The way in, tried step by step: whatever stands in it is named, and nothing behind it is claimed."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from typing import Any

import pytest

from leadwire.connect.hook_trial import Trial, Tried
from leadwire.linkedin.answers import Answer
from leadwire.linkedin.client import CONNECTED, SECURED, HttpTransport, Request
from leadwire.linkedin.errors import TryLater
from leadwire.linkedin.webhooks import challenge_response, verify

CODE, SECRET, URL = (
    "890e4665-4dfe-4ab1-b689-ed553bceeed0",
    "s3cret",
    "https://leads.example.com/hooks/linkedin/t",
)
RIGHT = {"challengeCode": CODE, "challengeResponse": challenge_response(SECRET, CODE)}
AS_JSON = {"content-type": "application/json; charset=utf-8"}


def answered(status: int = 200, said: Any = RIGHT, headers: Any = AS_JSON) -> Answer:
    return Answer(status, headers, json.dumps(said).encode())


def tried(
    get: Answer | Exception | None = None,
    post: Answer | Exception | None = None,
    marks: tuple[str, ...] = (CONNECTED, SECURED),
    arrives: bool = True,
    step: float = 0.001,
    url: str = URL,
) -> list[Tried]:
    """A trial in which LinkedIn's two calls go as given; every look at the clock takes a step."""
    inbox: list[bytes] = []

    def knock(request: Request, note: Callable[[str], None]) -> Answer:
        for mark in marks:
            note(mark)
        said = get or answered() if request.method == "GET" else post or Answer(200, {}, b"")
        if isinstance(said, Exception):
            raise said
        if request.method == "POST":
            assert verify([SECRET], request.body or b"", request.headers["X-LI-Signature"])
            inbox.append(request.body or b"")
        else:
            assert request.url == f"{url}?challengeCode={CODE}"
        return said

    ticks = count()
    found = [
        *Trial(
            knock,
            url,
            SECRET,
            CODE,
            lambda body: "in the inbox" if arrives and body in inbox else None,
            lambda: next(ticks) * step,
        ).run()
    ]
    assert all(one.ok for one in found[:-1])
    assert found[-1].ok or found[-1].remedy
    return found


def ended(found: list[Tried]) -> tuple[str, bool, str]:
    return found[-1].step, found[-1].ok, found[-1].said


def test_all_is_well() -> None:
    found = tried()
    assert [one.step for one in found] == ["connect", "tls", "challenge", "push", "stored"]
    assert all(one.ok and one.took >= 0 for one in found)
    assert [one.step for one in tried(url="http://127.0.0.1/hooks/linkedin/t")] == [
        "connect",
        "challenge",
        "push",
        "stored",
    ]


def test_it_ends_where_the_way_ends() -> None:
    away = TryLater("the address cannot be reached: no such name")
    assert ended(tried(away, marks=())) == ("connect", False, str(away))
    assert ended(tried(away, marks=(CONNECTED,))) == ("tls", False, str(away))
    assert ended(tried(away)) == ("challenge", False, str(away))
    assert ended(tried(away, marks=(CONNECTED,), url="http://127.0.0.1/h"))[0] == "challenge"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (answered(302), "302"),
        (answered(headers={"content-type": "text/html"}), "text/html"),
        (answered(headers={}), "no content type"),
        (Answer(200, AS_JSON, b"<html>"), "no JSON"),
        (answered(said=[]), "another"),
        (answered(said=RIGHT | {"challengeResponse": "0" * 64}), "another client secret"),
        (answered(said=RIGHT | {"challengeCode": "other"}), "another"),
    ],
)
def test_a_wrong_answer_to_the_challenge(answer: Answer, said: str) -> None:
    step, ok, words = ended(tried(answer))
    assert (step, ok) == ("challenge", False)
    assert said in words


def test_a_right_answer_that_comes_too_late_for_linkedin() -> None:
    assert ended(tried(step=1.5)) == ("challenge", False, "right, but LinkedIn waits for 3 seconds only")


@pytest.mark.parametrize("status", [401, 404, 413, 503, 500])
def test_a_push_that_is_refused(status: int) -> None:
    step, ok, said = ended(tried(post=Answer(status, {}, b"")))
    assert (step, ok) == ("push", False)
    assert str(status) in said


def test_a_push_that_arrived_elsewhere() -> None:
    assert ended(tried(arrives=False))[:2] == ("stored", False)
    assert ended(tried(post=TryLater("cut")))[:2] == ("push", False)


class Challenged(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(RIGHT).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def test_over_a_real_socket_the_transport_tells_how_far_it_came() -> None:
    with HTTPServer(("127.0.0.1", 0), Challenged) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here = f"127.0.0.1:{server.server_port}"

        def through(url: str) -> list[tuple[str, bool]]:
            transport = HttpTransport(read=1.0, total=2.0, peer="the address")
            ticks = count()
            trial = Trial(transport, url, SECRET, CODE, lambda body: None, lambda: next(ticks) * 0.001)
            found = [*trial.run()]
            transport.close()
            assert "LinkedIn" not in found[-1].said
            return [(one.step, one.ok) for one in found]

        assert through(f"http://{here}/") == [("connect", True), ("challenge", True), ("push", False)]
        assert through(f"https://{here}/") == [("connect", True), ("tls", False)]  # it speaks no TLS
        server.shutdown()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert through(f"http://127.0.0.1:{unused.getsockname()[1]}/") == [("connect", False)]
