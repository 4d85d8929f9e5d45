"""A backup that is made while leads come in: one moment of everything, and no writer is held up."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from tests.absence.test_history import counts, story
from tests.cli.people import until
from tests.databases import KEY
from tests.rig import MAIN, Rig
from tests.store.samples import everything

from leadwire import backups

__all__ = ["story"]
FORM, MOST = 7234246, 400


def tables(rig: Rig) -> dict[str, int]:
    """Rows by the tables that must agree."""
    with rig.workspace.read() as tx:
        found = {name.rpartition(".")[2].lstrip("_"): len(rows) for name, rows in everything(tx).items()}
    forms = sum(rows for name, rows in found.items() if name.startswith("leads_"))
    return {"ledger": found["ledger"], "leads": found["leads"], "forms": forms}


@pytest.mark.timeout(60)
def test_a_backup_made_while_leads_land_holds_one_moment_of_them(story: Rig, tmp_path: Path) -> None:
    rig, stop, landed, troubles = story, threading.Event(), list[int](), list[Exception]()

    def land() -> None:
        try:
            while not stop.is_set() and len(landed) < MOST:
                rig.emulator.control.leads.submit(FORM)
                rig.emulator.tick()
                rig.drain()
                landed.append(len(landed))
        except Exception as error:
            troubles.append(error)

    at_first = sum(one.total for one in counts(rig))  # type: ignore[attr-defined]
    writer = threading.Thread(target=land)
    writer.start()
    until(lambda: len(landed) > 2 or troubles)
    for number in range(20):  # until leads landed while it was made
        before = len(landed)
        copy, _ = backups.make(rig.settings, tmp_path / f"copy {number}", rig.now())
        if (during := len(landed)) > before:
            break
    stop.set()
    writer.join()
    assert (troubles, during > before) == ([], True)
    rig.close()
    backups.restore(rig.settings, KEY, copy, rig.now())
    rig.start()
    there = tables(rig)
    assert set(there.values()) == {there["ledger"]}
    assert at_first + before <= there["ledger"] <= at_first + during + 1
    rig.run_for(6 * 60_000)  # and what came since is read again
    wanted = rig.emulator.control.leads.ids(owner=f"urn:li:sponsoredAccount:{MAIN}", readable=True)
    assert {one["id"] for one in rig.api.all("/leads", account=MAIN)} == set(wanted)
