"""What happened and what is: the journal of calls, the quotas, the world."""

from __future__ import annotations

from dataclasses import asdict

from linkedin_emulator.control.group import Group, locked
from linkedin_emulator.protocol.wire import Json


class Watching(Group):
    @locked
    def calls(self, route: str | None = None, limit: int = 100, about: str = "") -> dict[str, Json]:
        """`{"total", "counts": {route: {status: n}}, "calls": [newest first]}`; `about` is a part of the target."""
        return self._state.journal.report(route, int(limit), about)

    @locked
    def clear_calls(self) -> None:
        self._state.journal.clear()

    @locked
    def quota(self) -> dict[str, int]:
        """Today's (UTC) counters by `route client [member]`."""
        return self._state.quota.report(self._state.clock.now())

    @locked
    def world(self) -> dict[str, Json]:
        """Everything but forms and leads, which are only counted here."""
        world = self._state.world
        shown: dict[str, Json] = {
            name: [asdict(item) for item in getattr(world, name).values()]
            for name in ("apps", "members", "organizations", "accounts", "campaigns", "creatives", "events")
        }
        shown["account_roles"] = [
            {"account": account, "member": member, "role": role}
            for (account, member), (role, _) in world.account_roles.items()
        ]
        shown["page_roles"] = [asdict(row) for row in world.page_roles]
        return shown | {"forms": len(world.forms), "leads": len(self._state.leads)}
