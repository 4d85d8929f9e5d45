"""One odd field never costs a lead, one odd lead never costs a page (LGF-113, LGF-114); what waits can be mended."""

from __future__ import annotations

import json

import pytest
from tests.rig import MAIN, Rig

FORM = 7234246  # Spanish: predefined, a multiple choice, a custom text, a consent, two hidden fields
OWNER = f"urn:li:sponsoredAccount:{MAIN}"
FINDER = "leadFormResponses.FINDER-owner"

WHOLE = (
    "no_submitted_at", "zero_submitted_at", "seconds_submitted_at", "negative_submitted_at", "year_9999_submitted_at",
    "no_id", "no_form_urn", "bad_form_urn", "null", "text", "number", "list",
)  # fmt: skip
FIELD = ("odd_answer_type", "number_answer", "boolean_answer", "null_answer", "unknown_answer_kind", "unknown_option",
         "nul_answer", "surrogate_answer")  # fmt: skip
HARMLESS = ("unknown_lead_type", "unknown_member", "no_answers", "blank_in_form_urn", "empty_answer", "emoji_answer",
            "script_answer", "long_answer", "doubled_member", "unknown_question",
            "answer_without_question")  # fmt: skip


def spoil_each(rig: Rig, kinds: tuple[str, ...]) -> dict[str, str]:
    """A fresh lead per kind, spoilt in that way; kind -> lead id."""
    leads = rig.emulator.control.leads
    made = {kind: leads.submit(FORM)["id"] for kind in kinds}
    for kind, lead in made.items():
        leads.spoil(lead, kind)
    return made


def stored(rig: Rig) -> set[str]:
    return {lead["id"] for lead in rig.api.all("/leads")}


def test_a_poisoned_page_costs_nobody_else(rig: Rig) -> None:
    odd = spoil_each(rig, WHOLE + FIELD + HARMLESS)
    good = set(rig.emulator.control.leads.ids(owner=OWNER, readable=True)) - set(odd.values())
    rig.connect_member()
    rig.sync()
    (run,) = [run for run in rig.api.all("/runs") if run["kind"] == "backfill"]
    assert run["state"] == "done"
    assert stored(rig) == good | {odd[kind] for kind in FIELD + HARMLESS}
    waiting = rig.api.all("/quarantine")
    assert sum(one["level"] == "lead" for one in waiting) == len(WHOLE)
    by_lead = {one["lead"]: one for one in waiting if one["level"] == "field"}
    assert {odd[kind] for kind in FIELD} <= by_lead.keys()
    assert not {odd[kind] for kind in HARMLESS} & by_lead.keys()
    assert all(one["reason"] and one["raw"] is not None for one in waiting)
    assert run["quarantined"] == len(waiting)


def test_reading_the_same_poison_again_notes_nothing_twice(rig: Rig) -> None:
    spoil_each(rig, ("no_submitted_at", "unknown_option", "null"))
    rig.connect_member()
    rig.sync()
    before = {one["id"] for one in rig.api.all("/quarantine")}
    rig.run_for(30 * 60_000)
    assert {one["id"] for one in rig.api.all("/quarantine")} == before and len(before) == 3


def choose_what_is_not_there(rig: Rig) -> str:
    """A lead whose multiple choice names an option that its version of the form does not have."""
    leads = rig.emulator.control.leads
    made = leads.submit(FORM)
    response = made["lead"]["formResponse"]
    for answer in response["answers"]:
        if "multipleChoiceAnswer" in answer["answerDetails"]:
            answer["answerDetails"]["multipleChoiceAnswer"]["options"] = [99]
    leads.spoil(made["id"], "raw", "formResponse", json.dumps(response))
    return str(made["id"])


def test_a_field_is_given_a_value_and_keeps_it(rig: Rig) -> None:
    lead = choose_what_is_not_there(rig)
    rig.connect_member()
    rig.sync()
    (one,) = rig.api.all("/quarantine")
    assert (one["level"], one["lead"], one["state"]) == ("field", lead, "open")
    assert rig.api.get(f"/leads/{lead}").json()["answers"][one["column"]] is None
    refused = rig.api.patch(f"/quarantine/{one['id']}", {"value": 7})
    assert refused.status_code == 422 and "list of texts" in refused.json()["detail"]
    assert rig.api.patch(f"/quarantine/{one['id']}", {"value": ["Rojo"]}).status_code == 200
    assert rig.api.post(f"/quarantine/{one['id']}/retry").json()["state"] == "resolved"
    assert rig.api.get(f"/leads/{lead}").json()["answers"][one["column"]] == ["Rojo"]
    rig.run_for(30 * 60_000)
    assert rig.api.get(f"/leads/{lead}").json()["answers"][one["column"]] == ["Rojo"]
    assert rig.api.all("/quarantine") == []


def test_a_field_mended_at_the_source_is_read_anew(rig: Rig) -> None:
    lead = spoil_each(rig, ("odd_answer_type",))["odd_answer_type"]
    rig.connect_member()
    rig.sync()
    (one,) = rig.api.all("/quarantine")
    rig.emulator.control.leads.mend(lead)
    rig.advance(1_000)
    assert rig.api.post(f"/quarantine/{one['id']}/retry").json()["state"] == "resolved"
    assert rig.api.get(f"/leads/{lead}").json()["answers"][one["column"]] is not None
    assert rig.api.all("/quarantine") == []


@pytest.mark.parametrize("kind", ["no_submitted_at", "bad_form_urn"])
def test_a_lead_mended_at_the_source_lands_by_itself(rig: Rig, kind: str) -> None:
    lead = spoil_each(rig, (kind,))[kind]
    rig.connect_member()
    rig.sync()
    (one,) = rig.api.all("/quarantine")
    assert one["lead"] == lead
    named = rig.emulator.control.leads.show(lead)["lead"]["versionedLeadGenFormUrn"]
    told = f"urn:li:versionedLeadGenForm:(urn:li:leadGenForm:{one['form']},{one['form_version']})"
    assert (one["form"] is None) if kind == "bad_form_urn" else (told == named), "what its bytes name is told"
    if one["form"]:
        assert rig.api.all("/quarantine", form=one["form"]) == [one]
    rig.emulator.control.leads.mend(lead)
    rig.run_for(10 * 60_000)
    assert lead in stored(rig)
    assert rig.api.all("/quarantine") == []


def test_a_lead_is_corrected_by_hand(rig: Rig) -> None:
    lead = spoil_each(rig, ("no_submitted_at",))["no_submitted_at"]
    rig.connect_member()
    rig.sync()
    (one,) = rig.api.all("/quarantine")
    assert '"submittedAt"' not in one["raw"]
    still = rig.api.post(f"/quarantine/{one['id']}/retry").json()
    assert (still["state"], still["attempts"]) == ("open", 1)
    at = rig.now() - 60_000
    rig.api.patch(f"/quarantine/{one['id']}", {"value": {"submittedAt": at}})
    assert rig.api.post(f"/quarantine/{one['id']}/retry").json()["state"] == "resolved"
    assert lead in stored(rig)
