"""What people want LinkedIn to tell us of, and what of it LinkedIn has taken."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, Select, Table, bindparam, exists, func, select

from leadwire.domain.errors import Problem
from leadwire.domain.times import DAY, MINUTE, Millis
from leadwire.store.errors import nothing
from leadwire.store.paging import page
from leadwire.store.rows import Page
from leadwire.store.scope import Scope, insert_into

WebhookState = Literal["wanted", "registered", "missing", "failed", "ending"]
ALL_FORMS = ""
UNIQUE = ("workspace_id", "owner", "lead_type", "form_id")
PUSH_TAKES: Millis = 10 * MINUTE  # a push that is not there by then did not come with its lead
COUNTED: Millis = 28 * DAY  # pushes that were seen to are kept a little longer


@dataclass(frozen=True, slots=True)
class Held:
    """One subscription that LinkedIn has for a webhook; `version` of its form, None for all forms."""

    id: str
    version: int | None
    connection_id: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """One wish: all leads of a type, or those of a form. `ending`: it is no wish any more, but may still be
    registered. `registered_at`: first; `seen_at`: when LinkedIn last listed all of it.
    """

    id: str
    owner: str
    lead_type: str
    form_id: str | None
    state: WebhookState
    problem: Problem | None
    held: tuple[Held, ...]
    created_at: Millis
    registered_at: Millis | None
    seen_at: Millis | None


class Webhooks:
    """The webhooks of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._rows = scope.own("webhooks")
        self._ledger, self._inbox = scope.own("ledger"), scope.own("inbox")
        self._new_id = scope.new_id

    def want(self, owner: str, lead_type: str, form_id: str | None, now: Millis) -> Webhook:
        """Wish for it; the same wish again is the same webhook, also where it was just ending."""
        connection, table = self._rows.connection, self._rows.table
        form = form_id or ALL_FORMS
        wish = {"owner": owner, "lead_type": lead_type, "form_id": form}
        values = {"id": self._new_id(now), "state": "wanted", "held": [], "created_at": now, **wish}
        made = insert_into(table, connection.dialect.name).values(
            workspace_id=self._rows.workspace_id, **values
        )
        connection.execute(made.on_conflict_do_nothing(index_elements=UNIQUE))
        c = self._rows.c
        same = (c.owner == owner, c.lead_type == lead_type, c.form_id == form)
        self._rows.change(*same, c.state == "ending", state="wanted", problem=None)
        row = self._rows.one(*same)
        assert row is not None
        return _webhook(row)

    def get(self, webhook_id: str) -> Webhook:
        """One webhook. NotFound."""
        row = self._rows.one(self._rows.c.id == webhook_id)
        if row is None:
            raise nothing("webhook", webhook_id)
        return _webhook(row)

    def page(self, limit: int = 50, after: str | None = None, owner: str | None = None) -> Page[Webhook]:
        """Webhooks, newest first. BadCursor."""
        statement = self._rows.select()
        if owner is not None:
            statement = statement.where(self._rows.c.owner == owner)
        return page(self._rows.connection, statement, [self._rows.c.id], limit, after, _webhook)

    def all(self, owner: str | None = None) -> tuple[Webhook, ...]:
        """All webhooks, or an owner's; oldest first."""
        found = self._rows.ask(_all) if owner is None else self._rows.ask(_of_owner, of_owner=owner)
        return tuple(map(_webhook, found))

    def end(self, ids: Collection[str]) -> int:
        """They are wishes no more; how many were."""
        c = self._rows.c
        return self._rows.change(c.id.in_(ids), c.state != "ending", state="ending", problem=None)

    def settle(self, webhook_id: str, state: WebhookState, held: Sequence[Held], now: Millis) -> None:
        """What LinkedIn has for it now. A wish that ended meanwhile keeps ending; one wished for anew is no end."""
        c = self._rows.c
        known: dict[str, Any] = {"held": [[one.id, one.version, one.connection_id] for one in held]}
        if state == "registered":
            known |= {"seen_at": now, "registered_at": func.coalesce(c.registered_at, now)}
        self._rows.change(c.id == webhook_id, **known)
        if state != "ending":
            self._rows.change(c.id == webhook_id, c.state != "ending", state=state)

    def trouble(self, ids: Collection[str], problem: Problem | None) -> None:
        """Why they are not as they should be, or that nothing is wrong."""
        self._rows.change(self._rows.c.id.in_(ids), problem=None if problem is None else problem.as_dict())

    def forget(self, ids: Collection[str]) -> int:
        """Remove those of them that are ending; how many."""
        c = self._rows.c
        return self._rows.remove(c.id.in_(ids), c.state == "ending")

    def missed(self, webhook: Webhook, now: Millis, within: Millis = COUNTED) -> int:
        """Leads of the last four weeks, or less, that it should have told of, and no push ever named."""
        if webhook.registered_at is None:
            return 0
        c, pushed = self._ledger.c, self._inbox.c
        told = exists().where(self._inbox.mine, pushed.lead_id == c.lead_id)
        statement = self._ledger.select(func.count()).where(
            c.owner == webhook.owner,
            c.lead_type == webhook.lead_type,
            c.submitted_at > max(webhook.registered_at, now - within),
            c.stored_at <= now - PUSH_TAKES,
            ~told,
        )
        if webhook.form_id is not None:
            statement = statement.where(c.form_id == webhook.form_id)
        return int(self._rows.connection.scalar(statement) or 0)


def _all(webhooks: Table) -> Select[Any]:
    return select(webhooks).order_by(webhooks.c.id)


def _of_owner(webhooks: Table) -> Select[Any]:
    return _all(webhooks).where(webhooks.c.owner == bindparam("of_owner"))


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(
        id=row.id,
        owner=row.owner,
        lead_type=row.lead_type,
        form_id=row.form_id or None,
        state=row.state,
        problem=None if row.problem is None else Problem(**row.problem),
        held=tuple(Held(*one) for one in row.held),
        created_at=row.created_at,
        registered_at=row.registered_at,
        seen_at=row.seen_at,
    )
