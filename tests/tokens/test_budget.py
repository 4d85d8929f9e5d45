"""What a day of scheduled work costs at LinkedIn, and what does not fit its quotas."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Home, SqliteHomes
from tests.rig import MAIN, PAGE, VIEWED, Rig

from leadwire.domain.times import DAY, HOUR
from leadwire.settings import SettingsError

FORM, LEADS = 7234246, "leadFormResponses.FINDER"


@pytest.fixture
def home(sqlite_homes: SqliteHomes, tmp_path: Path) -> Iterator[Home]:
    with sqlite_homes.home(tmp_path / "home") as home:
        yield home


def budget(rig: Rig) -> dict[str, Any]:
    return {one["endpoint"]: one for one in rig.api.get("/status").json()["deployment"]["budget"]}


def over(answer: Any) -> str:
    assert (answer.status_code, answer.json()["code"]) == (422, "over_budget"), answer.text
    return str(answer.json()["detail"])


def test_an_interval_that_cannot_fit_a_limit_is_refused_at_every_level(home: Home, tmp_path: Path) -> None:
    with closing(Rig(home, tmp_path, call_limits={LEADS: 500})) as rig:
        rig.connect_member()
        rig.sync()
        seen = budget(rig)[LEADS]
        assert (seen["predicted"], seen["limit"]) == (
            288,
            {"calls": 500, "source": "set", "learned_at": None},
        )
        assert rig.api.get("/status").json()["predicted_calls"][LEADS] == 288
        said = over(rig.api.patch("/settings", {"poll_interval": "1m"}))
        assert "288 calls a day now, 1,440 with an interval of 1m" in said
        over(rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True, "poll_interval": "1m"}))
        over(rig.api.put(f"/accounts/{VIEWED}/sync", {"enabled": True}))
        over(rig.api.patch(f"/forms/{FORM}", {"poll_interval": "1m"}))
        sync = rig.api.get(f"/accounts/{MAIN}").json()["sync"]
        assert (sync["poll_interval"], sync["poll_interval_origin"]) == ("5m", "deployment")
        assert rig.api.get(f"/accounts/{VIEWED}").json()["sync"]["enabled"] is False
        assert rig.api.patch("/settings", {"poll_interval": "10m"}).status_code == 200
        assert rig.api.put(f"/accounts/{VIEWED}/sync", {"enabled": True}).status_code == 202
        page = rig.client.get("/settings").text
        assert "Planned a day" in page and LEADS in page


def test_a_start_that_cannot_fit_is_refused(home: Home, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"1,000 \(as set\)"):
        Rig(home, tmp_path, call_limits={LEADS: 1000}, poll_interval="1m")


def test_a_limit_is_learned_when_it_is_used_up_and_forgotten_when_it_was_more(
    home: Home, tmp_path: Path
) -> None:
    knobs = {"quota_by_endpoint": {"leadFormResponses.FINDER-owner": 30}}
    with closing(Rig(home, tmp_path, knobs=knobs)) as rig:
        rig.connect_member()
        rig.sync()
        rig.run_for(2 * HOUR)
        seen = budget(rig)[LEADS]
        assert (seen["limit"]["calls"], seen["limit"]["source"]) == (30, "learned")
        assert "as it has shown" in over(rig.api.patch("/settings", {"poll_interval": "1m"}))
        rig.emulator.control.knobs.patch(quota_by_endpoint={})
        rig.run_for(DAY - rig.now() % DAY + 4 * HOUR)
        assert budget(rig)[LEADS]["limit"] is None
        assert rig.api.patch("/settings", {"poll_interval": "1m"}).status_code == 200


def test_a_third_of_a_day_costs_a_third_of_what_was_predicted(home: Home, tmp_path: Path) -> None:
    with closing(Rig(home, tmp_path)) as rig:
        rig.connect_member()
        rig.api.patch("/settings", {"poll_interval": "30m", "reconcile_interval": "24h"})
        rig.sync(MAIN)
        rig.sync(PAGE)
        rig.run_for(2 * HOUR)
        predicted = Counter(rig.api.get("/status").json()["predicted_calls"])
        rig.emulator.control.watch.clear_calls()
        rig.run_for(8 * HOUR)
        counts = rig.emulator.control.watch.calls()["counts"]
        made: Counter[str] = Counter()
        for route, statuses in counts.items():
            made[route.partition("-")[0]] += sum(statuses.values())
        for endpoint, calls in predicted.items():
            most = calls if endpoint == LEADS else calls / 2  # leads come on top
            assert calls / 4 <= made[endpoint] <= most, (endpoint, calls, made[endpoint])


def test_a_member_s_pause_is_not_the_app_s(home: Home, tmp_path: Path) -> None:
    knobs = {"quota_member_daily": 30}
    with closing(Rig(home, tmp_path, knobs=knobs)) as rig:
        rig.connect_member()
        rig.sync()
        rig.run_for(3 * HOUR)
        pauses = rig.store.deployment.pauses(rig.now())
        assert pauses and {one.member != "" for one in pauses} == {True}
        learned = {(one.endpoint, one.whose): one.calls for one in rig.store.deployment.learned()}
        assert learned[LEADS, "member"] == 30
        assert budget(rig)[LEADS]["member_limit"]["calls"] == 30
