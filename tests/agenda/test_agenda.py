"""Due work in virtual time: nothing is forgotten, nothing storms, no item takes others with it."""

import random
import threading
from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from tests.agenda.virtual import Clock, Killed, Simulation, Stoppable

from leadwire.agenda import AT_ONCE, BURIED_AFTER, BURIED_FOR, Agenda, Slice, retry_after
from leadwire.domain.owners import phase, shard
from leadwire.domain.times import HOUR, MINUTE, Millis
from leadwire.duties import following
from leadwire.store import Store, Workspace

BEGIN = 1_780_000_000_000
EVERY = 15 * MINUTE


def schedule(store: Store, kind: str, *keys: str, at: Millis = BEGIN, lane: int | None = None) -> Workspace:
    (default,) = (one.id for one in store.deployment.all_workspaces() if one.slug == "default")
    workspace = store.workspace(default)
    with workspace.write() as tx:
        for key in keys:
            tx.schedule.put(kind, key, shard(key) if lane is None else lane, at)
    return workspace


def test_the_same_work_is_done_on_time_whatever_dies_in_the_middle(store: Store) -> None:
    clock, dice = Clock(BEGIN), random.Random(7)
    done: dict[str, list[Millis]] = defaultdict(list)

    def poll(workspace: Workspace, key: str, turn: Slice) -> Millis:
        done[key].append(clock.now)
        if dice.random() < 0.2:
            raise Killed
        return following(clock.now, EVERY, phase(key, EVERY))

    keys = [f"urn:li:sponsoredAccount:{n}" for n in range(1, 9)]
    schedule(store, "poll", *keys)
    world = Simulation(store, clock, {"poll": poll})
    world.run_until(BEGIN + 6 * HOUR)

    assert world.boots > 5
    for key in keys:
        times = sorted(set(done[key]))
        assert times[0] == BEGIN
        gaps = [b - a for a, b in pairwise(times[1:])]
        assert set(gaps) == {EVERY}  # its own phase of every interval, none left out
        assert len(times) >= 24
    assert len({t for times in done.values() for t in times[1:]}) > len(done[keys[0]])  # not all at once


def test_an_item_that_kills_its_process_is_set_aside_for_an_hour_and_its_neighbours_go_on(
    store: Store,
) -> None:
    clock = Clock(BEGIN)
    begun: dict[str, list[Millis]] = defaultdict(list)

    def poll(workspace: Workspace, key: str, turn: Slice) -> Millis:
        begun[key].append(clock.now)
        if key == "poison":
            raise Killed
        return clock.now + EVERY

    schedule(store, "poll", "poison", "neighbour", lane=3)
    Simulation(store, clock, {"poll": poll}).run_until(BEGIN + 4 * HOUR)

    assert begun["poison"][:BURIED_AFTER] == [BEGIN] * BURIED_AFTER
    later = begun["poison"][BURIED_AFTER:]
    assert [t - BEGIN for t in later] == [BURIED_FOR, 2 * BURIED_FOR, 3 * BURIED_FOR]
    assert sorted(set(begun["neighbour"])) == [BEGIN + n * EVERY for n in range(16)]


def test_an_item_that_gets_on_is_never_set_aside_however_often_the_process_is_killed(store: Store) -> None:
    """Ten power cuts in one back-fill: what killed the process was not the item."""
    clock = Clock(BEGIN)
    begun: list[Millis] = []

    def poll(workspace: Workspace, key: str, turn: Slice) -> Millis:
        begun.append(clock.now)
        turn.progressed()
        if len(begun) <= 2 * BURIED_AFTER:
            raise Killed
        return clock.now + EVERY

    schedule(store, "poll", "long", lane=3)
    Simulation(store, clock, {"poll": poll}).run_until(BEGIN + EVERY)
    assert begun[: 2 * BURIED_AFTER + 1] == [BEGIN] * (2 * BURIED_AFTER + 1)


def test_a_failing_item_is_tried_after_1_to_5_minutes_and_never_set_aside(store: Store) -> None:
    clock = Clock(BEGIN)
    begun: list[Millis] = []

    def poll(workspace: Workspace, key: str, turn: Slice) -> Millis:
        begun.append(clock.now)
        if len(begun) < 12:
            raise ValueError("a handler's bug")
        return clock.now + EVERY

    schedule(store, "poll", "broken")
    Simulation(store, clock, {"poll": poll}).run_until(BEGIN + 2 * HOUR)
    waits = [(b - a) // MINUTE for a, b in pairwise(begun)]
    assert waits[:11] == [1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5]
    assert set(waits[11:]) == {15}
    assert [retry_after(n) // MINUTE for n in (0, 1, 5, 99)] == [1, 1, 5, 5]


def test_what_is_asked_for_during_its_own_turn_is_done_once_more(store: Store) -> None:
    clock, turns = Clock(BEGIN), Counter[str]()

    def poll(workspace: Workspace, key: str, turn: Slice) -> None:
        turns[key] += 1
        if turns[key] == 1:
            with workspace.write() as tx:
                tx.schedule.hasten("poll", key, 5, clock.now)

    workspace = schedule(store, "poll", "again", "once", lane=5)
    Simulation(store, clock, {"poll": poll}).tick()
    assert turns["again"] == 2
    with workspace.read() as tx:
        assert tx.schedule.all() == ()


def test_what_a_stopped_process_left_is_done_by_the_next_one_at_once(store: Store) -> None:
    clock, turns = Clock(BEGIN), Counter[str]()

    def poll(workspace: Workspace, key: str, turn: Slice) -> Millis:
        turns[key] += 1
        return clock.now + EVERY

    schedule(store, "poll", "a", "b", "c", lane=1)
    world = Simulation(store, clock, {"poll": poll})
    world.submit(world.agenda.tick())
    world.drain(Stoppable(looks=1))
    assert turns.total() == 1
    clock.now += 2_000  # within the same minute
    world.boot()
    world.tick()
    assert sorted(turns.items()) == [("a", 1), ("b", 1), ("c", 1)]


def test_a_turn_ends_after_its_share_of_time_or_when_the_process_stops(store: Store) -> None:
    seconds = 0.0
    turn = Slice(Stoppable(looks=3), ends=20.0, monotonic=lambda: seconds, note=lambda: None)
    assert not turn.over()
    seconds = 20.0
    assert turn.over()
    seconds = 0.0
    assert not turn.over()
    assert turn.over()


def test_unknown_kinds_and_deleted_workspaces_are_nobodys_trouble(store: Store) -> None:
    clock, turns = Clock(BEGIN), Counter[str]()

    def poll(workspace: Workspace, key: str, turn: Slice) -> Millis:
        turns[workspace.slug] += 1
        if workspace.slug == "short":
            store.deployment.delete_workspace(workspace.id)
        return clock.now + EVERY

    short = store.workspace(store.deployment.create_workspace("Short", BEGIN, "short").id)
    with short.write() as tx:
        tx.schedule.put("poll", "x", 9, BEGIN - 1)
        tx.schedule.put("poll", "y", 9, BEGIN - 1)
    schedule(store, "poll", "z", lane=9)
    workspace = schedule(store, "of-a-later-release", "w", lane=9)
    Simulation(store, clock, {"poll": poll}).run_until(BEGIN + 10 * MINUTE)
    assert turns == {"short": 1, "default": 1}
    with workspace.read() as tx:
        assert tx.schedule.get("of-a-later-release", "w")


def test_more_than_one_job_can_carry_is_carried_by_jobs_that_follow(store: Store) -> None:
    turns = Counter[str]()

    def poll(workspace: Workspace, key: str, turn: Slice) -> None:
        turns[key] += 1

    keys = [f"account-{n}" for n in range(AT_ONCE + 1)]  # all due since the same moment
    schedule(store, "poll", *keys, lane=2)
    Simulation(store, Clock(BEGIN), {"poll": poll}).tick()
    assert turns == dict.fromkeys(keys, 1)


@pytest.mark.parametrize("threads", [1, 4])
def test_every_item_of_a_shard_gets_one_turn_however_many_threads_take_turns(
    store: Store, threads: int
) -> None:
    turns, guard = Counter[str](), threading.Lock()

    def poll(workspace: Workspace, key: str, turn: Slice) -> Millis:
        with guard:
            turns[key] += 1
        return BEGIN + EVERY

    keys = [f"account-{n}" for n in range(30)]
    schedule(store, "poll", *keys, lane=2)
    agenda = Agenda(store, {"poll": poll}, lambda: BEGIN, lambda: 0.0, threads)
    (job,) = agenda.tick()
    assert job.lane == "shard:2"
    assert list(agenda.shard(Stoppable(), 2)) == []
    assert turns == dict.fromkeys(keys, 1)
