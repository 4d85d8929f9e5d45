"""How a command finds its Leadwire: a given one, the running one, a stale trace, or one of its own."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from tests.cli.conftest import Demo
from tests.cli.people import Shell, environment, free_ports

from leadwire.home import alone_in
from leadwire.runfile import RunFile


@pytest.fixture
def alone(tmp_path: Path) -> Shell:
    """A HOME in which nothing runs."""
    return Shell(environment(tmp_path))


def home(shell: Shell) -> Path:
    return Path(shell.env["LEADWIRE_HOME"])


def test_without_a_service_a_command_is_its_own(alone: Shell) -> None:
    assert alone.json("workspace", "create", "Acme")["slug"] == "acme"
    assert [one["slug"] for one in alone.json("workspace")] == ["acme", "default"]
    assert not (home(alone) / "run.json").exists()


def test_what_a_killed_service_left_behind_is_stale(alone: Shell) -> None:
    home(alone).mkdir(mode=0o700)
    for pid in (2**22 + 1, os.getpid()):  # nobody's; by now somebody else's
        RunFile(f"http://127.0.0.1:{free_ports(1)[0]}", "old", pid).write(home(alone))
        assert alone.json("status")["workspace"] == "default"


def test_a_service_that_is_just_starting_or_ending_is_waited_for(alone: Shell) -> None:
    held = threading.Event()

    def hold() -> None:
        with alone_in(home(alone)):
            held.set()
            time.sleep(1.0)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    began = time.monotonic()
    alone("status")
    assert time.monotonic() - began >= 0.9
    holder.join()


def test_a_given_address_needs_a_key_and_a_key_may_stand_in_a_file(demo: Demo, tmp_path: Path) -> None:
    run = json.loads((home(demo.shell) / "run.json").read_text())
    elsewhere = Shell(environment(tmp_path))
    (tmp_path / "key").write_text(run["key"] + "\n")
    given = ("--url", run["url"], "--key", f"@{tmp_path / 'key'}")
    assert elsewhere.json(*given, "status")["public_url"] == demo.process.url
    assert "--url needs --key" in elsewhere("--url", run["url"], "status", code=2).stderr
    assert "cannot be read" in elsewhere(*given[:3], "@/nowhere", "status", code=2).stderr
    refused = elsewhere(*given[:3], "wrong", "status", code=1).stderr
    assert refused.startswith("leadwire: This call needs a valid API key.")
    assert not home(elsewhere).exists()


@contextmanager
def another_program(status: int, body: bytes) -> Iterator[str]:
    """Something that speaks HTTP and is not Leadwire."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>"), (404, b"<html>"), (404, b'{"error": "no"}')])
def test_another_program_is_not_taken_for_leadwire(alone: Shell, status: int, body: bytes) -> None:
    with another_program(status, body) as url:
        said = alone("--url", url, "--key", "x", "status", code=3).stderr
    assert said == f"leadwire: what answers at {url} is not Leadwire (status {status})\n"


def test_nobody_there_is_code_3(alone: Shell) -> None:
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    said = alone("--url", url, "--key", "x", "status", code=3).stderr
    assert said == f"leadwire: nobody answers at {url} (ConnectError)\n"


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1", "127.0.0.1:8000", "http://[", "https://x/api/v1", "http://"]
)
def test_what_is_no_address_is_code_2(alone: Shell, url: str) -> None:
    assert "is no address" in alone("--url", url, "--key", "x", "status", code=2).stderr


def test_bad_settings_stop_a_command_too(alone: Shell, tmp_path: Path) -> None:
    wrong = Shell({**alone.env, "LEADWIRE_LISTEN": "nowhere"})
    assert wrong("status", code=2).stderr.startswith(
        "leadwire: LEADWIRE_LISTEN (environment): must be host:port"
    )
