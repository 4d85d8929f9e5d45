"""What a workspace's scheduled work will ask of LinkedIn in a day, at least: leads and pushes come on top."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leadwire.connect.heartbeat import BY_SCOPE
from leadwire.connect.pace import pace
from leadwire.domain.budget import Chore
from leadwire.domain.owners import Owner
from leadwire.domain.times import HOUR, Millis
from leadwire.store import Account, Connection, Tx

POLL = 1  # of a poll that finds nothing; where there are leads, it asks for a page more
LISTS = 2  # of a list by offset: a page, and an empty one
VERDICT = {"adAccounts.FINDER": 1, "adAccountUsers.FINDER": 1, "organizationAcls.FINDER": LISTS}
BEATS = {"/v2/me": "me.GET", "/v2/userinfo": "userinfo.GET"}
INTROSPECTION = "oauth.introspectToken"
LEADS, FORMS = "leadFormResponses.FINDER", "leadForms.FINDER"
NOTIFICATIONS = "leadNotifications.FINDER"


def chores(tx: Tx, intervals: Mapping[str, Millis], now: Millis) -> Iterator[Chore]:
    """All of them. `intervals`: those in force for the workspace, by setting name; for polls the deployment's."""
    for connection in tx.connections.all():
        if connection.state == "active":
            yield from _of_connection(connection, intervals)
    for account in tx.accounts.all(enabled=True):
        if account.access is not None and account.access.can_read != "no":
            yield from _of_account(tx, account, intervals, now)


def _of_connection(connection: Connection, intervals: Mapping[str, Millis]) -> Iterator[Chore]:
    for endpoint, calls in VERDICT.items():
        yield Chore(endpoint, calls, intervals["verdict_interval"], connection.id)
    asked = next((method for needed, method, _ in BY_SCOPE if needed & set(connection.scopes)), "")
    yield Chore(BEATS.get(asked, INTROSPECTION), 1, intervals["heartbeat_interval"], connection.id)


def _of_account(tx: Tx, account: Account, intervals: Mapping[str, Millis], now: Millis) -> Iterator[Chore]:
    assert account.access is not None
    member = account.access.connection_id
    types = account.sync.lead_types or Owner.parse(account.owner).lead_types
    polled = pace(tx, account, intervals["poll_interval"], now)
    yield Chore(LEADS, POLL * len(types), polled.interval, member)
    yield Chore(FORMS, LISTS, intervals["forms_interval"], member)
    if account.sync.push:
        yield Chore(NOTIFICATIONS, LISTS * len(types), HOUR, member)
    for form in tx.forms.all(account.owner):
        own = tx.settings.get("form", form.form_id, "poll_interval")
        if own is not None:
            walks = len(types) * len(tx.forms.version_numbers(form.form_id))
            yield Chore(LEADS, POLL * walks, int(own), member)
