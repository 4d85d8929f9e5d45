"""Live settings of a workspace: how often what is done. Nearer levels win (LGF-201)."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from leadwire.store import Workspace
from leadwire.web.auth import Here, Wired
from leadwire.web.services import Services
from leadwire.web.values import Span, SpanIn, View, Wish

router = APIRouter(prefix="/settings", tags=["settings"])

Origin = Literal["workspace", "deployment"]


class Origins(View):
    """The level that each value comes from."""

    poll_interval: Origin
    forms_interval: Origin
    heartbeat_interval: Origin
    verdict_interval: Origin
    reconcile_interval: Origin


class SettingsView(View):
    poll_interval: Span
    forms_interval: Span
    heartbeat_interval: Span
    verdict_interval: Span
    reconcile_interval: Span
    origins: Origins


class SettingsWish(Wish):
    """What is left out stays; null: as the deployment again. 1 minute to 24 hours."""

    poll_interval: SpanIn | None = None
    forms_interval: SpanIn | None = None
    heartbeat_interval: SpanIn | None = None
    verdict_interval: SpanIn | None = None
    reconcile_interval: SpanIn | None = None


@router.get("")
def get_settings(here: Here, services: Wired) -> SettingsView:
    """The intervals in force, and where each comes from."""
    return _view(here, services)


@router.patch("")
def change_settings(wish: SettingsWish, here: Here, services: Wired) -> SettingsView:
    """Change intervals; what is due sooner by them is moved up at once."""
    services.orders.intervals(here, wish.model_dump(include=wish.model_fields_set), "api")
    return _view(here, services)


def _view(here: Workspace, services: Services) -> SettingsView:
    found = {name: services.duties.interval(here, name) for name in Origins.model_fields}
    return SettingsView.model_validate(
        {name: value for name, (value, _) in found.items()}
        | {"origins": {name: origin for name, (_, origin) in found.items()}}
    )
