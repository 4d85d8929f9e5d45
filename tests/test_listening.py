"""A socket, or why there is none; and the file by which commands find the service."""

import json
import os
import socket
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from leadwire import runfile
from leadwire.listening import CannotListen, holder, listen, reached_at
from leadwire.runfile import RunFile


def test_a_taken_port_is_told_with_the_process_that_holds_it() -> None:
    code = (
        "import socket, sys; taken = socket.create_server(('127.0.0.1', 0)); "
        "print(taken.getsockname()[1], flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        port = int(other.stdout.readline())
        with pytest.raises(CannotListen) as refused:
            listen(("127.0.0.1", port), "LEADWIRE_LISTEN")
        said = str(refused.value)
        assert said.startswith(f"port {port} is taken by pid {other.pid} (")
        assert said.endswith("set LEADWIRE_LISTEN to another address")
        other.communicate()
    assert holder(port) is None


def test_nobody_else_can_take_the_port_before_the_server_serves() -> None:
    with closing(listen(("127.0.0.1", 0), "X")) as ours:
        address = ours.getsockname()
        with pytest.raises(CannotListen, match=f"pid {os.getpid()} "):
            listen(address, "X")
    listen(address, "X").close()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1"])
def test_an_address_of_another_machine_is_refused_in_words(host: str) -> None:
    with pytest.raises(CannotListen, match="set X to another"):
        listen((host, 0), "X")


@pytest.mark.parametrize(
    ("host", "reached"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("::", "[::1]")],
)
def test_a_program_here_reaches_it_by_loopback(host: str, reached: str) -> None:
    if ":" in host and not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    with closing(listen((host, 0), "X")) as ours:
        assert reached_at(ours) == f"http://{reached}:{ours.getsockname()[1]}"


def test_the_run_file_is_for_its_owner_alone_and_goes_with_its_service(tmp_path: Path) -> None:
    mine = RunFile("http://127.0.0.1:1", "secret", os.getpid())
    mine.write(tmp_path)
    assert stat.S_IMODE((tmp_path / "run.json").stat().st_mode) == 0o600
    assert json.loads((tmp_path / "run.json").read_text()) == {
        "url": "http://127.0.0.1:1",
        "key": "secret",
        "pid": os.getpid(),
    }
    assert runfile.read(tmp_path) == mine
    assert mine.alive()
    other = RunFile("http://127.0.0.1:2", "other", os.getpid() + 1)
    other.write(tmp_path)
    mine.remove(tmp_path)  # somebody else's by now
    assert runfile.read(tmp_path) == other
    other.remove(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"url": "x"}', '{"url": "x", "key": "y", "pid": "z"}'])
def test_a_run_file_that_makes_no_sense_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    assert runfile.read(tmp_path) is None


def test_a_process_that_has_ended_is_not_alive() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not RunFile("http://127.0.0.1:1", "", ended.pid).alive()
