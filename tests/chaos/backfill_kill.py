"""A back-fill by a real process that is killed with SIGKILL at random moments, and started again.

`python -m tests.chaos.backfill_kill --leads 100000 --kills 10 [--postgres] [--seed 1]`, or `make chaos-kill`.
Nothing may be lost, nothing may be there twice, and memory must stay flat.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import create_engine, text
from tests.chaos.homes import arguments, place, told
from tests.cli.people import MAIN, Process, consent, environment, free_ports, process, until
from tests.databases import KEY, Home

ADMIN = "the deployment key of the chaos run"
CLIENT = ("78emulatordemo01", "emulator-client-secret-01")
MIB = 1024


@dataclass
class Report:
    """What was seen. Memory in MiB: resident before the back-fill, and the highest in any of the processes."""

    leads: int = 0
    stored: int = 0
    missing: int = 0
    doubled: int = 0
    kills: int = 0
    reads: int = 0
    seconds: float = 0.0
    idle: float = 0.0
    peak: float = 0.0
    runs: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.leads:,} leads, {self.kills} kills: {self.stored:,} stored, {self.missing} missing, "
            f"{self.doubled} twice; read {self.reads:,} elements in {self.seconds:.0f} s; resident "
            f"{self.idle:.0f} MiB idle, {self.peak:.0f} MiB peak (+{self.peak - self.idle:.0f}); runs {self.runs}"
        )


class Chaos:
    """An emulator, and a Leadwire that is killed over and over on one database."""

    def __init__(self, folder: Path, home: Home, leads: int) -> None:
        self._emulator_port, own = free_ports(2)
        emulator = f"http://127.0.0.1:{self._emulator_port}"
        self.folder, self.home, self.leads, self.emulator = folder, home, leads, emulator
        self.env = environment(
            folder,
            LISTEN=f"127.0.0.1:{own}",
            DATABASE_URL=home.url,
            SECRET_KEY=KEY,
            ADMIN_TOKEN=ADMIN,
            LINKEDIN_CLIENT_ID=CLIENT[0],
            LINKEDIN_CLIENT_SECRET=CLIENT[1],
            LINKEDIN_API_URL=emulator,
            LINKEDIN_OAUTH_URL=emulator,
            LOG_LEVEL="WARNING",
            **({"DATABASE_OWNER_URL": home.owner_url} if home.owner_url else {}),
        )
        self.url = f"http://127.0.0.1:{own}"

    @contextmanager
    def linkedin(self) -> Iterator[None]:
        callback = f"{self.url}/oauth/linkedin/callback"
        listen = f"127.0.0.1:{self._emulator_port}"
        started = [sys.executable, "-m", "linkedin_emulator", "--listen", listen, "--redirect-uri", callback]
        running = subprocess.Popen([*started, "--leads", str(self.leads)], stdout=subprocess.DEVNULL)
        try:
            until(lambda: reachable(f"{self.emulator}/control/clock"), 60)
            yield
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(10)

    def leadwire(self) -> Any:
        return process(self.folder, self.env, "serve")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx2.request(
            method,
            f"{self.url}/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {ADMIN}"},
            trust_env=False,
            timeout=60,
        )
        assert answer.is_success, answer.text
        return answer.json()

    def prepare(self) -> None:
        """Connect a member and wait until the account can be read."""
        consent(self.call("POST", "/connections")["authorization_url"])
        until(lambda: any(one["id"] == MAIN for one in self.call("GET", "/accounts")["items"]))

    def runs(self) -> list[dict[str, Any]]:
        return list(self.call("GET", f"/runs?account={MAIN}&kind=backfill")["items"])

    def finished(self) -> bool:
        return any(run["state"] == "done" for run in self.runs())


def kill_over_and_over(folder: Path, home: Home, leads: int, kills: int, seed: int) -> Report:
    """Start, kill, start again; then let it finish and compare with what LinkedIn holds."""
    dice, report, chaos = random.Random(seed), Report(), Chaos(folder, home, leads)
    began = time.monotonic()
    with chaos.linkedin():
        with chaos.leadwire() as running:
            running.up()
            chaos.prepare()
            report.idle = memory(running, "VmRSS")
            chaos.call("PUT", f"/accounts/{MAIN}/sync", {"enabled": True})
            pace = leads / 20_000 + 0.5
            strike(running, dice.uniform(0.3, pace), report)
        while report.kills < kills:
            with chaos.leadwire() as running:
                running.up()
                if chaos.finished():
                    break
                strike(running, dice.uniform(0.1, pace), report)
        with chaos.leadwire() as running:
            running.up()
            while not chaos.finished():
                time.sleep(0.5)
            report.peak = max(report.peak, memory(running, "VmHWM"))
            runs = chaos.runs()
            report.runs = [run["state"] for run in runs]
            report.reads = sum(run["read"] for run in runs)
            assert running.end(signal.SIGTERM) == 0
        wanted = httpx2.get(
            f"{chaos.emulator}/control/leads/ids?owner=urn:li:sponsoredAccount:{MAIN}&readable=true",
            trust_env=False,
            timeout=120,
        ).json()
    compare(report, set(wanted), home)
    report.seconds = time.monotonic() - began
    return report


def strike(running: Process, after: float, report: Report) -> None:
    """Let it work, look at its memory, and kill it as a power cut would."""
    time.sleep(after)
    report.peak = max(report.peak, memory(running, "VmHWM"))
    running.end(signal.SIGKILL)
    report.kills += 1


def compare(report: Report, wanted: set[str], home: Home) -> None:
    """The canonical table and every form table against LinkedIn's ids, by plain SQL."""
    engine = create_engine((home.owner_url or home.url).replace("postgresql://", "postgresql+psycopg://"))
    prefix = "ws_default." if home.owner_url else ""
    with engine.begin() as connection:
        if home.owner_url:
            connection.execute(text("select set_config('leadwire.workspace', 'default', true)"))
        stored = list(connection.scalars(text(f"select lead_id from {prefix}leads")))
        internal = "leadwire." if home.owner_url else "_"
        names = connection.scalars(text(f"select table_name from {internal}forms")).all()
        in_forms = [
            lead
            for name in names
            for lead in connection.scalars(text(f'select lead_id from {prefix}"{name}"'))
        ]
    engine.dispose()
    report.leads, report.stored = len(wanted), len(stored)
    report.missing = len(wanted - set(stored)) + len(wanted - set(in_forms))
    report.doubled = len(stored) - len(set(stored)) + len(in_forms) - len(set(in_forms))


def memory(running: Process, which: str) -> float:
    """VmRSS or VmHWM of the process, MiB."""
    for line in Path(f"/proc/{running.running.pid}/status").read_text().splitlines():
        if line.startswith(which):
            return int(line.split()[1]) / MIB
    raise AssertionError("no such figure")


def reachable(url: str) -> bool:
    try:
        return httpx2.get(url, trust_env=False, timeout=2).is_success
    except httpx2.RequestError:
        return False


def main() -> None:
    given = arguments(__doc__, leads=100_000, kills=10).parse_args()
    with place(given.postgres) as (folder, home):
        report = kill_over_and_over(folder, home, given.leads, given.kills, given.seed)
    told(given, report)
    sys.exit(bool(report.missing or report.doubled))


if __name__ == "__main__":
    main()
