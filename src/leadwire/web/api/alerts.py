"""Alerts: what people should know of; opened and closed by themselves, acknowledged by people."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from leadwire.store.alerts import Alert
from leadwire.web.auth import Here, Wired
from leadwire.web.contract import fails
from leadwire.web.paging import Asked, Items, items
from leadwire.web.values import IdPath, Moment, View

router = APIRouter(prefix="/alerts", tags=["alerts"])


class AlertView(View):
    """`object` is `kind:id`; `since`: when what it tells of began; `rung`: how many days behind the end a ladder is
    (`-7d`: seven days before), null where there is none; `href`: the page on which it is put right.
    """

    id: str
    code: str
    severity: Literal["info", "warning", "critical"]
    object: str
    state: Literal["open", "closed"]
    since: Moment
    message: str
    remedy: str
    href: str
    rung: str | None
    opened_at: Moment
    closed_at: Moment | None
    acknowledged_at: Moment | None
    acknowledged_by: str | None


@router.get("")
def list_alerts(
    here: Here, asked: Asked, state: Annotated[Literal["open", "closed", "all"], Query()] = "open"
) -> Items[AlertView]:
    """Alerts that hold; those that are over with `state=closed`, both with `state=all`."""
    with here.read() as tx:
        return items(tx.alerts.page(asked.limit, asked.after, state), view)


@router.post("/{alert_id}/ack", responses=fails(404))
def acknowledge_alert(alert_id: IdPath, here: Here, services: Wired) -> AlertView:
    """Say that somebody knows: it leaves the banner, and stays in the list until it closes. Again: the same."""
    return view(services.watch.acknowledge(here, alert_id, "api"))


def view(alert: Alert) -> AlertView:
    """An alert as people and programs see it."""
    return AlertView(
        id=alert.id,
        code=alert.code,
        severity=alert.severity,  # type: ignore[arg-type]
        object=alert.object,
        state="open" if alert.closed_at is None else "closed",
        since=alert.since,
        message=alert.message,
        remedy=alert.remedy,
        href=alert.href,
        rung=alert.rung or None,
        opened_at=alert.opened_at,
        closed_at=alert.closed_at,
        acknowledged_at=alert.acked_at,
        acknowledged_by=alert.acked_by,
    )
