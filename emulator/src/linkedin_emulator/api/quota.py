"""Two counters per endpoint, per app and per member of an app; both start anew at 00:00 UTC.

Source: learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/rate-limits
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from linkedin_emulator.clock import DAY, Millis
from linkedin_emulator.knobs import Knobs
from linkedin_emulator.protocol.errors import day_quota


@dataclass(slots=True)
class Quota:
    """Calls counted today."""

    day: int = -1
    used: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def spend(self, endpoint: str, client_id: str, member: str, now: Millis, knobs: Knobs) -> None:
        """Count one call; raise the 429 of the counter that is used up (which then does not count it)."""
        self._turn_over(now)
        special = knobs.quota_by_endpoint.get(endpoint)
        limits = {
            "APPLICATION": ((endpoint, client_id), knobs.quota_app_daily if special is None else special),
            "MEMBER": (
                (endpoint, client_id, member),
                knobs.quota_member_daily if special is None else special,
            ),
        }
        for name, (counter, limit) in limits.items():
            if self.used[counter] >= limit:
                raise day_quota(name)
        for counter, _ in limits.values():
            self.used[counter] += 1

    def report(self, now: Millis) -> dict[str, int]:
        """Today's counters by `endpoint client [member]`."""
        self._turn_over(now)
        return {" ".join(counter): count for counter, count in self.used.items()}

    def _turn_over(self, now: Millis) -> None:
        if now // DAY != self.day:
            self.day = now // DAY
            self.used.clear()
