"""What holds for every page that can be reached from the first one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from tests.conftest import BOTH
from tests.rig import HERE, JANE, MAIN, rig_on
from tests.web_pages.conftest import Person
from tests.web_pages.html_reader import Element, Page

from leadwire.domain.times import HOUR
from leadwire.web import pages

FIELDS = ("input", "select", "textarea")
EXPECTED = {
    "/",
    "/connections",
    "/accounts",
    "/forms",
    "/leads",
    "/mapping",
    "/runs",
    "/quarantine",
    "/webhooks",
    "/settings",
    "/alerts",
    "/activity",
}
LEAVES = {"/connections/connect"}  # for LinkedIn; what leads there is tried elsewhere
OPAQUE = re.compile(r"^[a-z0-9:-]*\d[a-z0-9:-]*$", re.IGNORECASE)


def shape(path: str) -> str:
    """The address with ids taken out."""
    return "/".join("*" if OPAQUE.match(part) else part for part in unquote(path).split("/"))


def links(page: Page) -> Iterator[str]:
    for link in page.all("a"):
        if "download" not in link.attributes:
            yield link.attributes["href"]


@pytest.fixture(scope="module", params=BOTH)
def seen(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Page]]:
    """Every page found by following links, a few of each kind, by address: while all is well, and, with
    `#ended` behind the address, after the only grant has ended.
    """
    homes = request.getfixturevalue(f"{request.param}_homes")
    with rig_on(homes, tmp_path_factory.mktemp("all")) as rig:
        prepare(rig)
        well = crawl(Person(rig))
        rig.emulator.control.tokens.revoke(JANE)
        rig.run_for(2 * HOUR)
        yield well | {f"{path}#ended": page for path, page in crawl(Person(rig)).items()}


def prepare(rig: Any) -> None:
    control = rig.emulator.control
    for lead, kind in zip(
        control.leads.truth(owner=f"urn:li:sponsoredAccount:{MAIN}"),
        ("number_answer", "null", "nul_answer", "unknown_option", "no_submitted_at"),
        strict=False,
    ):
        control.leads.spoil(lead["id"], kind)
    rig.connect_member()
    rig.sync()
    rig.sync("organization:11223344")
    rig.api.post("/webhooks", {"account": MAIN})
    rig.api.post("/connections")


def crawl(person: Person) -> dict[str, Page]:
    found: dict[str, Page] = {}
    waiting, kinds = ["/", f"/accounts/{MAIN}/test-lead?since=2026-01-01"], dict[str, int]()
    while waiting:
        path = waiting.pop(0)
        kind = shape(urlsplit(path).path) + "?" * ("?" in path)
        kinds[kind] = kinds.get(kind, 0) + 1
        if path in found or kinds[kind] > 8:
            continue
        found[path] = person.sees(path)
        for href in links(found[path]):
            target = urljoin(HERE + path, href)
            local = target.removeprefix(HERE).partition("#")[0]
            if target.startswith(HERE) and urlsplit(local).path not in LEAVES and "/reconnect" not in local:
                waiting.append(local)
    return found


def test_every_kind_of_page_is_reached_by_links(seen: dict[str, Page]) -> None:
    reached = {shape(urlsplit(path).path) for path in seen}
    assert reached == EXPECTED | {
        "/connections/*",
        "/accounts/*",
        "/accounts/*/certificate",
        "/accounts/*/test-lead",
        "/accounts/*/teardown",
        "/forms/*",
        "/leads/*",
        "/leads/*/erase",
    }


def test_landmarks(seen: dict[str, Page]) -> None:
    for path, page in seen.items():
        assert page.one("html").attributes["lang"] == "en"
        assert next(one for one in page.all("title") if one.within("svg") is None).text.endswith(
            "· Leadwire"
        ), path
        assert page.one("main").attributes["id"] == "main"
        assert len(page.all("h1")) == 1, path
        assert page.one("h1").text, path
        assert page.all("a")[0].attributes["href"] == "#main"
        here = page.all("a", **{"aria-current": "page"})
        assert here, path
        assert page.all("nav", **{"aria-label": "Main"})


def test_headings_leave_out_no_level(seen: dict[str, Page]) -> None:
    for path, page in seen.items():
        levels = [int(one.tag[1]) for one in page.elements if re.fullmatch("h[1-6]", one.tag)]
        assert levels[0] == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels)), (
            path,
            levels,
        )


def test_ids_are_there_once_and_labels_lead_to_them(seen: dict[str, Page]) -> None:
    for path, page in seen.items():
        ids = [one.attributes["id"] for one in page.elements if "id" in one.attributes]
        assert len(ids) == len(set(ids)), path
        for name in ("aria-labelledby", "for"):
            used = {one.attributes[name] for one in page.elements if name in one.attributes}
            assert used <= set(ids), (path, name)


def test_every_field_and_button_has_words(seen: dict[str, Page]) -> None:
    for path, page in seen.items():
        for field in (one for one in page.elements if one.tag in FIELDS):
            label = field.within("label")
            hidden = field.attributes.get("type") == "hidden"
            assert hidden or (label is not None and label.text), (path, field)
        for button in [*page.all("button"), *page.all("a"), *page.all("summary")]:
            assert button.text, (path, button)


def test_no_script_or_style_stands_in_a_page(seen: dict[str, Page]) -> None:
    for path, page in seen.items():
        assert not page.all("style"), path
        assert [one.attributes["src"] for one in page.all("script")] == ["/static/vendor/htmx-4.0.1.min.js"]
        for element in page.elements:
            assert "style" not in element.attributes, path
            assert not [name for name in element.attributes if name.startswith("on")], path


def test_forms_lead_to_doors_that_act(seen: dict[str, Page]) -> None:
    acting = {
        shape(re.sub(r"\{[^}]*\}", "1", entry.path))
        for room in pages.ROOMS
        for entry in room.DOORS
        if entry.method == "POST"
    }
    used = set()
    for page in seen.values():
        for form in page.all("form", method="post"):
            used.add(shape(urlsplit(form.attributes["action"]).path))
            assert _buttons(page, form), form
    assert used <= acting
    # Seen where there is something to set up, to run, or to accept.
    assert acting - used <= {"/setup", "/forms/*/table", "/mapping/accept", "/accounts/*/absence"}


def test_times_can_be_read_by_machines(seen: dict[str, Page]) -> None:
    moments = [one for page in seen.values() for one in page.all("time")]
    assert moments
    for one in moments:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one.attributes["datetime"])


def test_every_table_has_a_heading_for_every_cell_on_a_phone(seen: dict[str, Page]) -> None:
    for path, page in seen.items():
        for cell in page.all("td"):
            table = cell.within("table")
            assert table is not None
            if table.attributes.get("class") == "cards" and "colspan" not in cell.attributes:
                assert cell.attributes.get("data-label"), path


def test_links_elsewhere_tell_nobody_where_from(seen: dict[str, Page]) -> None:
    for page in seen.values():
        for link in page.all("a"):
            if urlsplit(link.attributes["href"]).scheme:
                assert "noreferrer" in link.attributes["rel"]


def test_the_answer_carries_the_policy(settled: Person) -> None:
    headers = settled.browser.get("/").headers
    policy = headers["content-security-policy"]
    for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'"):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-store"


def _buttons(page: Page, form: Element) -> list[Element]:
    return [one for one in page.all("button") if one.within("form") is form]
