"""The calls that came in, and how they were answered."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from linkedin_emulator.clock import Millis
from linkedin_emulator.protocol.wire import Fate, Json, Request, Response

EXCERPT = 1_000
_TELLING = ("linkedin-version", "x-restli-protocol-version", "x-restli-method", "content-type", "user-agent")


def excerpt(body: bytes) -> str:
    """The beginning of a body, as text."""
    return body[:EXCERPT].decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Call:
    """One line of the journal; `target` is the raw path and query, tunnelled queries included.

    `sent` and `answered` are the beginnings of the bodies. Those of OAuth, where secrets are, are not kept.
    """

    number: int
    at: Millis
    method: str
    target: str
    route: str
    status: int
    fate: Fate
    member: str | None
    milliseconds: float
    headers: Mapping[str, str]
    sent: str
    answered: str


@dataclass(slots=True)
class Journal:
    """The latest calls, and counters since the start."""

    calls: deque[Call] = field(default_factory=deque)
    counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    total: int = 0

    def note(
        self,
        at: Millis,
        asked: Request,
        route: str,
        response: Response,
        member: str | None,
        milliseconds: float,
        keep: int,
    ) -> None:
        """Write one line and drop what is beyond `keep`."""
        self.total += 1
        self.counts[route, response.status] += 1
        secret = route.startswith("oauth.")
        call = Call(
            self.total,
            at,
            asked.method,
            asked.target,
            route,
            response.status,
            response.fate,
            member,
            round(milliseconds, 1),
            {name: asked.headers[name] for name in _TELLING if name in asked.headers},
            "" if secret else excerpt(asked.body),
            "" if secret else excerpt(response.body),
        )
        self.calls.append(call)
        while len(self.calls) > keep:
            self.calls.popleft()

    def report(self, route: str | None = None, limit: int = 100, about: str = "") -> dict[str, Json]:
        """The newest calls first, and `{route: {status: count}}`."""
        chosen = [
            call
            for call in reversed(self.calls)
            if (route is None or call.route == route) and about in call.target
        ]
        counts: dict[str, dict[str, int]] = {}
        for (name, status), count in self.counts.items():
            counts.setdefault(name, {})[str(status)] = count
        return {"total": self.total, "counts": counts, "calls": [asdict(call) for call in chosen[:limit]]}

    def clear(self) -> None:
        self.calls.clear()
        self.counts.clear()
        self.total = 0
