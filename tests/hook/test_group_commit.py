"""Many wait, one transaction; and what happens when it cannot be."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence

import pytest

from leadwire.connect.hook_tokens import HookName
from leadwire.store.errors import TryLater
from leadwire.web import group_commit
from leadwire.web.group_commit import GroupCommit, Pushed

ANNA = HookName("default", "urn:li:sponsoredAccount:512", 1)


class Table:
    """Writes slowly, and not at all what is `bad`."""

    def __init__(self, takes: float = 0.02) -> None:
        self.takes, self.batches, self.told = takes, list[list[bytes]](), list[bytes]()
        self.go_on = threading.Event()
        self.go_on.set()

    def write(self, batch: Sequence[Pushed]) -> None:
        self.go_on.wait()
        time.sleep(self.takes)
        raws = [push.raw for push in batch]
        if b"down" in raws:
            raise TryLater("the database is away")
        if b"bad" in raws:
            raise ValueError("this one cannot be stored")
        self.batches.append(raws)

    def written(self, batch: Sequence[Pushed]) -> None:
        self.told += [push.raw for push in batch]


def store(table: Table, *raws: bytes) -> list[bool]:
    """All at once; what each was told."""
    commit = GroupCommit(table.write, table.written)

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(commit.store(ANNA, raw) for raw in raws))

    answers = asyncio.run(all_of_them())
    commit.stop()
    return answers


def test_what_comes_while_one_is_written_goes_into_the_next() -> None:
    table = Table()
    raws = [b"%d" % n for n in range(300)]
    assert store(table, *raws) == [True] * 300
    assert sorted(raw for batch in table.batches for raw in batch) == sorted(raws)
    assert len(table.batches) <= 3
    assert sorted(table.told) == sorted(raws)


def test_one_that_cannot_be_stored_spoils_nothing_for_the_others() -> None:
    table = Table(takes=0.001)
    assert store(table, b"a", b"b", b"bad", b"c") == [True, True, False, True]
    assert sorted(table.told) == [b"a", b"b", b"c"]


def test_while_the_database_is_away_nobody_is_told_yes() -> None:
    table = Table()
    assert store(table, b"down", b"down") == [False, False]
    assert table.told == []


def test_nobody_waits_longer_than_its_patience_and_who_left_is_not_written() -> None:
    table = Table(takes=0)
    table.go_on.clear()
    commit = GroupCommit(table.write, table.written)

    async def two_in_turn() -> list[bool]:
        first = asyncio.create_task(commit.store(ANNA, b"first"))
        await asyncio.sleep(0.05)
        return await asyncio.gather(first, commit.store(ANNA, b"second"))

    began = time.monotonic()
    assert asyncio.run(two_in_turn()) == [False, False]
    assert group_commit.PATIENCE <= time.monotonic() - began < 2.4
    table.go_on.set()
    commit.stop()
    assert table.batches == [[b"first"]]  # it was under way, and it may be stored without being promised


def test_what_waits_has_a_bound() -> None:
    table = Table(takes=0)
    table.go_on.clear()
    commit = GroupCommit(table.write, table.written)
    large = bytes(256 * 1024)
    places = group_commit.MOST_WAITING // len(large)

    async def too_many() -> tuple[int, float]:
        waiting = [asyncio.create_task(commit.store(ANNA, large)) for _ in range(places + 50)]
        await asyncio.sleep(0.2)
        refused = sum(task.done() for task in waiting)
        table.go_on.set()
        answers = await asyncio.gather(*waiting)
        return refused, sum(answers)

    refused, stored = asyncio.run(too_many())
    assert 45 <= refused <= 55
    assert stored == places + 50 - refused
    commit.stop()


def test_after_the_end_nothing_is_taken_and_what_waited_is_written() -> None:
    table = Table(takes=0.05)
    commit = GroupCommit(table.write, table.written)

    async def end_meanwhile() -> list[bool]:
        waiting = [asyncio.create_task(commit.store(ANNA, b"%d" % n)) for n in range(20)]
        await asyncio.sleep(0.01)
        await asyncio.to_thread(commit.stop)
        return [*await asyncio.gather(*waiting), await commit.store(ANNA, b"late")]

    assert asyncio.run(end_meanwhile()) == [True] * 20 + [False]
    assert sum(map(len, table.batches)) == 20


@pytest.mark.parametrize("count", [1, 7])
def test_an_idle_one_writes_at_once(count: int) -> None:
    table = Table(takes=0)
    commit = GroupCommit(table.write, table.written)

    async def one_by_one() -> float:
        await commit.store(ANNA, b"warm")
        began = time.monotonic()
        for n in range(count):
            await commit.store(ANNA, b"%d" % n)
        return (time.monotonic() - began) / count

    assert asyncio.run(one_by_one()) < 0.02
    commit.stop()
