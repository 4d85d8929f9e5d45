"""The emulator's time, moved by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from linkedin_emulator.campaign_manager.visit import Visit, go
from linkedin_emulator.clock import DAY, HOUR, Millis
from linkedin_emulator.protocol.wire import Response

STEPS: dict[str, Millis] = {
    "+1 h": HOUR,
    "+7 d": 7 * DAY,
    "+60 d": 60 * DAY,
    "+365 d": 365 * DAY,
}


def show(asked: Visit) -> Response:
    """The time, and the buttons that move it."""
    return _page(asked, "", "")


def change(asked: Visit) -> Response:
    """One step, a standstill or an exact time."""
    control, deed = asked.control.clock, asked.said("deed")
    if deed in STEPS:
        control.change(advance=STEPS[deed])
    elif deed in ("freeze", "run"):
        control.change(frozen=deed == "freeze")
    else:
        at = moment(asked.said("at"))
        if at is None:
            return _page(asked, asked.said("at"), "Write it like 2026-12-31T23:59:00Z.")
        control.change(at=at)
    return go("clock", "clock")


def moment(text: str) -> Millis | None:
    """ISO 8601, UTC where no zone is named; None if it is none or before 1970."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    millis = int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    return millis if millis >= 0 else None


def _page(asked: Visit, typed: str, wrong: str) -> Response:
    return asked.page("clock.html", 422 if wrong else 200, steps=STEPS, typed=typed, wrong=wrong)
