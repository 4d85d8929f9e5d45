"""Each condition opens from a real state, says what to do, and closes by itself when the state is over."""

from __future__ import annotations

from dataclasses import replace

from tests.rig import JANE, MAIN, Rig, sqlite_only
from tests.watch.conftest import DAY, HOUR, MINUTE, alert, codes
from tests.webhooks.conftest import OWNER, Reached, lose, subscribed, webhooks

from leadwire.domain.times import parse_iso
from leadwire.store import InboxRow
from leadwire.store.absences import Hold

pytestmark = sqlite_only
FINDER, FORM = "leadFormResponses.FINDER-owner", 7234246
EMPTY = {"elements": [], "paging": {"start": 0, "count": 100, "total": 0}}


def fails(rig: Rig, status: int, body: object = None, route: str = FINDER, **rule: object) -> None:
    """LinkedIn answers so from now on."""
    rig.emulator.control.faults.add(
        {"kind": "status", "status": status, "body": body}, {"route": route, **rule}
    )


def until_told(rig: Rig, minutes: int) -> None:
    """When pulls fail, and how soon again, depends on an account's phase."""
    for _ in range(minutes):
        rig.run_for(MINUTE)
        if codes(rig):
            return


def test_nothing_holds_while_all_is_well(pushed: Reached) -> None:
    pushed.run_for(2 * HOUR)
    assert codes(pushed, "all") == set()
    assert (pushed.told, pushed.letters) == ([], [])


def test_a_grant_that_ends_is_one_alert_for_all_its_accounts(reader: Rig) -> None:
    reader.emulator.control.tokens.revoke(JANE)
    reader.run_for(10 * MINUTE)
    with reader.workspace.read() as tx:  # told without anybody's looking
        assert [one.code for one in tx.alerts.open()] == ["needs_reconnect"]
    found = alert(reader, "needs_reconnect")
    name = found.object.removeprefix("connection:")
    assert (found.severity, found.href) == ("critical", f"/connections/{name}")
    assert "withdrawn" in found.message
    assert "1 account is not read" in found.message
    reader.consent(reader.api.post(f"/connections/{name}/reconnect").json()["authorization_url"])
    reader.run_for(2 * MINUTE)
    assert codes(reader) == set()


def test_a_lost_role(reader: Rig) -> None:
    reader.emulator.control.world.remove_page_role(11223344, JANE)
    reader.run_for(HOUR + MINUTE)
    found = alert(reader, "account_unreadable")
    assert (found.object, found.href) == (f"account:{MAIN}", f"/accounts/{MAIN}")
    assert "super admin of the page" in found.remedy
    assert codes(reader) == {"account_unreadable"}
    reader.emulator.control.world.set_page_role(11223344, JANE, "ADMINISTRATOR")
    reader.run_for(HOUR + 10 * MINUTE)
    assert codes(reader) == set()


def test_leads_missing_in_such_numbers_that_somebody_is_asked(reader: Rig) -> None:
    with reader.workspace.write() as tx:
        tx.absences.ask(Hold(OWNER, reader.now() - 5, 40, 300))
    found = alert(reader, "absence_held")
    assert (found.since, found.href) == (reader.now() - 5, f"/accounts/{MAIN}")
    assert "40 leads are missing at LinkedIn, of 300" in found.message
    with reader.workspace.write() as tx:
        tx.absences.lift(OWNER)
    assert codes(reader) == set()


def test_pulls_that_fail_and_what_they_leave_unread(reader: Rig) -> None:
    reader.run_for(HOUR)
    fails(reader, 503)
    until_told(reader, 12)
    assert codes(reader) == {"runs_failing"}
    assert "503" in alert(reader, "runs_failing").message
    reader.run_for(20 * MINUTE)
    assert codes(reader) == {"runs_failing", "gap_open"}
    reader.emulator.control.faults.remove()
    reader.run_for(10 * MINUTE)
    assert codes(reader) == set()


def test_a_gap_that_linkedin_will_have_dropped_soon(reader: Rig) -> None:
    reader.run_for(HOUR)
    with reader.workspace.write() as tx:
        tx.coverage.forget(OWNER)
    fails(reader, 500)
    reader.run_for(15 * MINUTE)
    found = alert(reader, "gap_lost_soon")
    assert found.severity == "critical"
    assert "drops the first of them on" in found.message
    assert "gap_open" not in codes(reader)
    reader.emulator.control.faults.remove()
    reader.run_for(15 * MINUTE)
    assert codes(reader) == set()


def test_a_list_without_end(reader: Rig) -> None:
    reader.emulator.control.leads.generate(FORM, 500, since=reader.now() - HOUR, until=reader.now())
    reader.app.walker.page_cap = 2
    reader.run_for(10 * MINUTE)
    assert alert(reader, "list_never_ends").severity == "critical"
    reader.app.walker.page_cap = 20_000
    reader.run_for(10 * MINUTE)
    assert codes(reader) == set()


def test_a_list_that_is_empty_against_all_that_is_stored(reader: Rig) -> None:
    reader.emulator.control.leads.submit(FORM)
    reader.run_for(10 * MINUTE)
    fails(reader, 200, EMPTY)
    reader.run_for(15 * MINUTE)
    assert codes(reader) == {"list_not_believed"}
    reader.emulator.control.faults.remove()
    reader.run_for(10 * MINUTE)
    assert codes(reader) == set()


def test_heartbeats_without_a_clear_answer(reader: Rig) -> None:
    name = reader.api.get("/connections").json()["items"][0]["id"]
    since = reader.now() + 1
    for hours in range(4):
        reader.advance(HOUR if hours else 1)
        with reader.workspace.write() as tx:
            tx.connections.heartbeat(name, reader.now(), "/v2/me", "no_answer" if hours % 2 else "odd_answer")
            assert hours == 3 or "heartbeat_failing" not in {one.code for one in tx.alerts.open()}
        reader.app.watch.duty(reader.workspace, "", reader.app.agenda)  # type: ignore[arg-type]
    with reader.workspace.read() as tx:
        (found,) = [one for one in tx.alerts.open() if one.code == "heartbeat_failing"]
    assert (found.since, found.href) == (since, f"/connections/{name}")
    reader.advance(1)
    with reader.workspace.write() as tx:  # beats of an earlier grant say nothing of a new one
        tokens = tx.connections.tokens(name)
        assert tokens is not None
        tx.connections.grant(name, tokens, reader.now())
    reader.app.watch.duty(reader.workspace, "", reader.app.agenda)  # type: ignore[arg-type]
    with reader.workspace.read() as tx:
        assert "heartbeat_failing" not in {one.code for one in tx.alerts.open()}
    reader.drain()  # the heartbeat that is due is answered
    assert "heartbeat_failing" not in codes(reader)


def test_a_webhook_goes_silent_and_is_blocked(pushed: Reached) -> None:
    url = webhooks(pushed)[0]["url"]
    pushed.emulator.control.hooks.validate(url)
    pushed.door.hook.stop()  # what it heard is noted in the background, and at its end
    pushed.deaf, seen = True, []
    for _ in range(4):
        pushed.advance(2 * HOUR + MINUTE)
        pushed.emulator.tick()
        seen.append({one for one in codes(pushed) if one.startswith("webhook")})
    assert seen == [set(), {"webhook_silent"}, {"webhook_silent"}, {"webhook_blocked"}]
    found = alert(pushed, "webhook_blocked")
    assert (found.severity, found.object) == ("critical", f"webhook:{webhooks(pushed)[0]['id']}")
    pushed.deaf = False
    pushed.emulator.control.hooks.validate(url)
    pushed.door.hook.stop()
    assert "webhook_blocked" not in codes(pushed)


def test_a_webhook_that_linkedin_does_not_take(pushed: Reached) -> None:
    fails(pushed, 400, route="leadNotifications.CREATE")
    lose(pushed, str(subscribed(pushed)[0]["id"]))
    pushed.run_for(HOUR + MINUTE)
    found = alert(pushed, "webhook_not_registered")
    assert found.object == f"webhook:{webhooks(pushed)[0]['id']}"
    pushed.emulator.control.faults.remove()
    pushed.run_for(HOUR + MINUTE)
    assert "webhook_not_registered" not in codes(pushed)


def test_a_webhook_of_one_form_is_called_by_the_forms_name(pushed: Reached) -> None:
    fails(pushed, 400, route="leadNotifications.CREATE")
    pushed.api.post("/webhooks", {"account": MAIN, "form": str(FORM)})
    pushed.run_for(HOUR + MINUTE)
    found = alert(pushed, "webhook_not_registered")
    assert found.message.startswith("The webhook of Highlander Main (form Form with written spanish) is not")


def test_pushes_that_the_poll_found_missing(pushed: Reached) -> None:
    pushed.run_for(MINUTE)
    pushed.emulator.control.knobs.patch(push_drop_share=1.0)
    pushed.emulator.control.leads.submit(FORM)
    pushed.run_for(HOUR)
    said = "The webhook of Highlander Main (sponsored leads) missed 1 push within a day."
    assert alert(pushed, "pushes_missed").message == said
    pushed.advance(DAY)
    pushed.look()
    assert "pushes_missed" not in codes(pushed)


def test_quarantine(reader: Rig) -> None:
    lead = reader.emulator.control.leads.submit(FORM)["id"]
    reader.emulator.control.leads.spoil(lead, "number_answer")
    reader.run_for(10 * MINUTE)
    found = alert(reader, "quarantine_open")
    assert (found.severity, found.message, found.href) == ("info", "In quarantine: 1 value.", "/quarantine")
    lead = reader.emulator.control.leads.submit(FORM)["id"]
    reader.emulator.control.leads.spoil(lead, "no_submitted_at")
    reader.run_for(10 * MINUTE)
    assert alert(reader, "quarantine_open").message == "In quarantine: 1 whole lead and 1 value."
    assert alert(reader, "quarantine_open").severity == "warning"
    for one in reader.api.all("/quarantine"):
        reader.api.delete(f"/quarantine/{one['id']}")
    assert codes(reader) == set()


def test_a_quota_that_is_used_up(reader: Rig) -> None:
    said = {"status": 429, "message": "Resource level throttle APPLICATION DAY limit for calls is reached"}
    fails(reader, 429, said, times=1)
    reader.run_for(10 * MINUTE)
    assert codes(reader) == {"quota_used_up"}
    assert alert(reader, "quota_used_up").object == "endpoint:leadFormResponses.FINDER"
    reader.advance(DAY)
    assert "quota_used_up" not in codes(reader)


def test_an_api_version_that_linkedin_refuses(reader: Rig) -> None:
    fails(reader, 426, {"status": 426, "code": "NONEXISTENT_VERSION", "message": "not active"})
    reader.run_for(10 * MINUTE)
    assert alert(reader, "version_refused").object.startswith("version:20")
    reader.emulator.control.faults.remove()
    reader.run_for(10 * MINUTE)
    assert codes(reader) == set()


def test_an_api_version_that_will_end(rig: Rig) -> None:
    rig.app.watch.facts = replace(rig.app.watch.facts, linkedin_version="202601")
    end = parse_iso("2027-01-15T00:00:00Z")
    for left, seen in ((61 * DAY, None), (60 * DAY, "warning"), (14 * DAY, "critical"), (-DAY, "critical")):
        rig.advance(end - left - rig.now())
        assert codes(rig) == ({"version_sunset"} if seen else set())
        assert seen is None or alert(rig, "version_sunset").severity == seen
    assert "ended on 2027-01-15" in alert(rig, "version_sunset").message


def test_pushes_of_leads_that_linkedin_does_not_show(reader: Rig) -> None:
    named = InboxRow(
        "", b"k", OWNER, reader.now(), b"{}", lead_id="1-2", action="CREATED", parked="not shown"
    )
    test = InboxRow("", b"t", OWNER, reader.now(), b"{}", parked="LEADWIRE_TEST")
    reader.store.deployment.receive([one._replace(workspace_id=reader.workspace.id) for one in (named, test)])
    assert "1 push of the last day" in alert(reader, "pushes_parked").message
    reader.advance(DAY)
    assert "pushes_parked" not in codes(reader)


def test_a_mapped_question_that_the_form_asks_no_more(reader: Rig) -> None:
    field = {"source": "predefined:EMAIL", "target": "mail"}
    reader.api.put("/mappings", {"fields": [field]})
    assert codes(reader) == set()
    reader.emulator.control.forms.publish(FORM, questions=[{"predefined": "FIRST_NAME"}])
    reader.run_for(HOUR + MINUTE)
    found = alert(reader, "question_disappeared")
    assert (found.object, found.href) == (f"form:{FORM}", f"/forms/{FORM}")
    assert "fills mail" in found.message
    reader.api.put("/mappings", {"fields": [{**field, "source": "predefined:FIRST_NAME"}]})
    assert codes(reader) == set()


def test_a_connect_that_was_never_finished(rig: Rig) -> None:
    rig.api.post("/connections")
    rig.run_for(12 * MINUTE)
    assert alert(rig, "connect_stuck").severity == "info"
    rig.connect_member()
    assert codes(rig) == set()
