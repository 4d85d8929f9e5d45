"""The emulator as a process with a real socket."""

from __future__ import annotations

import http.client
import http.server
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from linkedin_emulator.hooks.webhooks import challenge_response

COMMAND = [sys.executable, "-m", "linkedin_emulator", "--listen", "127.0.0.1:0"]


class Running:
    def __init__(self, *more: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        self.line = self.process.stdout.readline()
        self.port = int(self.line.split("127.0.0.1:")[1].split()[0])

    def call(
        self, method: str, target: str, body: Any = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        raw = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            connection.request(method, target, raw, {k.replace("_", "-"): v for k, v in headers.items()})
            reply = connection.getresponse()
            return reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()
        finally:
            connection.close()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(10)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream
            stream.close()
        return code, time.monotonic() - began


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    server = Running("--seed", "3", "--leads", "500", "--knob", "allow_http_webhooks=true")
    yield server
    code, seconds = server.stop()
    assert code == 0
    assert seconds < 3


@pytest.fixture
def headers(running: Running) -> dict[str, str]:
    scopes = ["r_marketing_leadgen_automation"]
    token = json.loads(running.call("POST", "/control/tokens", {"scopes": scopes})[2])["access_token"]
    return {
        "Authorization": f"Bearer {token}",
        "LinkedIn_Version": "202609",
        "X_Restli_Protocol_Version": "2.0.0",
    }


LEADS = "/rest/leadFormResponses?q=owner&owner=(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A1234567)"
LEADS += "&leadType=(leadType:SPONSORED)&count=100"


def test_it_says_where_it_is(running: Running) -> None:
    assert running.line == f"LinkedIn emulator at http://127.0.0.1:{running.port} (seed 3)\n"


def test_raw_targets_arrive_as_they_were_sent(running: Running, headers: dict[str, str]) -> None:
    status, answered, body = running.call("GET", LEADS, **headers)
    assert (status, len(json.loads(body)["elements"])) == (200, 100)
    assert json.loads(body)["paging"]["total"] > 700
    assert answered["x-restli-protocol-version"] == "2.0.0"
    assert "server" not in answered
    assert running.call("GET", LEADS.replace("(", "%28"), **headers)[0] == 400
    assert running.call("GET", LEADS.replace("%3A", "%253A"), **headers)[0] == 400


def test_a_taken_port_is_one_line_and_code_1(running: Running) -> None:
    second = subprocess.run(
        [*COMMAND[:-1], f"127.0.0.1:{running.port}"], capture_output=True, text=True, timeout=20, check=False
    )
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert f"127.0.0.1:{running.port}" in second.stderr


@pytest.mark.parametrize("wrong", [["--listen", "nowhere"], ["--knob", "nonsense=1"], ["--world", "moon"]])
def test_wrong_arguments_are_code_2(wrong: list[str]) -> None:
    run = subprocess.run([*COMMAND, *wrong], capture_output=True, text=True, timeout=20, check=False)
    assert run.returncode == 2
    assert "error" in run.stderr


def with_fault(running: Running, action: Any) -> None:
    running.call("DELETE", "/control/faults")
    running.call("POST", "/control/faults", {"action": action, "match": {"times": 1}})


def test_resets_and_cuts_are_felt_on_the_wire(running: Running, headers: dict[str, str]) -> None:
    with_fault(running, {"kind": "reset"})
    with pytest.raises(ConnectionResetError):
        running.call("GET", LEADS, **headers)
    with_fault(running, {"kind": "cut_body"})
    with pytest.raises(http.client.IncompleteRead) as cut:
        running.call("GET", LEADS, **headers)
    assert len(cut.value.partial) > 1_000
    assert running.call("GET", LEADS, **headers)[0] == 200


def test_silence_and_delay(running: Running) -> None:
    with_fault(running, {"kind": "timeout"})
    with socket.create_connection(("127.0.0.1", running.port), timeout=0.5) as silent:
        silent.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(TimeoutError):
            silent.recv(1)
    with_fault(running, {"kind": "delay", "ms": 300})
    began = time.monotonic()
    assert running.call("GET", "/")[0] == 200
    assert time.monotonic() - began >= 0.3


class Hook(http.server.BaseHTTPRequestHandler):
    pushes: list[tuple[str | None, bytes]]

    def do_GET(self) -> None:
        code = self.path.rpartition("challengeCode=")[2]
        answer = {
            "challengeCode": code,
            "challengeResponse": challenge_response("emulator-client-secret-01", code),
        }
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).pushes.append((self.headers["X-LI-Signature"], body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        return


def test_a_push_over_real_sockets(running: Running, headers: dict[str, str]) -> None:
    handler = type("OneHook", (Hook,), {"pushes": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        wish = {
            "webhook": f"http://127.0.0.1:{server.server_port}/hook?k=1",
            "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:1234567"},
            "leadType": "SPONSORED",
        }
        status, answered, _ = running.call("POST", "/rest/leadNotifications", wish, **headers)
        assert status == 201
        lead = json.loads(running.call("POST", "/control/leads", {"form": 7234246})[2])["id"]
        until = time.monotonic() + 5
        while not handler.pushes and time.monotonic() < until:
            time.sleep(0.02)
        signature, body = handler.pushes[0]
        assert json.loads(body)["leadGenFormResponse"].endswith(lead)
        assert signature
        assert (
            running.call("DELETE", f"/rest/leadNotifications/{answered['x-restli-id']}", **headers)[0] == 204
        )
        server.shutdown()


def test_an_interrupt_ends_it_at_once_even_with_a_call_in_the_air() -> None:
    server = Running("--world", "empty")
    try:
        server.call("POST", "/control/faults", {"action": {"kind": "timeout"}})
        with socket.create_connection(("127.0.0.1", server.port)) as held:
            held.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.2)
            code, seconds = server.stop(signal.SIGINT)
    finally:
        server.process.kill()
    assert code == 0
    assert seconds < 3
