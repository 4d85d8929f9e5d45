"""The webhooks page: everything that stands there, and every button."""

from __future__ import annotations

from tests.rig import MAIN
from tests.web_pages.conftest import Person, said
from tests.webhooks.conftest import FOREIGN, Reached, addresses, subscribe_elsewhere, subscribed, webhooks

from leadwire.domain.times import HOUR, MINUTE


def test_empty_it_says_what_to_do_next(rig: Reached) -> None:
    page = Person(rig).sees("/webhooks")
    assert "LinkedIn pushes nothing yet" in page.text
    assert "None has come yet" in page.text
    assert not page.all("form", action="/webhooks")


def test_reading_switched_on_by_a_person_pushes_unless_they_say_no(rig: Reached) -> None:
    person = Person(rig)
    page = person.sees(f"/accounts/{MAIN}")
    assert page.one("input", name="push").attributes.get("checked") is not None
    person.does(f"/accounts/{MAIN}/sync", reading="yes", push="yes")
    rig.run_for(MINUTE)
    assert len(subscribed(rig)) == 1
    assert "LinkedIn also pushes them" in person.sees(f"/accounts/{MAIN}").text
    person.does(f"/accounts/{MAIN}/sync", reading="yes")
    rig.run_for(MINUTE)
    assert subscribed(rig) == []


def test_the_plan_is_shown_and_applied_without_touching_what_is_not_ours(rig: Reached) -> None:
    rig.sync()
    person = Person(rig)
    assert "LinkedIn has what is wanted" in person.sees("/webhooks?plan=yes").text
    subscribe_elsewhere(rig, addresses(rig)[0])
    subscribe_elsewhere(rig, FOREIGN)
    page = person.sees("/webhooks?plan=yes")
    assert "another one does the same" in page.text
    assert "not of this workspace: left alone http://127.0.0.1/…" in page.text
    assert "secret" not in page.text
    assert "1 change made at LinkedIn" in said(person.does("/webhooks/apply"))
    assert len(subscribed(rig)) == 2


def test_every_button_of_a_webhook(rig: Reached) -> None:
    rig.sync()
    person, path = Person(rig), f"/webhooks/{webhooks(rig)[0]['id']}"
    tried = person.browser.post(f"{path}/test")
    assert tried.status_code == 200
    assert "The way in is open" in tried.text
    before = addresses(rig)
    assert "validated the new address" in said(person.does(f"{path}/rotate"))
    assert addresses(rig) != before
    form = rig.api.all("/forms", account=MAIN)[0]["id"]
    assert "pushes from now on" in said(person.does("/webhooks", what=f"{MAIN} SPONSORED", form=form))
    assert f"/forms/{form}" in [link.attributes["href"] for link in person.sees("/webhooks").all("a")]
    assert "It is ended" in said(person.does(f"{path}/delete"))
    assert {one.get("versionedForm") is None for one in subscribed(rig)} == {False}
    person.fails(f"{path}/rotate", 404)
    person.fails("/webhooks", 422, what="organization:11223344")


def test_what_fails_says_why_and_what_to_do(rig: Reached) -> None:
    rig.deaf = True
    rig.sync()
    person, path = Person(rig), f"/webhooks/{webhooks(rig)[0]['id']}"
    page = person.sees("/webhooks")
    assert "LinkedIn did not take the address" in page.text
    assert "wants the answer within 3 seconds" in page.text
    tried = person.browser.post(f"{path}/test").text
    assert "The way in is blocked" in tried
    assert "answered 500 instead of 200" in tried
    assert "not validated yet" in said(person.does(f"{path}/rotate"))
    rig.emulator.control.knobs.patch(down="503")
    assert "LinkedIn did not answer" in person.sees("/webhooks?plan=yes").text
    assert "1 thing could not be done" in said(person.does("/webhooks/apply"))


def test_pushes_and_silence_are_shown(rig: Reached) -> None:
    rig.sync()
    rig.door.hook.stop()
    person = Person(rig)
    rig.advance(5 * HOUR)
    assert "2 challenges missing" in person.sees("/webhooks").text
    rig.advance(3 * HOUR)
    assert "blocked" in person.sees("/webhooks").text
    assert "restart validation" in person.sees("/webhooks").text


def test_a_push_is_listed_with_its_lead(rig: Reached) -> None:
    rig.sync()
    lead = rig.emulator.control.leads.submit(int(rig.api.all("/forms", account=MAIN)[0]["id"]))
    rig.emulator.tick()
    page = Person(rig).sees("/webhooks")
    assert f"/leads/{lead['id']}" in [link.attributes["href"] for link in page.all("a")]
    assert "new lead" in page.text
