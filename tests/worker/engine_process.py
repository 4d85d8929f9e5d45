"""A process with an engine, for tests to kill: `engine_process.py URL EXECUTOR NOTES [ID:LANE:SECONDS ...]`.

Its one kind of job notes when it begins and when it ends. `SECONDS` with a `!` behind it never asks whether
the process is stopping.
"""

import signal
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from leadwire.jobs import Job, Run, Work
from leadwire.worker import DbosEngine


def job(text: str) -> Job:
    """`ID:LANE:SECONDS` as the job that notes its id."""
    name, lane, seconds = text.split(":")
    return Job("note", name, lane, (name, seconds))


def noting(notes: Path) -> Work:
    """Work that writes `begin ID` and `end ID` (or `left ID`, told to stop) into a file."""

    def note(run: Run, name: str, seconds: str) -> Iterable[Job]:
        write(f"begin {name}")
        stubborn, left = seconds.endswith("!"), float(seconds.rstrip("!"))
        while left > 0 and (stubborn or run.alive()):
            time.sleep(0.02)
            left -= 0.02
        write(f"end {name}" if left <= 0 else f"left {name}")
        return ()

    def write(line: str) -> None:
        with notes.open("a") as file:
            file.write(line + "\n")

    return Work({"note": note})


def main(url: str, executor: str, notes: str, *jobs: str) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    engine = DbosEngine(noting(Path(notes)), url, executor, lambda _: "2020-01-01T00:00:00Z", grace=1.0)
    engine.start()
    engine.submit(map(job, jobs))
    print("started", flush=True)
    stop.wait()
    engine.stop(1.0)


if __name__ == "__main__":
    main(*sys.argv[1:])
