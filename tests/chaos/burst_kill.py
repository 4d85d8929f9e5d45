"""A burst of pushes at a real process that is killed while it works them off: from LinkedIn's notification to the row.

`python -m tests.chaos.burst_kill --pushes 5000 --kills 3 [--postgres] [--seed 1]`, or `make chaos-kill`.
Every push that was acknowledged must become a row, soon, and in few calls.
"""

from __future__ import annotations

import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from bench import load
from tests.chaos.backfill_kill import CLIENT, Chaos
from tests.chaos.homes import arguments, place, told
from tests.cli.people import MAIN, until
from tests.databases import Home

FORM = 7234246
OWNER = f"urn:li:sponsoredAccount:{MAIN}"
LONGEST = 2.5  # seconds: LinkedIn waits three


@dataclass
class Report:
    """`drained`: seconds from the last answer to the last row, starts of a killed process included."""

    pushes: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    late: int = 0
    lost: int = 0
    kills: int = 0
    seconds: float = 0.0
    drained: float = 0.0
    calls: int = 0

    def __str__(self) -> str:
        return (
            f"{self.pushes:,} pushes in {self.seconds:.1f} s, answers {dict(self.answers)}, {self.late} later than "
            f"{LONGEST} s; {self.kills} kills: {self.lost} acknowledged and no row, all drained after "
            f"{self.drained:.1f} s; {self.calls} calls, {self.calls / max(self.pushes, 1):.2f} a lead"
        )


class Burst(Chaos):
    def __init__(self, folder: Path, home: Home) -> None:
        super().__init__(folder, home, leads=0)
        self.env = {**self.env, "LEADWIRE_ALLOW_HTTP_WEBHOOKS": "true", "LEADWIRE_POLL_INTERVAL": "24h"}

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx2.request(
            method, f"{self.emulator}/control/{path}", json=body, trust_env=False, timeout=120
        )
        assert answer.is_success, answer.text
        return answer.json()

    def prepare(self) -> None:
        """Connected, read, and subscribed by LinkedIn's own account of it."""
        self.control("PATCH", "knobs", {"allow_http_webhooks": True})
        super().prepare()
        self.call("PUT", f"/accounts/{MAIN}/sync", {"enabled": True, "push": True})
        until(lambda: self.finished() and self.control("GET", "subscriptions"))

    def happen(self, count: int) -> list[str]:
        """So many leads of which LinkedIn tells nobody by itself; their ids."""
        known = self.ids()
        self.control("POST", "leads/generate", {"form": FORM, "count": count, "version": 1})
        return sorted(self.ids() - known)

    def ids(self) -> set[str]:
        return set(self.control("GET", f"leads/ids?owner={OWNER}&readable=true"))

    def requests(self, leads: list[str]) -> list[bytes]:
        """LinkedIn's notifications of them to the address it was given."""
        address = urlsplit(self.control("GET", "subscriptions")[0]["webhook"]).path
        return [load.request(address, CLIENT[1], lead, number) for number, lead in enumerate(leads)]

    def asked(self) -> int:
        counts: dict[str, dict[str, int]] = self.control("GET", "calls?limit=1")["counts"]
        return sum(sum(of.values()) for route, of in counts.items() if "leadFormResponses" in route)

    def rows(self) -> set[str]:
        """The ids of all stored leads."""
        found, cursor = set[str](), ""
        while cursor is not None:
            page = self.call("GET", f"/leads?account={MAIN}&limit=200{cursor and f'&cursor={cursor}'}")
            found.update(one["id"] for one in page["items"])
            cursor = page["next"]
        return found

    def stored(self) -> int:
        return int(self.call("GET", "/status")["leads"]["stored"])


def burst_and_kill(folder: Path, home: Home, pushes: int, kills: int, seed: int) -> Report:
    """Push all of them within a second, kill over and over while they are worked off, and look each one up."""
    dice, report, chaos = random.Random(seed), Report(pushes), Burst(folder, home)
    with chaos.linkedin():
        with chaos.leadwire() as running:
            running.up()
            chaos.prepare()
            before, leads = chaos.stored(), chaos.happen(pushes)
            asked, requests = chaos.asked(), chaos.requests(leads)
            port = int(chaos.url.rpartition(":")[2])
            sent = load.steady(port, requests, rate=pushes, connections=500)
            began = time.monotonic()
            if kills:
                time.sleep(dice.uniform(0, 0.5))
                running.end(signal.SIGKILL)
                report.kills += 1
        while report.kills < kills:
            with chaos.leadwire() as running:
                running.up()
                time.sleep(dice.uniform(0.1, 1.0))
                running.end(signal.SIGKILL)
                report.kills += 1
        with chaos.leadwire() as running:
            running.up()
            until(lambda: chaos.stored() - before >= len(sent.stored), 120)
            report.drained = time.monotonic() - began
            report.calls = chaos.asked() - asked
            report.lost = len({leads[number] for number in sent.stored} - chaos.rows())
    report.seconds, report.answers = sent.seconds, sent.statuses
    report.late = sum(latency > LONGEST for latency in sent.latencies)
    return report


def main() -> None:
    given = arguments(__doc__, pushes=5_000, kills=3).parse_args()
    with place(given.postgres) as (folder, home):
        report = burst_and_kill(folder, home, given.pushes, given.kills, given.seed)
    told(given, report)
    sys.exit(bool(report.lost or report.late or report.answers.keys() - {"200", "503"}))


if __name__ == "__main__":
    main()
