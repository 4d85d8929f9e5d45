"""The mapping page: columns are added, tried, changed and taken away, and what reads the same is accepted."""

from __future__ import annotations

from typing import Any

from tests.rig import MAIN
from tests.web_pages.conftest import Person, said
from tests.web_pages.html_reader import Page

ACCOUNT = f"urn:li:sponsoredAccount:{MAIN}"
SWEDISH = "7992706"


def fields(person: Person) -> list[dict[str, Any]]:
    return list(person.rig.api.get("/mappings").json()["fields"])


def cells(page: Page, label: str) -> list[str]:
    return [one.text for one in page.all("td", **{"data-label": label})]


def test_before_anything_is_read_the_preset_stands_there(person: Person) -> None:
    page = person.sees("/mapping")
    assert "preset" in page.one("h1").text
    assert "email" in cells(page, "Column")
    assert set(cells(page, "Found on")) == {"no form yet"}
    assert "no stored lead" in page_after(person, "/mapping/check").text


def page_after(person: Person, path: str, **sent: Any) -> Page:
    """A form whose answer is a page at once."""
    answer = person.browser.post(path, data=sent)
    assert answer.status_code == 200, answer.text[:2000]
    return Page(answer.text)


def test_a_column_is_tried_before_it_is_saved(reader: Person) -> None:
    before = fields(reader)
    reader.rig.api.put("/mappings", {"fields": [{"source": "predefined:EMAIL", "target": "email"}]})
    sent = {"source": "predefined:LAST_NAME", "target": "last", "required": "yes"}
    tried = page_after(reader, "/mapping/field", do="try", **sent)
    counted = reader.rig.api.post("/mappings/preview", {"fields": [{**sent, "required": True}]}).json()
    assert counted["failed"] > 0
    assert f"{counted['failed']} would fail" in tried.text
    assert cells(tried, "Lacking") == ["last"]
    assert cells(tried, "On form") == ["swedish - Jul 26, 2023"]
    assert [one["target"] for one in fields(reader)] == ["email"], "nothing is saved yet"
    done = reader.does("/mapping/field", do="save", **sent)
    assert "last is saved" in said(done)
    assert cells(done, "Column") == ["email", "last required"]
    assert "all have everything" not in page_after(reader, "/mapping/check").text
    assert "preset is in force again" in said(reader.does("/mapping/reset"))
    assert fields(reader) == before


def test_a_field_is_changed_in_its_place_or_taken_away(reader: Person) -> None:
    address = "/mapping?source=predefined%3AEMAIL&target=email"
    link = reader.sees("/mapping").one("a", **{"aria-label": "Change email from predefined:EMAIL"})
    assert link.attributes["href"] == f"{address}#field"
    form = reader.sees(address)
    assert form.one("input", list="sources").attributes["value"] == "predefined:EMAIL"
    was = {"was_source": "predefined:EMAIL", "was_target": "email"}
    place = [one["target"] for one in fields(reader)].index("email")
    reader.does("/mapping/field", do="save", source="predefined:EMAIL", target="mail", **was)
    assert fields(reader)[place] == {"source": "predefined:EMAIL", "target": "mail", "required": False}
    gone = reader.fails("/mapping/field", 409, do="save", source="predefined:EMAIL", target="post", **was)
    assert "somebody has changed the mapping meanwhile" in gone.text
    was["was_target"] = "mail"
    reader.does("/mapping/field", do="remove", source="predefined:EMAIL", target="mail", **was)
    assert "mail" not in cells(reader.sees("/mapping"), "Column")


def test_a_source_more_stands_behind_those_of_its_column(reader: Person) -> None:
    reader.does("/mapping/field", do="save", source="predefined:WORK_EMAIL", target="email")
    found = [one["source"] for one in fields(reader)]
    assert found.index("predefined:WORK_EMAIL") == found.index("predefined:EMAIL") + 1


def test_one_form_may_differ(reader: Person) -> None:
    sent = {"source": "hidden:utm_source", "target": "email", "form": SWEDISH}
    page = reader.does("/mapping/field", do="save", **sent)
    assert "On single forms" in page.text
    assert cells(page, "On form") == ["swedish - Jul 26, 2023"]
    link = page.one("a", **{"aria-label": "Change email from hidden:utm_source"})
    form = reader.sees(link.attributes["href"].partition("#")[0])
    assert form.one("option", value=SWEDISH, selected="").text.startswith("only on")


def test_a_label_stays_in_the_form_with_what_to_write(reader: Person) -> None:
    page = reader.fails("/mapping/field", 422, do="save", source="E-postadress", target="mail")
    assert "Write predefined:EMAIL instead. Nothing was changed" in page.one("p", role="alert").text
    assert page.one("input", list="sources").attributes["value"] == "E-postadress"
    assert page.one("input", list="targets").attributes["value"] == "mail"


def test_what_reads_the_same_is_accepted_with_one_click(reader: Person) -> None:
    for name in ("Uno", "Dos"):
        reader.rig.emulator.control.forms.create(
            ACCOUNT, name=name, locale="es_ES", headline="h", questions=[{"text": "¿Dónde creciste?"}]
        )
    reader.does("/forms/read")
    options = reader.sees("/mapping").all("option")
    town = next(one.attributes["value"] for one in options if one.text.startswith("¿Dónde creciste? (Form"))
    page = reader.does("/mapping/field", do="save", source=town, target="town")
    assert cells(page, "Question") == ["¿Dónde creciste?"] * 2
    sources = [one.attributes["value"] for one in page.all("input", name="source", type="hidden")]
    page = reader.does("/mapping/accept", source=sources[0])
    assert said(page) == "Mapped."
    assert cells(page, "Question") == ["¿Dónde creciste?"]
    page = reader.does("/mapping/accept", source=sources[1], always="yes")
    assert cells(page, "Question") == []
    assert "and every question that reads the same" in page.text
