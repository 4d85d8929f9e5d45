"""PUBLIC_URL was another, or this is a copy of a deployment that lives elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from tests.rig import HERE, MAIN
from tests.webhooks.conftest import (
    FOREIGN,
    Reached,
    addresses,
    lose,
    subscribe_elsewhere,
    subscribed,
    webhooks,
)

from leadwire.domain.times import HOUR


@pytest.fixture
def moved(rig: Reached) -> Reached:
    """LinkedIn has one subscription here, and one with our own token at another place, where somebody answers."""
    rig.sync()
    (ours,) = addresses(rig)
    subscribe_elsewhere(rig, ours.replace(HERE, FOREIGN))
    return rig


def steps(answer: Any) -> list[tuple[str, str]]:
    return [(step["action"], step["why"]) for account in answer["accounts"] for step in account["steps"]]


def test_the_plan_says_that_it_has_moved_and_applying_it_deletes_the_old_one(moved: Reached) -> None:
    plan = moved.api.get("/webhooks/plan", account=MAIN).json()
    assert [action for action, _ in steps(plan)] == ["keep", "delete"]
    assert plan["accounts"][0]["steps"][1]["why"].startswith(
        "has an address of this workspace at another place"
    )
    assert len(subscribed(moved)) == 2
    moved.api.post("/webhooks/apply")
    assert [url.startswith(HERE) for url in addresses(moved)] == [True]
    assert webhooks(moved)[0]["problem"] is None


def test_by_itself_a_copy_takes_nothing_away_from_the_one_it_was_made_of(moved: Reached) -> None:
    for _ in range(8):
        moved.emulator.tick()
        moved.run_for(HOUR)
    assert len(subscribed(moved)) == 2
    assert webhooks(moved)[0]["state"] == "registered"
    assert webhooks(moved)[0]["problem"]["code"] == "moved"
    moved.api.put(f"/accounts/{MAIN}/sync", {"enabled": True, "push": False})
    moved.run_for(7 * HOUR)
    assert [url.startswith(HERE) for url in addresses(moved)] == [False]


def test_at_the_new_place_it_is_created_and_validated_before_the_old_one_goes(moved: Reached) -> None:
    here = next(one for one in subscribed(moved) if one["webhook"].startswith(HERE))
    lose(moved, str(here["id"]))
    moved.deaf = True  # the new address fails its challenge
    moved.api.post("/webhooks/apply")
    assert [url.startswith(FOREIGN) for url in addresses(moved)] == [True]
    moved.deaf = False
    moved.api.post("/webhooks/apply")
    assert [url.startswith(HERE) for url in addresses(moved)] == [True]
