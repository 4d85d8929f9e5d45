"""Notifications about leads: who is told, what is said, how it is signed, and when it is tried again.

Sources: learn.microsoft.com/en-us/linkedin/marketing/lead-sync/leadsync and
/linkedin/shared/api-guide/webhook-validation (signature). The retry policy is the one documented for
organization social actions; for leads LinkedIn documents none.
"""

from __future__ import annotations

import hashlib
import hmac

from linkedin_emulator.api.roles import may_read_leads
from linkedin_emulator.clock import Millis
from linkedin_emulator.hooks.outbound import Reply, WebhookCall, accepted
from linkedin_emulator.hooks.subscriptions import Push, Subscription
from linkedin_emulator.protocol.urns import owner_union, split, urn, versioned_form
from linkedin_emulator.protocol.wire import Json, to_json
from linkedin_emulator.state import State
from linkedin_emulator.world.lead_book import Lead

PUSH_TIMEOUT = 10.0


def sign(secret: str, body: bytes) -> str:
    """X-LI-Signature: the prefix belongs to the signed text, the header is the bare lower-case digest."""
    return hmac.new(secret.encode(), b"hmacsha256=" + body, hashlib.sha256).hexdigest()


def announce(state: State, lead: Lead, action: str, at: Millis) -> list[Push]:
    """Queue a notification of CREATED or DELETED for every subscription that covers the lead."""
    body = to_json(_notification(state, lead, action, at))
    pushes = []
    for subscription in state.hooks.of_owner(lead.form.owner):
        if _covers(subscription, lead) and _still_allowed(state, subscription):
            pushes += _queue(state, subscription, body)
    return pushes


def push_foreign(state: State, body: Json) -> list[Push]:
    """Queue a signed notification of another kind to every subscribed webhook."""
    one_each = {(s.client_id, s.webhook): s for s in state.hooks.by_id.values()}
    return [push for s in one_each.values() for push in _queue(state, s, to_json(body))]


def _notification(state: State, lead: Lead, action: str, at: Millis) -> Json:
    blank = state.knobs.push_blank_in_form_urn
    told: dict[str, Json] = {
        "type": "LEAD_ACTION",
        "leadGenFormResponse": urn("leadGenFormResponse", lead.id),
        "leadGenForm": versioned_form(lead.form.id, lead.version, blank),
        "owner": owner_union(lead.form.owner),
    }
    if lead.entity:
        told["associatedEntity"] = _entity(lead.entity)
    return told | {"leadType": lead.lead_type, "leadAction": action, "occurredAt": at}


def _entity(name: str) -> dict[str, str]:
    """A push names the creative `sponsoredCreative`, where the lead itself says `associatedCreative`."""
    return {(split(name) or ("entity", ""))[0]: name}


def _covers(subscription: Subscription, lead: Lead) -> bool:
    if subscription.lead_type != lead.lead_type:
        return False
    if subscription.form and subscription.form != (lead.form.id, lead.version):
        return False
    return not subscription.entity or lead.entity in subscription.entity.values()


def _still_allowed(state: State, subscription: Subscription) -> bool:
    """Whether the member's grant and role and the trust in the webhook all still stand."""
    webhook = state.hooks.webhooks.get((subscription.client_id, subscription.webhook))
    if webhook is None or webhook.state != "VALIDATED":
        return False
    return state.grants.permits(
        subscription.client_id, subscription.member, state.clock.now()
    ) and may_read_leads(state.world, subscription.member, subscription.owner, subscription.lead_type)


def _queue(state: State, subscription: Subscription, body: bytes) -> list[Push]:
    hooks, knobs = state.hooks, state.knobs
    if state.dice.random() < knobs.push_drop_share:
        return []
    made = []
    for _ in range(knobs.push_copies):
        due = state.clock.now() + knobs.push_delay_ms + state.dice.randint(0, knobs.push_jitter_ms)
        who = (subscription.client_id, subscription.webhook, subscription.id)
        made.append(Push(hooks.next_push, *who, body, due))
        hooks.wait(made[-1])
        hooks.next_push += 1
    return made


def push_call(state: State, push: Push) -> WebhookCall:
    """The signed POST."""
    secret = state.world.apps[push.client_id].secrets[0]
    signature = sign("another secret" if state.knobs.push_wrong_signature else secret, push.body)
    headers = {"content-type": "application/json", "x-li-signature": signature}
    return WebhookCall("push", "POST", push.url, headers, push.body, PUSH_TIMEOUT)


def settle_push(state: State, push: Push, reply: Reply | None) -> None:
    """Any 2xx ends it; otherwise it waits for the next try, until the time for trying is over."""
    now = state.clock.now()
    del state.hooks.sending[push.number]
    push.attempts += 1
    push.first_tried_at = now if push.first_tried_at is None else push.first_tried_at
    push.last_status = reply[0] if reply else None
    if accepted(reply):
        _finish(state, push, delivered=True)
    elif now + state.knobs.push_retry_every_ms - push.first_tried_at > state.knobs.push_retry_for_ms:
        _finish(state, push, delivered=False)
    else:
        push.due_at = now + state.knobs.push_retry_every_ms
        state.hooks.wait(push)


def _finish(state: State, push: Push, delivered: bool) -> None:
    push.state = "delivered" if delivered else "given_up"
    state.hooks.done.append(push)
