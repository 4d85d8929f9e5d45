"""A TCP proxy with weather: what stands between two machines, at its worst.

It runs in a thread of its own, so that its weather can be changed while both sides talk. When `half_open`
ends, the connections that it held are reset, as a network gives them up at last.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from contextlib import suppress
from typing import Literal, get_args

Weather = Literal["calm", "delay", "cut", "reset", "slow", "half_open"]
WEATHERS: tuple[Weather, ...] = get_args(Weather)

DELAY = 0.3  # seconds for each piece
DROP, DRIP = 48, 0.02  # slow: so many bytes, so many seconds apart
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: a close is a reset


class _Cut(Exception):
    """The connection ends in the middle of what was said, as if that had been all."""


class Proxy:
    """Listens on `port`, speaks to `upstream`, both on this machine. `met`: pieces that met bad weather."""

    def __init__(self, port: int, upstream: int) -> None:
        self._port, self._upstream = port, upstream
        self._loop = asyncio.new_event_loop()
        self._weather: Weather = "calm"
        self._changes = 0
        self._open = set[asyncio.Task[None]]()  # a loop alone does not keep a task alive
        self.met = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"proxy {port}", daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        assert self._ready.wait(10), "the proxy does not listen"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def turn(self, weather: Weather) -> None:
        """From now on."""
        self._weather = weather
        self._changes += 1

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        start = asyncio.start_server(self._accept, "127.0.0.1", self._port, backlog=1024)
        server = self._loop.run_until_complete(start)
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _accept(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry(near, to_near))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _carry(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        try:
            far, to_far = await asyncio.open_connection("127.0.0.1", self._upstream)
        except OSError:
            _break(to_near)
            return
        pumps = [asyncio.ensure_future(self._pump(*way)) for way in ((near, to_far), (far, to_near))]
        try:
            await asyncio.gather(*pumps)
        except OSError:
            _break(to_near)
            _break(to_far)
        except _Cut:
            pass
        finally:
            for pump in pumps:
                pump.cancel()
            to_near.close()
            to_far.close()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while piece := await source.read(65_536):
            if self._weather != "calm":
                self.met += 1
            await self._pass(piece, sink)
        with suppress(OSError):
            sink.write_eof()

    async def _pass(self, piece: bytes, sink: asyncio.StreamWriter) -> None:
        match self._weather:
            case "delay":
                await asyncio.sleep(DELAY)
            case "cut":
                sink.write(piece[: len(piece) // 2])
                await sink.drain()
                raise _Cut
            case "reset":
                raise ConnectionResetError
            case "slow":
                await self._drip(piece, sink)
                return
            case "half_open":
                await self._over()
                raise ConnectionResetError
            case _:
                pass
        sink.write(piece)
        await sink.drain()

    async def _drip(self, piece: bytes, sink: asyncio.StreamWriter) -> None:
        for start in range(0, len(piece), DROP):
            sink.write(piece[start : start + DROP])
            await sink.drain()
            if self._weather == "slow":
                await asyncio.sleep(DRIP)

    async def _over(self) -> None:
        """Until the weather changes."""
        known = self._changes
        while self._changes == known:
            await asyncio.sleep(0.02)


def _break(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
