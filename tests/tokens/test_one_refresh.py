"""An access token is renewed once, however many want it and whatever dies meanwhile."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.databases import KEY, Home, SqliteHomes
from tests.rig import JANE, MAIN, Homes, Rig, staged, synced

from leadwire.domain.times import MINUTE
from leadwire.linkedin.answers import Answer
from leadwire.linkedin.client import Request
from leadwire.server import Door
from linkedin_emulator.server.asgi import EmulatorApp

FORM, TOKENS, AT_ONCE = 7234246, "oauth.accessToken", 8
# One process imports, and becomes eight.
RENEW = """
import multiprocessing, sys
from leadwire.connect.line import AppKeys, Switchboard
from leadwire.linkedin.client import Api, HttpTransport
from leadwire.store import Keyring, Store
times, key, url, owner_url, linkedin, connection, now, client, secret = sys.argv[1:]

def renew(start):
    store = Store.open(url, owner_url=owner_url, keys=Keyring.parse(key))
    api = Api(HttpTransport(), linkedin, linkedin, "202609")
    board = Switchboard(store, api, lambda: AppKeys(client, (secret,)), lambda: int(now), lambda: 0.5)
    line = board.line(store.workspace("default"), connection)
    seen = line._tokens()
    start.wait()
    print(line.renew(*seen)[1].access_token, flush=True)

fork = multiprocessing.get_context("fork")
start = fork.Barrier(int(times))
for _ in range(int(times)):
    fork.Process(target=renew, args=(start,)).start()
"""


def minted(rig: Rig) -> int:
    return sum(rig.emulator.control.watch.calls(TOKENS, 1)["counts"].get(TOKENS, {}).values())


@contextmanager
def served(rig: Rig) -> Iterator[str]:
    """LinkedIn on a real socket."""
    listening = socket.create_server(("127.0.0.1", 0))
    door = Door(EmulatorApp(rig.emulator), listening, ())
    door.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        door.shut()


def by_threads(rig: Rig, home: Home, connection: str) -> list[str]:
    lines = [rig.app.board.line(rig.workspace, connection) for _ in range(AT_ONCE)]
    seen = [line._tokens() for line in lines]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = [pool.submit(line.renew, *had) for line, had in zip(lines, seen, strict=True)]
    return [one.result()[1].access_token for one in asked]


def by_processes(rig: Rig, home: Home, connection: str) -> list[str]:
    app = [str(rig.settings.linkedin_client_id), rig.settings.linkedin_client_secret[0]]
    with served(rig) as linkedin:
        given = [str(AT_ONCE), KEY, home.url, str(home.owner_url), linkedin, connection, str(rig.now()), *app]
        said = subprocess.run(
            [sys.executable, "-c", RENEW, *given], stdout=subprocess.PIPE, text=True, timeout=50
        )
    return said.stdout.split()


@pytest.mark.timeout(60)
def test_who_comes_second_finds_what_the_first_has_minted(homes: Homes, tmp_path: Path) -> None:
    """On PostgreSQL eight processes, on SQLite, where one is all there is, eight threads."""
    with homes.home(tmp_path / "home") as home, closing(Rig(home, tmp_path)) as rig:
        connection = rig.connect_member()
        rig.advance(2 * 60 * MINUTE)
        before = minted(rig)
        ask: Callable[[Rig, Home, str], list[str]] = by_threads if home.dialect == "sqlite" else by_processes
        tokens = ask(rig, home, connection)
        with rig.workspace.read() as tx:
            kept = tx.connections.tokens(connection)
        assert kept is not None
        assert (minted(rig) - before, tokens) == (1, [kept.access_token] * AT_ONCE)


class Killed(BaseException):
    """The process is gone."""


class Dying(Rig):
    """`dies`: when LinkedIn has answered the next call for a token."""

    dies = False

    def carry(self, request: Request) -> Answer:
        said = super().carry(request)
        if self.dies and b"refresh_token" in (request.body or b""):
            self.dies = False
            raise Killed
        return said


def test_a_token_that_was_minted_when_the_process_died_is_minted_again(
    sqlite_homes: SqliteHomes, tmp_path: Path
) -> None:
    with staged(sqlite_homes, tmp_path, synced, Dying) as rig:
        rig.advance(10 * MINUTE)
        rig.emulator.control.tokens.expire_access(member=JANE)
        lead, before = str(rig.emulator.control.leads.submit(FORM)["id"]), minted(rig)
        rig.dies = True
        with pytest.raises(Killed):
            rig.run_for(10 * MINUTE)
        rig.close()
        rig.start()
        rig.run_for(10 * MINUTE)
        (connection,) = rig.api.all("/connections")
        assert (connection["state"], minted(rig) - before) == ("active", 2)
        assert lead in {one["id"] for one in rig.api.all("/leads", account=MAIN)}
