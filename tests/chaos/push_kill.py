"""Pushes to a real process that is killed with SIGKILL at random moments, and started again.

`python -m tests.chaos.push_kill --pushes 10000 --kills 10 [--postgres] [--seed 1]`, or `make chaos-kill`.
Every push that was acknowledged must be in the inbox afterwards.
"""

from __future__ import annotations

import queue
import random
import signal
import sys
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.chaos.homes import arguments, place, told
from tests.cli.people import environment, process
from tests.databases import KEY, NOW, Home
from tests.hook.conftest import OWNER, push

from leadwire.connect.hook_tokens import HOOKS_PATH, HookTokens
from leadwire.linkedin.webhooks import sign

SECRET = "chaos-secret"
SENDERS = 16


@dataclass
class Report:
    """`stored` counts the rows; more than acknowledged is right: an answer may have been lost."""

    acknowledged: set[int] = field(default_factory=set)
    stored: int = 0
    lost: int = 0
    kills: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"{len(self.acknowledged):,} acknowledged, {self.kills} kills: {self.stored:,} stored, "
            f"{self.lost} lost; answers {dict(self.answers)}; {self.seconds:.0f} s"
        )


class Senders:
    """LinkedIn: so many pushes, several at a time, each sent again until it is acknowledged."""

    def __init__(self, address: str, path: str, pushes: int, report: Report) -> None:
        self._address, self._path, self._report = address, path, report
        self._numbers: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number in range(pushes):
            self._numbers.put(number)
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def done(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        connection = HTTPConnection(self._address, timeout=10)
        with suppress(queue.Empty):
            while True:
                number = self._numbers.get_nowait()
                while not self._sent(connection, number):
                    connection.close()
                    time.sleep(0.02)
        connection.close()

    def _sent(self, connection: HTTPConnection, number: int) -> bool:
        body = push(number)
        try:
            connection.request("POST", self._path, body, {"X-LI-Signature": sign(SECRET, body)})
            answer = connection.getresponse()
            answer.read()
        except (OSError, HTTPException) as error:
            self._report.answers[type(error).__name__] += 1
            return False
        self._report.answers[str(answer.status)] += 1
        if answer.status == 200:
            self._report.acknowledged.add(number)
        return answer.status == 200


def kill_over_and_over(folder: Path, home: Home, pushes: int, kills: int, seed: int) -> Report:
    """Start, kill, start again, while pushes come; then look every acknowledged one up."""
    dice, report = random.Random(seed), Report()
    env = environment(
        folder,
        DATABASE_URL=home.url,
        SECRET_KEY=KEY,
        LINKEDIN_CLIENT_ID="chaos",
        LINKEDIN_CLIENT_SECRET=SECRET,
        LOG_LEVEL="WARNING",
        **({"DATABASE_OWNER_URL": home.owner_url} if home.owner_url else {}),
    )
    began, path = time.monotonic(), _address(home)
    senders = Senders(env["LEADWIRE_LISTEN"], path, pushes, report)
    while report.kills < kills and not senders.done():
        with process(folder, env, "serve") as running:
            before = len(report.acknowledged)
            while len(report.acknowledged) == before and not senders.done():
                assert running.running.poll() is None, running.err
                time.sleep(0.005)
            time.sleep(dice.uniform(0, 0.8 * pushes / (kills + 1) / 1500))
            running.end(signal.SIGKILL)
            report.kills += 1
    with process(folder, env, "serve") as running:
        running.up()
        while not senders.done():
            time.sleep(0.05)
        running.end(signal.SIGTERM)
    _compare(report, home)
    report.seconds = time.monotonic() - began
    return report


def _address(home: Home) -> str:
    with closing(home.open()) as store, store.workspace("default").write() as tx:
        serial = tx.hooks.serial(OWNER, NOW)
        return HOOKS_PATH + HookTokens(store.deployment.hook_key()).make("default", OWNER, serial)


def _compare(report: Report, home: Home) -> None:
    stored: set[int] = set()
    with closing(home.open()) as store, store.workspace("default").read() as tx:
        page = tx.inbox.page(1_000)
        while True:
            stored.update(int(str(item.lead_id)[:8], 16) for item in page.items)
            report.stored += len(page.items)
            if page.next is None:
                break
            page = tx.inbox.page(1_000, page.next)
    report.lost = len(report.acknowledged - stored)


def main() -> None:
    given = arguments(__doc__, pushes=10_000, kills=10).parse_args()
    with place(given.postgres) as (folder, home):
        report = kill_over_and_over(folder, home, given.pushes, given.kills, given.seed)
    told(given, report)
    sys.exit(bool(report.lost or len(report.acknowledged) != given.pushes))


if __name__ == "__main__":
    main()
