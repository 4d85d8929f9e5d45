import threading
import time

import pytest

from leadwire.store.errors import TryLater
from leadwire.store.gate import Gate


def queue_up(gate, order, name, urgent=False):
    """Start a thread that wants a turn, and wait until it stands in the queue."""
    waiting = len(gate._urgent) + len(gate._steady)

    def want():
        with gate.turn(urgent):
            order.append(name)

    thread = threading.Thread(target=want)
    thread.start()
    while len(gate._urgent) + len(gate._steady) == waiting:
        time.sleep(0.001)
    return thread


def test_turns_come_in_the_order_of_asking_but_urgent_ones_first():
    gate, order = Gate(10), []
    with gate.turn():
        threads = [
            queue_up(gate, order, "walk 1"),
            queue_up(gate, order, "walk 2"),
            queue_up(gate, order, "inbox 1", urgent=True),
            queue_up(gate, order, "walk 3"),
            queue_up(gate, order, "inbox 2", urgent=True),
        ]
    for thread in threads:
        thread.join()
    assert order == ["inbox 1", "inbox 2", "walk 1", "walk 2", "walk 3"]


def test_one_at_a_time():
    gate, inside, most = Gate(10), [], []

    def work():
        for _ in range(50):
            with gate.turn():
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 400
    assert max(most) == 1


def test_patience_ends_and_the_queue_goes_on():
    gate = Gate(0.05)
    refused = []

    def want():
        try:
            with gate.turn():
                pass
        except TryLater as error:
            refused.append(str(error))

    with gate.turn():
        thread = threading.Thread(target=want)
        thread.start()
        thread.join()
    assert refused == ["no turn to write within 0.05 s"]
    with gate.turn():  # the one who gave up does not hold the place
        pass


def test_a_turn_is_given_back_after_an_error():
    gate = Gate(0.05)
    with pytest.raises(ZeroDivisionError), gate.turn():
        raise ZeroDivisionError
    with gate.turn():
        pass


def test_a_turn_inside_a_turn_is_a_defect_and_says_so():
    gate = Gate(5)
    with gate.turn(), pytest.raises(RuntimeError, match="inside another"), gate.turn():
        pass
