"""SIGTERM in the middle of a crowd: what was acknowledged is stored, the process ends in time and well."""

from __future__ import annotations

import signal
import socket
import time
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from tests.chaos.push_kill import SECRET, Report, Senders, _address, _compare
from tests.cli.people import environment, process, until
from tests.databases import KEY, Home
from tests.rig import sqlite_only

HALF = (
    b"",
    b"GET / HTTP/1.1\r\nHost: x\r\n",
    b"POST /api/v1/workspaces HTTP/1.1\r\nContent-Length: 9\r\n\r\n{",
)
CROWDS, PUSHES = 3, 200  # of sixteen senders each


@sqlite_only
@pytest.mark.timeout(90)
def test_a_process_that_is_told_to_end_under_load_keeps_every_promise(home: Home, tmp_path: Path) -> None:
    folder, settings = tmp_path / "run", {"DATABASE_URL": home.url, "SECRET_KEY": KEY, "LOG_LEVEL": "WARNING"}
    env = environment(folder, LINKEDIN_CLIENT_ID="chaos", LINKEDIN_CLIENT_SECRET=SECRET, **settings)
    path, reports = _address(home), [Report() for _ in range(CROWDS)]
    address = env["LEADWIRE_LISTEN"].split(":")
    crowds = []
    with process(folder, env, "serve") as running, ExitStack() as stack:
        running.up()
        crowds += [Senders(env["LEADWIRE_LISTEN"], path, PUSHES, one) for one in reports]
        for start in HALF:
            client = stack.enter_context(closing(socket.create_connection((address[0], int(address[1])))))
            client.sendall(start)
        until(lambda: sum(len(one.acknowledged) for one in reports) > 100)
        began = time.monotonic()
        assert running.end(signal.SIGTERM) == 0, running.err
        assert time.monotonic() - began < 10
    assert not all(crowd.done() for crowd in crowds), "it ended when nobody was there any more"
    for report in reports:
        _compare(report, home)
        assert report.lost == 0, report
    with process(folder, env, "serve") as running:  # the next one goes on at once
        until(lambda: all(crowd.done() for crowd in crowds))
        assert running.end(signal.SIGTERM) == 0, running.err
    assert [len(one.acknowledged) for one in reports] == [PUSHES] * CROWDS
