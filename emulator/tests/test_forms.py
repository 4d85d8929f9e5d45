"""Lead forms: shapes, versions, batches, creation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from linkedin_emulator import Emulator

OWNER = "owner=(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A1234567)"
FORMS = f"/rest/leadForms?q=owner&{OWNER}&count=100"


def test_forms_come_newest_first_in_every_state(partner: Any) -> None:
    answer = partner.ok(FORMS)
    numbers = [form["id"] for form in answer["elements"]]
    assert numbers == sorted(numbers, reverse=True)
    assert {form["state"] for form in answer["elements"]} == {"PUBLISHED", "ARCHIVED", "DRAFT"}
    assert answer["paging"]["total"] == len(numbers) == 6


def test_a_form_has_the_recorded_members(partner: Any) -> None:
    form = partner.ok("/rest/leadForms/7234246")
    assert set(form) == {
        "reviewInfo",
        "owner",
        "hiddenFields",
        "versionId",
        "created",
        "creationLocale",
        "name",
        "id",
        "lastModified",
        "state",
        "content",
    }
    assert form["owner"] == {"sponsoredAccount": "urn:li:sponsoredAccount:1234567"}
    assert form["creationLocale"] == {"country": "ES", "language": "es"}
    assert form["hiddenFields"][0] == {"name": "hidden_field", "value": "abc678"}
    questions = form["content"]["questions"]
    assert questions[0] == {
        "questionId": 10107234246,
        "question": {"localized": {"es_ES": "Nombre"}},
        "responseEditable": True,
        "name": "First name",
        "questionDetails": {"textQuestionDetails": {"maxResponseLength": 300}},
        "responseRequired": True,
        "predefinedField": "FIRST_NAME",
    }
    assert questions[6]["questionDetails"]["multipleChoiceQuestionDetails"]["options"] == [
        {"text": {"localized": {"es_ES": "Rojo"}}, "id": 0},
        {"text": {"localized": {"es_ES": "Azul"}}, "id": 1},
    ]
    assert (questions[6]["name"], questions[7]["name"]) == ("Custom question 0", "Custom question 1")
    consent = form["content"]["legalInfo"]["consents"][0]
    assert (consent["id"], consent["checkRequired"]) == (0, True)


def test_optional_members_are_left_out_not_null(partner: Any) -> None:
    bare = partner.ok("/rest/leadForms/8800001")
    assert "reviewInfo" not in bare
    assert set(bare["content"]) == {"headline", "questions", "legalInfo"}
    assert bare["content"]["questions"][0]["questionDetails"] == {"textQuestionDetails": {}}
    assert b"null" not in partner.get(FORMS).body


def test_organic_forms_have_ids_of_19_digits(partner: Any) -> None:
    owner = "owner=(organization:urn%3Ali%3Aorganization%3A11223344)"
    forms = partner.ok(f"/rest/leadForms?q=owner&{owner}")["elements"]
    assert [form["id"] for form in forms] == [6955637458260688898, 6955637458260688897]
    assert forms[0]["owner"] == {"organization": "urn:li:organization:11223344"}
    assert forms[0]["content"]["questions"][0]["name"] == "firstName"


def test_by_id_is_the_current_version_whatever_fields_asks(partner: Any) -> None:
    plain = partner.ok("/rest/leadForms/11780444")
    assert plain["versionId"] == 3
    assert partner.ok("/rest/leadForms/11780444?fields=id") == plain


def test_the_finder_projects(partner: Any) -> None:
    answer = partner.ok(f"{FORMS}&fields=id,content:(questions:(questionId),headline)")
    first = answer["elements"][0]
    assert list(first) == ["id", "content"]
    assert set(first["content"]) == {"questions", "headline"}
    assert set(first["content"]["questions"][0]) == {"questionId"}


def test_batches_tell_hits_from_misses(partner: Any) -> None:
    batch = partner.ok("/rest/leadForms?ids=List(7234246,99,11780666)")
    assert set(batch["results"]) == {"7234246", "11780666"}
    assert batch["statuses"] == {"7234246": 200, "11780666": 200}
    assert batch["errors"] == {"99": {"status": 404, "code": "NOT_FOUND", "message": "Not Found."}}


def test_a_new_version_keeps_ids_of_kept_questions_and_never_reuses_one(emulator: Emulator) -> None:
    made = emulator.control.forms.create(
        "urn:li:sponsoredAccount:1234567",
        name="x",
        questions=[{"predefined": "EMAIL"}, {"text": "Colour?"}, {"text": "Size?"}],
    )
    first = [q["questionId"] for q in made["content"]["questions"]]
    second = emulator.control.forms.publish(made["id"], questions=[{"predefined": "EMAIL"}, {"text": "New?"}])
    assert second["versionId"] == 2
    ids = [q["questionId"] for q in second["content"]["questions"]]
    assert ids[0] == first[0]
    assert ids[1] not in first
    renamed = emulator.control.forms.publish(
        made["id"], questions=[{"text": "Which colour?", "question_id": first[1]}, {"text": "Size?"}]
    )
    assert [q["questionId"] for q in renamed["content"]["questions"]] == first[1:]
    versions = next(f for f in emulator.control.forms.truth() if f["id"] == made["id"])["versions"]
    assert [v["versionId"] for v in versions] == [1, 2, 3]


def test_archiving_is_no_new_version(emulator: Emulator, partner: Any) -> None:
    emulator.control.forms.change(7234246, state="ARCHIVED")
    form = partner.ok("/rest/leadForms/7234246")
    assert (form["state"], form["versionId"]) == ("ARCHIVED", 1)


ROLE_LOSS = [("403", 403), ("401", 401)]


@pytest.mark.parametrize(("knob", "status"), ROLE_LOSS)
def test_without_a_role_on_the_account(emulator: Emulator, partner: Any, knob: str, status: int) -> None:
    emulator.control.knobs.patch(role_loss=knob)
    emulator.control.world.remove_account_role(1234567, "K1RwyVNukt")
    assert partner.get(FORMS).status == status
    assert partner.get("/rest/leadForms/7234246").status == status


def test_without_a_role_the_list_may_be_empty(emulator: Emulator, partner: Any) -> None:
    emulator.control.knobs.patch(role_loss="empty")
    emulator.control.world.remove_account_role(1234567, "K1RwyVNukt")
    assert partner.ok(FORMS)["elements"] == []
    assert partner.get("/rest/leadForms/7234246").status == 404


DOCUMENT = {
    "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:1234567"},
    "name": "Made by API",
    "creationLocale": {"country": "US", "language": "en"},
    "content": {
        "headline": {"localized": {"en_US": "Hi"}},
        "questions": [{"name": "Email address", "predefinedField": "EMAIL"}],
        "legalInfo": {"privacyPolicyUrl": "https://example.com/p", "consents": []},
    },
}


def test_a_form_is_created(partner_as: Callable[..., Any]) -> None:
    editor = partner_as(["rw_ads"])
    response = editor.post_json("/rest/leadForms", DOCUMENT)
    assert (response.status, response.body) == (201, b"")
    made = editor.ok(f"/rest/leadForms/{response.headers['x-restli-id']}")
    assert (made["name"], made["versionId"], made["state"]) == ("Made by API", 1, "DRAFT")
    assert made["content"]["questions"][0]["questionId"]


BAD_FORMS: list[tuple[Any, str]] = [
    ({}, "name"),
    (DOCUMENT | {"owner": {}}, "owner"),
    (DOCUMENT | {"owner": {"person": "urn:li:person:1"}}, "owner"),
    (DOCUMENT | {"content": {"questions": "x"}}, "content/headline"),
    (DOCUMENT | {"content": DOCUMENT["content"] | {"questions": ["x"]}}, "content/questions/*"),  # type: ignore[operator]
]


@pytest.mark.parametrize(("document", "path"), BAD_FORMS)
def test_bad_forms_are_refused_with_details(partner_as: Callable[..., Any], document: Any, path: str) -> None:
    response = partner_as(["rw_ads"]).post_json("/rest/leadForms", document)
    errors = response.json()["errorDetails"]["inputErrors"]
    assert (response.status, response.json()["code"]) == (400, "MULTIPLE_VALIDATIONS_FAILED")
    assert path in [error["input"]["inputPath"]["fieldPath"] for error in errors]


@pytest.mark.parametrize("document", [[], "x", None])
def test_bodies_that_are_no_object(partner_as: Callable[..., Any], document: Any) -> None:
    assert partner_as(["rw_ads"]).post_json("/rest/leadForms", document).status == 400


def test_viewers_create_no_forms(partner_as: Callable[..., Any]) -> None:
    viewed = DOCUMENT | {"owner": {"sponsoredAccount": "urn:li:sponsoredAccount:5678910"}}
    response = partner_as(["rw_ads"]).post_json("/rest/leadForms", viewed)
    assert (response.status, response.json()["code"]) == (403, "NO_PERMISSION_ON_ENTITY")
