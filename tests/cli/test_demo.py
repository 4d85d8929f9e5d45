"""`leadwire demo` as a person meets it: what it prints, who is in its way, how it ends."""

from __future__ import annotations

import os
import signal
import socket
import stat
from pathlib import Path

import httpx2
import pytest
from tests.cli.people import MAIN, PROGRAM, Process, Shell, consent, environment, free_ports, process, until

from leadwire.cli.demo import emulator_options
from leadwire.settings import Settings
from linkedin_emulator.__main__ import _parser


def children(pid: int) -> list[int]:
    """Processes whose parent is `pid`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(status[1]) == pid and status[0] != "Z":
            found.append(int(folder.name))
    return found


def answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0


def announced(running: Process) -> None:
    until(lambda: "Ctrl-C ends the demo" in running.out or running.running.poll() is not None)


def test_it_says_where_to_go_and_ends_cleanly_on_ctrl_c(tmp_path: Path) -> None:
    emulator = f"127.0.0.1:{free_ports(1)[0]}"
    env = environment(tmp_path, EMULATOR_LISTEN=emulator)
    with process(tmp_path, env, "demo") as running:
        announced(running)
        home = tmp_path / "home"
        assert running.url in running.out
        assert f"http://{emulator}" in running.out
        assert f"{PROGRAM} connect --open" in running.out
        assert httpx2.get(running.url, trust_env=False).status_code == 200
        assert httpx2.get(f"http://{emulator}", trust_env=False).status_code == 200
        key = next(line.split()[-1] for line in running.out.splitlines() if "API key" in line)
        answer = httpx2.get(
            f"{running.url}/api/v1/status", headers={"Authorization": f"Bearer {key}"}, trust_env=False
        )
        assert answer.json()["linkedin"]["emulated"]
        assert "server" not in answer.headers
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert {
            path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in home.iterdir()
        } == dict.fromkeys((path.name for path in home.iterdir()), 0)
        (child,) = children(running.running.pid)
        assert running.end(signal.SIGINT) == 0
        assert running.err == ""
        assert not Path(f"/proc/{child}").exists()
        assert not (home / "run.json").exists()


@pytest.mark.parametrize("setting", ["LISTEN", "EMULATOR_LISTEN"])
def test_a_taken_port_is_told_with_its_holder_and_nothing_is_left_running(
    setting: str, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = {"EMULATOR_LISTEN": f"127.0.0.1:{free_ports(1)[0]}", setting: f"127.0.0.1:{port}"}
        said = Shell(environment(tmp_path, **ports))("demo", code=1).stderr
    assert said.startswith(f"leadwire: port {port} is taken by pid {os.getpid()} (")
    assert said.endswith(f"set LEADWIRE_{setting} to another address\n")
    other = int(ports["EMULATOR_LISTEN"].rpartition(":")[2])
    if other != port:
        socket.create_server(("127.0.0.1", other)).close()


def test_it_ends_with_its_emulator(tmp_path: Path) -> None:
    env = environment(tmp_path, EMULATOR_LISTEN=f"127.0.0.1:{free_ports(1)[0]}")
    with process(tmp_path, env, "demo") as running:
        announced(running)
        (child,) = children(running.running.pid)
        os.kill(child, signal.SIGKILL)
        assert running.running.wait(20) == 1
        assert "a_part_has_ended" in running.err


def test_whatever_the_secret_begins_with_the_emulator_takes_it() -> None:
    given = _parser().parse_args(emulator_options(Settings(), "-dash"))
    assert given.client_secret == ["-dash"]


@pytest.mark.timeout(240)
def test_ctrl_c_in_the_middle_of_work_is_as_clean_and_the_rest_is_done_next_time(tmp_path: Path) -> None:
    emulator = f"127.0.0.1:{free_ports(1)[0]}"
    env = environment(tmp_path, EMULATOR_LISTEN=emulator, LOG_LEVEL="info")
    with process(tmp_path, env, "demo", "--leads", "20000") as running:
        announced(running)
        with process(tmp_path, env, "connect") as waiting:
            link = until(lambda: [line for line in waiting.out.splitlines() if line.startswith("http")])[0]
            consent(link)
            assert waiting.running.wait(30) == 0
        with process(tmp_path, env, "accounts", "enable", MAIN) as enabling:
            until(lambda: stored(running) > 1000, 120)
            assert running.end(signal.SIGINT, 12) == 0
            assert enabling.running.wait(30) == 3
        assert "Traceback" not in running.err


def test_a_demo_that_is_killed_leaves_no_emulator_on_its_port(tmp_path: Path) -> None:
    emulator = f"127.0.0.1:{free_ports(1)[0]}"
    with process(tmp_path, environment(tmp_path, EMULATOR_LISTEN=emulator), "demo") as running:
        announced(running)
        assert children(running.running.pid)
        running.running.kill()
        running.running.wait()
        until(lambda: not answers(emulator))  # who reaps the orphan, and when, is the machine's


@pytest.mark.timeout(240)
def test_started_again_it_goes_on_and_nothing_fails(tmp_path: Path) -> None:
    emulator = f"127.0.0.1:{free_ports(1)[0]}"
    env = environment(tmp_path, EMULATOR_LISTEN=emulator)
    shell = Shell(env)
    with process(tmp_path, env, "demo") as running:
        announced(running)
        consent(shell("connect", "--no-wait").stdout.splitlines()[-1])
        shell("accounts", "refresh")
        shell("accounts", "enable", MAIN)
        before = stored(running)
        assert running.end(signal.SIGINT) == 0
    with process(tmp_path, env, "demo", "--leads", "10") as running:
        announced(running)
        assert "goes on with the one in" in running.err
        (connection,) = shell.json("status")["connections"].items()
        assert connection == ("active", 1)
        lead = httpx2.post(
            f"http://{emulator}/control/leads", json={"form": 11780444}, trust_env=False
        ).json()
        until(lambda: lead["id"] in {one["id"] for one in shell.json("leads", "--account", MAIN)})
        run = shell.json("pull", MAIN)
        assert (run["state"], run["stored"], run["duplicates"]) == ("done", 0, before + 1)
        assert shell("reconcile", MAIN).stdout.count("red") == 0
        assert running.end(signal.SIGINT) == 0
    (tmp_path / "home" / "emulator.world").write_bytes(b"not a world")
    with process(tmp_path, env, "demo") as running:
        announced(running)
        assert "is put aside as emulator.world.aside, and a fresh world begins" in running.err
        assert running.end(signal.SIGINT) == 0


def stored(running: Process) -> int:
    """How many leads are in the demo's store."""
    key = next(line.split()[-1] for line in running.out.splitlines() if "API key" in line)
    answer = httpx2.get(
        f"{running.url}/api/v1/status",
        headers={"Authorization": f"Bearer {key}"},
        trust_env=False,
        timeout=20,
    )
    return int(answer.json()["leads"]["stored"])
