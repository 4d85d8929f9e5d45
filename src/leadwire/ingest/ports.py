"""What this room needs from outside, handed in by `app`: a line to LinkedIn, a clock, a turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from leadwire.domain.times import Millis
from leadwire.linkedin.calls import Call
from leadwire.store import Workspace

T = TypeVar("T")
Now = Callable[[], Millis]


class Speak(Protocol):
    """Sends a call in the name of a member and returns what `read` makes of the answer.

    Raises TryLater (ask again later), Refused (do not repeat), AskAgain (a person must reconnect), Surprise.
    """

    @property
    def calls(self) -> int: ...

    @property
    def connection_id(self) -> str: ...

    def __call__(self, call: Call, read: Callable[[int, Mapping[str, str], bytes], T]) -> T: ...


class Meter:
    """A line that knows which of its calls have been written down.

    `take()` gives those since it was last asked, so that failed tries are counted too.
    """

    def __init__(self, speak: Speak) -> None:
        self._speak, self._taken = speak, speak.calls

    @property
    def calls(self) -> int:
        return self._speak.calls

    @property
    def connection_id(self) -> str:
        return self._speak.connection_id

    def __call__(self, call: Call, read: Callable[[int, Mapping[str, str], bytes], T]) -> T:
        return self._speak(call, read)

    def take(self) -> int:
        fresh, self._taken = self._speak.calls - self._taken, self._speak.calls
        return fresh


class Turn(Protocol):
    """The time this piece of work has been given, and whom to tell that something of it is stored."""

    def over(self) -> bool: ...

    def progressed(self) -> None: ...


# The best living line for an owner's leads. Raises NobodyMayRead when no connection can read them.
LineFor = Callable[[Workspace, str], Speak]


class NobodyMayRead(Exception):
    """No active connection may read this owner's leads; the account's verdict says what is missing."""


@dataclass(frozen=True)
class Source:
    """Whose leads are being read, and over which line. Without a line nothing new can be learned."""

    workspace: Workspace
    owner: str
    lead_type: str
    speak: Speak | None = None
