"""Leads of every kind beside each other, forms wider than a table, and every script and sign that people write."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from tests.ingest.truth import table_rows
from tests.rig import MAIN, PAGE, Homes, Rig, sqlite_only, staged, synced

OPEN: dict[str, Any] = {"knobs": {"allow_http_webhooks": True}, "allow_http_webhooks": True}
ACCOUNT, ORGANIZATION = f"urn:li:sponsoredAccount:{MAIN}", "urn:li:organization:11223344"
KINDS = {
    "SPONSORED": ACCOUNT,
    "EVENT": ORGANIZATION,
    "COMPANY": ORGANIZATION,
    "ORGANIZATION_PRODUCT": ORGANIZATION,
}
MINUTE, MANY = 60_000, 2_000
WRITTEN = (
    "👩‍👩‍👧 𝒁oë 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "\u202eevil\u202c \u2067שלום\u2069 مرحبا",
    "e\u0301 and \u00e9, Å and \u212b, ﬁ",
    "zero\u200bwidth\ufeff\u2060joined",
    "line\r\nline\ttab\x0b\x1b[31m\x7f\u2028",
    "'; DROP TABLE leads; -- \"\\ {{7*7}} %s $1",
    " ",
    "x" * 10_000 + "å",
)


@pytest.fixture
def rig(homes: Homes, tmp_path: Path) -> Iterator[Rig]:
    with staged(homes, tmp_path, synced, Rig, **OPEN) as rig:
        yield rig


def form(rig: Rig, owner: str, questions: list[dict[str, Any]], kind: str = "SPONSORED") -> int:
    made = rig.emulator.control.forms.create(
        owner, name=f"All of {kind}", questions=questions, lead_type=kind
    )
    return int(made["id"])


@sqlite_only
@pytest.mark.parametrize("pushed", [True, False], ids=["pushed", "pulled"])
def test_leads_of_every_kind_and_test_leads_are_kept_apart(rig: Rig, pushed: bool) -> None:
    rig.sync(PAGE)
    wanted: Counter[tuple[str, str, bool]] = Counter()
    for number, (kind, owner) in enumerate(KINDS.items(), 1):
        asked = form(rig, owner, [{"predefined": "EMAIL"}], kind)
        for test in (*[False] * number, True):
            rig.emulator.control.leads.submit(asked, test=test, push=pushed)
            wanted[str(asked), kind, test] += 1
    rig.emulator.tick()
    rig.run_for(0 if pushed else 6 * MINUTE)
    forms = {one for one, _, _ in wanted}
    stored = [one for one in rig.api.all("/leads") if one["form"] in forms]
    assert Counter((one["form"], one["lead_type"], one["test_lead"]) for one in stored) == wanted
    assert {one["received_via"] for one in stored} == {"push" if pushed else "pull"}
    tests = {one["id"] for one in stored if one["test_lead"]}
    assert tests == {one["id"] for one in rig.api.all("/leads", test="true") if one["form"] in forms}


def test_what_people_write_is_stored_sign_by_sign_and_its_bytes_as_they_came(rig: Rig) -> None:
    asked = form(rig, ACCOUNT, [{"text": "Say something"}])
    question = rig.emulator.control.forms.show(asked)["versions"][0]["content"]["questions"][0]["questionId"]
    said = {}
    for text in WRITTEN:
        lead = rig.emulator.control.leads.submit(asked, answers={str(question): text}, push=False)["id"]
        said[str(lead)] = text
    assert normalize("NFC", WRITTEN[2]) != WRITTEN[2]
    rig.run_for(6 * MINUTE)
    table = rig.api.get(f"/forms/{asked}").json()["table"]
    assert {lead: row["say_something"] for lead, row in table_rows(rig, table).items()} == said
    with rig.workspace.read() as tx:
        kept = {lead: tx.leads.raw(lead) for lead in said}
    assert {lead: json.loads(raw or b"") for lead, raw in kept.items()} == {
        lead: json.loads(rig.emulator.control.leads.sent(lead)) for lead in said
    }
    for lead, text in said.items():
        assert rig.api.get(f"/leads/{lead}").json()["answers"]["say_something"] == text


def test_every_answer_of_a_form_wider_than_a_table_can_be_read(rig: Rig) -> None:
    asked = form(rig, ACCOUNT, [{"text": f"Question {number}?"} for number in range(MANY)])
    questions = rig.emulator.control.forms.show(asked)["versions"][0]["content"]["questions"]
    said = {str(one["questionId"]): f"answer {number}" for number, one in enumerate(questions)}
    lead = str(rig.emulator.control.leads.submit(asked, answers=said, push=False)["id"])
    rig.run_for(6 * MINUTE)
    shown = rig.api.get(f"/leads/{lead}").json()
    columns = [one for one in rig.api.get(f"/forms/{asked}").json()["columns"] if one["kind"] == "custom"]
    assert len(columns) == 200
    readable = {*shown["answers"].values(), *shown["extras"].values()}
    assert readable == set(said.values()) and len(readable) == MANY
    assert rig.api.all("/quarantine") == []
