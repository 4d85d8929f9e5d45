"""A rig that remembers what went over the wire to LinkedIn: when, what, and with which token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.rig import Rig

from leadwire.domain.times import Millis
from leadwire.linkedin.answers import Answer
from leadwire.linkedin.client import Request
from leadwire.linkedin.errors import TryLater


@dataclass(frozen=True)
class Sent:
    """One call; `status` 0 is no answer."""

    at: Millis
    path: str
    token: str
    status: int


class Wired(Rig):
    """`wire` grows with every call."""

    def __init__(self, *given: Any, **more: Any) -> None:
        self.wire: list[Sent] = []
        super().__init__(*given, **more)

    def carry(self, request: Request) -> Answer:
        status = 0
        try:
            answer = super().carry(request)
            status = answer.status
            return answer
        except TryLater:
            raise
        finally:
            path = "/" + request.url.partition("://")[2].partition("/")[2].partition("?")[0]
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            self.wire.append(Sent(self.now(), path, token, status))

    def _next_due(self) -> Millis:
        """Long histories skip the hours in which nothing is due."""
        return self.store.deployment.next_due(self.now()) or super()._next_due()

    def since(self, at: Millis) -> list[Sent]:
        """The calls of `at` and later."""
        return [one for one in self.wire if one.at >= at]

    def connection(self, connection_id: str) -> Any:
        return self.api.get(f"/connections/{connection_id}").json()
