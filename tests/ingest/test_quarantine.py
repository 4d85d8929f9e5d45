"""What a person decided about odd bytes stands for as long as LinkedIn sends the same (LGF-113, LGF-114)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.rig import MAIN, Rig

FORM = 7234246  # Spanish; its multiple choice has a column of lists
OWNER = f"urn:li:sponsoredAccount:{MAIN}"
MINUTE, DAY = 60_000, 86_400_000


def choose(rig: Rig, lead: str, response: Any, option: int) -> None:
    """LinkedIn shows the lead with this option chosen; the form has none above a few."""
    for answer in response["answers"]:
        if "multipleChoiceAnswer" in answer["answerDetails"]:
            answer["answerDetails"]["multipleChoiceAnswer"]["options"] = [option]
    rig.emulator.control.leads.spoil(lead, "raw", "formResponse", json.dumps(response))


class Field:
    """A lead whose choice names an option that is not there, and the item that says so."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        made = rig.emulator.control.leads.submit(FORM)
        self.lead, self.response = str(made["id"]), made["lead"]["formResponse"]
        choose(rig, self.lead, self.response, 99)
        rig.connect_member()
        rig.sync()
        (self.item,) = rig.api.all("/quarantine")
        self.path = f"/quarantine/{self.item['id']}"

    def give(self, *value: str) -> Any:
        """Correct it by hand; the item afterwards."""
        assert self.rig.api.patch(self.path, {"value": list(value)}).status_code == 200
        return self.rig.api.post(f"{self.path}/retry").json()

    @property
    def cell(self) -> Any:
        return self.rig.api.get(f"/leads/{self.lead}").json()["answers"][self.item["column"]]


class Whole:
    """A lead that cannot be read, and the item that says so."""

    def __init__(self, rig: Rig, kind: str = "no_submitted_at") -> None:
        self.rig = rig
        self.lead = str(rig.emulator.control.leads.submit(FORM)["id"])
        rig.emulator.control.leads.spoil(self.lead, kind)
        rig.connect_member()
        rig.sync()
        (self.item,) = rig.api.all("/quarantine")
        self.path = f"/quarantine/{self.item['id']}"

    def give(self, **members: Any) -> Any:
        assert self.rig.api.patch(self.path, {"value": members}).status_code == 200
        return self.rig.api.post(f"{self.path}/retry").json()

    @property
    def shown(self) -> Any:
        return self.rig.api.get(f"/leads/{self.lead}").json()


def read_again(rig: Rig) -> None:
    """All of it, by hand: as a poll or a reconciliation would."""
    rig.advance(1_000)
    assert rig.api.post(f"/accounts/{MAIN}/pull").status_code == 202
    rig.run_for(10 * MINUTE)


def open_items(rig: Rig) -> list[Any]:
    return rig.api.all("/quarantine")


class TestACorrectionStands:
    def test_a_lead_while_the_same_bytes_come(self, rig: Rig) -> None:
        whole = Whole(rig)
        at = rig.now() - MINUTE
        assert whole.give(submittedAt=at)["state"] == "resolved"
        for _ in range(2):
            read_again(rig)
            assert open_items(rig) == []
            assert whole.shown["form"] == str(FORM)
        assert [run["quarantined"] for run in rig.api.all("/runs", kind="manual")] == [0, 0]

    def test_through_a_rebuild(self, rig: Rig) -> None:
        whole = Whole(rig)
        at = rig.now() - MINUTE
        whole.give(submittedAt=at)
        before = whole.shown
        assert rig.api.post(f"/forms/{FORM}/rebuild").status_code in (200, 202)
        rig.run_for(MINUTE)
        assert (whole.shown, open_items(rig)) == (before, [])

    def test_a_field_through_reading_and_rebuilding(self, rig: Rig) -> None:
        field = Field(rig)
        field.give("Rojo")
        read_again(rig)
        rig.api.post(f"/forms/{FORM}/rebuild")
        rig.run_for(MINUTE)
        assert field.cell == ["Rojo"] and open_items(rig) == []

    def test_until_linkedin_sends_a_good_value(self, rig: Rig) -> None:
        field = Field(rig)
        field.give("Rojo")
        rig.emulator.control.leads.mend(field.lead)
        read_again(rig)
        assert field.cell not in (None, ["Rojo"])
        assert open_items(rig) == []

    def test_until_linkedin_sends_another_odd_value(self, rig: Rig) -> None:
        field = Field(rig)
        field.give("Rojo")
        choose(rig, field.lead, field.response, 98)
        read_again(rig)
        assert field.cell is None
        (one,) = open_items(rig)
        assert ("98" in one["raw"], one["column"], one["value"]) == (True, field.item["column"], None)
        choose(rig, field.lead, field.response, 99)
        read_again(rig)
        assert field.cell == ["Rojo"] and open_items(rig) == []

    def test_a_lead_until_linkedin_mends_it(self, rig: Rig) -> None:
        whole = Whole(rig)
        whole.give(submittedAt=rig.now() - DAY)
        corrected = whole.shown["submitted_at"]
        rig.emulator.control.leads.mend(whole.lead)
        read_again(rig)
        assert whole.shown["submitted_at"] != corrected
        assert open_items(rig) == []

    def test_in_its_own_account_only(self, rig: Rig) -> None:
        """`null` says nothing of whose lead it is."""
        whole = Whole(rig, "null")
        given = rig.emulator.control.leads.truth(owner=OWNER, form=FORM)[0]["lead"] | {"id": whole.lead}
        assert whole.give(**given)["state"] == "resolved"
        other = rig.emulator.control.leads.submit(FORM)["id"]
        rig.emulator.control.leads.spoil(other, "null")
        read_again(rig)
        assert open_items(rig) == [] and whole.shown["id"] == whole.lead
        with rig.workspace.read() as tx:
            digest = tx.leads.known([whole.lead])[whole.lead].digest or b""
            assert tx.quarantine.corrections(OWNER, "SPONSORED", [digest])
            assert not tx.quarantine.corrections("urn:li:sponsoredAccount:1", "SPONSORED", [digest])


class TestCorrectingAgain:
    def test_a_field(self, rig: Rig) -> None:
        field = Field(rig)
        field.give("Rjo")
        assert rig.api.patch(field.path, {"value": ["Rojo"]}).json()["state"] == "open"
        read_again(rig)  # the same bytes do not put the new value in place, so they do not close it
        assert rig.api.get(field.path).json()["state"] == "open"
        assert rig.api.post(f"{field.path}/retry").json()["state"] == "resolved"
        assert field.cell == ["Rojo"]

    @pytest.mark.parametrize("days", [1, 2, 3])
    def test_a_lead(self, rig: Rig, days: int) -> None:
        """Which of two corrections has the greater digest must not matter."""
        whole = Whole(rig)
        whole.give(submittedAt=rig.now() - MINUTE)
        at = rig.now() - days * DAY
        assert rig.api.patch(whole.path, {"value": {"submittedAt": at}}).json()["state"] == "open"
        read_again(rig)
        assert rig.api.get(whole.path).json()["state"] == "open"
        assert rig.api.post(f"{whole.path}/retry").json()["state"] == "resolved"
        with rig.workspace.read() as tx:
            assert tx.leads.get(whole.lead).submitted_at == at


class TestDismissing:
    def test_an_open_field_accepts_it_as_it_is(self, rig: Rig) -> None:
        field = Field(rig)
        assert rig.api.delete(field.path).status_code == 204
        read_again(rig)
        rig.api.post(f"/forms/{FORM}/rebuild")
        rig.run_for(MINUTE)
        assert field.cell is None and open_items(rig) == []
        choose(rig, field.lead, field.response, 98)
        read_again(rig)
        assert ["98" in one["raw"] for one in open_items(rig)] == [True]

    def test_an_open_lead_leaves_it_out(self, rig: Rig) -> None:
        whole = Whole(rig)
        rig.api.delete(whole.path)
        read_again(rig)
        assert open_items(rig) == []
        assert rig.api.get(f"/leads/{whole.lead}").status_code == 404
        rig.emulator.control.leads.mend(whole.lead)
        read_again(rig)
        assert whole.shown["id"] == whole.lead

    @pytest.mark.parametrize("made", [Field, Whole])
    def test_a_resolved_one_keeps_the_correction(self, rig: Rig, made: Any) -> None:
        one = made(rig)
        one.give("Rojo") if made is Field else one.give(submittedAt=rig.now() - MINUTE)
        before = rig.api.get(f"/leads/{one.lead}").json()
        assert rig.api.delete(one.path).status_code == 204
        read_again(rig)
        rig.api.post(f"/forms/{FORM}/rebuild")
        rig.run_for(MINUTE)
        assert rig.api.get(f"/leads/{one.lead}").json() == before
        assert open_items(rig) == rig.api.all("/quarantine", state="resolved") == []
        assert rig.api.get(one.path).status_code == 404

    def test_one_that_mended_itself_is_noted_again_if_it_comes_again(self, rig: Rig) -> None:
        field = Field(rig)
        rig.emulator.control.leads.mend(field.lead)
        read_again(rig)
        assert rig.api.delete(field.path).status_code == 204
        choose(rig, field.lead, field.response, 99)
        read_again(rig)
        assert [one["column"] for one in open_items(rig)] == [field.item["column"]]

    def test_a_value_on_its_way_is_taken_back(self, rig: Rig) -> None:
        field = Field(rig)
        field.give("Rojo")
        rig.api.patch(field.path, {"value": ["Azul"]})
        rig.api.delete(field.path)
        assert field.cell is None


class TestARetryOfWhatIsGone:
    def test_a_field_stays_as_old_as_its_record(self, rig: Rig) -> None:
        """LinkedIn answers 404: what is on record was asked for when it was."""
        field = Field(rig)
        rig.emulator.control.leads.hide(field.lead)
        rig.advance(DAY)
        with rig.workspace.write() as tx:
            tx.leads.mark_missing([field.lead], rig.now())
            before = tx.leads.record(field.lead)
        assert field.give("Rojo")["state"] == "resolved"
        with rig.workspace.read() as tx:
            assert tx.leads.record(field.lead) == before
            assert tx.leads.get(field.lead).missing_since == rig.now()
        assert field.cell == ["Rojo"]

    def test_a_lead_does_not_win_against_what_was_asked_for_later(self, rig: Rig) -> None:
        whole = Whole(rig)
        rig.emulator.control.leads.hide(whole.lead)
        rig.advance(DAY)
        with rig.workspace.write() as tx:
            tx.erasing.tombstone(whole.lead, OWNER, "SPONSORED", rig.now(), rig.now())
        assert rig.api.patch(whole.path, {"value": {"submittedAt": rig.now()}}).status_code == 404
        assert rig.api.get(f"/leads/{whole.lead}").status_code == 404

    def test_a_correction_is_as_old_as_the_bytes(self, rig: Rig) -> None:
        whole = Whole(rig)
        with rig.workspace.read() as tx:
            seen = tx.quarantine.get(whole.item["id"]).first_seen
        rig.advance(DAY)
        assert whole.give(submittedAt=rig.now() - MINUTE)["state"] == "resolved"
        with rig.workspace.read() as tx:
            assert tx.leads.known([whole.lead])[whole.lead].issued_at <= seen

    def test_no_bytes_of_an_erased_lead_are_kept(self, rig: Rig) -> None:
        whole = Whole(rig)
        with rig.workspace.write() as tx:
            tx.erasing.erase(whole.lead, rig.now())
        read_again(rig)
        assert open_items(rig) == []
        assert rig.api.get(f"/leads/{whole.lead}").status_code == 404
