"""A running emulator: the socket, the signals, and the threads that send what is due."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from types import FrameType

import uvicorn

from linkedin_emulator.emulator import Emulator
from linkedin_emulator.server.asgi import EmulatorApp
from linkedin_emulator.world_file import WorldFile

_TICKERS, _TICK_SECONDS, _PATIENCE_SECONDS, _BACKLOG = 4, 0.05, 1.0, 2048
_SAVE_SECONDS = 3.0


class PortTakenError(Exception):
    """Another program listens there."""


class _Server(uvicorn.Server):
    """uvicorn raises a captured signal again after it has stopped; here the end is exit code 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, or PortTakenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        raise PortTakenError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return sock


def serve(emulator: Emulator, sock: socket.socket, kept: WorldFile | None = None) -> None:
    """Serve until SIGINT or SIGTERM, then return at once; the world is kept every 3 s, and at the end."""
    config = uvicorn.Config(
        EmulatorApp(emulator),
        log_level="critical",
        date_header=False,
        server_header=False,
        proxy_headers=False,
    )
    server = _Server(config)

    def stop(number: int, frame: FrameType | None) -> None:
        server.should_exit = server.force_exit = True
        # A webhook that keeps us waiting does not keep us from ending; the world was kept a moment ago.
        last_resort = threading.Timer(_PATIENCE_SECONDS, os._exit, (0,))
        last_resort.daemon = True
        last_resort.start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    _start_tickers(emulator)
    if kept is not None:
        threading.Thread(target=_keep, args=(emulator, kept), daemon=True, name="emulator-keep").start()
    server.run([sock])
    if kept is not None:
        _save(emulator, kept)


_SAVING = threading.Lock()


def _keep(emulator: Emulator, kept: WorldFile) -> None:
    pause = threading.Event()
    while not pause.wait(_SAVE_SECONDS):
        _save(emulator, kept)


def _save(emulator: Emulator, kept: WorldFile) -> None:
    try:
        with _SAVING:
            kept.save(emulator.state)
    except OSError as error:  # a full disk, say: what was written before is whole
        print(f"linkedin-emulator: the world was not kept: {error}", file=sys.stderr, flush=True)


def _start_tickers(emulator: Emulator) -> None:
    def go_on() -> None:
        pause = threading.Event()
        while not pause.wait(_TICK_SECONDS):
            emulator.tick()

    for _ in range(_TICKERS):
        threading.Thread(target=go_on, daemon=True, name="emulator-tick").start()
