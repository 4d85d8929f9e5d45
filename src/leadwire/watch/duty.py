"""Looking: what holds now becomes the alerts that people see, and the notices that they get."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from leadwire.domain.alerts import KIND, TELLING, Condition, diff
from leadwire.domain.owners import phase, shard
from leadwire.domain.times import DAY, MINUTE, Millis
from leadwire.duties import following
from leadwire.ingest.ports import Turn
from leadwire.store import Pause, Store, Tx, Workspace
from leadwire.store.alerts import Alert
from leadwire.watch.table import CONDITIONS
from leadwire.watch.view import Facts, View

NOTICES_KEPT: Millis = 30 * DAY


@dataclass
class Watch:
    """Looks at one workspace after the other, each `every` so often and whenever its row is hastened."""

    store: Store
    facts: Facts
    now: Callable[[], Millis]
    every: Millis = MINUTE

    def begin(self, workspace_id: str) -> None:
        """Look at a workspace from now on; harmless where that is so."""
        with self.store.workspace(workspace_id).write() as tx:
            tx.schedule.ensure(KIND, "", shard(workspace_id), self._next(workspace_id))

    def everywhere(self) -> None:
        """Look at every workspace."""
        for info in self.store.deployment.all_workspaces():
            self.begin(info.id)

    def acknowledge(self, workspace: Workspace, alert_id: str, who: str) -> Alert:
        """Note that somebody knows of an alert; again changes nothing. NotFound."""
        now = self.now()
        with workspace.write() as tx:
            if tx.alerts.acknowledge(alert_id, who, now):
                tx.audit.add(who, "alert.acknowledged", alert_id, {"code": tx.alerts.get(alert_id).code}, now)
            return tx.alerts.get(alert_id)

    def duty(self, workspace: Workspace, key: str, turn: Turn) -> Millis | None:
        """Open, raise and close what has changed. Looking twice changes nothing more."""
        now = self.now()
        pauses = self.store.deployment.pauses(now)
        with workspace.read() as tx:
            conditions = self._conditions(tx, now, pauses)
            changed = diff(conditions, tx.alerts.open())
        if changed:
            with workspace.write() as tx:
                told = tx.alerts.apply(diff(conditions, tx.alerts.open()), self.facts.channels, now)
                tx.notices.forget(now - NOTICES_KEPT)
                if told:
                    tx.schedule.hasten(TELLING, "", shard(workspace.id), now)
        return self._next(workspace.id)

    def _conditions(self, tx: Tx, now: Millis, pauses: Sequence[Pause]) -> list[Condition]:
        view = View(tx, now, self.facts, pauses)
        return [found for condition in CONDITIONS for found in condition(view)]

    def _next(self, workspace_id: str) -> Millis:
        return following(self.now(), self.every, phase(workspace_id, self.every))
