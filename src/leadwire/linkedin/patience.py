"""Decisions about trying again. Nothing here waits; the dice and the clock are arguments."""

from leadwire.linkedin.errors import LinkedInError, Throttled, TokenDead, TryLater
from leadwire.linkedin.loose import Millis

# A token minted a moment ago can be called revoked for some seconds, seven times of ten in bad weeks.
# github.com/jclusso/omniauth-linkedin-openid/issues/6 and others
FRESH: Millis = 60_000

# Whatever LinkedIn asks for: an hour, or a day's quota and some time to spread after it.
_LONGEST, _LONGEST_QUOTA = 3600.0, 25 * 3600.0

_WAITS = (2.0, 8.0, 30.0)


def is_fresh_token_doubt(error: LinkedInError, minted_at: Millis, now: Millis) -> bool:
    """Is this "revoked" (65601) only LinkedIn not knowing its own new token yet? Then wait instead of
    refreshing.
    """
    return isinstance(error, TokenDead) and error.reason == "revoked" and now - minted_at < FRESH


def asked_for(error: TryLater, otherwise: float = 0.0) -> Millis:
    """How long to wait because LinkedIn says so; `otherwise` seconds where it names no time."""
    quota = isinstance(error, Throttled) and error.until_midnight
    return int(min(error.after or otherwise, _LONGEST_QUOTA if quota else _LONGEST) * 1000)


def backoff(attempt: int, dice: float) -> float:
    """Seconds to wait after the first, second, third … failed attempt: about 2, 8, then 30.

    `attempt` counts from 1; `dice` in [0, 1) spreads the wait from three quarters to five quarters of its
    length.
    """
    return _WAITS[min(max(attempt, 1), len(_WAITS)) - 1] * (0.75 + dice / 2)
