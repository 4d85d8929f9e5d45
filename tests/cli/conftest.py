"""A demo that runs while the tests of a session look at it."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest
import structlog
from tests.cli.people import MAIN, Process, Shell, consent, environment, free_ports, process, until


@dataclass
class Demo:
    """`shell` acts in it as a person in the next terminal; Jane is connected and one account is read."""

    process: Process
    emulator: str
    shell: Shell
    quarantined: str

    def control(self, method: str, path: str, body: object = None) -> object:
        """Turn something at LinkedIn."""
        answer = httpx2.request(method, f"{self.emulator}/control/{path}", json=body, trust_env=False)
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """A command that is its own service sets up this process's log."""
    root = logging.getLogger()
    before = list(root.handlers), root.level, logging.raiseExceptions
    yield
    root.handlers[:], root.level, logging.raiseExceptions = before
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    emulator = f"127.0.0.1:{free_ports(1)[0]}"
    with process(folder, environment(folder, EMULATOR_LISTEN=emulator), "demo") as running:
        running.up()
        until(lambda: (folder / "home" / "run.json").exists())
        made = Demo(running, f"http://{emulator}", Shell(running.env), "")
        leads = made.control("GET", f"leads?owner=urn:li:sponsoredAccount:{MAIN}&limit=2")
        assert isinstance(leads, list)
        made.quarantined = leads[1]["id"]
        made.control("POST", f"leads/{made.quarantined}/spoil", {"kind": "number_answer"})
        consent(made.shell("connect", "--no-wait").stdout.splitlines()[-1])
        made.shell("accounts", "refresh")
        made.shell("accounts", "enable", MAIN)
        yield made
        assert running.end(signal.SIGINT) == 0
