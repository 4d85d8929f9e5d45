"""Every cell of every form table equals what LinkedIn holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.ingest.truth import expected, name_of, table_rows
from tests.rig import MAIN, PAGE, Rig

OWNERS = {f"urn:li:sponsoredAccount:{MAIN}", "urn:li:organization:11223344"}


def test_every_cell_of_every_form_in_every_version(rig: Rig) -> None:
    rig.emulator.control.knobs.patch(retention_other_days=365)
    rig.connect_member()
    rig.sync(MAIN)
    rig.sync(PAGE)
    forms = {form["id"]: form for form in rig.api.all("/forms")}
    truth = [form for owner in OWNERS for form in rig.emulator.control.forms.truth(owner)]
    assert len(truth) >= 6
    compared = 0
    locales, versions = set(), 0
    for form in truth:
        shown = forms[str(form["id"])]
        stored = table_rows(rig, shown["table"])
        columns = [column for column in shown["columns"] if column["kind"] != "fixed"]
        by_version = {version["versionId"]: version for version in form["versions"]}
        versions = max(versions, len(by_version))
        leads = rig.emulator.control.leads.truth(form=form["id"], readable=True, limit=100_000)
        assert stored.keys() == {one["id"] for one in leads}
        for one in leads:
            version = by_version[version_of(one["lead"])]
            locales.add(version["creationLocale"]["language"])
            compared += compare(one["lead"], version, columns, stored[one["id"]])
    assert compared > 2_000
    assert len(locales) >= 4 and versions >= 3
    assert rig.api.all("/quarantine") == []


def compare(lead: dict[str, Any], version: dict[str, Any], columns: list[Any], row: dict[str, Any]) -> int:
    """Each column against the truth; columns of other versions are empty. Returns the number of cells."""
    wanted = expected(version, lead)
    for column in columns:
        cell = row[column["name"]]
        due = wanted.pop(name_of(column), None)
        assert cell == (due if not isinstance(due, bool) else int(due) if isinstance(cell, int) else due), (
            column
        )
    assert wanted == {}, "an answer has no column"
    assert row["test_lead"] in (lead["testLead"], int(lead["testLead"]))
    assert moment(row["submitted_at"]) == lead["submittedAt"]
    assert row["lead_type"] == lead["leadType"]
    assert row["form_version"] == version["versionId"]
    assert row["received_via"] == "backfill"
    assert row["deleted_at"] is None
    if "leadMetadata" in lead:
        campaign = lead["leadMetadata"]["sponsoredLeadMetadata"]["campaign"]
        assert row["campaign_id"] == campaign.rpartition(":")[2]
    return len(columns) + 6


def version_of(lead: dict[str, Any]) -> int:
    return int(lead["versionedLeadGenFormUrn"].rpartition(",")[2].strip(" )"))


def moment(value: Any) -> int:
    """RFC 3339 text in SQLite, a timestamp in PostgreSQL -> epoch ms."""
    if isinstance(value, str):
        assert value.endswith("Z") and len(value) == 24
        value = datetime.fromisoformat(value)
    return round(value.astimezone(UTC).timestamp() * 1000)
