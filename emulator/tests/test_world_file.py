"""A world that outlives its process: everything goes on, and what is no good is put aside with a word."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest
from emulator.tests.test_socket import Running

from linkedin_emulator import Emulator
from linkedin_emulator.world_file import WorldFile

WEBINAR = 11780444


def test_everything_goes_on_in_another_process(tmp_path: Path) -> None:
    file = tmp_path / "world"
    first = Running("--seed", "3", "--leads", "200", "--state", str(file), "--client-secret", "one")
    lead = json.loads(first.call("POST", "/control/leads", {"form": WEBINAR})[2])["id"]
    scopes = {"scopes": ["r_marketing_leadgen_automation"]}
    token = json.loads(first.call("POST", "/control/tokens", scopes)[2])["access_token"]
    first.call("POST", "/control/clock", {"advance": 86_400_000})
    first.call("PATCH", "/control/knobs", {"default_count": 7})
    before = json.loads(first.call("GET", "/control/leads/counts")[2])
    assert first.stop(signal.SIGINT)[0] == 0
    assert file.stat().st_mode & 0o077 == 0
    again = Running("--seed", "9", "--leads", "50", "--state", str(file), "--client-secret", "two")
    try:
        assert again.line.endswith("(seed 3)\n"), "it is the old world"
        assert json.loads(again.call("GET", "/control/leads/counts")[2]) == before
        assert json.loads(again.call("GET", f"/control/leads/{lead}")[2])["lead"]
        headers = {"Authorization": f"Bearer {token}", "LinkedIn_Version": "202609"}
        path = f"/rest/leadFormResponses/{lead}"
        assert again.call("GET", path, X_RestLi_Protocol_Version="2.0.0", **headers)[0] == 200
        clock = json.loads(again.call("GET", "/control/clock")[2])
        assert json.loads(again.call("GET", "/control/knobs")[2])["default_count"] == 7
        assert (
            clock["now"]
            > json.loads(again.call("GET", f"/control/leads/{lead}")[2])["readable_at"] + 86_000_000
        )
    finally:
        again.stop()


def test_a_killed_one_has_kept_what_is_older_than_a_moment(tmp_path: Path) -> None:
    file = tmp_path / "world"
    first = Running("--state", str(file))
    lead = json.loads(first.call("POST", "/control/leads", {"form": WEBINAR})[2])["id"]
    end = time.monotonic() + 30
    while not (file.exists() and lead.encode() in file.read_bytes()):
        assert time.monotonic() < end
        time.sleep(0.1)
    first.stop(signal.SIGKILL)
    world, trouble = WorldFile(file).load()
    assert trouble == ""
    assert world is not None


@pytest.mark.parametrize("how", ["cut", "foreign", "older", "open", "another thing"])
def test_what_is_no_good_is_put_aside(tmp_path: Path, how: str) -> None:
    file = tmp_path / "world"
    emulator = Emulator()
    WorldFile(file).save(emulator.state)
    good = file.read_bytes()
    spoilt = {
        "cut": good[: len(good) // 2],
        "foreign": b"PK" + good,
        "older": good.replace(good[24:30], b"000000", 1),
        "another thing": good[: good.index(b"\n") + 1] + b"\x80\x04K\x01.",
    }
    file.write_bytes(spoilt.get(how, good))
    if how == "open":
        file.chmod(0o666)
    world, trouble = WorldFile(file).load()
    assert world is None
    assert "is put aside as world.aside, and a fresh world begins" in trouble
    assert not file.exists()
    assert (tmp_path / "world.aside").exists()


def test_what_has_not_moved_is_not_written_again(tmp_path: Path) -> None:
    emulator, kept = Emulator(now=None), WorldFile(tmp_path / "world")
    kept.save(emulator.state)
    written = (tmp_path / "world").stat().st_mtime_ns
    kept.save(emulator.state)
    assert (tmp_path / "world").stat().st_mtime_ns == written
    emulator.control.leads.submit(WEBINAR)
    kept.save(emulator.state)
    assert (tmp_path / "world").stat().st_mtime_ns > written


def test_a_great_book_goes_on_too(tmp_path: Path) -> None:
    emulator = Emulator()
    emulator.control.leads.generate(WEBINAR, 5000)
    WorldFile(tmp_path / "world").save(emulator.state)
    world, _ = WorldFile(tmp_path / "world").load()
    assert world is not None
    other = Emulator()
    other.restore(world)
    assert other.control.leads.ids() == emulator.control.leads.ids()
    newest = emulator.control.leads.ids()[-1]
    assert other.control.leads.show(newest) == emulator.control.leads.show(newest)
