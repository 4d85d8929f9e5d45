"""What people do on the pages is done, said once, and stays done."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.rig import HERE, JANE, MAIN, OMAR, PAGE, PAGELESS, ROLELESS
from tests.web_pages.conftest import Person, said
from tests.web_pages.html_reader import Page

from leadwire.domain.times import HOUR, MINUTE

ACCOUNT = f"/accounts/{MAIN}"


def badges(page: Page) -> set[str]:
    return {one.text for one in page.all("span") if "badge" in one.attributes.get("class", "").split()}


def state_in(location: str) -> str:
    return parse_qs(urlsplit(location).query)["state"][0]


def test_a_connect_from_the_page(person: Person) -> None:
    link = person.sees("/connections").all("a", role="button")[0].attributes["href"]
    connection_id = person.goes_to_linkedin(link)
    page = person.sees(f"/connections/{connection_id}")
    assert "active" in page.one("h1").text
    for scope in ("r_marketing_leadgen_automation", "r_ads", "r_organization_admin"):
        row = next(row for row in page.all("tr") if scope in row.text)
        assert row.text.endswith("granted")
        assert "reads" in row.text or "lists" in row.text
    assert "Highlander Main" in page.text
    assert "connection granted" in page.text
    assert JANE in page.text
    assert page.one("h1").text.split(" active")[0] in person.sees(ACCOUNT).text, "and read through her"


def test_the_way_back_ends_on_the_connections_page(person: Person) -> None:
    link = person.browser.get("/connections/connect").headers["location"]
    arrived = person.rig.consent(link)
    person.browser.cookies.update(arrived.cookies)
    page = person.sees(arrived.headers["location"])
    assert "LinkedIn is connected" in said(page)
    assert said(person.sees(arrived.headers["location"])) == "", "it is said once"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("user_cancelled_authorize", "Cancel"),
        ("user_cancelled_login", "log-in"),
        ("unauthorized_scope_error", "may not ask for one of these scopes"),
        ("server_error", "ended the consent with an error"),
    ],
)
def test_every_end_of_a_consent_is_told(person: Person, error: str, words: str) -> None:
    link = person.browser.get("/connections/connect").headers["location"]
    state = state_in(person.rig.depart(person.browser, link))
    arrived = person.rig.come_back(person.browser, error=error, error_description="Why & <b>", state=state)
    page = person.sees(arrived.headers["location"])
    assert words in said(page)
    assert "waiting for consent" in page.one("h1").text


def test_an_answer_that_does_not_count_is_a_page_of_its_own(person: Person) -> None:
    answer = person.rig.come_back(person.browser, code="x", state="forged")
    assert answer.status_code == 400
    assert "Nothing was stored." in answer.text


def test_a_browser_from_elsewhere_is_told_without_the_pages(person: Person) -> None:
    link = person.rig.api.post("/connections").json()["authorization_url"]
    with person.rig.browser() as browser:
        browser.headers["X-Forwarded-For"] = "198.51.100.1"
        state = state_in(person.rig.depart(browser, link))
        arrived = person.rig.come_back(browser, error="user_cancelled_login", state=state)
    assert arrived.status_code == 200
    assert "LinkedIn was not connected" in arrived.text
    assert "/connections/" not in arrived.text


def test_a_consent_that_never_came_back_says_what_to_compare(person: Person) -> None:
    person.browser.get("/connections/connect")
    connection_id = person.rig.api.all("/connections")[0]["id"]
    path = f"/connections/{connection_id}"
    person.rig.advance(10 * MINUTE)
    assert "has not sent anybody back" not in person.sees(path).text
    person.rig.advance(1)
    page = person.sees(path)
    assert "has not sent anybody back" in page.text
    shown = [one.text for one in page.all("code")]
    assert f"{HERE}/oauth/linkedin/callback" in shown
    assert person.rig.settings.linkedin_client_id in shown
    person.rig.look()
    assert "never finished" in person.sees("/").text


def test_an_ended_grant_is_told_everywhere_and_renewed_by_one_click(reader: Person) -> None:
    connection_id = reader.rig.api.all("/connections")[0]["id"]
    reader.rig.emulator.control.tokens.revoke(JANE)
    reader.rig.run_for(2 * HOUR)
    for path in ("/leads", "/accounts", "/settings"):
        alarm = reader.sees(path).one("p", role="alert")
        assert "needs reconnecting" in alarm.text
    for path in ("/accounts", ACCOUNT):
        assert "stopped" in badges(reader.sees(path))
    page = reader.sees(f"/connections/{connection_id}")
    assert "Accounts, settings, coverage and tables are kept." in page.text
    assert "has ended" in reader.sees("/").text
    link = next(one.attributes["href"] for one in page.all("a") if one.text == "Reconnect")
    assert reader.goes_to_linkedin(link) == connection_id
    assert not reader.sees("/leads").all("p", role="alert")
    reader.rig.run_for(MINUTE)
    for path in ("/accounts", ACCOUNT):
        assert "reading" in badges(reader.sees(path)) and "stopped" not in badges(reader.sees(path))


def test_a_heartbeat_by_hand(reader: Person) -> None:
    connection_id = reader.rig.api.all("/connections")[0]["id"]
    page = reader.does(f"/connections/{connection_id}/heartbeat")
    assert said(page) == "Heartbeat: alive. LinkedIn accepts this grant."
    assert "introspection" in page.text


def test_a_disconnect_keeps_what_was_brought(reader: Person) -> None:
    leads = len(reader.rig.api.all("/leads"))
    connection_id = reader.rig.api.all("/connections")[0]["id"]
    assert "gone" in said(reader.does(f"/connections/{connection_id}/disconnect"))
    assert reader.rig.api.all("/connections") == []
    assert len(reader.rig.api.all("/leads")) == leads
    reader.rig.look()
    assert "nobody connected may read" in reader.sees("/").text


def test_the_verdict_is_shown_with_its_remedies(reader: Person) -> None:
    good = reader.sees(ACCOUNT)
    assert "can read leads" in good.text
    assert "ACCOUNT_BILLING_ADMIN" in good.text
    for account, code in ((PAGELESS, "page_missing"), (ROLELESS, "page_role_missing")):
        problems = {one["code"]: one for one in reader.rig.api.get(f"/accounts/{account}").json()["problems"]}
        page = reader.sees(f"/accounts/{account}")
        assert "cannot read leads" in page.text
        assert problems[code]["message"] in page.text
        assert problems[code]["remedy"] in page.text


def test_check_again_asks_linkedin(reader: Person) -> None:
    reader.rig.emulator.control.world.patch_account(MAIN, name="Renamed")
    assert "1 connection asked" in said(reader.does("/accounts/check"))
    reader.rig.drain()
    assert reader.sees(ACCOUNT).one("h1").text.startswith("Renamed")


def test_reading_is_switched_on_and_off(person: Person) -> None:
    person.rig.connect_member()
    page = person.does(f"{ACCOUNT}/sync", reading="yes", poll_interval="2m")
    assert "Reading is on" in said(page)
    assert "every 2m (set on the account)" in page.text
    person.rig.run_for(MINUTE)
    page = person.sees(ACCOUNT)
    assert "No gap" in page.text
    assert "back-fill" in page.text
    assert "covered" in {one.attributes["class"] for one in page.all("rect")}
    assert len(person.rig.api.all("/leads")) > 300
    page = person.does(f"{ACCOUNT}/sync", reading="no")
    assert "Reading is off" in said(page)
    assert "not reading" in page.one("h1").text


def test_lead_types_of_a_page_are_chosen(person: Person) -> None:
    person.rig.connect_member()
    person.does(f"/accounts/{PAGE}/sync", reading="yes", lead_types=["EVENT", "COMPANY"])
    assert person.rig.api.get(f"/accounts/{PAGE}").json()["sync"]["lead_types"] == ["EVENT", "COMPANY"]
    boxes = person.sees(f"/accounts/{PAGE}").all("input", name="lead_types")
    assert ["checked" in box.attributes for box in boxes] == [True, True, False]


def test_an_unreadable_account_is_refused_with_remedies_unless_forced(person: Person) -> None:
    person.rig.connect_member()
    page = person.fails(f"/accounts/{ROLELESS}/sync", 409, reading="yes")
    assert "No connection may read this account's leads." in page.text
    assert "Nothing was changed." in page.text
    assert "Reading is on" in said(person.does(f"/accounts/{ROLELESS}/sync", reading="yes", force="yes"))
    assert "in spite of the verdict" in person.sees(f"/accounts/{ROLELESS}").text


def test_a_pull_by_hand_and_a_dry_run(reader: Person) -> None:
    since, until = "2026-05-01T00:00", "2026-05-28T12:30:00"
    page = reader.does(f"{ACCOUNT}/pull", since=since, until=until, dry_run="yes")
    assert "dry run" in said(page)
    assert page.all("div", id="live")[0].attributes["hx-trigger"] == "every 2s"
    assert page.all("div", id="live")[0].attributes["hx-get"] == ACCOUNT
    reader.rig.drain()
    run = reader.rig.api.get("/runs", kind="manual").json()["items"][0]
    assert run["window"] == {"since": "2026-05-01T00:00:00.000Z", "until": "2026-05-28T12:30:00.000Z"}
    assert (run["state"], run["stored"]) == ("done", 0)
    row = next(row for row in reader.sees("/runs").all("tr") if "by hand" in row.text)
    assert "dry run" in row.text
    assert f"{run['read']:,}" in row.text
    assert "hx-trigger" not in reader.sees(ACCOUNT).all("div", id="live")[0].attributes


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ({"since": "2026-05-02", "until": "2026-05-01"}, "since must be before until"),
        ({"since": "yesterday"}, "is not an RFC 3339 time"),
        ({"form": "987654321"}, "There is no form"),
    ],
)
def test_a_pull_that_means_nothing_is_refused(reader: Person, window: dict[str, str], words: str) -> None:
    status = 404 if "form" in window else 422
    before = reader.rig.api.all("/runs")
    assert words in reader.fails(f"{ACCOUNT}/pull", status, **window).text
    assert reader.rig.api.all("/runs") == before


def test_forms_are_read_now_and_a_new_version_shows_what_it_changed(reader: Person) -> None:
    reader.rig.emulator.control.forms.publish(
        7234246, questions=[{"text": "Wholly new?", "options": ["Yes", "No"]}]
    )
    assert "1 with a new version" in said(reader.does(f"{ACCOUNT}/forms"))
    assert "0 with a new version" in said(reader.does("/forms/read"))
    page = reader.sees("/forms/7234246")
    assert "What version 2 changed" in page.text
    assert "question “Wholly new?” added" in page.text
    assert "wholly_new" in page.text
    plan = page.one("pre").text
    assert plan.startswith("ALTER TABLE")
    assert "run" in said(reader.does("/forms/7234246/table"))
    assert not reader.sees("/forms/7234246").all("pre")
    assert "up to date" in said(reader.does("/forms/7234246/table"))


def test_a_form_has_its_own_interval(reader: Person) -> None:
    page = reader.does("/forms/7234246/interval", poll_interval="2m")
    assert "Every 2m, set on this form." in page.text
    assert "from 1m to 24h" in reader.fails("/forms/7234246/interval", 422, poll_interval="10s").text
    page = reader.does("/forms/7234246/interval", poll_interval="")
    assert "Every 5m, set for the whole deployment." in page.text


def test_intervals_of_the_workspace(reader: Person) -> None:
    page = reader.does("/settings/intervals", poll_interval="90s", forms_interval="2h", verdict_interval="")
    assert "Now 90s, set here, for the workspace." in page.text
    assert "Now 2h, set here, for the workspace." in page.text
    assert "Now 1h, set for the whole deployment." in page.text
    reader.fails("/settings/intervals", 422, poll_interval="25h")
    assert "Now 90s" in reader.sees("/settings").text


def test_leads_are_found(reader: Person) -> None:
    leads = reader.rig.api.all("/leads")
    mail = next(
        lead["answers"]["email"] for lead in leads if lead["answers"].get("email") and not lead["test_lead"]
    )
    assert mail in reader.sees(f"/leads?q={mail[:12].upper()}").text
    assert len(reader.sees("/leads?test=yes").all("tr")) == 1 + sum(lead["test_lead"] for lead in leads)
    page = reader.sees("/leads?test=no")
    seen = len(page.all("tr")) - 1
    while older := [one for one in page.all("a") if one.text == "Older"]:
        page = reader.sees("/leads" + older[0].attributes["href"])
        assert page.one("select", name="test")
        seen += len(page.all("tr")) - 1
    assert seen == sum(not lead["test_lead"] for lead in leads)
    assert "That is no cursor" in reader.sees("/leads?cursor=odd", 422).text


def test_a_lead_stands_beside_what_its_member_saw(reader: Person) -> None:
    lead = next(lead for lead in reader.rig.api.all("/leads", form="7234246") if not lead["test_lead"])
    form = reader.rig.api.get("/forms/7234246").json()
    page = reader.sees(f"/leads/{lead['id']}")
    pairs = {
        one.text for one in page.all("div") if one.parent and one.parent.attributes.get("class") == "answers"
    }
    for question in form["questions"]:
        column = next(one for one in form["columns"] if one["question_id"] == question["id"])
        value = lead["answers"][column["name"]]
        said_to_be = (
            " ".join(value) if isinstance(value, list) else value if value is not None else "no answer"
        )
        asked = question["question"] or question["label"] or question["name"]
        assert any(asked in pair and said_to_be in pair for pair in pairs), question
    for consent in form["consents"]:
        assert " ".join(consent["text"].split()) in page.text
    assert "received by back-fill" in page.text
    assert lead["submitted_at"].replace("T", " ").replace("Z", " UTC") in page.text, "to the millisecond"
    assert f'"id":"{lead["id"]}"' in page.one("pre").text


def test_a_value_is_given_for_a_field(reader: Person) -> None:
    one = reader.rig.api.all("/quarantine")[0]
    page = reader.sees("/quarantine")
    assert one["column"] in page.text
    assert "not of a kind that LinkedIn documents" in page.text
    notes = reader.sees(f"/leads/{one['lead']}")
    assert "Put it right" in notes.text
    page = reader.does(f"/quarantine/{one['id']}/value", value="A value <by> hand")
    assert "Put right" in said(page)
    assert reader.rig.api.get(f"/leads/{one['lead']}").json()["answers"][one["column"]] == "A value <by> hand"
    assert one["column"] in reader.sees("/quarantine?state=resolved").text
    links = [link.attributes["href"] for link in reader.sees(f"/leads/{one['lead']}").all("a")]
    assert f"/quarantine/{one['id']}" in links
    assert "put right" in reader.sees(f"/quarantine/{one['id']}").text
    reader.does(f"/quarantine/{one['id']}/value", value="Another")
    assert reader.rig.api.get(f"/leads/{one['lead']}").json()["answers"][one["column"]] == "Another"
    reader.does(f"/quarantine/{one['id']}/dismiss")
    reader.sees(f"/quarantine/{one['id']}", 404)
    assert reader.rig.api.get(f"/leads/{one['lead']}").json()["answers"][one["column"]] == "Another"


def test_trying_again_and_dismissing(reader: Person) -> None:
    one = reader.rig.api.all("/quarantine")[0]
    page = reader.does(f"/quarantine/{one['id']}/retry")
    assert "still does not fit" in said(page)
    reader.rig.emulator.control.leads.mend(one["lead"])
    assert "Put right" in said(reader.does(f"/quarantine/{one['id']}/retry"))
    assert "Dismissed" in said(reader.does(f"/quarantine/{one['id']}/dismiss"))
    reader.fails(f"/quarantine/{one['id']}/dismiss", 404)


def test_a_whole_lead_is_corrected(reader: Person) -> None:
    lead = reader.rig.emulator.control.leads.submit(7234246)["id"]
    reader.rig.emulator.control.leads.spoil(lead, "no_submitted_at")
    reader.rig.run_for(HOUR)
    one = next(one for one in reader.rig.api.all("/quarantine") if one["level"] == "lead")
    assert "A whole lead" in reader.sees("/quarantine").text
    path = f"/quarantine/{one['id']}/value"
    assert "That is no JSON." in reader.fails(path, 422, value="{").text
    assert "JSON object" in reader.fails(path, 422, value="[1]").text
    reader.does(path, value='{"submittedAt": 1779990000000}')
    assert reader.rig.api.get(f"/leads/{lead}").status_code == 200


@pytest.mark.parametrize("path", ["/accounts/999", "/forms/999", "/leads/none", "/connections/none"])
def test_what_is_not_there(person: Person, path: str) -> None:
    page = person.sees(path, 404)
    assert "What to do" in page.text
    assert page.one("a").attributes["href"] == "/"


def test_linkedin_being_away_is_told(reader: Person) -> None:
    reader.rig.emulator.control.faults.add({"kind": "timeout"})
    page = reader.fails("/forms/read", 503)
    assert "LinkedIn did not answer" in page.text
    assert "Everything that was stored is still there." in page.text


def test_only_one_connection_reads_an_account_but_both_are_shown(reader: Person) -> None:
    reader.rig.connect_member(member=OMAR)
    assert "and 1 other" in reader.sees(ACCOUNT).text
    assert len(reader.sees("/connections").all("tr")) == 3


def test_a_form_that_is_none(reader: Person) -> None:
    answer = reader.browser.post(
        "/settings/intervals", content=b"\xff\xfe", headers={"Content-Type": "multipart/form-data"}
    )
    assert answer.status_code == 400
    assert "could not be read" in answer.text


def test_the_newest_leads_are_live_and_keep_their_filter_while_older_ones_stand_still(reader: Person) -> None:
    found = reader.sees("/leads?q=a%26b&test=no").all("div", id="found")[0].attributes
    assert (found["hx-trigger"], found["hx-sync"]) == ("every 300ms", "drop")
    assert re.fullmatch(r"/leads\?q=a%26b&test=no&after=\d+-0-\d+", found["hx-get"])
    assert "hx-trigger" in reader.sees("/").all("div", id="live")[0].attributes
    older = next(
        a for a in reader.sees("/leads").all("a", role="button") if "cursor=" in a.attributes["href"]
    )
    assert (
        "hx-trigger"
        not in reader.sees(f"/leads{older.attributes['href']}").all("div", id="found")[0].attributes
    )


def test_things_are_called_by_their_names_and_keep_their_ids_in_titles(reader: Person) -> None:
    connection_id = reader.rig.api.all("/connections")[0]["id"]
    odd = next(one for one in reader.rig.api.all("/quarantine") if one["level"] == "field")
    reader.does("/settings/intervals", poll_interval="2m")
    activity = reader.sees("/activity")
    titles = {one.attributes["title"]: one.text for one in activity.all("a") if "title" in one.attributes}
    assert titles[f"urn:li:sponsoredAccount:{MAIN}"] == "Highlander Main"
    called = reader.sees(f"/connections/{connection_id}").one("title").text.partition(" · ")[0]
    assert titles[connection_id] == called != connection_id
    assert "poll interval: 2m" in activity.text
    link = reader.sees("/quarantine").one("a", title=odd["lead"])
    assert link.text.startswith("lead ")
    assert odd["lead"] not in reader.sees("/quarantine").text
    assert "Highlander Main" in reader.sees("/runs").text
    assert not re.search(r"urn:li:|[0-9a-f]{8}-[0-9a-f]{4}-", activity.text)


def test_what_the_database_wants_said_is_no_alert(reader: Person) -> None:
    warnings = list(reader.rig.app.facts()["warnings"])
    overview, settings = reader.sees("/").text, reader.sees("/settings").text
    for warning in warnings:
        assert warning in settings
        assert warning not in overview
