"""How often a thing is done: set by deployment, workspace, account or form, the nearest wins (LGF-201)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leadwire.domain.errors import InvalidInput
from leadwire.domain.times import HOUR, MINUTE, Millis, duration_text

STRETCHED: Final[Millis] = 30 * MINUTE
PUSH_HEALTHY: Final = "push_healthy"  # an origin beside the levels
SHORTEST: Final[Millis] = MINUTE
LONGEST: Final[Millis] = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Pace:
    """How often an account is polled, the level that says so (or PUSH_HEALTHY), and why. `until`: when that must be
    looked at anew, None where nothing but people can change it.
    """

    interval: Millis
    origin: str
    reason: str
    until: Millis | None = None


def check(interval: Millis) -> Millis:
    """The interval, if people may set it. InvalidInput `bad_interval` below a minute and above a day."""
    if SHORTEST <= interval <= LONGEST:
        return interval
    raise InvalidInput(
        "bad_interval",
        f"An interval of {duration_text(interval)} is not possible.",
        f"Choose one from {duration_text(SHORTEST)} to {duration_text(LONGEST)}.",
    )


def resolve(levels: Sequence[tuple[str, Millis | None]]) -> tuple[Millis, str]:
    """The first interval that is set, and the level it comes from. `levels`: nearest first, (name, interval).

    ValueError where no level sets one: the last, the deployment, always does.
    """
    for origin, interval in levels:
        if interval is not None:
            return interval, origin
    raise ValueError("no level sets this interval")
