"""How often an account is polled: rarely while LinkedIn is proven to push its leads, quickly while it is not.

Only the deployment's own interval stretches; what people set for a workspace, account or form is kept.
"""

from __future__ import annotations

from leadwire.domain import intervals
from leadwire.domain.intervals import PUSH_HEALTHY, STRETCHED, Pace
from leadwire.domain.owners import Owner, shard
from leadwire.domain.subscriptions import CHALLENGE_LATE, CHALLENGED_EVERY
from leadwire.domain.times import DAY, Millis
from leadwire.store import Account, Tx

PROVEN: Millis = DAY  # a webhook this old, and a push not older
SILENCE: Millis = CHALLENGED_EVERY + CHALLENGE_LATE
CHOSEN = "Chosen by people, and kept however well LinkedIn pushes."
HEALTHY = (
    "LinkedIn pushes the leads: pushes came within the last day and none was missed, and it has challenged the "
    "address within the last 2.5 hours. So polls only make sure."
)


def pace(tx: Tx, account: Account, default: Millis, now: Millis) -> Pace:
    """The interval in force. `default`: the deployment's."""
    here = tx.settings.get("workspace", "", "poll_interval")
    levels = [("account", account.sync.poll_interval), ("workspace", int(here) if here is not None else None)]
    interval, origin = intervals.resolve([*levels, ("deployment", default)])
    if origin != "deployment":
        return Pace(interval, origin, CHOSEN)
    doubt, heard = _doubt(tx, account, now)
    if doubt:
        return Pace(interval, origin, doubt)
    if interval >= STRETCHED:
        return Pace(interval, origin, HEALTHY)
    return Pace(STRETCHED, PUSH_HEALTHY, HEALTHY, heard + SILENCE)


def doubted(tx: Tx, owner: str, now: Millis) -> None:
    """Something speaks against its pushes: a reading account is polled at once."""
    if tx.schedule.get("poll", owner) is not None:
        tx.schedule.hasten("poll", owner, shard(owner), now)


def _doubt(tx: Tx, account: Account, now: Millis) -> tuple[str, Millis]:
    """Why its pushes are not proven to come, "" where they are; and when LinkedIn was last heard."""
    if not account.sync.push:
        return "LinkedIn is not asked to push its leads.", 0
    whole = {one.lead_type: one for one in tx.webhooks.all(account.owner) if one.form_id is None}
    for lead_type in account.sync.lead_types or Owner.parse(account.owner).lead_types:
        webhook = whole.get(lead_type)
        if webhook is None or webhook.state != "registered":
            return "LinkedIn does not have a webhook for all of its leads.", 0
        if now - (webhook.registered_at or now) < PROVEN:
            return "LinkedIn has had the webhook for less than a day.", 0
        if tx.webhooks.missed(webhook, now, DAY):
            return "A push was missed within the last day.", 0
    hook = tx.hooks.get(account.owner)
    heard = hook.challenged_at if hook is not None else None
    if hook is None or heard is None or now - heard >= SILENCE:
        return "LinkedIn has not challenged the address for 2.5 hours.", 0
    if now - (hook.pushed_at or 0) >= PROVEN:
        return "LinkedIn has pushed nothing within the last day.", 0
    return "", heard
