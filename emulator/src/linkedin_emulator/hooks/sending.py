"""Making a call to a webhook, and writing down how it went."""

from __future__ import annotations

import time

from linkedin_emulator.hooks.outbound import Deliver, Reply, WebhookCall
from linkedin_emulator.hooks.subscriptions import Exchange
from linkedin_emulator.journal import excerpt
from linkedin_emulator.state import State


def send(state: State, deliver: Deliver, call: WebhookCall) -> Reply | None:
    """Make the call, outside of the lock; any failure of the transport is None."""
    at, began = state.clock.now(), time.perf_counter()
    reply, trouble = None, ""
    try:
        reply = deliver(call.method, call.url, call.headers, call.body, call.timeout)
    except Exception as error:  # a transport is foreign code: whatever it raises means "no reply"
        trouble = f"{type(error).__name__}: {error}"
    took = round((time.perf_counter() - began) * 1000)
    with state.lock:
        state.hooks.log.append(
            Exchange(
                state.hooks.next_exchange,
                at,
                call.kind,
                call.method,
                call.url,
                excerpt(call.body),
                reply[0] if reply else None,
                call.good(reply),
                took,
                excerpt(reply[2]) if reply else trouble,
            )
        )
        state.hooks.next_exchange += 1
    return reply
