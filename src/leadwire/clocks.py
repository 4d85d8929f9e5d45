"""Where time comes from: the system, or in a demo the emulator, so that one control moves both sides."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import msgspec

from leadwire.domain.times import Millis
from leadwire.linkedin.client import Request, Transport
from leadwire.linkedin.errors import LinkedInError

ASK_EVERY = 1.0  # seconds

Clock = Callable[[], Millis]


def system_now() -> Millis:
    """The system's clock."""
    return time.time_ns() // 1_000_000


class EmulatorClock:
    """The emulator's clock: asked once a second, carried on in between and while it does not answer.

    Settings allow it only where LinkedIn is on this machine.
    """

    def __init__(
        self, transport: Transport, base: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._transport, self._url = transport, f"{base}/control/clock"
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._told, self._told_at = system_now(), monotonic()
        self._asked_at = float("-inf")
        self._frozen = False

    def __call__(self) -> Millis:
        with self._lock:
            if self._monotonic() - self._asked_at >= ASK_EVERY:
                self._ask()
            passed = 0.0 if self._frozen else self._monotonic() - self._told_at
            return self._told + int(passed * 1000)

    def _ask(self) -> None:
        self._asked_at = self._monotonic()
        try:
            said = msgspec.json.decode(self._transport(Request("GET", self._url)).body)
            self._told, self._frozen = int(said["now"]), bool(said["frozen"])
        except (LinkedInError, ValueError, KeyError, TypeError):
            return  # it is starting, or has ended: time goes on
        self._told_at = self._monotonic()
