"""Pushes as they should not be: a thousand times, in the wrong order, of what nobody knew, after hours of refusal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ingest.test_push import FORM, MINUTE, OPEN, OWNER, asked, inbox, push, submit
from tests.rig import Homes, Rig, sqlite_only, staged, synced

pytestmark = sqlite_only
HOUR = 60 * MINUTE


class Deaf(Rig):
    """While `deaf`, LinkedIn is answered 500."""

    deaf = False

    def deliver(self, method: str, url: str, *given: Any) -> Any:
        return (500, {}, b"") if self.deaf and method == "POST" else super().deliver(method, url, *given)


@pytest.fixture
def rig(homes: Homes, tmp_path: Path) -> Iterator[Deaf]:
    with staged(homes, tmp_path, synced, Deaf, **OPEN) as rig:
        yield rig


def test_a_push_that_comes_a_thousand_times_is_one_row_and_one_call(rig: Deaf) -> None:
    rig.emulator.control.knobs.patch(push_copies=1_000)
    lead, before = submit(rig), asked(rig)
    push(rig)
    assert [(one.lead_id, one.state, one.copies) for one in inbox(rig)] == [(lead, "done", 1_000)]
    assert (asked(rig) - before).total() == 1
    assert rig.api.get(f"/leads/{lead}").json()["received_via"] == "push"


def test_a_push_that_never_comes_is_made_good_by_the_next_poll(rig: Deaf) -> None:
    rig.emulator.control.knobs.patch(push_drop_share=1.0)
    lead = submit(rig)
    push(rig)
    assert (inbox(rig), rig.api.get(f"/leads/{lead}").status_code) == ([], 404)
    rig.run_for(5 * MINUTE + 30_000)
    assert rig.api.get(f"/leads/{lead}").json()["received_via"] == "pull"


def test_what_is_said_to_be_deleted_before_it_is_said_to_be_there_never_is(rig: Deaf) -> None:
    lead = submit(rig, push=False)
    rig.emulator.control.leads.withdraw(lead)
    push(rig)
    rig.run_for(20 * MINUTE)
    for wait in (0, 21 * 24 * HOUR):  # and once more after weeks
        rig.advance(wait)
        rig.emulator.control.leads.notify(lead, "CREATED")
        push(rig)
        rig.run_for(20 * MINUTE)
        answer = rig.api.get(f"/leads/{lead}")
        assert answer.status_code == 404 or answer.json()["deleted_at"], answer.text
    assert lead not in {one["id"] for one in rig.api.all("/leads") if not one["deleted_at"]}
    assert {one.state for one in inbox(rig)} <= {"done", "parked"}
    assert rig.api.all("/quarantine") == []


def test_a_push_of_a_form_that_nobody_knew_lands_in_a_table_of_its_own(rig: Deaf) -> None:
    questions = [{"predefined": "EMAIL"}, {"text": "Why us?"}]
    form = rig.emulator.control.forms.create(OWNER, name="Brand new", questions=questions)["id"]
    lead = str(rig.emulator.control.leads.submit(form)["id"])
    push(rig)
    shown = rig.api.get(f"/leads/{lead}").json()
    assert (shown["form"], shown["received_via"]) == (str(form), "push")
    assert shown["answers"].keys() == {"email", "why_us"} and all(shown["answers"].values())
    assert rig.api.get(f"/forms/{form}").json()["name"] == "Brand new"


def test_what_is_pushed_again_every_five_minutes_until_we_take_it_is_one_lead(rig: Deaf) -> None:
    rig.deaf = True
    leads = {submit(rig) for _ in range(3)}
    for _ in range(7 * 12):
        rig.emulator.tick()
        rig.advance(5 * MINUTE)
    assert inbox(rig) == []
    rig.deaf = False
    push(rig)
    assert {one.lead_id for one in inbox(rig)} == leads
    stored = [one["id"] for one in rig.api.all("/leads", form=FORM)]
    assert leads <= set(stored) and len(stored) == len(set(stored))
    rig.advance(HOUR)
    push(rig)
    assert {one.copies for one in inbox(rig)} == {1}
