"""The servers that `bench.push` measures, each in a process of its own.

`python -m bench.push_server leadwire|starlette|asgi|wire SPEC`, SPEC a JSON object. It prints one line of JSON
when it is up, obeys `backfill N` and `rest` on its standard input, and ends when that is closed.
"""

from __future__ import annotations

import asyncio
import cProfile
import hashlib
import hmac
import json
import os
import queue
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psycopg
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench import backfill, page_server
from leadwire.connect.hook_tokens import HOOKS_PATH
from leadwire.server import Door, keep_pauses_short
from leadwire.web import create_app

SECRET = "bench"
OWNER = page_server.OWNER
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


def listening() -> socket.socket:
    made = socket.create_server(("127.0.0.1", 0), backlog=2048)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


PROFILES: dict[str, cProfile.Profile] = {}


def profile_thread(*_: object) -> None:
    """For `threading.setprofile`: from its first event on, a thread has a profiler of its own."""
    profile = PROFILES[threading.current_thread().name] = cProfile.Profile()
    profile.enable()


# --- the product ------------------------------------------------------------------------------------------


@contextmanager
def leadwire(spec: dict[str, str]) -> Iterator[tuple[int, str, Callable[[int], None]]]:
    settings = backfill.settings_for(int(spec["pages"]), Path(spec["home"]), spec["url"] or None)
    app, run = backfill.leadwire(int(spec["pages"]), settings)
    app.now = lambda: time.time_ns() // 1_000_000
    workspace = app.store.workspace("default")
    with workspace.write() as tx:
        serial = tx.hooks.serial(OWNER, app.now())
    token = app.hook_tokens.make("default", OWNER, serial)
    answers, here = create_app(app.services()), listening()
    answers.hook.start()
    door = Door(answers, here, ())
    door.start()
    keep_pauses_short()
    stop = threading.Event()

    def fill(rounds: int) -> None:
        for _ in range(rounds):
            if not stop.is_set():
                run()

    try:
        yield here.getsockname()[1], HOOKS_PATH + token, fill
    finally:
        stop.set()
        door.shut()
        answers.hook.stop()
        app.close()


# --- what anyone would write in fifty lines -----------------------------------------------------------------

COLUMNS = (
    "workspace_id, id, key, owner, received_at, raw, lead_id, form_id, form_version, lead_type, action,"
    " occurred_at, state, due_at, outcome, copies, attempts, finished_at"
)
WIDTH = COLUMNS.count(",") + 1
INDEXES = (
    "create unique index {0}_key on {0}(workspace_id, key)",
    "create index {0}_open on {0}(state, workspace_id, owner, due_at) where state <> 'done'",
    "create index {0}_lead on {0}(workspace_id, lead_id) where lead_id is not null",
)


def table(blob: str) -> str:
    return (
        f"create table floor(workspace_id text, id text, key {blob}, owner text, received_at bigint, raw {blob},"
        " lead_id text, form_id text, form_version int, lead_type text, action text, occurred_at bigint,"
        " state text, due_at bigint, outcome text, copies int, attempts int, finished_at bigint,"
        " primary key(workspace_id, id))"
    )


Row = tuple[object, ...]


def sqlite_insert(home: str) -> Callable[[list[Row]], None]:
    db = sqlite3.connect(Path(home) / "floor.db", isolation_level=None, check_same_thread=False)
    for ddl in ("pragma journal_mode=wal", "pragma synchronous=full", "pragma wal_autocheckpoint=10000"):
        db.execute(ddl)
    for ddl in (table("blob"), *(index.format("floor") for index in INDEXES)):
        db.execute(ddl)
    insert = f"insert into floor({COLUMNS}) values({','.join('?' * WIDTH)}) on conflict do nothing"

    def write(rows: list[Row]) -> None:
        db.execute("begin immediate")
        db.executemany(insert, rows)
        db.execute("commit")

    return write


def postgres_insert(url: str) -> Callable[[list[Row]], None]:
    db = psycopg.connect(url)
    db.execute("drop table if exists floor")
    for ddl in (table("bytea"), *(index.format("floor") for index in INDEXES)):
        db.execute(ddl)
    db.commit()
    one = f"({','.join(['%s'] * WIDTH)})"

    def write(rows: list[Row]) -> None:
        values = [value for row in rows for value in row]
        db.execute(
            f"insert into floor({COLUMNS}) values {','.join([one] * len(rows))} on conflict do nothing",
            values,
        )
        db.commit()

    return write


class Said(msgspec.Struct):
    type: str
    leadGenFormResponse: str
    leadGenForm: str
    leadType: str
    leadAction: str
    occurredAt: int


def starlette_app(write: Callable[[list[Row]], None]) -> Starlette:
    waiting: queue.SimpleQueue[tuple[Row, asyncio.Future[None]]] = queue.SimpleQueue()
    decoder, key = msgspec.json.Decoder(Said), SECRET.encode()

    def settle(batch: list[tuple[Row, asyncio.Future[None]]]) -> None:
        for _, future in batch:
            future.set_result(None)

    def commit() -> None:
        while True:
            batch = [waiting.get()]
            while len(batch) < 1000 and not waiting.empty():
                batch.append(waiting.get())
            write([row for row, _ in batch])
            batch[0][1].get_loop().call_soon_threadsafe(settle, batch)

    threading.Thread(target=commit, daemon=True).start()

    async def push(request: Request) -> Response:
        raw = await request.body()
        made = hmac.new(key, b"hmacsha256=" + raw, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(made, request.headers.get("x-li-signature", "")):
            return Response(status_code=401)
        said, now = decoder.decode(raw), time.time_ns() // 1_000_000
        lead_id = said.leadGenFormResponse.rpartition(":")[2]
        same = hashlib.blake2b(
            f"{lead_id}{said.leadAction}{said.occurredAt}".encode(), digest_size=16
        ).digest()
        future = asyncio.get_running_loop().create_future()
        about = (raw, lead_id, "1", 1, said.leadType, said.leadAction, said.occurredAt)
        row = ("default", f"{time.time_ns():x}", same, OWNER, now, *about, "waiting", now, None, 1, 0, None)
        waiting.put((row, future))
        await future
        return Response()

    return Starlette(routes=[Route("/push", push, methods=["POST"])])


@contextmanager
def starlette(spec: dict[str, str]) -> Iterator[tuple[int, str, None]]:
    write = postgres_insert(spec["url"]) if spec["url"] else sqlite_insert(spec["home"])
    with served(starlette_app(write)) as port:
        yield port, "/push", None


async def nothing(scope, receive, send):  # type: ignore[no-untyped-def]
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def asgi(spec: dict[str, str]) -> Iterator[tuple[int, str, None]]:
    with served(nothing) as port:
        yield port, "/push", None


@contextmanager
def served(app: object) -> Iterator[int]:
    here = listening()
    options = {
        "http": "httptools",
        "ws": "none",
        "lifespan": "off",
        "log_config": None,
        "server_header": False,
    }
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, **options))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run, args=([here],), daemon=True)
    thread.start()
    yield here.getsockname()[1]
    server.should_exit = True
    thread.join(5)


# --- a server that does nothing at all: what the generator can do -------------------------------------------


class Wire(asyncio.Protocol):
    def connection_made(self, transport):  # type: ignore[no-untyped-def]
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(OK)


@contextmanager
def wire(spec: dict[str, str]) -> Iterator[tuple[int, str, None]]:
    here = listening()

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Wire, sock=here)
        await server.serve_forever()

    threading.Thread(target=uvloop.run, args=(serve(),), daemon=True).start()
    yield here.getsockname()[1], "/push", None


def main() -> None:
    kind, spec = sys.argv[1], json.loads(sys.argv[2])
    if spec.get("profile"):
        threading.setprofile(profile_thread)
    with {"leadwire": leadwire, "starlette": starlette, "asgi": asgi, "wire": wire}[kind](spec) as up:
        port, path, fill = up
        print(json.dumps({"port": port, "path": path}), flush=True)
        filling: threading.Thread | None = None
        for line in sys.stdin:
            if line.startswith("backfill") and fill:
                filling = threading.Thread(target=fill, args=(int(line.split()[1]),), daemon=True)
                filling.start()
            print(json.dumps({"filling": bool(filling and filling.is_alive())}), flush=True)
    for name, profile in PROFILES.items():
        profile.dump_stats(f"{spec['profile']}.{name}")
    os._exit(0)  # a back-fill may still run; what it writes is the bench's own


if __name__ == "__main__":
    main()
