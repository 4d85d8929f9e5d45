"""A year and more of one grant in virtual time: `python -m tests.tokens.year [days]`, LinkedIn's own figures.

A lead comes every day. The story ends with a new consent, after which nothing may be missing.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.databases import MEMORY, SqliteHomes
from tests.rig import MAIN
from tests.tokens.wire import Wired

from leadwire.domain.times import DAY, HOUR, MINUTE, Millis

FORM = 7234246
TOKENS = "/oauth/v2/accessToken"
RARELY = {
    "poll_interval": "12h",
    "forms_interval": "24h",
    "heartbeat_interval": "12h",
    "verdict_interval": "24h",
    "reconcile_interval": "24h",
}


@dataclass
class Story:
    """Days since the first consent, unless said otherwise. `rungs`: alerts of a grant's end, by when they were first
    seen at a rung. `late`: leads not stored a day after they came, while a grant lived. `missing`: at the end.
    """

    refreshed: list[float] = field(default_factory=list)
    ended: list[tuple[float, str]] = field(default_factory=list)
    reconnected: list[float] = field(default_factory=list)
    rungs: list[tuple[float, str, str | None]] = field(default_factory=list)
    leads: int = 0
    late: int = 0
    missing: int = 0

    def lines(self) -> Sequence[str]:
        """The story as a table, in order of time."""
        told = [(day, "access token refreshed") for day in self.refreshed]
        told += [(day, f"needs_reconnect: {why}") for day, why in self.ended]
        told += [(day, "reconnected") for day in self.reconnected]
        told += [(day, f"alert {code} {rung or ''}") for day, code, rung in self.rungs]
        return [
            *(f"day {day:7.2f}  {what}" for day, what in sorted(told)),
            f"{self.leads} leads, {self.late} late while a grant lived, {self.missing} missing at the end",
        ]


def tell(rig: Wired, days: int, away: int) -> Story:
    """Live for so many days; whenever the grant has ended, somebody reconnects it after `away` days."""
    connection_id = rig.connect_member()
    rig.api.patch("/settings", RARELY)
    rig.sync()
    began, story, ended = rig.now(), Story(), 0
    last: str | None = None

    def day(at: Millis) -> float:
        return round((at - began) / DAY, 2)

    for number in range(days):
        dead = rig.connection(connection_id)["state"] != "active"
        ended = ended + 1 if dead else 0
        if ended > away:
            _reconnect(rig, connection_id)
            story.reconnected.append(day(rig.now()))
        if last is not None and not dead and number % 10 == 0:
            story.late += last not in _stored(rig)
        last = str(rig.emulator.control.leads.submit(FORM)["id"]) if not dead else None
        if dead:
            rig.emulator.control.leads.submit(FORM)
        rig.run_for(DAY)
        _note(rig, story, connection_id, day)
    if rig.connection(connection_id)["state"] != "active":
        _reconnect(rig, connection_id)
        story.reconnected.append(day(rig.now()))
    rig.run_for(DAY)
    readable = rig.emulator.control.leads.ids(owner=f"urn:li:sponsoredAccount:{MAIN}", readable=True)
    story.leads, story.missing = len(readable), len(set(map(str, readable)) - _stored(rig))
    mints = [one.at for one in rig.wire if one.path == TOKENS and one.status == 200]
    consents = [began, *(began + round(at * DAY) for at in story.reconnected)]
    story.refreshed = [day(at) for at in mints if min(abs(at - one) for one in consents) > HOUR]
    return story


def _reconnect(rig: Wired, connection_id: str) -> None:
    rig.consent(rig.api.post(f"/connections/{connection_id}/reconnect").json()["authorization_url"])
    rig.run_for(5 * MINUTE)


def _stored(rig: Wired) -> set[str]:
    return {lead["id"] for lead in rig.api.all("/leads", account=MAIN)}


def _note(rig: Wired, story: Story, connection_id: str, day: Any) -> None:
    with rig.workspace.read() as tx:
        for said in tx.audit.page(5, None, connection_id, "connection.needs_reconnect").items:
            end = (day(said.at), str(said.detail["reason"]))
            if end not in story.ended:
                story.ended.append(end)
    for alert in rig.api.get("/alerts", limit=50).json()["items"]:
        known = {(code, rung) for _, code, rung in story.rungs}
        if alert["rung"] is not None and (alert["code"], alert["rung"]) not in known:
            story.rungs.append((day(rig.now()), alert["code"], alert["rung"]))


def main(days: int) -> None:
    for refreshes in (True, False):
        with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
            path = Path(folder)
            with (
                SqliteHomes(path / "t").home(path / "h") as home,
                closing(Wired(home, path, watch_every=DAY)) as rig,
            ):
                rig.emulator.control.world.patch_app(
                    rig.settings.linkedin_client_id, refresh_enabled=refreshes
                )
                story = tell(rig, days, away=3)
        sys.stdout.write(f"\n{'with' if refreshes else 'without'} refresh tokens, {days} days\n")
        sys.stdout.write("\n".join(story.lines()) + "\n")
        assert story.missing == story.late == 0


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
