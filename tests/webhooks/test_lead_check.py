"""The guided check with a test lead (LGF-109): its steps with times, with pushes and without, and what it says late."""

from __future__ import annotations

from typing import Any

from tests.cli.people import WEBINAR
from tests.rig import MAIN
from tests.web_pages.conftest import Person
from tests.webhooks.conftest import Reached

from leadwire.domain.times import HOUR, MINUTE, SECOND, iso

PATH = f"/accounts/{MAIN}/test-lead"


def begun(rig: Reached) -> str:
    """A check that has just begun; its moment."""
    check = rig.api.get(PATH).json()
    assert (check["state"], check["lead"], check["steps"]) == ("waiting", None, [])
    return str(check["since"])


def look(rig: Reached, since: str) -> Any:
    answer = rig.api.get(PATH, since=since)
    assert answer.status_code == 200, answer.text
    return answer.json()


def send(rig: Reached, *, test: bool = True) -> str:
    leads = rig.emulator.control.leads
    lead = (leads.submit_test if test else leads.submit)(int(WEBINAR))
    rig.emulator.tick()
    return str(lead["id"])


def told(check: Any) -> list[tuple[str, int]]:
    return [(step["step"], step["after_ms"]) for step in check["steps"]]


def test_a_pushed_test_lead_is_told_step_by_step(rig: Reached) -> None:
    rig.sync()
    send(rig)  # one from before is not meant
    rig.drain()
    rig.advance(5 * SECOND)
    since = begun(rig)
    send(rig, test=False)  # nor is a real one
    rig.drain()
    assert look(rig, since)["state"] == "waiting"
    rig.advance(SECOND)
    lead = rig.emulator.control.leads.submit_test(int(WEBINAR))["id"]
    rig.advance(250)
    rig.emulator.tick()
    rig.door.hook.flush()
    seen = look(rig, since)
    assert (seen["state"], told(seen)) == ("waiting", [("pushed", 1250)])
    rig.advance(50)
    rig.drain()
    seen = look(rig, since)
    assert (seen["state"], seen["lead"], seen["received_via"], seen["problems"]) == (
        "stored",
        lead,
        "push",
        [],
    )
    assert told(seen) == [("submitted", 0), ("pushed", 250), ("asked", 300), ("stored", 300)]
    assert seen["took_ms"] == 300
    form = rig.api.get(f"/forms/{WEBINAR}").json()
    assert (seen["form"], seen["table"]) == (form["id"], form["table"])
    assert form["table"] in seen["steps"][-1]["said"]
    rig.run_for(HOUR)
    assert look(rig, since) == seen, "what happens to the lead later does not change what the check saw"


def test_without_pushes_the_pull_tells(rig: Reached) -> None:
    rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True, "push": False})
    rig.run_for(MINUTE)
    since = begun(rig)
    assert look(rig, since)["next_poll_at"] > since
    rig.run_for(5 * MINUTE)
    (polled,) = look(rig, since)["steps"]
    assert (polled["step"], polled["said"]) == ("polled", "read 0, 0 new, no test lead among them")
    lead = send(rig)
    rig.run_for(6 * MINUTE)
    seen = look(rig, since)
    assert (seen["state"], seen["lead"], seen["received_via"]) == ("stored", lead, "pull")
    assert [step for step, _ in told(seen)] == ["submitted", "asked", "stored"]
    assert seen["problems"] == [], "nobody asked LinkedIn to push"


def test_a_lead_that_should_have_been_pushed_says_so(rig: Reached) -> None:
    rig.sync()
    since = begun(rig)
    rig.deaf = True
    send(rig)
    rig.api.post(f"/accounts/{MAIN}/pull")
    rig.drain()
    assert look(rig, since)["state"] == "waiting", "the push may still come"
    rig.run_for(MINUTE)
    seen = look(rig, since)
    assert seen["state"] == "stored"
    assert "no_push" in [one["code"] for one in seen["problems"]]


def test_after_ten_minutes_it_says_what_to_look_at(rig: Reached) -> None:
    rig.sync()
    since = begun(rig)
    rig.emulator.control.knobs.patch(down="503")
    rig.run_for(10 * MINUTE - SECOND)
    assert (look(rig, since)["state"], look(rig, since)["problems"]) == ("waiting", [])
    rig.advance(SECOND)
    seen = look(rig, since)
    assert seen["state"] == "overdue"
    codes = [one["code"] for one in seen["problems"]]
    assert codes[0] == "no_test_lead"
    assert "poll_failed" in codes
    assert all(one["remedy"] for one in seen["problems"])
    page = Person(rig).sees(f"{PATH}?since={since}").text
    assert "Campaign Manager open this account" in page


def test_a_lead_not_readable_yet_and_one_in_quarantine_are_seen(rig: Reached) -> None:
    rig.sync()
    since = begun(rig)
    rig.emulator.control.knobs.patch(readable_after_ms=5 * SECOND)
    lead = send(rig)
    rig.drain()
    (step,) = look(rig, since)["steps"]
    assert (step["step"], "not readable yet" in step["said"]) == ("pushed", True)
    rig.emulator.control.leads.spoil(lead, "no_submitted_at")
    rig.run_for(20 * SECOND)
    assert [step for step, _ in told(look(rig, since))] == ["quarantined"]


def test_where_nobody_reads_there_is_nothing_to_wait_for(rig: Reached) -> None:
    refused = rig.api.get(PATH)
    assert (refused.status_code, refused.json()["code"]) == (409, "reading_off")
    assert "test-lead" not in [
        one.attributes["action"] for one in Person(rig).sees(f"/accounts/{MAIN}").all("form")
    ]


def test_the_page_begins_one_and_follows_it(rig: Reached) -> None:
    rig.sync()
    person, now = Person(rig), iso(rig.now())
    assert person.sees(f"/accounts/{MAIN}").one("form", action=PATH)
    arrived = person.browser.post(PATH).headers["location"]
    assert arrived == f"{PATH}?since={now}"
    waiting = person.sees(arrived)
    live = waiting.one("div", id="live").attributes
    assert (live["hx-get"], live["hx-trigger"]) == (arrived, "every 1s")
    rig.advance(SECOND)
    lead = send(rig)
    rig.drain()
    done = person.sees(arrived)
    assert "hx-get" not in done.one("div", id="live").attributes
    assert "0 ms from submission to row" in done.text
    assert f"/leads/{lead}" in [one.attributes["href"] for one in done.all("a")]
