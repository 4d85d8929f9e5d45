"""Webhooks against the emulated LinkedIn: subscribed, kept, moved, ended; foreign ones never touched."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Home
from tests.rig import MAIN, OMAR, PAGE, Rig, sqlite_only
from tests.webhooks.conftest import (
    FOREIGN,
    HOOK,
    OWNER,
    Reached,
    addresses,
    lose,
    subscribe_elsewhere,
    subscribed,
    webhooks,
)

from leadwire.domain.times import HOUR, MINUTE

PAGE_OWNER = f"urn:li:{PAGE}"


def form_of(rig: Reached) -> str:
    """A form of the main account with several versions."""
    forms = rig.api.all("/forms", account=MAIN)
    return str(max(forms, key=lambda form: len(form["versions"]))["id"])


def actions(said: Any) -> list[tuple[str, str | None]]:
    return [
        (step["action"], step["problem"] and step["problem"]["code"]) for step in said["accounts"][0]["steps"]
    ]


def test_reading_on_subscribes_and_a_push_arrives_in_the_inbox(rig: Reached) -> None:
    rig.sync()
    (webhook,) = webhooks(rig)
    (there,) = subscribed(rig)
    assert (webhook["state"], webhook["account"], webhook["form"]) == ("registered", MAIN, None)
    assert webhook["linkedin_ids"] == [str(there["id"])]
    assert webhook["url"] == there["webhook"]
    assert there["webhook"].startswith(HOOK)
    assert rig.emulator.control.hooks.webhooks()[0]["state"] == "VALIDATED"
    form = int(form_of(rig))
    lead = rig.emulator.control.leads.submit(form)
    rig.emulator.tick()
    with rig.workspace.read() as tx:
        (push,) = tx.inbox.page().items
    assert (push.lead_id, push.owner, push.action) == (lead["id"], OWNER, "CREATED")
    assert rig.emulator.control.hooks.pushes()["done"][0]["last_status"] == 200


def test_without_a_way_in_leads_are_polled_and_the_problem_is_shown(home: Home, tmp_path: Path) -> None:
    with closing(Rig(home, tmp_path)) as rig:
        rig.connect_member()
        rig.sync()
        assert rig.api.get(f"/accounts/{MAIN}").json()["sync"]["push"] is False
        assert webhooks(rig) == []
        rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True, "push": True})
        rig.run_for(MINUTE)
        (webhook,) = webhooks(rig)
        account = rig.api.get(f"/accounts/{MAIN}").json()
        assert (webhook["state"], webhook["problem"]["code"]) == ("failed", "no_https")
        assert "no_https" in [problem["code"] for problem in account["problems"]]
        assert account["sync"]["enabled"]
        assert subscribed(rig) == []
        assert rig.api.all("/runs", kind="poll") or rig.api.all("/runs", kind="backfill")


def test_a_page_has_one_for_each_type_of_leads(rig: Reached) -> None:
    rig.sync(PAGE)
    assert {one["lead_type"] for one in webhooks(rig)} == {"EVENT", "COMPANY", "ORGANIZATION_PRODUCT"}
    assert {one["leadType"] for one in subscribed(rig, PAGE_OWNER)} == {
        "EVENT",
        "COMPANY",
        "ORGANIZATION_PRODUCT",
    }
    assert len(set(addresses(rig, PAGE_OWNER))) == 1
    rig.api.put(f"/accounts/{PAGE}/sync", {"enabled": True, "lead_types": ["EVENT"]})
    rig.run_for(MINUTE)
    assert [one["leadType"] for one in subscribed(rig, PAGE_OWNER)] == ["EVENT"]
    refused = rig.api.post("/webhooks", {"account": PAGE})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_lead_type")
    assert rig.api.post("/webhooks", {"account": PAGE, "lead_type": "SPONSORED"}).status_code == 422


def test_a_form_has_one_for_each_version_and_a_new_version_gets_its_own(rig: Reached) -> None:
    rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True, "push": False})
    rig.run_for(MINUTE)
    form = form_of(rig)
    made = rig.api.post("/webhooks", {"account": MAIN, "form": form})
    assert made.status_code == 201
    versions = len(rig.api.get(f"/forms/{form}").json()["versions"])
    assert versions > 1
    assert len(made.json()["linkedin_ids"]) == versions
    assert {one["versionedForm"] for one in subscribed(rig)} == {
        f"urn:li:versionedLeadGenForm:(urn:li:leadGenForm:{form},{n})" for n in range(1, versions + 1)
    }
    rig.emulator.control.forms.publish(int(form))
    rig.run_for(HOUR)
    (webhook,) = webhooks(rig)
    assert (webhook["state"], len(webhook["linkedin_ids"])) == ("registered", versions + 1)
    assert rig.api.get(f"/accounts/{MAIN}").json()["sync"]["push"] is True


def test_the_same_wish_is_the_same_webhook_and_other_accounts_forms_are_refused(rig: Reached) -> None:
    rig.sync()
    first = webhooks(rig)[0]["id"]
    assert rig.api.post("/webhooks", {"account": MAIN}).json()["id"] == first
    assert rig.api.post("/webhooks", {"account": PAGE, "form": form_of(rig), "lead_type": "EVENT"}).json()[
        "code"
    ] == ("foreign_form")
    assert rig.api.post("/webhooks", {"account": MAIN, "form": "404"}).status_code == 404
    assert rig.api.post("/webhooks", {"account": "404"}).status_code == 404
    assert len(subscribed(rig)) == 1


def test_doubled_ones_go_and_foreign_ones_stay_and_are_shown_without_their_secret(rig: Reached) -> None:
    rig.sync()
    (ours,) = addresses(rig)
    doubled, theirs = subscribe_elsewhere(rig, ours), subscribe_elsewhere(rig, FOREIGN)
    plan = rig.api.get("/webhooks/plan", account=MAIN).json()
    assert actions(plan) == [("keep", None), ("leave", None), ("delete", None)]
    assert [step["linkedin_id"] for step in plan["accounts"][0]["steps"]][1:] == [theirs, doubled]
    assert "secret" not in str(plan)
    assert len(subscribed(rig)) == 3  # a plan changes nothing
    assert actions(rig.api.post("/webhooks/apply").json()) == actions(plan)
    assert theirs in [str(one["id"]) for one in subscribed(rig)]
    assert actions(rig.api.get("/webhooks/plan").json()) == [("keep", None), ("leave", None)]


def test_another_workspace_on_the_same_account_is_never_touched(rig: Reached) -> None:
    rig.sync()
    other = rig.tenant("Fjord")
    rig.connect_member(other, OMAR)
    rig.sync(MAIN, other)
    mine, theirs = webhooks(rig)[0], webhooks(rig, other)[0]
    assert {mine["url"], theirs["url"]} == set(addresses(rig))
    assert len({mine["url"], theirs["url"]}) == 2
    assert actions(rig.api.get("/webhooks/plan").json()) == [("keep", None), ("leave", None)]
    assert theirs["url"] not in rig.api.get("/webhooks/plan").text
    rig.api.put(f"/webhooks/{mine['id']}", {})
    assert rig.api.delete(f"/webhooks/{mine['id']}").status_code == 204
    rig.api.delete(f"/connections/{rig.api.get('/connections').json()['items'][0]['id']}")
    rig.run_for(2 * HOUR)
    assert addresses(rig) == [theirs["url"]]
    assert rig.api.get(f"/webhooks/{theirs['id']}").status_code == 404


def test_what_linkedin_has_lost_is_registered_anew(rig: Reached) -> None:
    rig.sync()
    before = subscribed(rig)[0]["id"]
    lose(rig, str(before))
    rig.run_for(HOUR)
    (after,) = subscribed(rig)
    (webhook,) = webhooks(rig)
    assert after["id"] != before
    assert (webhook["state"], webhook["linkedin_ids"]) == ("registered", [str(after["id"])])
    with rig.workspace.read() as tx:
        assert [one.action for one in tx.audit.page(object=webhook["id"]).items] == ["webhook.missing"]


def test_a_new_address_is_never_a_moment_without(rig: Reached) -> None:
    rig.sync()
    (before,) = subscribed(rig)
    webhook = rig.api.put(f"/webhooks/{webhooks(rig)[0]['id']}").json()
    (after,) = subscribed(rig)
    calls = [call["route"] for call in rig.emulator.control.watch.calls()["calls"]][::-1]
    assert calls[-2:] == ["leadNotifications.CREATE", "leadNotifications.DELETE"]
    assert after["webhook"] != before["webhook"]
    assert (webhook["url"], webhook["linkedin_ids"]) == (after["webhook"], [str(after["id"])])
    # Pushes under way to the old address still find it.
    status, _, _ = rig.deliver("POST", before["webhook"], {"x-li-signature": "no"}, b"{}", 3.0)
    assert status == 401
    status, _, _ = rig.deliver("POST", after["webhook"], {"x-li-signature": "no"}, b"{}", 3.0)
    assert status == 401


def test_a_move_that_did_not_end_is_ended_and_not_begun_again(rig: Reached) -> None:
    rig.sync()
    webhook = webhooks(rig)[0]
    rig.deaf = True
    rotated = rig.api.put(f"/webhooks/{webhook['id']}").json()
    assert (rotated["state"], rotated["problem"]["code"]) == ("failed", "not_validated")
    assert "test" in rotated["problem"]["remedy"].lower()
    assert addresses(rig) == [webhook["url"]]  # the old one stays until the new one is validated
    assert rotated["linkedin_ids"] == webhook["linkedin_ids"]
    again = rig.api.put(f"/webhooks/{webhook['id']}").json()
    assert again["url"] == rotated["url"]
    rig.deaf = False
    rig.run_for(20 * MINUTE)  # the schedule ends it
    assert addresses(rig) == [rotated["url"]]
    assert webhooks(rig)[0]["state"] == "registered"


def test_reading_off_and_push_off_take_it_away_and_on_brings_it_back(rig: Reached) -> None:
    rig.sync()
    first = addresses(rig)
    for wish in ({"enabled": False}, {"enabled": True, "push": False}):
        rig.api.put(f"/accounts/{MAIN}/sync", wish)
        rig.run_for(MINUTE)
        assert (subscribed(rig), webhooks(rig)) == ([], [])
        rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True, "push": True})
        rig.run_for(MINUTE)
        assert [one["state"] for one in webhooks(rig)] == ["registered"]
    assert addresses(rig) != first


def test_deleting_the_last_one_leaves_the_account_polled(rig: Reached) -> None:
    rig.sync()
    path = f"/webhooks/{webhooks(rig)[0]['id']}"
    assert rig.api.delete(path).status_code == 204
    assert rig.api.delete(path).status_code == 404
    assert subscribed(rig) == []
    assert rig.api.get(f"/accounts/{MAIN}").json()["sync"] | {"changed_at": ""} == {
        "enabled": True,
        "push": False,
        "poll_interval": "5m",
        "poll_interval_origin": "deployment",
        "poll_interval_reason": "LinkedIn is not asked to push its leads.",
        "lead_types": ["SPONSORED"],
        "changed_at": "",
    }
    rig.run_for(3 * HOUR)
    assert subscribed(rig) == []


def test_linkedin_away_keeps_no_one_from_ending_and_is_tried_again(rig: Reached) -> None:
    rig.sync()
    rig.emulator.control.knobs.patch(down="503")
    path = f"/webhooks/{webhooks(rig)[0]['id']}"
    assert rig.api.delete(path).status_code == 204
    shown = rig.api.get(path).json()
    assert (shown["state"], shown["problem"]["code"]) == ("ending", "linkedin_unreachable")
    rig.emulator.control.knobs.patch(down="")
    rig.run_for(5 * MINUTE)
    assert (subscribed(rig), rig.api.get(path).status_code) == ([], 404)


def test_a_connection_that_goes_takes_its_subscriptions_with_it(rig: Reached) -> None:
    rig.sync()
    connection = rig.api.get("/connections").json()["items"][0]["id"]
    assert rig.api.delete(f"/connections/{connection}").status_code == 204
    assert subscribed(rig) == []
    rig.run_for(2 * HOUR)
    (webhook,) = webhooks(rig)
    assert (webhook["state"], webhook["problem"]["code"]) == ("wanted", "cannot_read_leads")
    rig.connect_member()
    rig.run_for(2 * HOUR)
    assert [one["state"] for one in webhooks(rig)] == ["registered"]
    assert len(subscribed(rig)) == 1


def test_a_connection_that_goes_hands_over_to_another(rig: Reached) -> None:
    rig.sync()
    jane = rig.api.get("/connections").json()["items"][0]["id"]
    rig.connect_member(member=OMAR)
    assert {one["member"] for one in subscribed(rig)} == {"K1RwyVNukt"}
    assert rig.api.delete(f"/connections/{jane}").status_code == 204
    assert [one["member"] for one in subscribed(rig)] == [OMAR]
    assert webhooks(rig)[0]["linkedin_ids"] == [str(subscribed(rig)[0]["id"])]


@pytest.mark.parametrize("refuses", [False, True])
def test_what_a_dead_grant_subscribed_to_is_another_members_within_the_hour(
    rig: Reached, refuses: bool
) -> None:
    rig.sync()
    rig.connect_member(member=OMAR)
    rig.emulator.control.knobs.patch(refuse_duplicate_subscriptions=refuses)
    rig.emulator.control.tokens.revoke("K1RwyVNukt")
    rig.run_for(3 * HOUR)
    assert [one["member"] for one in subscribed(rig)] == [OMAR]
    assert [one["state"] for one in webhooks(rig)] == ["registered"]


def test_a_connection_goes_although_linkedin_is_away(rig: Reached) -> None:
    rig.sync()
    connection = rig.api.get("/connections").json()["items"][0]["id"]
    rig.emulator.control.knobs.patch(down="timeout")
    assert rig.api.delete(f"/connections/{connection}").status_code == 204
    with rig.workspace.read() as tx:
        (entry,) = tx.audit.page(object=connection, action="connection.deleted").items
    assert entry.detail["subscriptions_left"] == 1


@sqlite_only
@pytest.mark.parametrize(("status", "code"), [(403, "linkedin_forbids"), (400, "not_validated")])
def test_what_linkedin_refuses_is_said_with_a_remedy_and_tried_again(
    rig: Reached, status: int, code: str
) -> None:
    refusal = {"kind": "status", "status": status, "body": {"status": status, "message": "no"}}
    rule = rig.emulator.control.faults.add(refusal, {"route": "leadNotifications.CREATE"})
    rig.sync()
    (webhook,) = webhooks(rig)
    assert (webhook["state"], webhook["problem"]["code"]) == ("failed", code)
    assert webhook["problem"]["remedy"]
    assert webhook["problem"]["evidence"] == {"linkedin": "no"}
    rig.emulator.control.faults.remove(rule["id"])
    rig.run_for(20 * MINUTE)
    assert [one["state"] for one in webhooks(rig)] == ["registered"]


@sqlite_only
def test_a_full_account_is_not_asked_again(rig: Reached) -> None:
    for _ in range(1500):
        subscribe_elsewhere(rig, FOREIGN)
    rig.sync()
    (webhook,) = webhooks(rig)
    assert (webhook["state"], webhook["problem"]["code"]) == ("failed", "too_many_subscriptions")
    assert len(subscribed(rig)) == 1500


def test_silence_is_counted_and_three_turns_of_it_mean_blocked_until_a_challenge_comes(rig: Reached) -> None:
    rig.sync()
    rig.door.hook.stop()  # what it heard is noted in the background, and at its end
    rig.deaf = True
    seen = []
    for _ in range(4):
        rig.advance(2 * HOUR + MINUTE)
        rig.emulator.tick()
        (webhook,) = webhooks(rig)
        seen.append((webhook["challenge_misses"], webhook["state"]))
    assert seen[0] == (0, "registered")
    assert seen[-1] == (3, "blocked")
    assert webhook["problem"]["code"] == "blocked"
    assert rig.emulator.control.hooks.webhooks()[0]["state"] == "BLOCKED"
    rig.deaf = False
    rig.emulator.control.hooks.validate(webhook["url"])  # in LinkedIn's portal
    rig.door.hook.stop()
    (webhook,) = webhooks(rig)
    assert (webhook["state"], webhook["challenge_misses"], webhook["problem"]) == ("registered", 0, None)
    assert webhook["last_challenge_at"] is not None


def test_a_blocked_address_is_also_left_by_a_move(rig: Reached) -> None:
    rig.sync()
    rig.door.hook.stop()
    rig.deaf = True
    for _ in range(4):
        rig.advance(2 * HOUR + MINUTE)
        rig.emulator.tick()
    rig.deaf = False
    assert webhooks(rig)[0]["state"] == "blocked"
    moved = rig.api.put(f"/webhooks/{webhooks(rig)[0]['id']}").json()
    assert (moved["state"], moved["challenge_misses"]) == ("registered", 0)
    assert {one["url"]: one["state"] for one in rig.emulator.control.hooks.webhooks()}[moved["url"]] == (
        "VALIDATED"
    )


def test_leads_that_no_push_named_are_counted(rig: Reached) -> None:
    rig.sync()
    form = int(form_of(rig))
    rig.run_for(MINUTE)
    rig.emulator.control.leads.submit(form)
    rig.emulator.tick()
    rig.emulator.control.knobs.patch(push_drop_share=1.0)
    for _ in range(2):
        rig.emulator.control.leads.submit(form)
    rig.run_for(30 * MINUTE)
    assert webhooks(rig)[0]["missed_pushes"] == 2


def test_the_way_in_is_tried_step_by_step(rig: Reached) -> None:
    rig.sync()
    path = f"/webhooks/{webhooks(rig)[0]['id']}/test"
    said = rig.api.post(path).json()
    assert [(one["step"], one["ok"]) for one in said["steps"]] == [
        ("connect", True),
        ("challenge", True),
        ("push", True),
        ("stored", True),
    ]
    assert said["ok"]
    assert said["url"].startswith(HOOK)
    with rig.workspace.read() as tx:
        (push,) = tx.inbox.page().items
    assert push.state == "parked"
    assert b"LEADWIRE_TEST" in push.raw


def test_an_account_whose_push_was_only_noted_is_subscribed(rig: Reached) -> None:
    """Before there were webhooks, a wish for push was written down and nothing came of it."""
    rig.sync()
    with rig.workspace.write() as tx:
        tx.webhooks.end([one.id for one in tx.webhooks.all()])
        tx.webhooks.forget([one.id for one in tx.webhooks.all()])
        tx.schedule.drop("webhooks", OWNER)
    rig.run_for(2 * HOUR)
    assert [one["state"] for one in webhooks(rig)] == ["registered"]
    assert len(subscribed(rig)) == 1


def test_an_account_that_is_not_read_can_be_listened_to(rig: Reached) -> None:
    assert rig.api.post("/webhooks", {"account": MAIN}).json()["state"] == "registered"
    rig.run_for(3 * HOUR)
    assert len(subscribed(rig)) == 1
    rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": False})
    rig.run_for(MINUTE)
    assert subscribed(rig) == []


def test_a_subscription_that_linkedin_does_not_name_is_looked_up(rig: Reached) -> None:
    rig.nameless = True
    made = rig.api.post("/webhooks", {"account": MAIN}).json()
    assert (made["state"], made["linkedin_ids"]) == ("registered", [str(subscribed(rig)[0]["id"])])


def test_a_subscription_that_linkedin_does_not_list_is_not_believed_in(rig: Reached) -> None:
    strip = {"kind": "status", "status": 201, "body": {}}
    rule = rig.emulator.control.faults.add(strip, {"route": "leadNotifications.CREATE", "times": 1})
    made = rig.api.post("/webhooks", {"account": MAIN}).json()
    assert (made["state"], made["problem"]["code"]) == ("failed", "not_listed")
    rig.emulator.control.faults.remove(rule["id"])
    rig.run_for(20 * MINUTE)
    assert [one["state"] for one in webhooks(rig)] == ["registered"]


def test_a_workspace_that_goes_takes_its_subscriptions_with_it_and_nobody_elses(rig: Reached) -> None:
    rig.sync()
    other = rig.tenant("Fjord")
    rig.connect_member(other, OMAR)
    rig.sync(MAIN, other)
    (mine,) = webhooks(rig)
    fjord = next(one["id"] for one in rig.api.all("/workspaces") if one["name"] == "Fjord")
    assert rig.api.delete(f"/workspaces/{fjord}").status_code == 204
    assert addresses(rig) == [mine["url"]]
    assert rig.api.delete("/workspaces/default").status_code == 409
    assert addresses(rig) == [mine["url"]]
    assert webhooks(rig)[0]["state"] == "registered"
