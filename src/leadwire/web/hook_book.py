"""What the hook knows by heart: addresses in force and the app's secrets, read anew every few seconds.

So a challenge is answered while the database is away, and a push is looked at without asking it.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import structlog

from leadwire.connect.hook_tokens import HookName
from leadwire.domain.times import Millis
from leadwire.linkedin.webhooks import Signatures
from leadwire.store.errors import StoreError
from leadwire.store.hooks import Heard, Serials

EVERY = 5.0  # seconds
AT_MOST_EVERY = 0.2
WAITS = 1.5  # seconds that a push waits for what is not known yet

log = structlog.get_logger()


class HookBook:
    """`hooks` and `secrets` read, `heard` writes; all may fail, and then the last word counts."""

    def __init__(
        self,
        hooks: Callable[[], Serials],
        secrets: Callable[[], tuple[str, ...]],
        heard: Callable[[Heard, Heard], None],
        now: Callable[[], Millis],
    ) -> None:
        self._read_hooks, self._read_secrets, self._write_heard, self._now = hooks, secrets, heard, now
        self._serials: dict[tuple[str, str], frozenset[int]] = {}
        self.secrets: tuple[str, ...] = ()
        self.signatures = Signatures(())
        self._challenged: dict[HookName, float] = {}
        self._pushed: dict[HookName, float] = {}
        self._begun, self._read_last = 0, 0  # readings, by number
        self._wanted, self._first, self._stopped = threading.Event(), threading.Event(), False
        self._thread: threading.Thread | None = None

    def start(self, wait: float = WAITS) -> None:
        """Read again and again from now on; come back after the first reading. Harmless if it was started."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="hook-book", daemon=True)
            self._thread.start()
        self._first.wait(wait)

    def stop(self) -> None:
        """Note what was heard last, and read no more."""
        self._stopped = True
        if self._thread is not None:
            self._wanted.set()
            self._thread.join(1.0)
            self.flush()

    def knows(self, name: HookName) -> bool:
        """Whether an address is in force, or was replaced a short while ago."""
        return name.serial in self._serials.get((name.workspace_id, name.owner), ())

    async def learn(self) -> bool:
        """Wait for a reading that begins now; False if there is none in time."""
        self.start(wait=0)
        number, until = self._begun + 1, time.monotonic() + WAITS
        self._wanted.set()
        while self._read_last < number and time.monotonic() < until:
            await asyncio.sleep(0.02)
        return self._read_last >= number

    def challenged(self, name: HookName) -> None:
        """LinkedIn asked whether we are there."""
        self._challenged[name] = time.monotonic()

    def pushed(self, name: HookName) -> None:
        """LinkedIn pushed."""
        self._pushed[name] = time.monotonic()

    def _run(self) -> None:
        while not self._stopped:
            self._wanted.clear()
            self._read()
            self._first.set()
            self.flush()
            time.sleep(AT_MOST_EVERY)
            self._wanted.wait(EVERY)

    def _read(self) -> None:
        self._begun += 1
        number = self._begun
        try:
            hooks, secrets, now = self._read_hooks(), self._read_secrets(), self._now()
        except Exception as error:  # the last word counts, whatever it is
            log.warning("hooks_not_read", error=type(error).__name__)
            return
        self._serials = {
            whose: frozenset(serial for serial, until in serials.items() if until is None or until > now)
            for whose, serials in hooks.items()
        }
        if secrets != self.secrets:
            self.secrets, self.signatures = secrets, Signatures(secrets)
        self._read_last = number

    def flush(self) -> None:
        """Write down who was heard since the last time."""
        if not self._challenged and not self._pushed:
            return
        (challenged, self._challenged), (pushed, self._pushed) = (self._challenged, {}), (self._pushed, {})
        try:
            self._write_heard(self._times(challenged), self._times(pushed))
        except StoreError:  # the next time
            self._challenged, self._pushed = challenged | self._challenged, pushed | self._pushed

    def _times(self, heard: dict[HookName, float]) -> Heard:
        # On the product's clock, which in a demo may not be asked while LinkedIn waits for an answer.
        now, here = self._now(), time.monotonic()
        return {
            (name.workspace_id, name.owner, name.serial): now - int((here - at) * 1000)
            for name, at in heard.items()
        }
