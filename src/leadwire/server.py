"""A running Leadwire: the app, the web door on its socket, the job engine, and an orderly end.

The signals are ours, not the server's: uvicorn raises them again after it has stopped, and nothing would
run behind it. An end takes 3 s for open requests and 4 s for running jobs at most; what does not end by
then is resumed by the next start.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal, cast

import structlog
import uvicorn
from starlette.types import ASGIApp

from leadwire.app import App
from leadwire.home import alone_in, make_home
from leadwire.listening import listen, reached_at
from leadwire.runfile import RunFile
from leadwire.settings import Settings
from leadwire.web import create_app
from leadwire.web.wire import NEXT, Crowd, Wire, room

Role = Literal["all", "web", "worker"]

REQUESTS_END = 3  # seconds
JOBS_END = 4.0
TURN = 0.0005  # seconds that a busy thread may keep the others waiting; 5 ms is Python's own
ALL_ENDS = 9.0  # then the process ends by force, before a supervisor would kill it at 10

log = structlog.get_logger()


class Door(threading.Thread):
    """Serves an ASGI application on a listening socket, to so many connections at most."""

    def __init__(
        self, app: ASGIApp, listening: socket.socket, trusted_proxies: Sequence[str], most: int = 0
    ) -> None:
        super().__init__(name="door", daemon=True)
        self._socket = listening
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=cast(type[Wire], partial(Wire, Crowd(most or room()))),  # it is only called
                ws="none",
                lifespan="off",
                log_config=None,
                server_header=False,
                proxy_headers=bool(trusted_proxies),
                forwarded_allow_ips=list(trusted_proxies),
                timeout_keep_alive=int(NEXT),
                timeout_graceful_shutdown=REQUESTS_END,
            )
        )

    def run(self) -> None:
        self._server.run(sockets=[self._socket])

    def shut(self) -> None:
        """Take no new request, give open ones a moment, close."""
        self._server.should_exit = True
        self.join(REQUESTS_END + 1.5)


@dataclass(frozen=True)
class Running:
    """`url` is empty where this process has no web door."""

    app: App
    url: str
    key: str
    door: Door | None

    def well(self) -> bool:
        return self.door is None or self.door.is_alive()


@contextmanager
def running(
    settings: Settings, *, web: bool = True, work: bool = True, address: tuple[str, int] | None = None
) -> Iterator[Running]:
    """A Leadwire in this process while the block runs. `address`: listen there, not where the settings say.

    Raises CannotStart, CannotListen, and what the store says against the database.
    """
    with ExitStack() as stack:
        home = make_home(settings.home)
        if not settings.on_postgres:
            stack.enter_context(alone_in(home))
        opened = None
        if web:
            opened = stack.enter_context(listen(address or settings.listen, "LEADWIRE_LISTEN"))
        app = App(settings)
        stack.callback(app.close, JOBS_END)
        app.open()
        if work:
            app.start_work()
        door = None
        if opened is not None:
            answers = create_app(app.services())
            answers.hook.start()
            stack.callback(answers.hook.stop)
            door = Door(answers, opened, settings.trusted_proxies)
            door.start()
            stack.callback(door.shut)
            keep_pauses_short()
        stack.callback(app.wind_down)
        yield Running(app, reached_at(opened) if opened else "", app.local_key, door)


def keep_pauses_short() -> None:
    """What a start leaves behind is never garbage: to look through it again and again takes 0.1 s each time,
    in which no push is answered. And whoever answers one must get a turn beside a thread that reads leads.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(TURN)


def serve(
    settings: Settings,
    role: Role = "all",
    announce: Callable[[Running], None] = lambda _: None,
    healthy: Callable[[], bool] = lambda: True,
) -> int:
    """Run until SIGTERM or SIGINT, or until something it needs is gone; returns the exit code.

    Roles of their own share a PostgreSQL; on SQLite one process does everything.
    `announce` is called once it is there; `healthy` is asked every half second.
    """
    stop = _signalled()
    with running(settings, web=role != "worker", work=role != "web") as here:
        found = RunFile(here.url, here.key, os.getpid())
        if here.url:
            found.write(settings.home)
        try:
            log.info("serving", role=role, url=here.url or None)
            announce(here)
            return _wait(stop, lambda: here.well() and healthy())
        finally:
            _watchdog()
            log.info("stopping")
            if here.url:
                found.remove(settings.home)


def _wait(stop: threading.Event, healthy: Callable[[], bool]) -> int:
    while not stop.wait(0.5):
        if not healthy():
            log.error("a_part_has_ended")
            return 1
    return 0


def _signalled() -> threading.Event:
    """Set by SIGTERM or SIGINT; a second one ends the process at once."""
    stop = threading.Event()

    def note(number: int, frame: object) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, note)
    return stop


def _watchdog() -> None:
    timer = threading.Timer(ALL_ENDS, os._exit, [1])
    timer.daemon = True
    timer.start()
