"""The process dies while a page lands, behind any statement: rows, counters, cursor and coverage are of one moment."""

from __future__ import annotations

import gc
from contextlib import suppress
from itertools import count

from tests.ingest.test_forms import tables
from tests.ingest.truth import table_rows
from tests.rig import MAIN, Always, Rig, sqlite_only
from tests.store.test_cut_short import Killed, killed_behind

OWNER, STEP = f"urn:li:sponsoredAccount:{MAIN}", 10


def agreed(rig: Rig, run: str) -> int:
    """Leads by the run that reads them, by the canonical table, by their forms' tables; all, where it is covered."""
    leads = {one["id"] for one in rig.api.all("/leads", account=MAIN)}
    made = tables(rig) & {one["table"] for one in rig.api.all("/forms", account=MAIN)}
    rows = [lead for table in made for lead in table_rows(rig, table)]
    assert sorted(rows) == sorted(leads)
    assert rig.api.get(f"/runs/{run}").json()["stored"] == len(leads)
    (ledger,) = rig.api.get(f"/accounts/{MAIN}/coverage").json()["lead_types"]
    wanted = set(rig.emulator.control.leads.ids(owner=OWNER, readable=True))
    assert leads == wanted if ledger["covered"] else leads < wanted
    return len(leads)


@sqlite_only  # one transaction is one, on either: how often a page needs one is what is asked
def test_a_page_lands_whole_or_not_at_all_whatever_statement_the_process_dies_behind(rig: Rig) -> None:
    rig.connect_member()
    (run,) = rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True}).json()["runs"]
    seen = set()
    for kills in count(1):
        with killed_behind(rig.store, STEP * kills) as left, suppress(Killed):
            rig.app.duties.run(rig.workspace, run, Always())
        if left[0] > 0:
            break
        gc.collect()  # who is gone holds no lock, nor do the frames of what it was about
        rig.close()
        rig.start()
        seen.add(agreed(rig, run))
    assert rig.api.get(f"/runs/{run}").json()["state"] == "done"
    assert agreed(rig, run) > 200
    assert kills > 5 and len(seen) > 2, "no page was ever half way"
