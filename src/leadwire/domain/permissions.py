"""The states of a connection, and when its access token is minted anew.

pending ─granted─> active ─refresh_dead, expired, revoked, scope_changed─> needs_reconnect
                      └─<──────────────────────granted────────────────────────────┘
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from leadwire.domain.errors import Conflict
from leadwire.domain.times import DAY, HOUR, MINUTE, Millis

State = Literal["pending", "active", "needs_reconnect"]
Reason = Literal["refresh_dead", "expired", "revoked", "scope_changed"]
Event = Literal["granted", "refresh_dead", "expired", "revoked", "scope_changed"]

REASONS: Mapping[Reason, str] = {
    "refresh_dead": "The refresh token has ended, a year after the consent, or LinkedIn refuses it.",
    "expired": "The access token has expired, and this app gets no refresh tokens.",
    "revoked": "The member, or LinkedIn, has withdrawn the app's access.",
    "scope_changed": "The app's scopes have changed, which ends the tokens given for the old ones.",
}


class Standing(NamedTuple):
    """A connection's state; `reason` only with `needs_reconnect`."""

    state: State
    reason: Reason | None = None


_ACTIVE = Standing("active")
TABLE: Mapping[tuple[State, Event], Standing] = {
    ("pending", "granted"): _ACTIVE,
    ("active", "granted"): _ACTIVE,
    ("needs_reconnect", "granted"): _ACTIVE,
    **{("active", reason): Standing("needs_reconnect", reason) for reason in REASONS},
}


def move(standing: Standing, event: Event) -> Standing:
    """The standing after an event. Conflict `illegal_move` where the event cannot have happened.

    What ends a connection that has already ended changes nothing: several workers may notice at once, and the
    first of them knew why.
    """
    if standing.state == "needs_reconnect" and event != "granted":
        return standing
    following = TABLE.get((standing.state, event))
    if following is None:
        raise Conflict("illegal_move", f"A connection that is {standing.state} cannot become {event}.")
    return following


def should_refresh(
    access_expires_at: Millis | None,
    minted_at: Millis | None,
    refresh_expires_at: Millis | None,
    last_refresh_at: Millis | None,
    now: Millis,
) -> bool:
    """Whether to mint a new access token now (LGF-005).

    When less than a quarter of its life and less than 7 days are left; when a refresh can lengthen it, for it
    never outlives its refresh token (learn.microsoft.com/linkedin/shared/authentication/
    programmatic-refresh-tokens), None for an app without any; and at most once an hour.
    """
    if access_expires_at is None or minted_at is None or refresh_expires_at is None:
        return False
    left = access_expires_at - now
    near = left < min(7 * DAY, (access_expires_at - minted_at) // 4)
    # Both ends are told in seconds from two answers, so that ends within a minute are the same end.
    lengthens = refresh_expires_at > max(now, access_expires_at + MINUTE)
    rested = last_refresh_at is None or now - last_refresh_at >= HOUR
    return near and lengthens and rested
