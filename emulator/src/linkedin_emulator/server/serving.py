"""A running emulator: the socket, the signals, and the threads that send what is due."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Iterator
from types import FrameType

import uvicorn

from linkedin_emulator.emulator import Emulator
from linkedin_emulator.server.asgi import EmulatorApp

_TICKERS, _TICK_SECONDS, _PATIENCE_SECONDS, _BACKLOG = 4, 0.05, 1.0, 2048


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


def serve(emulator: Emulator, sock: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, then return at once."""
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
        # There is nothing to save: a webhook that keeps us waiting does not keep us from ending.
        last_resort = threading.Timer(_PATIENCE_SECONDS, os._exit, (0,))
        last_resort.daemon = True
        last_resort.start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    _start_tickers(emulator)
    server.run([sock])


def _start_tickers(emulator: Emulator) -> None:
    def go_on() -> None:
        pause = threading.Event()
        while not pause.wait(_TICK_SECONDS):
            emulator.tick()

    for _ in range(_TICKERS):
        threading.Thread(target=go_on, daemon=True, name="emulator-tick").start()
