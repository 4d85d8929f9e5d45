"""Forms become tables, and tables grow, whatever version a lead comes with (LGF-102 to 107, 112)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import create_engine, inspect
from tests.ingest.truth import table_rows
from tests.rig import MAIN, Rig

SPANISH, WEBINAR = 7234246, 11780444
MINUTE, HOUR = 60_000, 3_600_000


def form(rig: Rig, form_id: int) -> dict[str, Any]:
    return dict(rig.api.get(f"/forms/{form_id}").json())


def names(shown: dict[str, Any]) -> list[str]:
    return [column["name"] for column in shown["columns"]]


def tables(rig: Rig) -> set[str]:
    """What a person's SQL tool shows of the workspace."""
    url = rig.settings.database_owner_url or rig.settings.store_url
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    schema = "ws_default" if engine.dialect.name == "postgresql" else None
    found = set(inspect(engine).get_table_names(schema))
    engine.dispose()
    return {f"{schema}.{name}" if schema else name for name in found}


def test_the_plan_can_be_read_before_anything_is_made(rig: Rig) -> None:
    rig.connect_member()
    read = rig.api.post("/forms/refresh", {"account": MAIN})
    assert read.status_code == 200
    shown = form(rig, SPANISH)
    plan = rig.api.get(f"/forms/{SPANISH}/plan").json()
    assert "CREATE TABLE" in str(plan) and "nombre" not in str(plan)
    assert shown["table"] not in tables(rig)
    rig.sync()
    assert shown["table"] in tables(rig)
    assert "CREATE TABLE" not in str(rig.api.get(f"/forms/{SPANISH}/plan").json())


def test_reading_the_forms_again_changes_nothing(rig: Rig) -> None:
    rig.connect_member()
    rig.sync()
    before = rig.api.all("/forms")
    again = rig.app.duties.read_forms(rig.workspace, f"urn:li:sponsoredAccount:{MAIN}")
    assert (again.new, again.changed, again.unreadable) == ((), (), 0)
    after = rig.api.all("/forms")
    assert [one["columns"] for one in after] == [one["columns"] for one in before]


def test_a_new_version_adds_its_column_and_renames_none(rig: Rig) -> None:
    rig.connect_member()
    rig.sync()
    before = form(rig, SPANISH)
    truth = next(one for one in rig.emulator.control.forms.truth() if one["id"] == SPANISH)
    latest = truth["versions"][-1]
    questions = [
        {"predefined": "FIRST_NAME", "text": "¿Cómo te llamas?"},
        {"text": "¿Cuántos sois?", "options": ["1", "2-10"]},
    ]
    rig.emulator.control.forms.publish(SPANISH, questions=questions)
    lead = rig.emulator.control.leads.submit(SPANISH)["id"]
    rig.run_for(HOUR + MINUTE)
    shown = form(rig, SPANISH)
    assert shown["version"] == latest["versionId"] + 1
    assert names(shown)[: len(names(before))] == names(before)
    added = set(names(shown)) - set(names(before))
    assert added == {"cuantos_sois"}
    row = table_rows(rig, shown["table"])[lead]
    assert row["cuantos_sois"] in (["1"], ["2-10"])
    assert row["first_name"]


def test_a_version_that_cannot_be_learned_is_reconstructed_and_projected_again_later(rig: Rig) -> None:
    """F20. Old versions come only through the finder's decoration, which is best effort."""
    rig.emulator.control.knobs.patch(decorations=False)
    rig.connect_member()
    rig.sync()
    shown = form(rig, WEBINAR)
    guessed = [one["version"] for one in shown["versions"] if one["reconstructed"]]
    assert guessed, "no old version had leads"
    some = next(
        one["id"]
        for one in rig.emulator.control.leads.truth(form=WEBINAR, readable=True)
        if one["lead"]["versionedLeadGenFormUrn"].endswith(f",{guessed[0]})")
    )
    before = rig.api.get(f"/leads/{some}").json()
    rig.emulator.control.knobs.patch(decorations=True)
    rig.run_for(HOUR + MINUTE)
    shown = form(rig, WEBINAR)
    assert not [one for one in shown["versions"] if one["reconstructed"]]
    after = rig.api.get(f"/leads/{some}").json()
    filled = {name: value for name, value in after["answers"].items() if value is not None}
    assert len(filled) > len([value for value in before["answers"].values() if value is not None])
    assert after["received_via"] == before["received_via"] == "backfill"


def test_a_form_is_polled_at_its_own_interval(rig: Rig) -> None:
    """LGF-201: one minute for one form, twenty-four hours for the rest."""
    rig.connect_member()
    rig.sync()
    rig.api.patch("/settings", {"poll_interval": "24h"})
    assert rig.api.patch(f"/forms/{SPANISH}", {"poll_interval": "1m"}).status_code == 200
    # By then a verdict has vouched for what was empty at first, and it was asked again.
    rig.run_for(HOUR + 10 * MINUTE)
    lead = rig.emulator.control.leads.submit(SPANISH)["id"]
    other = rig.emulator.control.leads.submit(WEBINAR)["id"]
    rig.run_for(2 * MINUTE)
    stored = {one["id"] for one in rig.api.all("/leads")}
    assert lead in stored and other not in stored
    refused = rig.api.patch(f"/forms/{SPANISH}", {"poll_interval": "30s"})
    assert refused.status_code == 422
