"""The next version of LinkedIn's API, tried before the one in use ends; and a 426 in words."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.databases import SqliteHomes
from tests.rig import MAIN, Rig

from leadwire.cli.checks import next_version
from leadwire.linkedin.versions import following


@pytest.fixture
def rig(sqlite_homes: SqliteHomes, tmp_path: Path) -> Iterator[Rig]:
    with (
        sqlite_homes.home(tmp_path / "home") as home,
        closing(Rig(home, tmp_path, linkedin_version="202609")) as rig,
    ):
        yield rig


@pytest.mark.parametrize(
    ("version", "after"),
    [("202511", "202601"), ("202608", "202609"), ("202609", "202610"), ("202712", "202801")],
)
def test_the_version_after_is_the_next_known_or_the_next_month(version: str, after: str) -> None:
    assert following(version) == after


@pytest.mark.parametrize(
    ("newest", "result", "words"),
    [
        ("202609", "refused", "does not offer 202610"),
        ("202610", "accepted", "LINKEDIN_VERSION=202610 lasts about a year"),
    ],
)
def test_one_harmless_call_tells_whether_the_next_one_is_taken(
    rig: Rig, newest: str, result: str, words: str
) -> None:
    assert rig.api.post("/status/next-version").json()["code"] == "no_connection"
    rig.emulator.control.knobs.patch(version_newest=newest)
    rig.connect_member()
    rig.emulator.control.watch.clear_calls()
    trial = rig.api.post("/status/next-version").json()
    assert (trial["version"], trial["sunset"], trial["tried"]) == ("202609", "2027-09-15", "202610")
    assert trial["result"] == result
    (call,) = rig.emulator.control.watch.calls()["calls"]
    assert (call["method"], call["headers"]["linkedin-version"]) == ("GET", "202610")
    assert words in next(next_version(trial)).words


def test_a_version_that_has_ended_is_explained(rig: Rig) -> None:
    rig.connect_member()
    rig.emulator.control.knobs.patch(version_oldest="202610", version_newest="202612")
    answer = rig.api.post("/forms/refresh", {"account": MAIN})
    assert (answer.status_code, answer.json()["code"]) == (502, "linkedin_version_retired")
    assert "LEADWIRE_LINKEDIN_VERSION" in answer.json()["remedy"]
