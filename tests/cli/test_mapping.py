"""`leadwire mapping`, against the running demo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Demo
from tests.cli.people import MAIN

FIELDS = [
    {"source": "predefined:WORK_EMAIL", "target": "email", "required": True},
    {"source": "predefined:EMAIL", "target": "email", "required": True},
    {"source": "predefined:LAST_NAME", "target": "last", "required": True},
]


@pytest.fixture
def mapping(demo: Demo) -> Iterator[Demo]:
    """The demo, with the preset in force before and after."""
    demo.shell("mapping", "reset")
    yield demo
    demo.shell("mapping", "reset")


def test_alone_it_shows_the_mapping_and_the_view(mapping: Demo) -> None:
    said = mapping.shell("mapping").stdout
    assert said == mapping.shell("mapping", "show").stdout
    assert "predefined:EMAIL" in said
    assert said.splitlines()[-1] == "View: contacts (the preset: nobody has saved a mapping)"


def test_what_is_shown_can_be_set_and_previewed_first(mapping: Demo, tmp_path: Path) -> None:
    file = tmp_path / "mapping.json"
    file.write_text(json.dumps({"fields": FIELDS}))
    tried = mapping.shell.json("mapping", "preview", str(file))
    assert tried["failed"] > 0
    words = mapping.shell("mapping", "preview", str(file), "--limit", "5").stdout
    assert "of 5 leads have everything required." in words
    assert mapping.shell.json("mapping", "set", str(file)) == {"fields": FIELDS}
    assert mapping.shell.json("mapping") == {"fields": FIELDS}
    assert mapping.shell.json("mapping", "preview") == tried
    said = mapping.shell("mapping", "set", "-", typed=json.dumps({"fields": FIELDS[:1]})).stdout
    assert said.splitlines()[1:] == ["predefined:WORK_EMAIL  email   yes       no"]


def test_what_cannot_be_is_refused_with_what_to_write(mapping: Demo, tmp_path: Path) -> None:
    typed = json.dumps({"fields": [{"source": "E-postadress", "target": "mail"}]})
    said = mapping.shell("mapping", "set", "-", typed=typed, code=1).stderr
    assert "Write predefined:EMAIL instead." in said
    for text in ("[]", "{", ""):
        assert "no JSON object" in mapping.shell("mapping", "set", "-", typed=text, code=1).stderr
    assert "cannot be read" in mapping.shell("mapping", "set", str(tmp_path / "none"), code=1).stderr


def test_suggestions_are_listed_and_accepted(mapping: Demo) -> None:
    assert "No question reads like" in mapping.shell("mapping", "suggestions").stderr
    assert "No question reads like" in mapping.shell("mapping", "accept", "--all", code=1).stderr
    asked = {"name": "Twin", "locale": "es_ES", "headline": "h", "questions": [{"text": "¿Dónde creciste?"}]}
    form = mapping.control("POST", "forms", {"owner": f"urn:li:sponsoredAccount:{MAIN}", **asked})
    assert isinstance(form, dict)
    mapping.shell("forms", "refresh", "--account", MAIN)
    (question,) = mapping.shell.json("forms", "show", str(form["id"]))["questions"]
    source = f"question:{form['id']}/{question['id']}"
    town = {"source": source, "target": "town", "required": False}
    mapping.shell("mapping", "set", "-", typed=json.dumps({"fields": [town]}))
    (one,) = mapping.shell.json("mapping", "suggestions")
    assert (one["alike"], one["target"]) == (source, "town")
    accepted = mapping.shell.json("mapping", "accept", one["source"])["fields"]
    assert [field["source"] for field in accepted] == [source, one["source"]]
    mapping.shell("mapping", "set", "-", typed=json.dumps({"fields": [town]}))
    ruled = mapping.shell.json("mapping", "accept", "--all", "--always")["fields"]
    assert ruled == [{**town, "also_alike": True}]
    mapping.shell("mapping", "accept", code=2)
