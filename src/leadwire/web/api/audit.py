"""The audit: who did what, and to what. It only grows, and names nobody who answered a form."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from leadwire.store.rows import AuditEntry
from leadwire.web.auth import Here
from leadwire.web.paging import Asked, Items, items
from leadwire.web.values import IdIn, Moment, View

router = APIRouter(prefix="/audit", tags=["audit"])


class AuditView(View):
    """`actor`: `api` (programs and commands), `web` (pages), `leadwire` (by itself), `linkedin`, or
    `linkedin member`; `object`: whose id it is.
    """

    id: str
    at: Moment
    actor: str
    action: str
    object: str
    detail: dict[str, Any]


@router.get("")
def list_audit(
    here: Here,
    asked: Asked,
    object: Annotated[IdIn | None, Query(description="An id or a URN")] = None,  # noqa: A002
    action: Annotated[IdIn | None, Query(description="Such as sync.enabled")] = None,
) -> Items[AuditView]:
    """What was done; all, to one object, or of one kind."""
    with here.read() as tx:
        return items(tx.audit.page(asked.limit, asked.after, object, action), view)


def view(entry: AuditEntry) -> AuditView:
    """An entry as people and programs see it."""
    return AuditView(
        id=entry.id,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        object=entry.object,
        detail=dict(entry.detail),
    )
