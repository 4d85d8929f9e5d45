"""Alerts: what needs somebody, what is over, and the button that says that somebody knows."""

from __future__ import annotations

from starlette.responses import Response

from leadwire.web.pages.frame import Ask, does, shows

PAGE = 25
STATES = ("open", "closed")


def page(ask: Ask) -> Response:
    """What holds, newest first; what is over where asked."""
    state = ask.query("state") if ask.query("state") in STATES else "open"
    with ask.workspace.read() as tx:
        alerts = tx.alerts.page(PAGE, ask.query("cursor"), state)  # type: ignore[arg-type]
        channels = ask.services.watch.facts.channels
    return ask.show("alerts.html", alerts=alerts, state=state, channels=channels)


def acknowledge(ask: Ask) -> Response:
    """Somebody knows; the banner is silent."""
    ask.services.watch.acknowledge(ask.workspace, ask.part("id"), "web")
    return ask.lead_to("/alerts", "Noted that somebody knows. It stays listed until it is over.")


DOORS = (shows("/alerts", page), does("/alerts/{id}/ack", acknowledge))
