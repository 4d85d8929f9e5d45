"""Whatever cuts an apply or a move off, and wherever: done again, it ends the same, and nothing was lost meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.rig import MAIN, Homes, connected, staged
from tests.webhooks.conftest import (
    FOREIGN,
    OPEN,
    Reached,
    addresses,
    subscribe_elsewhere,
    subscribed,
    webhooks,
)

from leadwire.linkedin.answers import Answer
from leadwire.linkedin.client import Request


class Cut(BaseException):
    """The process has ended."""


class Mortal(Reached):
    """Dies after so many calls about subscriptions, the last of which LinkedIn has still carried out."""

    left: int | None = None

    def carry(self, request: Request) -> Answer:
        said = super().carry(request)
        if self.left is not None and "/leadNotifications" in request.url:
            self.left -= 1
            if self.left < 0:
                raise Cut
        return said


@pytest.fixture
def rig(homes: Homes, tmp_path: Path) -> Iterator[Mortal]:
    with staged(homes, tmp_path, connected, Mortal, **OPEN) as rig:
        yield rig


def form_of(rig: Mortal) -> str:
    forms = rig.api.all("/forms", account=MAIN)
    return str(max(forms, key=lambda form: len(form["versions"]))["id"])


def spoil(rig: Mortal) -> str:
    """An account with a subscription for all forms, one form of it in several versions, and things to put right."""
    rig.sync()
    form = form_of(rig)
    rig.api.post("/webhooks", {"account": MAIN, "form": form})
    theirs = subscribe_elsewhere(rig, FOREIGN)
    subscribe_elsewhere(rig, addresses(rig)[0])
    with rig.workspace.write() as tx:
        tx.hooks.replace(f"urn:li:sponsoredAccount:{MAIN}", rig.now())
    return theirs


@pytest.mark.parametrize(("what", "lists"), [("apply", 1), ("rotate", 2)])
def test_cut_off_after_any_call_it_ends_the_same_and_is_never_a_moment_without(
    rig: Mortal, what: str, lists: int
) -> None:
    theirs = spoil(rig)
    wanted = {_key(one) for one in subscribed(rig)}
    owner = f"urn:li:sponsoredAccount:{MAIN}"
    webhook = webhooks(rig)[0]["id"]
    act = {
        "apply": lambda: rig.app.subscriptions.apply(rig.workspace, owner),
        "rotate": lambda: rig.app.subscriptions.rotate(rig.workspace, webhook, "api"),
    }[what]
    cuts = 0
    while not rig.app.subscriptions.plan(rig.workspace, owner)[0].settled:
        rig.left = lists  # each attempt looks, and dies with the first thing that it changes
        with pytest.raises(Cut):
            act()
        rig.left = None
        cuts += 1
        assert {_key(one) for one in subscribed(rig)} >= wanted
    assert cuts == 2 * len(wanted) - 1  # as many new ones, and as many old ones and a doubled one to delete
    rig.app.subscriptions.apply(rig.workspace, owner)
    there = subscribed(rig)
    assert sorted(map(_key, there)) == sorted(wanted)
    ours = [one for one in there if str(one["id"]) != theirs]
    assert len(ours) == len(there) - 1
    assert len({one["webhook"] for one in ours}) == 1
    shown = webhooks(rig)
    assert {one["state"] for one in shown} == {"registered"}
    assert {one["url"] for one in shown} == {ours[0]["webhook"]}
    assert sorted(id_ for one in shown for id_ in one["linkedin_ids"]) == sorted(
        str(one["id"]) for one in ours
    )


def _key(one: dict[str, object]) -> tuple[str, bool]:
    return str(one.get("versionedForm", "all")), one["webhook"] == FOREIGN
