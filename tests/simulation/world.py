"""The small LinkedIn that every run begins with, and who submits what. Every answer carries a mark of its lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from linkedin_emulator import Emulator

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
BEGIN = 1_780_000_000_000
JANE, YUKI = "JaneAAAAAA", "YukiBBBBBB"
ACCOUNT, PAGE = 5_000_001, 700_001
SPONSORED, ORGANIC = f"urn:li:sponsoredAccount:{ACCOUNT}", f"urn:li:organization:{PAGE}"
LEAD_TYPES = {SPONSORED: "SPONSORED", ORGANIC: "EVENT"}
KEPT = {SPONSORED: 365 * DAY, ORGANIC: 90 * DAY}
MAIN_FORM, SIDE_FORM, EVENT_FORM = 7_100_001, 7_100_002, 7_100_003
COLOURS = ("Red", "Green", "Blue", "Violet")
Row = dict[str, Any]


@dataclass(frozen=True)
class Tenant:
    """A workspace, whose member grants it, and the owners that it reads."""

    slug: str
    member: str
    owners: tuple[str, ...]


TENANTS = (Tenant("default", JANE, (SPONSORED, ORGANIC)), Tenant("second", YUKI, (SPONSORED,)))

DRAFTS: dict[int, list[Row]] = {
    MAIN_FORM: [
        {
            "questions": [
                {"predefined": "EMAIL"},
                {"predefined": "FIRST_NAME"},
                {"text": "Which colour?", "options": COLOURS[:2]},
            ],
            "consents": [{"text": "You may write to me", "required": True}],
            "hidden_fields": {"utm_source": "spring"},
        },
        {
            "questions": [
                {"predefined": "EMAIL"},
                {"text": "Which colour?", "options": COLOURS[::-1]},
                {"text": "Why?"},
            ],
            "consents": [{"text": "You may write to me", "required": True}, {"text": "And call"}],
            "hidden_fields": {"utm_source": "summer", "utm_term": "x"},
        },
    ],
    SIDE_FORM: [{"questions": [{"predefined": "WORK_EMAIL"}, {"predefined": "LAST_NAME"}]}],
    EVENT_FORM: [{"questions": [{"predefined": "EMAIL"}, {"text": "Vegetarian?", "options": ("Yes", "No")}]}],
}
# Form, version, and the ages of its leads in days; the last of each will soon be too old for LinkedIn.
LEADS: tuple[tuple[int, int, tuple[float, ...]], ...] = (
    (MAIN_FORM, 1, (364.6, 200, 120, 79.4)),
    (MAIN_FORM, 2, (40, 12, 6.5, 2, 0.3)),
    (SIDE_FORM, 1, (364.9, 79.8, 70, 60, 50, 45, 35, 30, 25, 15, 9, 5, 1, 0.1)),
    (EVENT_FORM, 1, (89.5, 89.9, 79.7, 20, 3, 0.2)),
)


def build(emulator: Emulator) -> None:
    """People, an ad account, its page, forms and leads."""
    world = emulator.control.world
    world.create_member("Jane", "Doe", JANE)
    world.create_member("Yuki", "Tanaka", YUKI)
    world.create_organization("Cranberries", PAGE)
    world.create_account("Cranberry ads", ACCOUNT, organization=PAGE)
    world.create_campaign(ACCOUNT, "Spring", 198_000_001)
    world.create_creative(198_000_001, "Spring / picture", 241_000_001)
    world.create_event(PAGE, "Harvest", 6789)
    for member in (JANE, YUKI):
        world.set_account_role(ACCOUNT, member, "ACCOUNT_MANAGER")
        world.set_page_role(PAGE, member, "ADMINISTRATOR")
    entities = {MAIN_FORM: ["urn:li:sponsoredCreative:241000001"], EVENT_FORM: ["urn:li:event:6789"]}
    for form, (first, *later) in DRAFTS.items():
        owner = ORGANIC if form == EVENT_FORM else SPONSORED
        create = emulator.control.forms.create
        create(owner, number=form, entities=entities.get(form, ()), name=f"Form {form % 10}", **first)
        for draft in later:
            emulator.control.forms.publish(form, **draft)
    number = 0
    for form, version, ages in LEADS:
        for age in ages:
            number += 1
            at = emulator.now() - int(age * DAY)
            submit(emulator, number, form, version, submitted_at=at, push=False)


def mark(number: int) -> str:
    """What stands in every answer of one submission, and nowhere else."""
    return f"mk{number:06d}zq"


def answers(emulator: Emulator, number: int, form: int, version: int) -> dict[str, Any]:
    """By question id: texts that carry the mark, and choices by number."""
    given: dict[str, Any] = {}
    for place, question in enumerate(document(emulator, form, version)["content"]["questions"]):
        choice = question["questionDetails"].get("multipleChoiceQuestionDetails")
        if choice is None:
            given[str(question["questionId"])] = f"{mark(number)}.{place}@example.com"
        else:
            options = [one["id"] for one in choice["options"]]
            given[str(question["questionId"])] = [options[number % len(options)], options[0]][
                : 1 + number % 2
            ]
    return given


def document(emulator: Emulator, form: int, version: int) -> Row:
    """A form version as LinkedIn has it."""
    found: Row = emulator._state.world.forms[form].versions[version - 1]
    return found


def submit(emulator: Emulator, number: int, form: int, version: int, **more: Any) -> str:
    """A lead with marked answers; its id."""
    given = answers(emulator, number, form, version)
    lead = emulator.control.leads.submit(form, version=version, answers=given, **more)
    return str(lead["id"])
