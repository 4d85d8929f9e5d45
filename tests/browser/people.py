"""Somebody with a real browser: Debian's Chromium, which Playwright drives and does not bring."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from tests.cli.people import MAIN, environment, free_ports, process, until

CHROMIUM = shutil.which("chromium") or ""
QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
PATIENCE = 10_000  # milliseconds; what is waited for is there long before on an idle machine

expect.set_options(timeout=PATIENCE)


@dataclass
class Desk:
    """A demo that runs, and a browser before it. `complaints`: what the browser said against any page."""

    url: str
    emulator: str
    browser: Browser
    context: BrowserContext
    env: dict[str, str]
    complaints: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> BrowserContext:
        """Note errors of scripts, violations of the policy and answers that failed, on all its pages."""
        context.set_default_timeout(PATIENCE)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        return context

    def opens(self, path: str, page: Page | None = None) -> Page:
        """A page of Leadwire's, or one of the emulator's."""
        page = page or self.context.new_page()
        page.goto(path if path.startswith("http") else self.url + path)
        return page

    def manages(self, path: str = "", page: Page | None = None) -> Page:
        """A page of the emulator's Campaign Manager."""
        return self.opens(f"{self.emulator}/campaign-manager/{path}", page)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.page.url if message.page else '?'}: {message.text}")


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Chromium; a thread has one driver of it at a time."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def at_a_desk(folder: Path, browser: Browser, *options: str) -> Iterator[Desk]:
    """A demo with ports and a HOME of its own, before a browser; it ends with the block."""
    emulator = f"127.0.0.1:{free_ports(1)[0]}"
    env = environment(folder, EMULATOR_LISTEN=emulator)
    with process(folder, env, "demo", *options) as running:
        running.up()
        until(lambda: (folder / "home" / "run.json").exists())
        context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]
        desk = Desk(running.url, f"http://{emulator}", browser, context, env)
        desk.watch(context)
        try:
            yield desk
        except BaseException:  # what stands on the pages is what tells why
            for open_page in context.pages:
                print(f"{open_page.url}\n{open_page.locator('body').inner_text()[:3000]}\n")
            raise
        finally:
            context.close()


def connect(desk: Desk) -> Page:
    """From the first page to an account whose forms are tables; all by clicks."""
    page = desk.opens("/")
    page.get_by_role("button", name="Connect LinkedIn").click()
    expect(page).to_have_url(re.compile(re.escape(desk.emulator)))
    page.get_by_role("button", name="Allow", exact=True).click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("#accounts a").first).to_be_visible()  # they come by themselves
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Accounts").click()
    page.locator(f'a[href="/accounts/{MAIN}"]').click()
    page.get_by_role("button", name="Switch reading on").click()
    expect(page.get_by_role("button", name="Switch reading off")).to_be_visible()
    expect(page.locator("#live table code").first).to_be_visible()  # forms, and the names of their tables
    return page


def build_form(desk: Desk, name: str) -> Page:
    """Somebody builds a form with a question, a hidden field and a consent of their own, and publishes it."""
    page = desk.manages(f"accounts/{MAIN}/new")
    fields = {"name": name, "headline": "Come and see", "description": "A talk of forty minutes"}
    fields |= {
        "custom-0-text": "Which day suits you?",
        "hidden-0-name": "utm_source",
        "hidden-0-value": "browser",
    }
    fields |= {"consent-0-text": "You may write to me.", "thanks": "See you there"}
    fields |= {"privacy_policy_url": "https://example.com/privacy"}
    for field_name, value in fields.items():
        page.locator(f'[name="{field_name}"]').fill(value)
    for asked in ("FIRST_NAME", "LAST_NAME", "EMAIL"):
        page.locator(f'[name="ask"][value="{asked}"]').check()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return page


def form_of(page: Page) -> str:
    """The id of the form that a page of the Campaign Manager shows."""
    found = re.search(r"/forms/(\d+)", page.url)
    assert found, page.url
    return found.group(1)


def fill_in(desk: Desk, form: str, mail: str, page: Page | None = None, **answers: Any) -> Page:
    """A member has the form before them, filled in and not sent yet."""
    page = desk.manages(f"forms/{form}/submit", page)
    page.get_by_label("Email").first.fill(mail)
    for label, value in answers.items():
        page.get_by_label(label.replace("_", " ")).first.fill(value)
    return page
