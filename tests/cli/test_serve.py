"""`leadwire serve` as a supervisor meets it: settings, sockets, signals, two roles on one PostgreSQL."""

from __future__ import annotations

import json
import signal
import socket
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from tests.cli.people import (
    MAIN,
    Shell,
    answers,
    consent,
    environment,
    free_ports,
    process,
    until,
)
from tests.databases import KEY, PostgresHomes, SqliteHomes

ADMIN = "the-deployment-key-of-this-test"


@contextmanager
def linkedin(folder: Path, env: Mapping[str, str], *more: str) -> Iterator[dict[str, str]]:
    """An emulator of its own; the settings that lead to it."""
    address = f"127.0.0.1:{free_ports(1)[0]}"
    base = {
        **env,
        "LEADWIRE_EMULATOR_LISTEN": address,
        "LEADWIRE_LINKEDIN_API_URL": f"http://{address}",
        "LEADWIRE_LINKEDIN_OAUTH_URL": f"http://{address}",
        "LEADWIRE_LINKEDIN_CLIENT_ID": "serve-test",
        "LEADWIRE_LINKEDIN_CLIENT_SECRET": "serve-secret",
    }
    app = ["--client-id", "serve-test", "--client-secret", "serve-secret"]
    with process(folder, base, "emulator", *app, *more) as running:
        until(lambda: "LinkedIn emulator at" in running.out)
        yield base


def connected(shell: Shell) -> None:
    consent(shell("connect", "--no-wait").stdout.splitlines()[-1])
    until(lambda: any(one["id"] == MAIN for one in shell.json("accounts")))


def test_without_a_linkedin_app_it_starts_and_shows_the_set_up_page(tmp_path: Path) -> None:
    with process(tmp_path, environment(tmp_path), "serve") as running:
        running.up()
        page = httpx2.get(running.url, trust_env=False, follow_redirects=True)
        assert page.status_code == 200
        assert f"{running.url}/oauth/linkedin/callback" in page.text
        home = tmp_path / "home"
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (home, *home.rglob("*"))}
        assert {name: mode for name, mode in modes.items() if mode & 0o077} == {}
        assert running.end(signal.SIGTERM) == 0


def test_every_settings_mistake_is_a_line_and_exit_code_2(tmp_path: Path) -> None:
    env = environment(tmp_path, LISTEN="8000", POLL_INTERVALL="5m", LOG_FORMAT="xml")
    said = Shell(env)("serve", code=2).stderr
    assert [line.split(" (")[0] for line in said.splitlines()] == [
        "leadwire: LEADWIRE_POLL_INTERVALL",
        "leadwire: LEADWIRE_LISTEN",
        "leadwire: LEADWIRE_LOG_FORMAT",
    ]
    assert not (tmp_path / "home").exists()


def test_a_role_of_its_own_needs_postgresql(tmp_path: Path) -> None:
    assert "needs PostgreSQL" in Shell(environment(tmp_path))("serve", "--role", "worker", code=2).stderr


KEYS = {  # settings, and what it says
    "the file is gone": ({}, "put it back, or set LEADWIRE_SECRET_KEY"),
    "another one": (
        {"SECRET_KEY": "another key than the one it is sealed with"},
        "SECRET_KEY does not open this database",
    ),
    "none on PostgreSQL": (
        {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing"},
        "LEADWIRE_SECRET_KEY",
    ),
}


@pytest.mark.parametrize("how", KEYS)
def test_without_the_key_of_its_database_it_does_not_start_and_says_what_to_do(
    sqlite_homes: SqliteHomes, tmp_path: Path, how: str
) -> None:
    settings, words = KEYS[how]
    env, key = environment(tmp_path, **settings), tmp_path / "home" / "secret.key"
    with sqlite_homes.home(tmp_path / "home"), process(tmp_path, env, "serve") as running:
        assert running.running.wait(30) in (1, 2, 3)
        assert words in running.err and "Traceback" not in running.err
    assert not key.exists()  # one that opens nothing would only mislead


def test_one_process_per_home_and_the_second_names_the_first(tmp_path: Path) -> None:
    env = environment(tmp_path)
    with process(tmp_path, env, "serve") as first:
        first.up()
        other = {**env, "LEADWIRE_LISTEN": f"127.0.0.1:{free_ports(1)[0]}"}
        with process(tmp_path, other, "serve") as second:
            assert second.running.wait(30) == 3
        assert f"another Leadwire (pid {first.running.pid})" in second.err
        assert answers(first.url)


def test_sigterm_ends_it_within_10_seconds_whatever_clients_do(tmp_path: Path) -> None:
    with process(tmp_path, environment(tmp_path), "serve") as running:
        running.up()
        host, port = running.env["LEADWIRE_LISTEN"].split(":")
        starts = (
            b"",
            b"GET / HTTP/1.1\r\nHost: x\r\n",
            b"POST /api/v1/workspaces HTTP/1.1\r\nContent-Length: 9\r\n\r\n{",
        )
        clients = [socket.create_connection((host, int(port))) for _ in starts]
        for client, start in zip(clients, starts, strict=True):
            client.sendall(start)
        time.sleep(0.2)
        began = time.monotonic()
        assert running.end(signal.SIGTERM) == 0
        assert time.monotonic() - began < 10
        for client in clients:
            client.close()


def test_the_log_is_json_without_queries_or_keys(tmp_path: Path) -> None:
    env = environment(tmp_path, LOG_FORMAT="json", ADMIN_TOKEN=ADMIN)
    with process(tmp_path, env, "serve") as running:
        running.up()
        for path in (
            "/oauth/linkedin/callback?code=c0de&state=st4te",
            "/connect/0netime",
            "/api/v1/leads?q=ada@x.y",
        ):
            httpx2.get(f"{running.url}{path}", headers={"Authorization": f"Bearer {ADMIN}"}, trust_env=False)
        running.end(signal.SIGTERM)
    lines = [json.loads(line) for line in running.err.splitlines()]
    assert {line["event"] for line in lines} >= {"serving", "request", "stopping"}
    paths = [line["path"] for line in lines if line["event"] == "request"]
    assert "/api/v1/leads" in paths
    assert not any(secret in running.err for secret in ("c0de", "st4te", "0netime", "ada@x.y", ADMIN))


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_back_fill_that_is_ended_in_the_middle_misses_nothing_afterwards(end: int, tmp_path: Path) -> None:
    """Counted against the emulator's own books: every lead once, none twice."""
    with linkedin(tmp_path, environment(tmp_path), "--leads", "8000") as env:
        shell = Shell(env)
        with process(tmp_path, env, "serve") as running:
            running.up()
            connected(shell)
            shell("accounts", "enable", MAIN, "--no-wait")
            until(lambda: shell.json("status")["leads"]["stored"] > 500)
            began = time.monotonic()
            assert running.end(end) == (0 if end == signal.SIGTERM else -signal.SIGKILL)
            assert time.monotonic() - began < 10
        base = env["LEADWIRE_LINKEDIN_API_URL"]
        truth = httpx2.get(
            f"{base}/control/leads/ids?owner=urn:li:sponsoredAccount:{MAIN}&readable=true",
            trust_env=False,
            timeout=30,
        ).json()
        with process(tmp_path, env, "serve") as running:
            began = time.monotonic()
            running.up()
            until(lambda: shell.json("status")["leads"]["stored"] == len(truth), 60)
            assert time.monotonic() - began < 60
            runs = shell.json("status")["open_runs"]
            assert until(lambda: not shell.json("status")["open_runs"]), runs
            assert {one["id"] for one in shell.json("leads", "--limit", "100000")} == set(truth)


def test_without_a_service_connecting_and_reading_work_too(tmp_path: Path) -> None:
    with linkedin(tmp_path, environment(tmp_path)) as env:
        with process(tmp_path, env, "connect") as waiting:
            link = until(lambda: [line for line in waiting.out.splitlines() if line.startswith("http")])[0]
            consent(link)
            assert waiting.running.wait(40) == 0
            assert MAIN in waiting.out
        shell = Shell(env)
        (run,) = shell.json("accounts", "enable", MAIN)
        assert run["stored"] == shell.json("status")["leads"]["stored"] > 100
        assert shell.json("pull", MAIN)["duplicates"] == run["stored"]


@pytest.mark.postgres
def test_web_and_worker_share_a_postgresql(postgres_homes: PostgresHomes, tmp_path: Path) -> None:
    with postgres_homes.home(tmp_path) as home:
        assert home.owner_url is not None
        database = {"DATABASE_URL": home.url, "DATABASE_OWNER_URL": home.owner_url}
        plain = environment(tmp_path, **database, SECRET_KEY=KEY, ADMIN_TOKEN=ADMIN)
        with linkedin(tmp_path, plain) as env, process(tmp_path, env, "serve", "--role", "web") as web:
            web.up()
            shell = Shell(env)
            consent(shell("connect", "--no-wait").stdout.splitlines()[-1])
            time.sleep(1.5)
            assert shell.json("accounts") == []  # nobody works yet
            with process(tmp_path, env, "serve", "--role", "worker") as worker:
                until(lambda: any(one["id"] == MAIN for one in shell.json("accounts")))
                (run,) = shell.json("accounts", "enable", MAIN)
                assert run["state"] == "done"
                assert run["stored"] > 100
                assert worker.end(signal.SIGTERM) == 0
            assert answers(web.url)
            assert web.end(signal.SIGTERM) == 0


def test_a_home_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    env = {**environment(tmp_path), "LEADWIRE_HOME": str(tmp_path / "file")}
    with process(tmp_path, env, "serve") as running:
        assert running.running.wait(30) == 3
        until(lambda: "cannot be made" in running.err)
        assert "Traceback" not in running.err
