"""The channels themselves: people who are not reached must find out some other way."""

from __future__ import annotations

from collections.abc import Iterator

from leadwire.domain.alerts import Condition, Kind
from leadwire.watch.view import View

CHANNEL_FAILING = Kind(
    "channel_failing",
    ("warning",),
    "Notices of alerts do not get through on a channel.",
    "Check LEADWIRE_SMTP_URL and LEADWIRE_ALERT_EMAILS, or LEADWIRE_ALERT_WEBHOOK_URL and what answers there.",
)
KINDS = (CHANNEL_FAILING,)
PATIENCE = 2  # tries, which fall within five seconds
NAMES = {"email": "e-mail", "webhook": "the webhook"}


def failing(view: View) -> Iterator[Condition]:
    """By the newest notice that was tried."""
    for channel in view.facts.channels:
        newest = view.tx.notices.newest(channel)
        if newest and newest[0].state != "sent" and newest[0].attempts >= PATIENCE:
            yield CHANNEL_FAILING.about(
                f"channel:{channel}",
                f"Notices of alerts do not get through by {NAMES[channel]}: {newest[0].error}.",
                "/settings",
                since=newest[0].at,
            )


CONDITIONS = (failing,)
