"""The mapping by HTTP, over a whole Leadwire: what is saved, what the view then shows, what is said otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.rig import MAIN, Caller, Homes, Rig, staged, synced
from tests.store.test_contacts import read

ACCOUNT = f"urn:li:sponsoredAccount:{MAIN}"
SPANISH, SWEDISH, JAPANESE, ENGLISH = "7234246", "7992706", "9120033", "11780444"
EMAIL = {"source": "predefined:EMAIL", "target": "email", "required": True}
WORK = {"source": "predefined:WORK_EMAIL", "target": "email", "required": True}
NAME = {"source": "predefined:FIRST_NAME", "target": "first", "required": False}


@pytest.fixture
def reading(homes: Homes, tmp_path: Path) -> Iterator[Rig]:
    with staged(homes, tmp_path, synced, Rig) as rig:
        yield rig


def put(api: Caller, *fields: dict[str, Any]) -> Any:
    answer = api.put("/mappings", {"fields": list(fields)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows(rig: Rig) -> list[dict[str, Any]]:
    return read(rig.home, rig.workspace)


def question(rig: Rig, form: str, text: str) -> str:
    found = rig.api.get(f"/forms/{form}").json()["questions"]
    return next(f"question:{form}/{one['id']}" for one in found if text in (one["label"], one["question"]))


def twin(rig: Rig, name: str, **question: Any) -> str:
    """Another form in the account, read; it asks for an e-mail address and one thing more."""
    asked = [{"predefined": "EMAIL"}, question]
    made = rig.emulator.control.forms.create(
        ACCOUNT, name=name, locale="de_DE", headline="h", questions=asked
    )
    rig.api.post("/forms/refresh", {"account": MAIN})
    return str(made["id"])


def test_the_preset_is_every_predefined_field(reading: Rig) -> None:
    fields = reading.api.get("/mappings").json()["fields"]
    assert {"source": "predefined:EMAIL", "target": "email", "required": False} in fields
    assert {
        "source": "predefined:SOME_FUTURE_FIELD",
        "target": "some_future_field",
        "required": False,
    } in fields
    assert all(one["source"] == f"predefined:{one['target'].upper()}" for one in fields)
    view = reading.api.get("/mappings/view").json()
    assert view["preset"]
    assert view["ddl"].startswith("CREATE")
    leads = {one["id"]: one for one in reading.api.all("/leads")}
    shown = rows(reading)
    assert {row["lead_id"]: row["email"] for row in shown} == {
        name: one["answers"].get("email") for name, one in leads.items()
    }


def test_one_mapping_fills_the_same_columns_in_every_language(reading: Rig) -> None:
    put(reading.api, WORK, EMAIL, NAME)
    by_form: dict[str, list[dict[str, Any]]] = {}
    for row in rows(reading):
        assert list(row) == ["lead_id", "form_id", "submitted_at", "test_lead", "email", "first"]
        by_form.setdefault(row["form_id"], []).append(row)
    for form in (SPANISH, SWEDISH, JAPANESE, ENGLISH):
        assert all(row["email"] and row["first"] for row in by_form[form]), form


def test_renaming_every_label_at_linkedin_changes_nothing(reading: Rig) -> None:
    color = question(reading, SPANISH, "Cuál es tu color favorito")
    put(reading.api, WORK, EMAIL, NAME, {"source": color, "target": "colour", "required": False})
    before = rows(reading)
    rename_all(reading)
    seen = reading.api.get(f"/forms/{SPANISH}").json()
    assert (seen["version"], seen["questions"][0]["label"]) == (2, "New 0")
    assert rows(reading) == before
    assert reading.api.post("/mappings/preview", {"fields": [WORK, EMAIL]}).json()["failed"] == 0


def rename_all(rig: Rig) -> None:
    """A new version of every form, whose questions keep their ids and read otherwise."""
    for form in rig.emulator.control.forms.truth(ACCOUNT):
        content = form["versions"][-1]["content"]
        renamed = [renaming(one, f"New {number}") for number, one in enumerate(content["questions"])]
        rig.emulator.control.forms.publish(form["id"], raw={"content": {**content, "questions": renamed}})
    rig.api.post("/forms/refresh", {"account": MAIN})


def renaming(question: dict[str, Any], text: str) -> dict[str, Any]:
    localized = {"localized": dict.fromkeys(question["question"]["localized"], text)}
    return {**question, "question": localized, "label": text, "name": text}


def test_a_label_is_refused_with_what_to_write(reading: Rig) -> None:
    for label, instead in (
        ("E-postadress", "predefined:EMAIL"),
        ("メール", "predefined:EMAIL"),
        ("predefined:Correo electrónico", "predefined:EMAIL"),
        ("¿Dónde creciste?", question(reading, SPANISH, "¿Dónde creciste?")),
    ):
        answer = reading.api.put("/mappings", {"fields": [{"source": label, "target": "x"}]})
        assert (answer.status_code, answer.json()["code"]) == (422, "label_as_key")
        assert answer.json()["remedy"] == f"Write {instead} instead."
    assert reading.api.get("/mappings/view").json()["preset"]


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ({"source": "question:1/1", "target": "x"}, "unknown_form"),
        ({"source": f"question:{SPANISH}/1", "target": "x"}, "unknown_question"),
        ({"source": "predefined:EMAIL", "target": "x", "form": "1"}, "unknown_form"),
        ({"source": "predefined:EMAIL", "target": "e-mail"}, "bad_target"),
        ({"source": "predefined:EMAIL", "target": "select"}, "reserved_target"),
        ({"source": "predefined:EMAIL", "target": "form_id"}, "fixed_target"),
        ({"source": "predefined:EMAIL", "target": "x" * 64}, "long_target"),
        ({"source": "predefined:EMAIL", "target": "x", "label": "E-post"}, "extra_forbidden"),
        ({"source": "predefined:EMAIL"}, "missing"),
    ],
)
def test_what_means_nothing_is_422(reading: Rig, field: dict[str, Any], code: str) -> None:
    for method, path in (("PUT", "/mappings"), ("POST", "/mappings/preview")):
        answer = reading.api(method, path, {"fields": [field]})
        assert answer.status_code == 422
        assert code in {answer.json()["code"], *(one["code"] for one in answer.json()["problems"])}
    assert reading.api.get("/mappings/view").json()["preset"]


def test_what_was_read_can_be_written(reading: Rig) -> None:
    where = question(reading, SPANISH, "¿Dónde creciste?")
    fields = [
        EMAIL,
        {"source": where, "target": "town", "required": False, "also_alike": True},
        {"source": "hidden:utm_source", "target": "email", "required": False, "form": SWEDISH},
    ]
    assert put(reading.api, *fields) == {"fields": fields}
    assert reading.api.get("/mappings").json() == {"fields": fields}
    assert reading.api.put("/mappings", reading.api.get("/mappings").json()).json() == {"fields": fields}
    preset = reading.api.delete("/mappings").json()
    assert preset == reading.api.get("/mappings").json()
    assert put(reading.api, *preset["fields"]) == preset


def test_a_preview_counts_what_the_view_then_shows(reading: Rig) -> None:
    fields = [EMAIL, {"source": "predefined:LAST_NAME", "target": "last", "required": True}]
    seen = reading.api.post("/mappings/preview", {"fields": fields}).json()
    assert rows(reading)[0].keys() >= {"gender"}  # nothing has been saved
    put(reading.api, *fields)
    shown = rows(reading)
    lacking = {
        (row["lead_id"], target) for row in shown for target in ("email", "last") if row[target] is None
    }
    assert (seen["passed"], seen["failed"]) == (
        len(shown) - len({lead for lead, _ in lacking}),
        len({lead for lead, _ in lacking}),
    )
    assert {(one["lead"], one["target"]) for one in seen["problems"]} <= lacking
    assert sum(one["leads"] for one in seen["causes"]) == len(lacking) > 0
    assert {one["reason"] for one in seen["problems"]} == {"not_asked"}
    of_one = reading.api.post("/mappings/preview", {"fields": fields, "form": SWEDISH, "limit": 3}).json()
    assert (of_one["passed"], of_one["failed"]) == (0, 3)
    assert reading.api.post("/mappings/preview", {"fields": fields, "form": "1"}).status_code == 422


def test_an_override_lets_one_form_off(reading: Rig) -> None:
    last = {"source": "predefined:LAST_NAME", "target": "last", "required": True}
    off = {"source": "predefined:FIRST_NAME", "target": "last", "required": False, "form": SWEDISH}
    count = {"fields": [last, off], "form": SWEDISH}
    assert reading.api.post("/mappings/preview", count).json()["failed"] == 0
    put(reading.api, last, off, NAME)
    for row in rows(reading):
        assert (row["last"] == row["first"]) == (row["form_id"] == SWEDISH)


def test_suggestions_are_accepted_one_by_one_or_by_rule(reading: Rig) -> None:
    api = reading.api
    town = question(reading, SPANISH, "¿Dónde creciste?")
    first = twin(reading, "Uno", text="¿Dónde creciste?")
    twin(reading, "Other kind", text="¿Dónde creciste?", options=["Madrid", "Oslo"])
    assert api.get("/mappings/suggestions").json() == {"items": [], "next": None}
    put(api, EMAIL, {"source": town, "target": "town", "required": False})
    (one,) = api.all("/mappings/suggestions")
    assert (one["source"].partition("/")[0], one["target"], one["alike"]) == (
        f"question:{first}",
        "town",
        town,
    )
    for _ in range(2):  # accepted twice is accepted
        accepted = api.post("/mappings/suggestions/accept", {"sources": [one["source"]]}).json()["fields"]
        assert [field["source"] for field in accepted] == ["predefined:EMAIL", town, one["source"]]
    second = twin(reading, "Dos", text="¿dónde  creciste")
    assert [other["form"] for other in api.all("/mappings/suggestions", limit=1)] == [second]
    (other,) = api.all("/mappings/suggestions")
    ruled = api.post("/mappings/suggestions/accept", {"sources": [other["source"]], "always": True}).json()
    assert ruled["fields"][1] == {"source": town, "target": "town", "required": False, "also_alike": True}
    twin(reading, "Tres", text="¿Dónde creciste?")
    assert api.all("/mappings/suggestions") == []
    nothing = api.post("/mappings/suggestions/accept", {"sources": [f"question:{SPANISH}/1"]})
    assert (nothing.status_code, nothing.json()["code"]) == (422, "no_suggestion")
    assert api.get("/mappings/suggestions", cursor="nonsense").json()["code"] == "bad_cursor"


def test_the_standing_rule_fills_forms_that_come_later(reading: Rig) -> None:
    town = question(reading, SPANISH, "¿Dónde creciste?")
    put(reading.api, {"source": town, "target": "town", "required": False, "also_alike": True})
    form = twin(reading, "Later", text="¿Dónde creciste?")
    made = [reading.emulator.control.leads.submit(int(form)) for _ in range(2)]
    reading.run_for(3_600_000 * 2)
    shown = {row["lead_id"]: row["town"] for row in rows(reading) if row["form_id"] == form}
    assert len(shown) == len(made)
    assert all(shown.values())


def test_two_workspaces_have_two_mappings(reading: Rig) -> None:
    other = reading.tenant("Other")
    town = question(reading, SPANISH, "¿Dónde creciste?")
    put(reading.api, EMAIL)
    assert len(other.get("/mappings").json()["fields"]) > 20
    foreign = other.put("/mappings", {"fields": [{"source": town, "target": "town"}]})
    assert (foreign.status_code, foreign.json()["code"]) == (422, "unknown_form")
    put(other, NAME)
    assert reading.api.get("/mappings").json() == {"fields": [EMAIL]}
    assert other.get("/mappings/view").json()["view"] != reading.api.get("/mappings/view").json()["view"]
