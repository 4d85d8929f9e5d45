"""The calls that came in, and how they were answered."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass, field

from linkedin_emulator.clock import Millis
from linkedin_emulator.protocol.wire import Fate, Json, Response


@dataclass(frozen=True, slots=True)
class Call:
    """One line of the journal; `target` is the raw path and query, tunnelled queries included."""

    number: int
    at: Millis
    method: str
    target: str
    route: str
    status: int
    fate: Fate
    member: str | None


@dataclass(slots=True)
class Journal:
    """The latest calls, and counters since the start."""

    calls: deque[Call] = field(default_factory=deque)
    counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    total: int = 0

    def note(
        self,
        at: Millis,
        method: str,
        target: str,
        route: str,
        response: Response,
        member: str | None,
        keep: int,
    ) -> None:
        """Write one line and drop what is beyond `keep`."""
        self.total += 1
        self.counts[route, response.status] += 1
        self.calls.append(Call(self.total, at, method, target, route, response.status, response.fate, member))
        while len(self.calls) > keep:
            self.calls.popleft()

    def report(self, route: str | None = None, limit: int = 100) -> dict[str, Json]:
        """The newest calls first, and `{route: {status: count}}`."""
        chosen = [call for call in reversed(self.calls) if route is None or call.route == route]
        counts: dict[str, dict[str, int]] = {}
        for (name, status), count in self.counts.items():
            counts.setdefault(name, {})[str(status)] = count
        return {"total": self.total, "counts": counts, "calls": [asdict(call) for call in chosen[:limit]]}

    def clear(self) -> None:
        self.calls.clear()
        self.counts.clear()
        self.total = 0
