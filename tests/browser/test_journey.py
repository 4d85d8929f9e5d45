"""The demo as a newcomer goes through it, in a real browser and by clicks alone."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.browser.people import MAIN, Desk, fill_in
from tests.browser.submissions import GOAL, submit_again_and_again, summary

from leadwire.domain.times import iso

TIMES = 10  # `python -m tests.browser.submissions` takes 50
ACCOUNT = f"/accounts/{MAIN}"


def badge(page: Page, text: str) -> None:
    expect(page.locator("main .badge", has_text=re.compile(f"^{text}$")).first).to_be_visible()


def test_a_submitted_lead_is_in_the_open_page_within_a_second(desk: Desk, form: str, tmp_path: Path) -> None:
    found = summary(submit_again_and_again(desk, form, TIMES))
    out = Path(os.environ.get("LEADWIRE_TEST_FIGURES", tmp_path)) / "submissions.json"
    out.write_text(json.dumps(found, indent=2))
    print(f"click to row: p50 {found['p50']} s, p95 {found['p95']} s, written to {out}")
    assert isinstance(found["p50"], float)
    assert found["p50"] <= GOAL  # the others share the machine; the goal for p95 is measured alone


def test_a_lead_stands_beside_the_form_that_its_member_saw(desk: Desk, form: str) -> None:
    member = fill_in(desk, form, "ada@example.com", Which_day="Tuesday")
    member.get_by_label("You may write to me.").check()
    leads = desk.opens("/leads")
    member.locator("form.member button.first").click()
    leads.get_by_role("row").filter(has_text="ada@example.com").get_by_role("link").first.click()
    for asked, given in (("Which day suits you?", "Tuesday"), ("utm_source", "browser")):
        expect(leads.locator(".answers > div", has_text=asked)).to_contain_text(given)
    expect(leads.locator(".answers > div", has_text="You may write to me.")).not_to_contain_text("not")
    leads.get_by_role("link", name="A talk").click()
    expect(leads.locator("main")).to_contain_text("which_day_suits_you")


def test_an_odd_answer_is_put_right(desk: Desk, form: str) -> None:
    page = desk.opens("/quarantine")
    items = page.locator("main article.item")
    before = items.count()
    member = fill_in(desk, form, "odd@example.com")
    member.locator("form.member button.first").click()
    member = desk.manages(f"forms/{form}/leads", member)
    member.locator("main a[href*='/leads/']").first.click()
    member.locator("select[name=kind]").first.select_option("number_answer")
    member.locator("form[action$='/spoil'] button").first.click()
    member.get_by_role("button", name="Submit again").click()
    for _ in range(50):
        page.reload()
        if items.count() > before:
            break
        page.wait_for_timeout(200)
    item = items.first  # the newest, which is open
    link = item.get_by_role("link", name=re.compile("^lead ")).get_attribute("href")
    item.locator("input[name=value]").fill("right@example.com")
    item.get_by_role("button", name="Save and try again").click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(items).to_have_count(before)
    desk.opens(str(link), page)
    expect(page.locator("main")).to_contain_text("right@example.com")


def test_a_question_becomes_a_column_of_all_contacts(desk: Desk, form: str) -> None:
    page = desk.opens("/mapping")
    source = page.locator(f"#sources option[value^='question:{form}/']").first.get_attribute("value")
    page.locator("[name=source]").last.fill(str(source))
    page.locator("[name=target]").last.fill("day")
    page.get_by_role("button", name="Try it first").click()
    page.get_by_role("button", name="Save day like this").click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=str(source))).to_contain_text("day")
    page.get_by_text("Go back to the preset").click()
    page.get_by_role("button", name="Forget this mapping").click()
    expect(page.get_by_role("row").filter(has_text=str(source))).to_have_count(0)


def test_webhooks_are_compared_made_anew_and_tried(desk: Desk) -> None:
    page = desk.opens("/webhooks")
    badge(page, "registered")
    address = page.locator("article code").last.inner_text()
    page.get_by_role("button", name="Compare with LinkedIn").click()
    badge(page, "in place")
    page.get_by_role("button", name="Test the address").click()
    expect(page.get_by_role("heading", name="The way in is open")).to_be_visible()
    page.get_by_role("button", name="New address").click()
    expect(page.get_by_role("status")).to_contain_text("validated")
    assert page.locator("article code").last.inner_text() != address
    desk.opens("/webhooks?plan=yes", page)
    badge(page, "in place")


def test_runs_and_settings_follow_what_is_asked(desk: Desk) -> None:
    page = desk.opens(ACCOUNT)
    page.get_by_text("Pull a window by hand").click()
    page.get_by_label("Dry run").check()
    page.get_by_role("button", name="Pull", exact=True).click()
    expect(page.locator("#live .badge", has_text="dry run").first).to_be_visible()
    desk.opens("/runs?kind=manual", page)
    badge(page, "done")
    desk.opens("/settings", page)
    page.locator("[name=poll_interval]").fill("2m")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("[name=poll_interval]")).to_have_value("2m")
    page.locator("[name=poll_interval]").fill("")
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("[name=poll_interval]")).to_have_value("")


def test_one_control_moves_both_clocks(desk: Desk, form: str) -> None:
    page = desk.manages("clock")
    before = page.locator("main time[data-clock]").get_attribute("data-clock")
    page.locator("button[name=deed]", has_text="+1 h").click()
    after = page.locator("main time[data-clock]").get_attribute("data-clock")
    assert int(str(after)) - int(str(before)) >= 3_600_000
    leads = fill_in(desk, form, "later@example.com")
    leads.locator("form.member button.first").click()
    page = desk.opens("/leads", page)
    row = page.get_by_role("row").filter(has_text="later@example.com")
    expect(row).to_be_visible()
    stamp = row.locator("time").first.get_attribute("datetime")
    assert str(stamp) >= iso(int(str(after)))
