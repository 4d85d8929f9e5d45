"""What goes over the wire: calls that came in, calls made to webhooks, and who is subscribed."""

from __future__ import annotations

from linkedin_emulator.campaign_manager.owners import names
from linkedin_emulator.campaign_manager.visit import Visit, go
from linkedin_emulator.protocol.wire import Response

ROWS = 60


def calls(asked: Visit) -> Response:
    """The newest API calls, of one route or of all."""
    route = asked.asked("route")
    found = asked.control.watch.calls(route or None, ROWS)
    return asked.page(
        "calls.html",
        route=route,
        calls=found["calls"],
        total=found["total"],
        counts=dict(sorted(found["counts"].items())),
        names=names(asked),
    )


def clear(asked: Visit) -> Response:
    """An empty journal."""
    asked.control.watch.clear_calls()
    return go("traffic", "cleared")


def webhooks(asked: Visit) -> Response:
    """Webhooks and subscriptions with their state, and the newest challenges and pushes."""
    hooks = asked.control.hooks
    return asked.page(
        "webhooks.html",
        webhooks=hooks.webhooks(),
        subscriptions=hooks.subscriptions(),
        waiting=hooks.pushes(0)["waiting"][:ROWS],
        exchanges=hooks.exchanges(ROWS),
        names=names(asked),
    )


def validate(asked: Visit) -> Response:
    """A developer restarts the validation of a webhook."""
    asked.control.hooks.validate(asked.said("url"), asked.said("client_id") or None)
    return go("traffic/webhooks", "validated")
