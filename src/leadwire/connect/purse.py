"""What LinkedIn's quotas allow, what is used of them today, and what the scheduled work of a day will use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from leadwire.connect.forecast import LEADS, POLL, chores
from leadwire.domain.budget import Chore, Limit, check_fits, heaviest, per_day
from leadwire.domain.times import Millis, utc_day
from leadwire.store import Store, Tx, Workspace

Limits = Mapping[str, Limit]


@dataclass(frozen=True)
class Line:
    """One endpoint's budget of a day: the app's, all workspaces together."""

    endpoint: str
    used_today: int
    predicted: int
    limit: Limit | None
    member_limit: Limit | None


class Purse:
    """`intervals` and `set_limits`: the deployment's."""

    def __init__(
        self,
        store: Store,
        intervals: Mapping[str, Millis],
        set_limits: Mapping[str, int],
        now: Callable[[], Millis],
    ) -> None:
        self._store, self._intervals, self._now = store, intervals, now
        self._set = {endpoint: Limit(calls, "set") for endpoint, calls in set_limits.items()}

    def chores(self, tx: Tx) -> list[Chore]:
        """The scheduled work of one workspace."""
        here = {name: tx.settings.get("workspace", "", name) for name in self._intervals}
        own = {name: int(value) for name, value in here.items() if value is not None}
        # A workspace's own poll interval is looked up with each account's.
        in_force = {**self._intervals, **own, "poll_interval": self._intervals["poll_interval"]}
        return list(chores(tx, in_force, self._now()))

    def predicted(self, workspace: Workspace) -> Counter[str]:
        """Calls of a day by endpoint, of one workspace."""
        with workspace.read() as tx:
            return per_day(self.chores(tx))

    def budget(self) -> list[Line]:
        """Every endpoint that is used, will be, or has a known limit."""
        used, predicted = self._used_today()[""], self._predicted(None)
        of_app, of_members = self.limits()
        endpoints = sorted({*used, *predicted, *of_app, *of_members})
        return [
            Line(one, used[one], predicted[one], of_app.get(one), of_members.get(one)) for one in endpoints
        ]

    def limits(self) -> tuple[Limits, Limits]:
        """The known quotas of the app and of each member. One that was learned and exceeded since is not known."""
        used = self._used_today()
        most: Counter[str] = Counter()
        for member in used.keys() - {""}:
            most |= used[member]
        passed = {"app": used[""], "member": most}
        found: dict[str, dict[str, Limit]] = {"app": {}, "member": {}}
        for one in self._store.deployment.learned():
            if passed[one.whose][one.endpoint] <= one.calls:
                found[one.whose][one.endpoint] = Limit(one.calls, "learned", one.learned_at)
        return {**found["app"], **self._set}, found["member"]

    @contextmanager
    def guarded(self, workspace: Workspace, interval: Millis | None) -> Iterator[Tx]:
        """A transaction that is undone where what it asks for cannot fit a known quota. InvalidInput `over_budget`."""
        of_app, of_members = self.limits()
        others = self._predicted(workspace.id) if of_app else Counter[str]()
        with workspace.write() as tx:
            before = self.chores(tx) if of_app or of_members else []
            yield tx
            if not of_app and not of_members:
                return
            after = self.chores(tx)
            check_fits(per_day(before) + others, per_day(after) + others, of_app, interval)
            check_fits(heaviest(before), heaviest(after), of_members, interval)

    def check(self) -> None:
        """InvalidInput `over_budget` where the deployment's own intervals cannot fit the limits that it was given."""
        if self._set:
            poll = self._intervals["poll_interval"]
            one_account = per_day([Chore(LEADS, POLL, poll, "")])
            check_fits({}, self._predicted(None) | one_account, self._set, poll)

    def _predicted(self, but: str | None) -> Counter[str]:
        total: Counter[str] = Counter()
        for info in self._store.deployment.all_workspaces():
            if info.id != but:
                total += self.predicted(self._store.workspace(info.id))
        return total

    def _used_today(self) -> dict[str, Counter[str]]:
        """By member, "" for the app."""
        used: dict[str, Counter[str]] = {"": Counter()}
        for one in self._store.deployment.calls(utc_day(self._now())):
            used.setdefault(one.member, Counter())[one.endpoint] += one.count
        return used
