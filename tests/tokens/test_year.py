"""A grant's whole life, with LinkedIn's figures cut short; `make year` tells it with the real ones."""

from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from tests.databases import SqliteHomes
from tests.rig import MAIN
from tests.tokens.wire import Wired
from tests.tokens.year import FORM, RARELY, TOKENS, tell

from leadwire.domain.times import DAY, HOUR, MINUTE, SECOND

SHORT = {"access_token_days": 4, "refresh_token_seconds": 14 * DAY // SECOND}


@pytest.mark.parametrize("refreshes", [True, False], ids=["refreshing", "without refresh tokens"])
def test_a_grant_is_refreshed_in_time_and_ends_without_costing_a_lead(
    sqlite_homes: SqliteHomes, tmp_path: Path, refreshes: bool
) -> None:
    with (
        sqlite_homes.home(tmp_path / "h") as home,
        closing(Wired(home, tmp_path, knobs=SHORT, watch_every=DAY)) as rig,
    ):
        rig.emulator.control.world.patch_app(rig.settings.linkedin_client_id, refresh_enabled=refreshes)
        story = tell(rig, 16 if refreshes else 6, away=1)
    assert (story.late, story.missing) == (0, 0)
    if refreshes:
        # A quarter of four days before each end; the last one lives as long as the refresh token.
        assert len(story.refreshed) == 4
        assert all(3 <= later - sooner <= 3.5 for sooner, later in pairwise([0, *story.refreshed]))
        assert [(round(at, 1), why) for at, why in story.ended] == [(14.0, "refresh_dead")]
    else:
        assert story.refreshed == []
        assert [(round(at, 1), why) for at, why in story.ended] == [(4.0, "expired")]
    assert len(story.reconnected) == 1
    assert story.rungs  # when each is told: see tests of the watch


def test_a_refresh_that_fails_for_days_costs_no_lead_while_the_token_lives(
    sqlite_homes: SqliteHomes, tmp_path: Path
) -> None:
    with (
        sqlite_homes.home(tmp_path / "h") as home,
        closing(Wired(home, tmp_path, knobs=SHORT, watch_every=DAY)) as rig,
    ):
        connection = rig.connect_member()
        rig.api.patch("/settings", RARELY)
        rig.sync()
        began = rig.now()
        rig.advance(2 * DAY)
        rig.emulator.control.faults.add({"kind": "status", "status": 500}, {"route": "oauth.accessToken"})
        lead = str(rig.emulator.control.leads.submit(FORM)["id"])
        rig.run_for(2 * DAY - HOUR)  # an hour before its end
        asked = [one.at for one in rig.since(began) if one.path == TOKENS]
        assert len(asked) >= 3 and min(b - a for a, b in pairwise(asked)) >= 10 * MINUTE
        assert rig.connection(connection)["state"] == "active"
        assert lead in {one["id"] for one in rig.api.all("/leads", account=MAIN)}
        rig.emulator.control.faults.remove()
        rig.run_for(DAY)
        assert rig.connection(connection)["state"] == "active"
        assert [one.status for one in rig.since(began) if one.path == TOKENS][-1] == 200
