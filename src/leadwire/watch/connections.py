"""Grants: ended, about to end, not answering, never finished (LGF-002 to 006)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leadwire.domain.alerts import Condition, Kind, fixed_end, rung
from leadwire.domain.permissions import REASONS
from leadwire.domain.times import DAY, HOUR, MINUTE, Millis
from leadwire.store import Beat, Connection
from leadwire.watch.view import View, counted, lasting

NEEDS_RECONNECT = Kind(
    "needs_reconnect",
    ("critical",),
    "A member's grant has ended. Accounts that nobody else serves are not read until somebody reconnects; told again"
    " every day.",
    "Open the connection and press Reconnect; any admin of the same accounts may do it. Everything stays, and what"
    " was missed is read afterwards.",
)
RECONNECT_DUE = Kind(
    "reconnect_due",
    ("warning", "critical"),
    "A grant ends on a fixed day, and only a new consent renews it; told 30, 14, 7, 3 and 1 days before, then daily."
    " Critical from 7 days on.",
    "Open the connection and press Reconnect before that day: nothing is interrupted.",
)
HEARTBEAT_FAILING = Kind(
    "heartbeat_failing",
    ("warning",),
    "For hours LinkedIn has not said whether a grant lives.",
    "See whether this machine reaches LinkedIn (`leadwire doctor`). The grant itself may be well.",
)
CONNECT_STUCK = Kind(
    "connect_stuck",
    ("info",),
    "A connect was begun and never came back from LinkedIn, and nobody else is connected.",
    "The connection's page says what LinkedIn may have shown, and which values to compare.",
)
KINDS = (NEEDS_RECONNECT, RECONNECT_DUE, HEARTBEAT_FAILING, CONNECT_STUCK)

URGENT: Millis = 7 * DAY
SILENT: Millis = 3 * HOUR
STUCK: Millis = 10 * MINUTE
BEATS = 200  # looked through for the last one that went well


def ended(view: View) -> Iterator[Condition]:
    """Grants that are over, with a rung for every day since."""
    for one in view.connections:
        if one.state == "needs_reconnect":
            since = _ended_at(view, one)
            waits = _waiting(view, one)
            reason = REASONS.get(one.reason or "", "Its grant has ended.")  # type: ignore[call-overload]
            stuck = f" {counted(waits, 'account is', 'accounts are')} not read." if waits else ""
            yield NEEDS_RECONNECT.about(
                f"connection:{one.id}",
                f"A connection to LinkedIn has ended and needs reconnecting. {reason}{stuck}",
                f"/connections/{one.id}",
                rung=f"{max(0, view.now - since) // DAY}d",
                since=since,
            )


def ending(view: View) -> Iterator[Condition]:
    """Grants that live and end on a fixed day."""
    for one in view.connections:
        ends = fixed_end(one.has_refresh_token, one.access_expires_at, one.refresh_expires_at)
        reached = None if ends is None else rung(ends, view.now)
        if one.state == "active" and ends is not None and reached is not None:
            left = ends - view.now
            when = f"ends in {lasting(left)}" if left > 0 else "should have ended by now"
            yield RECONNECT_DUE.about(
                f"connection:{one.id}",
                f"A connection to LinkedIn {when}, and only a new consent renews it.",
                f"/connections/{one.id}",
                severity="critical" if left <= URGENT else "warning",
                rung=reached,
            )


def not_answering(view: View) -> Iterator[Condition]:
    """Heartbeats without a clear answer, for hours."""
    for one in view.connections:
        if one.state != "active" or one.last_heartbeat_result in (None, "ok"):
            continue
        since = _unclear_since(view.tx.connections.beats(one.id, BEATS), one.granted_at or 0)
        if since is not None and view.now - since >= SILENT:
            yield HEARTBEAT_FAILING.about(
                f"connection:{one.id}",
                f"LinkedIn has not said for {lasting(view.now - since)} whether a connection lives.",
                f"/connections/{one.id}",
                since=since,
            )


def stuck(view: View) -> Iterator[Condition]:
    """The first connect, begun and left."""
    if any(one.state == "active" for one in view.connections):
        return
    for one in view.connections:
        asked = one.pending_since
        if one.state == "pending" and asked is not None and view.now - asked > STUCK:
            yield CONNECT_STUCK.about(
                f"connection:{one.id}",
                "A connect to LinkedIn was begun and never finished.",
                f"/connections/{one.id}",
                since=asked,
            )


CONDITIONS = (ended, ending, not_answering, stuck)


def _ended_at(view: View, one: Connection) -> Millis:
    entries = view.tx.audit.page(1, None, one.id, "connection.needs_reconnect").items
    return entries[0].at if entries else one.updated_at


def _waiting(view: View, one: Connection) -> int:
    """How many accounts that are switched on only this grant could read."""
    return sum(
        account.access is None
        and any(access.connection_id == one.id for access in view.tx.accounts.access(account.owner))
        for account in view.reading
    )


def _unclear_since(beats: Iterable[Beat], granted_at: Millis) -> Millis | None:
    """When the newest beats of this grant stopped to be clear; they come newest first."""
    since = None
    for beat in beats:
        if beat.result == "ok" or beat.at < granted_at:
            break
        since = beat.at
    return since
