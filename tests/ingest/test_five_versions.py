"""A form through five versions, a thousand leads of them in an order drawn by a seed: every cell is right (LGF-112)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, inspect
from tests.ingest.truth import expected, name_of, table_rows
from tests.rig import MAIN, Homes, Rig, staged, synced

OWNER, FORM, LEADS, STEPS = f"urn:li:sponsoredAccount:{MAIN}", 7300001, 1_000, 10
AD = "urn:li:sponsoredCreative:241257738"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
OPEN: dict[str, Any] = {"knobs": {"allow_http_webhooks": True}, "allow_http_webhooks": True}
MAIL, NAME, WHY = {"predefined": "EMAIL"}, {"predefined": "FIRST_NAME"}, {"text": "Why now?"}
RENAMED = {"question_id": 10407300001, "text": "What brings you here?", "label": "Reason"}
WORDS = ("Åsa", "東京", "a, b\nc", "😀", "", "'; --", "x" * 300)
# Added, taken away and asked again; renamed; text, then a choice, then text; options that change places.
VERSIONS: tuple[dict[str, Any], ...] = (
    {
        "questions": [
            MAIL,
            {"text": "Which colour?", "options": ["Red", "Blue"]},
            {"text": "How many?"},
            WHY,
        ],
        "hidden_fields": {"utm_source": "first"},
        "consents": [{"text": "News?"}],
    },
    {
        "questions": [
            MAIL,
            {"text": "Which colour?", "options": ["Red", "Blue"]},
            {"text": "How many?"},
            RENAMED,
            NAME,
        ],
        "hidden_fields": {"utm_source": "second", "season": "spring"},
        "consents": [{"text": "News, please?"}, {"text": "Partners?"}],
    },
    {
        "questions": [MAIL, {"text": "How many?", "options": ["1", "2-10", "more"]}, NAME],
        "hidden_fields": {"season": "summer"},
    },
    {
        "questions": [
            {"text": "Comments"},
            {"text": "Which colour?", "options": ["Green", "Red", "Blue"]},
            {"text": "How many?", "options": ["more", "1"]},
            {"predefined": "INDUSTRY", "options": ["Software", "Fish"]},
        ],
        "hidden_fields": {"utm_source": "fourth"},
        "consents": [{"text": "News?"}, {"text": "Partners?"}, {"text": "Terms?"}],
    },
    {
        "questions": [
            {"predefined": "INDUSTRY"},
            {"text": "How many?"},
            RENAMED | {"text": "Why, after all?"},
            MAIL | {"label": "Post"},
            {"text": "Which colour?"},
        ],
        "consents": [{"text": "Partners?", "id": 1}],
    },
)
Lead = dict[str, Any]


def publish(rig: Rig, number: int) -> None:
    forms, draft = rig.emulator.control.forms, VERSIONS[number - 1]
    if number == 1:
        forms.create(OWNER, number=FORM, name="Five versions", **draft)
    else:
        forms.publish(FORM, **draft)


def answers(dice: random.Random, form: Lead) -> dict[str, Any]:
    """What somebody says to a version; now and then nothing to a question."""
    said: dict[str, Any] = {}
    for question in form["content"]["questions"]:
        choice = question["questionDetails"].get("multipleChoiceQuestionDetails")
        options = [one["id"] for one in choice["options"]] if choice else []
        answer = dice.sample(options, dice.randint(1, len(options))) if options else dice.choice(WORDS)
        if dice.random() > 0.1:
            said[str(question["questionId"])] = answer
    return said


def people(now: int) -> list[Lead]:
    """The same thousand whatever the seed: half of them of this half hour, half of the last forty days."""
    dice = random.Random("people")
    return [
        {
            "id": f"{UUID(int=dice.getrandbits(128), version=4)}-{1 + number % 9}",
            "version": dice.randint(1, len(VERSIONS)),
            "submitted_at": now - dice.randint(1, 30 * MINUTE if number % 2 else 40 * DAY),
            "dice": dice.random(),
            "test": dice.random() < 0.05,
        }
        for number in range(LEADS)
    ]


def submit(rig: Rig, lead: Lead, form: Lead, push: bool, late: int) -> None:
    dice = random.Random(lead["dice"])
    consents = {str(one["id"]): dice.random() < 0.5 for one in form["content"]["legalInfo"]["consents"]}
    rig.emulator.control.leads.submit(
        FORM,
        **{name: lead[name] for name in ("id", "version", "submitted_at", "test")},
        answers=answers(dice, form),
        consents=consents,
        entity=AD,
        push=push,
        readable_after_ms=max(0, rig.now() + late - lead["submitted_at"]),
    )


def story(rig: Rig, seed: int) -> Iterator[set[int]]:
    """Ten times some of the leads, in the order of this seed; gives the versions that LinkedIn has by then."""
    dice, begin = random.Random(seed), rig.now()
    waiting = people(begin)
    dice.shuffle(waiting)
    due = {1: -1} | {number: dice.randrange(-3, STEPS - 1) for number in range(2, 1 + len(VERSIONS))}
    blind = dice.randrange(STEPS)  # for a third of the time, old versions are not told
    published: set[int] = set()
    for step in range(STEPS):
        for number in sorted(due)[len(published) : sum(at <= step for at in due.values())]:
            publish(rig, number)
            published.add(number)
        rig.emulator.control.knobs.patch(decorations=(step - blind) % STEPS > 2)
        forms = rig.emulator.control.forms.show(FORM)["versions"]
        ready = [one for one in waiting if one["version"] in published]
        if step < STEPS - 1:
            ready = ready[: LEADS // STEPS + dice.randrange(40)]
        for lead in ready:
            form = forms[lead["version"] - 1]
            submit(rig, lead, form, push=dice.random() < 0.4, late=dice.choice((0, 0, 0, 90_000)))
            waiting.remove(lead)
        order(rig, dice, begin)
        yield published
    assert not waiting
    rig.emulator.control.knobs.patch(decorations=True)
    rig.api.post(f"/accounts/{MAIN}/reconcile")
    rig.run_for(HOUR + 10 * MINUTE)  # the forms are read again meanwhile
    yield published


def order(rig: Rig, dice: random.Random, begin: int) -> None:
    """LinkedIn pushes; or somebody pulls a window by hand; or only time passes: in any order."""
    for what in dice.sample(("push", "pull", "time"), 3):
        if what == "push":
            rig.emulator.tick()
            rig.drain()
        elif what == "time":
            rig.run_for(2 * MINUTE)
        elif dice.random() < 0.5:
            since = begin - dice.randrange(DAY, 40 * DAY)
            window = {"since": iso(since), "until": iso(since + dice.randrange(HOUR, 20 * DAY))}
            assert rig.api.post(f"/accounts/{MAIN}/pull", window).status_code == 202
            rig.drain()


def iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000).astimezone().isoformat()


def columns(rig: Rig, table: str) -> dict[str, str]:
    """Name and type of each, as the database has them."""
    engine = create_engine(
        (rig.settings.database_owner_url or rig.settings.store_url).replace("ql://", "ql+psycopg://")
    )
    schema, _, name = table.rpartition(".")
    found = {one["name"]: str(one["type"]) for one in inspect(engine).get_columns(name, schema or None)}
    engine.dispose()
    return found


def cells(rig: Rig) -> dict[str, Lead]:
    """Every cell by what it holds, not by its name or how it came; each compared with LinkedIn's truth."""
    shown, stored = rig.api.get(f"/forms/{FORM}").json(), {}
    rows = table_rows(rig, shown["table"])
    own = [one for one in shown["columns"] if one["kind"] != "fixed"]
    versions = rig.emulator.control.forms.show(FORM)["versions"]
    truth = rig.emulator.control.leads.truth(form=FORM, readable=True, limit=2 * LEADS)
    assert rows.keys() == {one["id"] for one in truth} and len(truth) == LEADS
    for one in truth:
        lead, row = one["lead"], rows[one["id"]]
        version = int(lead["versionedLeadGenFormUrn"].rpartition(",")[2].strip(" )"))
        held = {(name_of(column), column["type"]): row[column["name"]] for column in own}
        wanted: dict[tuple[str, str], Any] = dict.fromkeys(held)
        for name, value in expected(versions[version - 1], lead).items():
            if value is not None:
                wanted[name, kind(value)] = value
        assert held == wanted, one["id"]
        fixed = {
            name: row[name] for name in ("form_version", "submitted_at", "test_lead", "creative_id", "extras")
        }
        assert (fixed["form_version"], fixed["creative_id"]) == (version, AD.rpartition(":")[2])
        stored[one["id"]] = held | {(name, "fixed"): value for name, value in fixed.items()}
    return stored


def kind(value: Any) -> str:
    return {bool: "boolean", list: "list", str: "text"}[type(value)]


def test_in_whatever_order_a_thousand_leads_of_five_versions_come_every_cell_is_right(
    homes: Homes, tmp_path: Path
) -> None:
    ends, ways, guessed = [], set(), 0
    for seed in (1, 2):
        folder = tmp_path / str(seed)
        folder.mkdir()
        with staged(homes, folder, synced, Rig, **OPEN) as rig:
            have: dict[str, str] = {}
            for _ in story(rig, seed):
                shown = rig.api.get(f"/forms/{FORM}").json()
                guessed += any(one["reconstructed"] for one in shown["versions"])
                now = columns(rig, shown["table"])
                assert have.items() <= now.items(), "a column went, or has another name or type"
                have = now
            ways |= {one["received_via"] for one in rig.api.all("/leads", form=FORM)}
            assert not [one for one in shown["versions"] if one["reconstructed"]]
            assert rig.api.all("/quarantine") == []
            ends.append(cells(rig))
    assert ends[0] == ends[1]
    assert ways == {"push", "pull", "reconcile"}
    assert guessed, "no version was ever met that nobody told"
