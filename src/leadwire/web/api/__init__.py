"""The HTTP API, one file per topic."""

from fastapi import APIRouter

from leadwire.web.api import (
    accounts,
    alerts,
    audit,
    certificates,
    connections,
    endings,
    forms,
    lead_checks,
    leads,
    mappings,
    quarantine,
    runs,
    settings,
    status,
    webhooks,
    workspaces,
)
from leadwire.web.contract import ALWAYS, fails
from leadwire.web.strict import STRICT

TOPICS = (
    alerts,
    audit,
    connections,
    accounts,
    certificates,
    endings,
    forms,
    lead_checks,
    leads,
    mappings,
    runs,
    quarantine,
    settings,
    status,
    webhooks,
    workspaces,
)


def router() -> APIRouter:
    """Everything below `/api/v1`."""
    api = APIRouter(prefix="/api/v1", responses=fails(*ALWAYS), dependencies=[STRICT])
    for topic in TOPICS:
        api.include_router(topic.router)
    return api
