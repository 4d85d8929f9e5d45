"""The emulator as an ASGI application. Misfortunes that HTTP itself has no words for are acted out here."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from linkedin_emulator.emulator import Emulator
from linkedin_emulator.protocol.wire import Response

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

# How long a call that is never answered is held open.
PATIENCE_SECONDS = 300.0


class EmulatorApp:
    """ASGI 3 around `Emulator.handle`."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await _act(await self._answer(scope, receive), receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        query = scope["query_string"].decode("latin-1")
        target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            key, text = name.decode("latin-1"), value.decode("latin-1")
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
        body = await _body(receive)
        if scope["method"] == "GET":
            return self.emulator.handle("GET", target, headers, body)
        # Writing may call a webhook and wait for it: not on the event loop.
        return await asyncio.to_thread(self.emulator.handle, scope["method"], target, headers, body)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _act(response: Response, receive: Receive, send: Send) -> None:
    if response.delay_ms:
        await asyncio.sleep(response.delay_ms / 1000)
    if response.fate == "timeout":
        await _wait_for_hang_up(receive)
        _break(send, at_once=True)
    elif response.fate == "reset":
        _break(send, at_once=True)
    else:
        await _send(response, send)
        if response.fate == "cut":
            _break(send, at_once=False)
    await asyncio.sleep(0)


async def _send(response: Response, send: Send) -> None:
    headers = {"content-length": str(len(response.body))} | response.headers
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": raw})
    cut = response.fate == "cut"
    await send({"type": "http.response.body", "body": response.body, "more_body": cut})


async def _wait_for_hang_up(receive: Receive) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await receive())["type"] != "http.disconnect":
                continue
    except TimeoutError:
        return


def _break(send: Send, at_once: bool) -> None:
    """Break the connection: with a TCP reset, or after what was written has left.

    ASGI cannot say this; uvicorn's `send` is a method of its request cycle, which knows the transport.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        return
    if not at_once:
        transport.close()
        return
    handle = transport.get_extra_info("socket")
    if handle is not None:
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
