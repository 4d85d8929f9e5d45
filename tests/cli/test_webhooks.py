"""`leadwire webhooks` against the running demo: LinkedIn and Leadwire call each other over real sockets."""

from __future__ import annotations

import time

from tests.cli.conftest import Demo
from tests.cli.people import MAIN, WEBINAR, until

from leadwire.web.hook_book import AT_MOST_EVERY

PAGE = "organization:11223344"


def test_a_demo_is_pushed_to_and_the_way_in_is_tried(demo: Demo) -> None:
    (webhook,) = until(
        lambda: [one for one in listed(demo) if one["state"] == "registered" and one["last_challenge_at"]]
    )
    assert (webhook["form"], webhook["lead_type"]) == (None, "SPONSORED")
    assert webhook["id"] in demo.shell("webhooks").stdout
    said = demo.shell("webhooks", "test", webhook["id"]).stdout
    assert [row.split()[0] for row in said.splitlines()[2:]] == ["connect", "challenge", "push", "stored"]
    tried = demo.shell.json("webhooks", "test", webhook["id"])
    assert all(one["ok"] for one in tried["steps"])
    time.sleep(2 * AT_MOST_EVERY)
    after = listed(demo)[0]
    assert after["last_push_at"] == webhook["last_push_at"], "our own test is no proof that LinkedIn pushes"
    assert after["last_challenge_at"] == webhook["last_challenge_at"], "nor that it challenges"
    demo.control("POST", "leads", {"form": int(WEBINAR)})
    until(lambda: listed(demo)[0]["last_push_at"] != webhook["last_push_at"])


def test_planned_created_replaced_and_deleted(demo: Demo) -> None:
    assert steps(demo) == ["keep"]
    assert "as wanted" in demo.shell("webhooks", "plan").stdout
    made = demo.shell.json("webhooks", "create", MAIN, "--form", WEBINAR)
    assert (made["state"], len(made["linkedin_ids"])) == ("registered", 3)
    moved = demo.shell.json("webhooks", "replace", made["id"])
    assert moved["url"] != made["url"]
    assert not set(moved["linkedin_ids"]) & set(made["linkedin_ids"])
    assert steps(demo) == ["keep"] * 4
    assert demo.shell("webhooks", "delete", made["id"]).stderr == f"{made['id']} is ended.\n"
    assert demo.shell("webhooks", "apply").stdout.count("keep  1234567") == 1
    assert demo.shell("webhooks", "replace", made["id"], code=1).stdout == ""
    said = demo.shell("webhooks", "create", PAGE, code=1).stderr
    assert "Name one of EVENT, COMPANY, ORGANIZATION_PRODUCT." in said


def test_what_linkedin_refuses_is_said_and_ends_with_a_failure(demo: Demo) -> None:
    refusal = {"kind": "status", "status": 400, "body": {"status": 400, "message": "no"}}
    twice = {"route": "leadNotifications.CREATE", "times": 6}  # for each of three versions
    demo.control("POST", "faults", {"match": twice, "action": refusal})
    said = demo.shell("webhooks", "create", MAIN, "--form", WEBINAR, code=1)
    assert "LinkedIn did not take the address" in said.stderr
    applied = demo.shell("webhooks", "apply", code=1)
    assert "create" in applied.stdout
    demo.shell("webhooks", "apply")
    (made,) = [one for one in listed(demo) if one["form"] == WEBINAR]
    assert (made["state"], made["problem"]) == ("registered", None)
    demo.shell("webhooks", "delete", made["id"])


def listed(demo: Demo) -> list[dict[str, object]]:
    found: list[dict[str, object]] = demo.shell.json("webhooks", "list", "--account", MAIN)
    return found


def steps(demo: Demo) -> list[str]:
    (account,) = demo.shell.json("webhooks", "plan", "--account", MAIN)["accounts"]
    return [step["action"] for step in account["steps"]]
