"""Polls are rare where LinkedIn is proven to push, quick where it is not, and at once when that proof is lost."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.rig import MAIN, Homes, sqlite_only, staged, synced
from tests.tokens.wire import Wired
from tests.webhooks.conftest import lose

from leadwire.connect.pace import pace
from leadwire.domain.times import DAY, HOUR, MINUTE, Millis

FORM, OWNER = 7234246, f"urn:li:sponsoredAccount:{MAIN}"


class Pushed(Wired):
    """LinkedIn pushes and challenges as time passes; while `deaf`, nobody answers it."""

    deaf = False

    def deliver(self, method: str, url: str, *given: Any) -> Any:
        if self.deaf:
            return 500, {}, b""
        answer = super().deliver(method, url, *given)
        if method == "GET" and answer[0] == 200:  # the door notes it in a time of its own
            with self.workspace.read() as tx:
                hook = tx.hooks.get(OWNER)
            assert hook is not None
            self.store.deployment.heard({(self.workspace.id, OWNER, hook.serial): self.now()}, {})
        return answer

    def run_for(self, milliseconds: Millis) -> None:
        for _ in range(milliseconds // MINUTE):
            super().run_for(MINUTE)
            self.emulator.tick()
            self.drain()

    def polls(self, since: Millis) -> list[Millis]:
        """When leads were asked for; a verdict asks, too, beside what it asks of accounts."""
        sent = self.since(since)
        verdicts = {one.at for one in sent if one.path == "/rest/adAccounts"}
        return sorted({one.at for one in sent if one.path == "/rest/leadFormResponses"} - verdicts)

    def sync_view(self) -> Any:
        return self.api.get(f"/accounts/{MAIN}").json()["sync"]


def proven(rig: Pushed) -> None:
    """LinkedIn has had the webhook for more than a day, and pushed a lead a moment ago."""
    synced(rig)
    rig.advance(DAY)
    rig.emulator.control.leads.submit(FORM)
    rig.run_for(3 * HOUR)


@pytest.fixture
def rig(homes: Homes, tmp_path: Path) -> Iterator[Pushed]:
    knobs = {"allow_http_webhooks": True}
    with staged(homes, tmp_path, proven, Pushed, knobs=knobs, allow_http_webhooks=True) as rig:
        yield rig


def test_proven_pushes_stretch_the_deployments_interval_only(rig: Pushed) -> None:
    seen = rig.sync_view()
    assert (seen["poll_interval"], seen["poll_interval_origin"]) == ("30m", "push_healthy")
    assert "none was missed" in seen["poll_interval_reason"]
    began = rig.now()
    rig.run_for(2 * HOUR)
    assert 4 <= len(rig.polls(began)) <= 5
    shown = rig.client.get(f"/accounts/{MAIN}").text
    assert "every 30m" in shown and "proven to push" in shown
    rig.api.patch("/settings", {"poll_interval": "5m"})
    seen = rig.sync_view()
    assert (seen["poll_interval"], seen["poll_interval_origin"]) == ("5m", "workspace")
    assert rig.api.get(f"/forms/{FORM}").json()["poll_interval_origin"] == "workspace"


@sqlite_only
def test_what_is_not_proven_for_a_day_is_polled_quickly(rig: Pushed) -> None:
    with rig.workspace.read() as tx:
        (webhook,) = tx.webhooks.all(OWNER)
        account = tx.accounts.get(OWNER)
        young = pace(tx, account, 5 * MINUTE, (webhook.registered_at or 0) + HOUR)
    rig.advance(DAY)
    rig.run_for(3 * HOUR)
    quiet = rig.sync_view()
    assert (young.interval, young.reason) == (5 * MINUTE, "LinkedIn has had the webhook for less than a day.")
    assert (quiet["poll_interval"], quiet["poll_interval_origin"]) == ("5m", "deployment")
    assert quiet["poll_interval_reason"] == "LinkedIn has pushed nothing within the last day."


@sqlite_only
def test_silence_of_the_challenges_brings_quick_polls_at_once(rig: Pushed) -> None:
    rig.deaf = True
    with rig.workspace.read() as tx:
        hook = tx.hooks.get(OWNER)
    assert hook is not None and hook.challenged_at is not None
    silent = hook.challenged_at + 150 * MINUTE
    rig.run_for(4 * HOUR)
    polls = rig.polls(silent - MINUTE)
    assert silent <= polls[0] < silent + MINUTE
    assert max(later - sooner for sooner, later in pairwise(polls)) <= 6 * MINUTE
    assert "not challenged" in rig.sync_view()["poll_interval_reason"]


@sqlite_only
def test_a_missed_push_ends_the_trust_for_a_day(rig: Pushed) -> None:
    rig.emulator.control.knobs.patch(push_drop_share=1.0)
    rig.emulator.control.leads.submit(FORM)
    rig.run_for(HOUR)
    rig.emulator.control.knobs.patch(push_drop_share=0.0)
    seen = rig.sync_view()
    assert (seen["poll_interval"], seen["poll_interval_reason"]) == (
        "5m",
        "A push was missed within the last day.",
    )
    with rig.workspace.read() as tx:
        (webhook,) = tx.webhooks.all(OWNER)
        assert tx.webhooks.missed(webhook, rig.now() + DAY, DAY) == 0


@sqlite_only
def test_a_subscription_that_linkedin_lost_has_the_account_polled_at_once(rig: Pushed) -> None:
    (subscription,) = rig.emulator.control.hooks.subscriptions()
    lose(rig, str(subscription["id"]))
    looked = rig.now()
    rig.api.post("/webhooks/apply")
    rig.drain()
    assert looked in rig.polls(looked)
