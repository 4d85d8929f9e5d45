"""What people had erased is nowhere: not in tables, not in files, not in logs, not after a re-sync."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.absence.conftest import OPEN
from tests.databases import SqliteHomes
from tests.rig import MAIN, Rig, staged, synced
from tests.store.samples import everything

from leadwire import graves
from leadwire.linkedin.answers import Answer
from leadwire.linkedin.client import Request

FORM = 7234246
CANARY, ADDRESS = "Kanarienvogel", "Kanari@Example.com"


def question(rig: Rig, name: str) -> str:
    columns = rig.api.get(f"/forms/{FORM}").json()["columns"]
    return next(str(one["question_id"]) for one in columns if one["name"] == name)


def submit(rig: Rig, **more: Any) -> str:
    answers = {question(rig, "first_name"): CANARY, question(rig, "email"): ADDRESS}
    lead = str(rig.emulator.control.leads.submit(FORM, answers=answers, **more)["id"])
    rig.emulator.tick()
    rig.drain()
    return lead


def places(rig: Rig, *words: str) -> list[str]:
    """Where any of these words stands: tables, and the files of HOME and of a SQLite database."""
    with rig.workspace.read() as tx:
        found = [name for name, rows in everything(tx).items() if any(word in str(rows) for word in words)]
    folders = {rig.settings.home, Path(rig.settings.store_url.removeprefix("sqlite:///")).parent}
    if rig.store.dialect == "postgresql":
        folders = {rig.settings.home}
    for path in sorted(path for folder in folders if folder.is_dir() for path in folder.rglob("*")):
        data = path.read_bytes().lower() if path.is_file() else b""
        if any(word.lower().encode() in data for word in words):
            found.append(path.name)
    return found


class Between(Rig):
    """`erases` a lead when LinkedIn has answered with it, before anybody has read the answer."""

    erases = ""

    def carry(self, request: Request) -> Answer:
        said = super().carry(request)
        if self.erases and self.erases.encode() in said.body:
            lead, self.erases = self.erases, ""
            assert self.api.delete(f"/leads/{lead}").status_code == 204
        return said


def test_an_address_is_erased_from_everywhere_and_a_walk_does_not_bring_it_back(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    leads = [submit(rig), submit(rig)]
    odd = submit(rig)
    rig.emulator.control.leads.spoil(odd, "null")
    rig.api.post(f"/accounts/{MAIN}/pull", {})
    rig.run_for(60_000)
    assert places(rig, CANARY)
    answer = rig.api.post("/erasures", {"email": ADDRESS.upper()})
    receipt = answer.json()
    assert (answer.status_code, receipt["leads"]) == (202, 3)
    rig.drain()
    assert places(rig, CANARY, ADDRESS, *leads) == []
    assert CANARY not in caplog.text and CANARY not in json.dumps(receipt)
    rig.emulator.control.leads.resubmit(leads[0])
    rig.emulator.tick()
    rig.api.post(f"/accounts/{MAIN}/pull", {})
    rig.run_for(60_000)
    assert places(rig, CANARY, ADDRESS) == []
    assert [rig.api.get(f"/leads/{lead}").status_code for lead in leads] == [404, 404]
    assert rig.api.post("/erasures", {"email": ADDRESS}).json()["leads"] == 0


def test_one_lead_is_erased_once_and_one_not_here_stays_away(quick: Rig) -> None:
    lead = submit(quick)
    assert quick.api.delete(f"/leads/{lead}").status_code == 204
    assert quick.api.delete(f"/leads/{lead}").status_code == 404
    assert quick.api.post("/erasures", {"lead": lead}).json()["leads"] == 0
    away = quick.emulator.control.leads.submit(FORM, push=False)["id"]
    assert quick.api.post("/erasures", {"lead": away}).json()["leads"] == 0
    quick.emulator.control.leads.notify(away)
    quick.emulator.tick()
    quick.run_for(60_000)
    assert quick.api.get(f"/leads/{away}").status_code == 404
    for odd in ({}, {"lead": lead, "email": ADDRESS}, {"email": "nobody"}):
        answer = quick.api.post("/erasures", odd)
        assert answer.status_code == 422
        assert "Erasure" not in answer.text, "no name of our classes"


def test_a_page_that_is_under_way_does_not_bring_an_erased_lead_back(
    sqlite_homes: SqliteHomes, tmp_path: Path
) -> None:
    with staged(sqlite_homes, tmp_path, synced, Between, **OPEN) as rig:
        lead = submit(rig)
        rig.api.post(f"/accounts/{MAIN}/pull", {})
        rig.erases = lead
        rig.drain()
        assert rig.erases == "", "no page was under way"
        assert rig.api.get(f"/leads/{lead}").status_code == 404
        assert places(rig, CANARY, lead) == []


def test_the_file_beside_the_database_names_nobody_and_is_written_first(quick: Rig) -> None:
    lead, path = submit(quick), quick.settings.home / graves.NAME
    quick.api.post("/erasures", {"lead": lead})
    (line,) = path.read_text().splitlines()
    assert lead not in line and path.stat().st_mode & 0o777 == 0o600
    with path.open("a") as file:
        file.write(line[:40])  # a torn end says nothing
    (mark,) = graves.read(quick.settings.home)
    assert (mark.kind, mark.workspace_id) == ("erased", quick.workspace.id)
    other = submit(quick)
    path.unlink()
    path.mkdir()
    with pytest.raises(OSError):
        quick.app.erasure.lead(quick.workspace, other, "test")
    assert quick.api.get(f"/leads/{other}").status_code == 200


def test_a_reader_that_stays_holds_the_files_up_only_until_it_goes(quick: Rig) -> None:
    lead = submit(quick)
    with quick.workspace.read() as tx:
        tx.leads.get(lead)  # the snapshot begins here
        quick.api.post("/erasures", {"lead": lead})
        assert places(quick, CANARY)
    quick.run_for(60_000)
    assert places(quick, CANARY) == []
