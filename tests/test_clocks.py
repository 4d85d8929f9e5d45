"""In a demo one control moves both clocks."""

from __future__ import annotations

from leadwire.clocks import EmulatorClock, system_now
from leadwire.linkedin.answers import Answer
from leadwire.linkedin.client import Request
from leadwire.linkedin.errors import TryLater
from linkedin_emulator import Emulator

DAY = 86_400_000


class Line:
    """The way to an emulator, which may be cut; `seconds` is what a stopwatch shows."""

    def __init__(self) -> None:
        self.emulator = Emulator(world="empty")
        self.cut, self.seconds, self.asked = False, 100.0, 0

    def carry(self, request: Request) -> Answer:
        self.asked += 1
        if self.cut:
            raise TryLater("nobody answers")
        said = self.emulator.handle(request.method, "/control/clock", {}, b"")
        return Answer(said.status, said.headers, said.body)

    def clock(self) -> EmulatorClock:
        return EmulatorClock(self.carry, "http://127.0.0.1:1", lambda: self.seconds)


def test_time_moved_at_the_emulator_is_moved_here_within_a_second() -> None:
    line = Line()
    clock = line.clock()
    assert abs(clock() - system_now()) < 2_000
    line.emulator.advance(60 * DAY)
    line.seconds += 1.0
    assert abs(clock() - system_now() - 60 * DAY) < 2_000


def test_it_is_asked_once_a_second_and_carried_on_in_between() -> None:
    line = Line()
    clock = line.clock()
    first = clock()
    line.seconds += 0.5
    assert clock() - first == 500
    assert line.asked == 1


def test_a_frozen_clock_stands_still_here_too() -> None:
    line = Line()
    line.emulator.control.clock.change(frozen=True)
    clock = line.clock()
    first = clock()
    line.seconds += 0.9
    assert clock() == first


def test_time_goes_on_while_the_emulator_is_silent() -> None:
    line = Line()
    line.cut = True
    clock = line.clock()
    first = clock()
    line.seconds += 5.0
    assert clock() - first == 5_000
    assert abs(first - system_now()) < 2_000
