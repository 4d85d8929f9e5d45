"""Settings: what may be changed while running, and what the deployment was started with (LGF-201)."""

from __future__ import annotations

from typing import NamedTuple

from starlette.responses import Response

from leadwire.domain.times import Millis
from leadwire.web.pages import fields, setup, words
from leadwire.web.pages.frame import Ask, does, shows


class Interval(NamedTuple):
    """One interval, as in force and where it comes from."""

    name: str
    label: str
    meaning: str
    value: Millis
    origin: str


def page(ask: Ask) -> Response:
    """Everything in one place."""
    keys = ask.services.app_keys()
    return ask.show(
        "settings.html",
        intervals=[_interval(ask, name) for name in words.INTERVALS],
        client_id=keys.client_id if keys else None,
        app_origin=setup.origin(ask),
        redirect_uri=ask.services.consent.redirect_uri,
        facts=dict(ask.services.deployment.facts()),
        budget=ask.services.duties.purse.budget(),
        pauses=ask.services.store.deployment.pauses(ask.now),
        alert_secret=ask.services.alert_secret() if ask.services.deployment.alert_webhook else "",
    )


def save(ask: Ask) -> Response:
    """Change the workspace's intervals; an empty field takes one back."""
    changes = {name: fields.interval(ask.field(name)) for name in words.INTERVALS if name in ask.fields}
    ask.services.orders.intervals(ask.workspace, changes, "web")
    return ask.lead_to("/settings", "Saved, and in force from now on; no restart is needed.")


def _interval(ask: Ask, name: str) -> Interval:
    label, meaning = words.INTERVALS[name]
    value, origin = ask.services.duties.interval(ask.workspace, name)
    return Interval(name, label, meaning, value, origin)


DOORS = (
    shows("/settings", page),
    does("/settings/intervals", save),
)
