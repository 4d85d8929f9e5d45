"""The calendar file by API and page, and what a connection's page shows of its heartbeats."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.databases import SqliteHomes
from tests.domain.test_calendar import read
from tests.rig import JANE, Rig

from leadwire.domain.times import DAY, HOUR, parse_iso


@pytest.fixture
def rig(sqlite_homes: SqliteHomes, tmp_path: Path) -> Iterator[Rig]:
    with sqlite_homes.home(tmp_path / "home") as home, closing(Rig(home, tmp_path)) as rig:
        yield rig


def days_before(rig: Rig, file: bytes, ends: str) -> list[float]:
    starts = [one["DTSTART"] for one in read(file)]
    times = [f"{t[:4]}-{t[4:6]}-{t[6:11]}:{t[11:13]}:{t[13:]}" for t in starts]
    return [round((parse_iso(ends) - parse_iso(one)) / DAY, 3) for one in times]


@pytest.mark.parametrize("refreshes", [True, False])
def test_the_file_counts_from_the_end_that_no_program_can_move(rig: Rig, refreshes: bool) -> None:
    rig.emulator.control.world.patch_app(rig.settings.linkedin_client_id, refresh_enabled=refreshes)
    connection_id = rig.connect_member()
    answer = rig.api.get(f"/connections/{connection_id}/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    found = rig.api.get(f"/connections/{connection_id}").json()
    ends = found["refresh_expires_at" if refreshes else "access_expires_at"]
    assert days_before(rig, answer.content, ends) == [30, 14, 7, 3, 1]
    assert JANE in read(answer.content)[0]["SUMMARY"]
    path = f"/connections/{connection_id}/calendar.ics"
    assert path in rig.client.get(f"/connections/{connection_id}").text
    assert rig.client.get(path).content == answer.content


def test_there_is_no_file_without_an_end_a_key_or_a_connection(rig: Rig) -> None:
    connection_id = rig.api.post("/connections").json()["id"]
    path = f"/connections/{connection_id}/calendar.ics"
    assert (rig.api.get(path).status_code, rig.api.get(path).json()["code"]) == (409, "no_end")
    assert rig.client.get(f"/api/v1{path}").status_code == 401
    assert rig.tenant("Globex").get(path).status_code == 404


def test_the_page_shows_the_last_heartbeats(rig: Rig) -> None:
    connection_id = rig.connect_member()
    page = f"/connections/{connection_id}"
    assert "LinkedIn is asked every" not in rig.client.get(page).text
    rig.run_for(3 * HOUR)
    shown = rig.client.get(page).text
    assert "LinkedIn is asked every 1h" in shown
    heard = rig.api.get(page).json()["heartbeats"]
    assert len(heard) >= 3
    assert all(one["at"] in shown for one in heard)
