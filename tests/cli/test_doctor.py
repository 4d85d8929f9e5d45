"""`leadwire doctor`: what it notices, in which words, and when it fails."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.cli.conftest import Demo
from tests.cli.people import Shell, environment, free_ports

from leadwire.cli import checks
from leadwire.runfile import RunFile


def words(shell: Shell, code: int, about: str) -> list[tuple[str, str]]:
    found = shell.json("doctor", code=code)
    return [(one["verdict"], one["words"]) for one in found if one["about"] == about]


def test_a_demo_is_well(demo: Demo) -> None:
    said = demo.shell("doctor").stdout
    for part in (
        "setting",
        "home",
        "service",
        "database",
        "LinkedIn app",
        "redirect URI",
        "API version",
        "clock",
    ):
        assert f" {part} " in said
    assert f"LEADWIRE_LISTEN = {demo.process.url.removeprefix('http://')} (from the environment)" in said
    assert f"{demo.process.url}/oauth/linkedin/callback must stand exactly so" in said
    assert not any(line.startswith("broken") for line in said.splitlines())


def test_settings_that_stop_a_start_are_all_it_says(tmp_path: Path) -> None:
    shell = Shell(environment(tmp_path, LISTEN="nowhere", POLL_INTERVALL="1m"))
    assert {one["verdict"] for one in shell.json("doctor", code=1)} == {"broken"}
    assert len(words(shell, 1, "setting")) == 2


def test_values_that_work_and_are_no_good_are_warned_of(tmp_path: Path) -> None:
    api = f"http://127.0.0.1:{free_ports(1)[0]}"
    risky = {
        "SECRET_KEY": "short,older",
        "ADMIN_TOKEN": "short",
        "SETTLE": "0s",
        "DELETE_CONFIRM_AFTER": "5s",
    }
    shell = Shell(environment(tmp_path, **risky, LINKEDIN_API_URL=api, LINKEDIN_OAUTH_URL=api))
    warned = [said for verdict, said in words(shell, 1, "setting") if verdict == "warning"]
    assert [said.split()[0].removeprefix("LEADWIRE_") for said in warned] == list(risky)


def test_secrets_are_shown_as_set(tmp_path: Path) -> None:
    api = f"http://127.0.0.1:{free_ports(1)[0]}"
    shell = Shell(
        environment(tmp_path, SECRET_KEY="sesame" * 6, LINKEDIN_API_URL=api, LINKEDIN_OAUTH_URL=api)
    )
    said = shell("doctor", code=1).stdout
    assert "LEADWIRE_SECRET_KEY = (set) (from the environment)" in said
    assert "sesame" not in said
    assert f"{api}: LinkedIn cannot be reached" in said


def test_files_that_others_can_read_and_a_stale_run_file_are_noticed(tmp_path: Path) -> None:
    api = f"http://127.0.0.1:{free_ports(1)[0]}"
    shell = Shell(environment(tmp_path, LINKEDIN_API_URL=api, LINKEDIN_OAUTH_URL=api))
    assert words(shell, 1, "home")[0][1].endswith("it is made at the first start")
    home = tmp_path / "home"
    home.chmod(0o755)
    (home / "secret.key").chmod(0o644)
    RunFile("http://127.0.0.1:9", "old", 2**22 + 1).write(home)
    said = [text for verdict, text in words(shell, 1, "home") if verdict == "warning"]
    assert [text.partition(": ")[2] for text in said] == [f"chmod 700 {home}", f"chmod 600 {home}/secret.key"]
    assert ("warning", "run.json is stale: process 4194305 does not answer at http://127.0.0.1:9") in words(
        shell, 1, "service"
    )


def test_a_database_that_does_not_open_is_broken(tmp_path: Path) -> None:
    api = f"http://127.0.0.1:{free_ports(1)[0]}"
    env = environment(tmp_path, LINKEDIN_API_URL=api, LINKEDIN_OAUTH_URL=api)
    Shell(env)("status")
    other = Shell({**env, "LEADWIRE_SECRET_KEY": "another key than the one it was made with"})
    assert [verdict for verdict, _ in words(other, 1, "service")] == ["ok", "broken"]


def test_scopes_that_changed_and_dead_grants_name_the_connection() -> None:
    granted = {"id": "c1", "state": "active", "reason": None, "scopes": ["r_ads"]}
    dead = {"id": "c2", "state": "needs_reconnect", "reason": "revoked", "scopes": ["r_ads"]}
    same = {**granted, "id": "c3", "scopes": ["r_basicprofile", "r_ads"]}
    changed, ended = checks.scopes(["r_ads", "r_basicprofile"], [granted, dead, same])
    assert (changed.verdict, changed.about) == ("warning", "connection c1")
    assert "ends its present tokens" in changed.words
    assert ended.words == "needs a person (revoked): leadwire connect --again c2"


@pytest.mark.parametrize(
    ("version", "today", "verdict", "part"),
    [
        ("202609", date(2027, 7, 1), "ok", "ends on 2027-09-15"),
        ("202609", date(2027, 8, 1), "warning", "in 45 days"),
        ("202609", date(2027, 9, 15), "broken", "ended on 2027-09-15"),
        ("202512", date(2026, 1, 1), "warning", "not known to this release"),
    ],
)
def test_the_end_of_an_api_version_is_told_in_time(
    version: str, today: date, verdict: str, part: str
) -> None:
    (found,) = checks.api_version(version, today)
    assert found.verdict == verdict
    assert part in found.words


@pytest.mark.parametrize(
    ("now", "verdict", "part"),
    [(1_764_000_000 + 59, "ok", "59 s apart"), (1_764_000_000 - 90, "warning", "90 s behind LinkedIn's")],
)
def test_a_wrong_clock_is_told(now: int, verdict: str, part: str) -> None:
    (found,) = checks.clock("Mon, 24 Nov 2025 16:00:00 GMT", now)
    assert (found.verdict, part in found.words) == (verdict, True)
    assert list(checks.clock(None, now)) == []


@pytest.mark.parametrize(
    ("url", "emulated", "verdict"),
    [
        ("https://leads.example.com", False, "ok"),
        ("http://127.0.0.1:8000", True, "ok"),
        ("http://127.0.0.1:8000", False, "warning"),
        ("http://leads.example.com", False, "warning"),
    ],
)
def test_only_https_is_for_production(url: str, emulated: bool, verdict: str) -> None:
    found = list(checks.public_url(url, emulated))
    assert [one.verdict for one in found] == [verdict]
