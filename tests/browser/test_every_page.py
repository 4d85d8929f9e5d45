"""What holds for every page in a real browser: nothing sticks out, nothing is reached by the mouse alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect
from tests.browser.people import MAIN, NARROW, WIDE, Desk

NO_PAGE = re.compile(r"/(new|connect|reconnect)$|\.\w{1,5}$")  # links that lead away to LinkedIn, and files
NAMED = re.compile(r"/(connections|accounts|forms|leads)/[^/?#]+")
TABBED = "a[href], button, input:not([type=hidden]), select, textarea, summary, pre[tabindex]"
NUMBER_THEM = f"""() => {{
  const seen = [...document.querySelectorAll('{TABBED}')].filter(one => one.checkVisibility() && !one.disabled
    && !(one.type === 'radio' && !one.checked));
  seen.forEach((one, number) => one.dataset.tabbed = number);
  return seen.map(one => one.outerHTML.slice(0, 120));
}}"""


def kind(path: str) -> tuple[str, tuple[str, ...]]:
    """Pages of one kind look alike; one of each is enough."""
    parts = urlsplit(path)
    return NAMED.sub(r"/\1/*", parts.path), tuple(sorted(parse_qs(parts.query)))


def pages(desk: Desk, page: Page) -> Iterator[str]:
    """One page of each kind that links reach from the first."""
    waiting, known = ["/", f"/accounts/{MAIN}"], {kind("/"), kind(f"/accounts/{MAIN}")}
    while waiting:
        path = waiting.pop(0)
        desk.opens(path, page)
        yield path
        for href in page.eval_on_selector_all(
            "a[href]", "links => links.map(one => one.getAttribute('href'))"
        ):
            found = urlsplit(href)
            path_found = found._replace(path=found.path or urlsplit(path).path, fragment="").geturl()
            if found.netloc or not path_found.startswith("/") or NO_PAGE.search(found.path):
                continue
            if kind(path_found) not in known:
                known.add(kind(path_found))
                waiting.append(path_found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_on_a_desk_or_a_phone(desk: Desk, form: str, scheme: str) -> None:
    context = desk.watch(desk.browser.new_context(viewport=WIDE, color_scheme=scheme))  # type: ignore[arg-type]
    page, wide = context.new_page(), []
    for path in pages(desk, page):
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                wide.append((path, size["width"], over))
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    context.close()
    assert wide == []


def test_the_pages_and_a_filter_take_one_row_on_a_desk_and_a_menu_on_a_phone(desk: Desk) -> None:
    page = desk.opens("/leads")
    for row in ("header.top", "form.filter"):
        tops = page.locator(f"{row} :is(a, button, select, input):visible").evaluate_all(
            "all => all.map(one => { const box = one.getBoundingClientRect(); return box.top + box.height / 2; })"
        )
        assert len(tops) > 5
        assert max(tops) - min(tops) < 4, row
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    main = page.get_by_role("navigation", name="Main")
    expect(main.get_by_role("link", name="Alerts")).to_have_count(0)
    main.get_by_text("Menu").focus()
    page.keyboard.press("Enter")
    expect(main.get_by_role("link")).to_have_count(12)
    main.get_by_role("link", name="Alerts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Alerts")


@pytest.mark.parametrize(
    "path", ["/leads", "/runs", "/mapping", "/webhooks", "/forms", "/accounts", "/activity"]
)
def test_a_row_is_a_card_of_few_lines_on_a_phone(desk: Desk, form: str, path: str) -> None:
    page = desk.opens(path)
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    heights = page.locator("main table.cards > tbody > tr").evaluate_all(
        "all => all.map(one => one.offsetHeight)"
    )
    assert heights
    assert sorted(heights)[len(heights) // 2] < 92, "two or three lines, one of them a button at most"
    assert max(heights) < 125, "a long name takes a line more"


@pytest.mark.parametrize(
    "path", ["/", f"/accounts/{MAIN}", "/webhooks?plan=yes", "/mapping", "/settings", "/runs"]
)
def test_everything_is_reached_by_the_tab_key_and_shows_that_it_is(desk: Desk, path: str) -> None:
    page = desk.opens(path)
    there = page.evaluate(NUMBER_THEM)
    reached, unseen = set(), []
    for _ in range(len(there) + 40):  # a date field has stops of its own
        page.keyboard.press("Tab")
        number, outline = page.evaluate(
            "() => [document.activeElement.dataset.tabbed, getComputedStyle(document.activeElement).outlineStyle]"
        )
        if number is not None:
            reached.add(int(number))
            if outline == "none":
                unseen.append(there[int(number)])
        if len(reached) == len(there):
            break
    assert [one for number, one in enumerate(there) if number not in reached] == []
    assert unseen == []


def test_what_has_the_focus_keeps_it_while_the_page_is_live(desk: Desk) -> None:
    page = desk.opens("/webhooks")
    button = page.get_by_role("button", name="Test the address")
    button.focus()
    with page.expect_response(lambda answer: answer.url.endswith("/webhooks")):
        pass
    page.wait_for_timeout(300)
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The way in is open")).to_be_visible()
