"""The job engine on both databases: once per id, one at a time per lane, no job lost with its process."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from tests.databases import PostgresHomes
from tests.worker import engine_process

from leadwire.jobs import Job, Run, Work
from leadwire.worker import DbosEngine

NEVER = "2020-01-01T00:00:00Z"
ALWAYS = "2100-01-01T00:00:00Z"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/engine.db"
        return
    homes: PostgresHomes = request.getfixturevalue("postgres_homes")
    with homes.home(tmp_path) as home:
        assert home.owner_url is not None
        yield home.owner_url


@contextmanager
def engine(url: str, work: Work, executor: str = "test", before: str = NEVER) -> Iterator[DbosEngine]:
    running = DbosEngine(work, url, executor, lambda _: before, grace=1.0)
    running.start()
    try:
        yield running
    finally:
        running.stop(2.0)


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def test_a_job_submitted_twice_runs_once_and_its_followers_run_too(url: str) -> None:
    seen: list[str] = []

    def count(run: Run, name: str, left: int) -> Iterable[Job]:
        seen.append(f"{name}{left}")
        return [Job("count", f"{name}-{left - 1}", "lane", (name, left - 1))] if left else []

    with engine(url, Work({"count": count})) as one:
        first = Job("count", "a-2", "lane", ("a", 2))
        one.submit([first, first])
        until(lambda: "a0" in seen)
        one.submit([first, Job("count", "b-0", "lane", ("b", 0))])
        until(lambda: "b0" in seen)
    assert seen == ["a2", "a1", "a0", "b0"]


def test_one_at_a_time_within_a_lane_and_lanes_beside_each_other(url: str) -> None:
    busy: dict[str, int] = {"left": 0, "right": 0}
    together: list[tuple[int, int]] = []
    guard = threading.Lock()

    def hold(run: Run, lane: str) -> Iterable[Job]:
        with guard:
            busy[lane] += 1
            together.append((busy["left"], busy["right"]))
        time.sleep(0.3)
        with guard:
            busy[lane] -= 1
            together.append((busy["left"], busy["right"]))
        return ()

    with engine(url, Work({"hold": hold})) as one:
        one.submit(Job("hold", f"{lane}-{n}", lane, (lane,)) for n in range(3) for lane in busy)
        until(lambda: len(together) == 12)
    assert max(left for left, _ in together) == max(right for _, right in together) == 1
    assert (1, 1) in together


def test_a_job_and_a_tick_that_fail_stop_nothing_else(url: str) -> None:
    ran: list[str] = []
    ticks = iter(range(1_000))

    def run(run: Run, name: str) -> Iterable[Job]:
        ran.append(name)
        if name == "broken":
            raise RuntimeError("a handler's bug")
        return ()

    def tick() -> Iterable[Job]:
        if next(ticks) == 0:
            raise ConnectionError("the database was away for a moment")
        return [Job("run", "from-tick", "lane", ("tick",))]

    with engine(url, Work({"run": run}, (tick,))) as one:
        one.submit([Job("run", "1", "lane", ("broken",)), Job("run", "2", "lane", ("next",))])
        until(lambda: {"broken", "next", "tick"} <= set(ran))
    assert sorted(ran) == ["broken", "next", "tick"]


def test_finished_jobs_are_forgotten_after_a_day_and_unfinished_ones_never(url: str) -> None:
    ran: list[str] = []

    def note(run: Run, name: str) -> Iterable[Job]:
        ran.append(name)
        return ()

    with engine(url, Work({"note": note})) as one:
        one.submit([Job("note", "a", "lane", ("a",))])
        until(lambda: ran == ["a"])
    with engine(url, Work({"note": note}), before=ALWAYS) as one:  # its first look sweeps
        until(lambda: one.submit([Job("note", "a", "lane", ("again",))]) or ran == ["a", "again"])


def test_a_stopping_engine_tells_its_jobs_and_hands_over_what_does_not_end(url: str, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    jobs = ["patient:1:60", "stubborn:2:2!"]
    began = time.monotonic()
    with process(url, "one", notes, *jobs) as running:
        until(lambda: len(lines(notes)) == 2)
        running.send_signal(signal.SIGTERM)
        until(lambda: "left patient" in lines(notes), 2.0)
        running.wait(10)
    assert time.monotonic() - began < 10
    notes.unlink()
    with process(url, "one" if url.startswith("sqlite") else "two", notes):
        until(lambda: "begin stubborn" in lines(notes))
    assert "begin patient" not in lines(notes)


def test_a_job_whose_process_is_killed_runs_again_in_another(url: str, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    with process(url, "one", notes, "a:1:2", "b:1:0", "c:2:0") as running:
        until(lambda: {"begin a", "end c"} <= set(lines(notes)))
        running.kill()
        running.wait()
    assert "end a" not in lines(notes)
    with process(url, "one" if url.startswith("sqlite") else "two", notes):
        until(lambda: {"end a", "end b"} <= set(lines(notes)))
    assert [lines(notes).count(f"begin {name}") for name in "ab"] == [2, 1]
    # The kill may come between a job's effect and the engine's note of it: then it runs twice, never not at all.
    assert lines(notes).count("begin c") in (1, 2)


@pytest.mark.postgres
def test_a_living_process_takes_over_and_a_living_one_is_left_alone(
    postgres_homes: PostgresHomes, tmp_path: Path
) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    with postgres_homes.home(tmp_path) as home:
        assert home.owner_url is not None
        with (
            process(home.owner_url, "one", mine, "a:1:60") as victim,
            process(home.owner_url, "two", theirs) as heir,
        ):
            until(lambda: "begin a" in lines(mine) + lines(theirs))
            if "begin a" in lines(theirs):
                victim, heir, mine, theirs = heir, victim, theirs, mine
            time.sleep(2.0)  # twice the time after which a dead one's jobs would move
            assert lines(theirs) == []
            victim.kill()
            until(lambda: "begin a" in lines(theirs))


@pytest.mark.postgres
def test_a_frozen_process_loses_its_jobs_and_spoils_nothing_when_it_wakes(
    postgres_homes: PostgresHomes, tmp_path: Path
) -> None:
    """What it was about it lets go of, or ends once more; the job behind it is done once."""
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    with postgres_homes.home(tmp_path) as home:
        assert home.owner_url is not None
        with process(home.owner_url, "one", mine, "a:1:1") as frozen:
            until(lambda: "begin a" in lines(mine))
            frozen.send_signal(signal.SIGSTOP)
            with process(home.owner_url, "two", theirs, "b:1:0"):
                until(lambda: {"end a", "end b"} <= set(lines(theirs)))
                frozen.send_signal(signal.SIGCONT)
                until(lambda: {"left a", "end a"} & set(lines(mine)))
                assert frozen.poll() is None
        told = lines(mine) + lines(theirs)
        assert [told.count(f"end {name}") for name in "ab"] == [1 + lines(mine).count("end a"), 1]


def lines(notes: Path) -> list[str]:
    return notes.read_text().splitlines() if notes.exists() else []


@contextmanager
def process(url: str, executor: str, notes: Path, *jobs: str) -> Iterator[subprocess.Popen[str]]:
    arguments = [sys.executable, engine_process.__file__, url, executor, str(notes), *jobs]
    running = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "started\n"
        yield running
    finally:
        running.kill()
        running.wait()
        assert running.stdout is not None
        running.stdout.close()


def test_a_job_whose_end_could_not_be_written_does_not_keep_its_lane_for_ever(url: str) -> None:
    """The database goes away just when a job ends: by the books it still runs, and its process lives."""
    seen: list[str] = []

    def note(run: Run, name: str) -> Iterable[Job]:
        seen.append(name)
        return []

    with engine(url, Work({"note": note})) as one:
        one.submit([Job("note", "lost", "lane", ("lost",))])
        until(lambda: finished(url, "lost"))
        books(url, "UPDATE {} SET status = 'PENDING', completed_at = NULL WHERE workflow_uuid = 'lost'")
        one.submit([Job("note", "next", "lane", ("next",))])
        until(lambda: "next" in seen)
    assert seen == ["lost", "lost", "next"]


@pytest.mark.postgres
@pytest.mark.timeout(60)
def test_an_engine_stops_in_good_order_while_postgresql_is_away(tmp_path: Path) -> None:
    homes = PostgresHomes()
    try:
        with homes.home(tmp_path) as home:
            assert home.owner_url is not None
            with engine(home.owner_url, Work({})):
                homes.halt()
            homes.resume()
    finally:
        homes.stop()


def finished(url: str, job: str) -> bool:
    return books(url, f"SELECT 1 FROM {{}} WHERE workflow_uuid = '{job}' AND status = 'SUCCESS'")


def books(url: str, sql: str) -> bool:
    """Run a statement on the engine's own table; whether it met a row."""
    made = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    table = "workflow_status" if url.startswith("sqlite") else "dbos.workflow_status"
    with made.begin() as connection:
        met = connection.execute(text(sql.format(table)))
        there = bool(met.all()) if met.returns_rows else met.rowcount > 0
    made.dispose()
    return there
