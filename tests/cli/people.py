"""Who uses the command line in tests: processes that are started and ended, and a browser that says yes."""

from __future__ import annotations

import html
import json as jsons
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
from typer.testing import CliRunner

from leadwire.cli import app

PROGRAM = str(Path(sys.executable).with_name("leadwire"))
MAIN, VIEWED, ROLELESS = "1234567", "5678910", "5678912"  # accounts of the emulator's demo world
WEBINAR = "11780444"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    with ExitStack() as stack:
        opened = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in opened]


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Settings for processes: a HOME in `folder`, and nothing of what the developer has set."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LEADWIRE_")}
    given = {"HOME": str(folder / "home"), "LISTEN": f"127.0.0.1:{free_ports(1)[0]}", **settings}
    return inherited | {f"LEADWIRE_{name}": value for name, value in given.items()}


def until(true: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Wait for something to be so; what it was."""
    end = time.monotonic() + seconds
    while not (seen := true()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)
    return seen


@dataclass
class Process:
    """A `leadwire …` in the foreground of its own terminal, so to say; its output is kept in files."""

    running: subprocess.Popen[bytes]
    out_file: Path
    err_file: Path
    env: Mapping[str, str]

    @property
    def out(self) -> str:
        return self.out_file.read_text()

    @property
    def err(self) -> str:
        return self.err_file.read_text()

    @property
    def url(self) -> str:
        return f"http://{self.env['LEADWIRE_LISTEN']}"

    def up(self) -> Process:
        """Wait until it answers."""
        until(lambda: self.running.poll() is not None or answers(self.url))
        assert self.running.poll() is None, self.err
        return self

    def end(self, number: int, seconds: float = 20.0) -> int:
        """Send a signal; the exit code."""
        self.running.send_signal(number)
        return self.running.wait(seconds)


def answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/healthz", trust_env=False, timeout=5).status_code == 200
    except httpx2.RequestError:
        return False


@contextmanager
def process(folder: Path, env: Mapping[str, str], *arguments: str) -> Iterator[Process]:
    """A `leadwire` in the foreground; killed at the end if it is still there."""
    folder.mkdir(exist_ok=True)
    number = len(list(folder.glob("*.out")))
    out, err = folder / f"{number}.out", folder / f"{number}.err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        running = subprocess.Popen(
            [PROGRAM, *arguments],
            cwd=folder,
            env=env,
            stdout=stdout,
            stderr=stderr,
            umask=0,  # what it makes is for its owner alone all the same
        )
    try:
        yield Process(running, out, err, env)
    except BaseException:  # what it said is what tells why
        print(f"{' '.join(arguments)}:\n{out.read_text()[-4000:]}\n{err.read_text()[-8000:]}")
        raise
    finally:
        if running.poll() is None:
            running.send_signal(signal.SIGTERM)
            try:
                running.wait(15)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


@dataclass
class Shell:
    """Commands typed one after the other, in this process."""

    env: Mapping[str, str]
    runner: CliRunner = field(default_factory=CliRunner)

    def __call__(self, *arguments: str, code: int = 0, typed: str | None = None) -> Any:
        """Run `leadwire …`, which must end with `code`."""
        settings: dict[str, str | None] = {name: None for name in os.environ if name.startswith("LEADWIRE_")}
        settings |= {name: value for name, value in self.env.items() if name.startswith("LEADWIRE_")}
        result = self.runner.invoke(app, arguments, env=settings, input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, f"{result.exit_code}\n{result.stdout}\n{result.stderr}"
        return result

    def json(self, *arguments: str, code: int = 0) -> Any:
        """What it prints for programs."""
        return jsons.loads(self(*arguments, "--json", code=code).stdout)


def consent(link: str, decision: str = "allow") -> str:
    """Open a connect link in a browser and press a button at LinkedIn; the address where that ends."""
    with httpx2.Client(follow_redirects=True, trust_env=False, timeout=20) as browser:
        asked = browser.get(link)
        form = {"decision": decision}
        for tag in re.findall(r"<input[^>]*>", asked.text):
            said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
            if said["type"] == "hidden" or "checked" in tag:
                form[said["name"]] = html.unescape(said["value"])
        arrived = browser.post(urljoin(str(asked.url), "/oauth/v2/authorization"), data=form)
        return str(arrived.url)
