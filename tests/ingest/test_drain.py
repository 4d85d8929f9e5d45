"""The drain's thread: owners beside each other, woken by what comes in."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tests.databases import NOW

from leadwire.drain import Drain
from leadwire.store import InboxRow, Store, Workspace

SLOW, QUICK = "urn:li:sponsoredAccount:1", "urn:li:sponsoredAccount:2"


def push(store: Store, owner: str, number: int) -> None:
    store.deployment.receive([InboxRow("default", b"%d" % number, owner, NOW, b"{}", str(number))])


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def test_an_owner_whose_call_hangs_delays_no_other(store: Store) -> None:
    answered, hangs = threading.Event(), threading.Event()
    done: list[str] = []

    def turn(workspace: Workspace, owner: str) -> bool:
        with workspace.read() as tx:
            ids = [item.id for item in tx.inbox.due(owner, NOW)]
        if not ids:
            return False
        if owner == SLOW:
            hangs.set()
            answered.wait(20)
        with workspace.write() as tx:
            tx.inbox.done(ids, "stored", NOW)
        done.append(owner)
        return True

    drain = Drain(store, turn, lambda: NOW)
    drain.start()
    try:
        push(store, SLOW, 1)
        drain.wake()
        assert hangs.wait(20)
        for number in (2, 3):
            push(store, QUICK, number)
            drain.wake()
            until(lambda number=number: done == [QUICK] * (number - 1))  # type: ignore[misc]
        push(store, SLOW, 4)
        drain.wake()
        answered.set()
        until(lambda: done[2:] == [SLOW, SLOW] or store.deployment.inbox_counts()["waiting"] == 0)
    finally:
        answered.set()
        drain.stop(20)
    assert store.deployment.inbox_counts() == {"waiting": 0, "parked": 0}
