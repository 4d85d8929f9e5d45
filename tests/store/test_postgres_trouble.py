"""PostgreSQL restarts under a whole Leadwire; transactions wait for each other, or collide."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from tests.databases import PostgresHomes
from tests.rig import MAIN, Rig, staged, synced

from leadwire.store import Store
from leadwire.store.errors import TryLater

pytestmark = pytest.mark.postgres
FORM, MINUTE = 7234246, 60_000


@pytest.mark.timeout(60)
def test_after_a_restart_of_the_server_work_goes_on_over_new_connections(tmp_path: Path) -> None:
    homes = PostgresHomes()
    try:
        with homes.home(tmp_path) as home, closing(Rig(home, tmp_path)) as rig:
            synced(rig)
            lead = str(rig.emulator.control.leads.submit(FORM)["id"])
            rig.advance(6 * MINUTE)
            homes.halt()
            with pytest.raises(TryLater):
                rig.drain()
            assert rig.client.get("/healthz").status_code == 200
            assert rig.client.get("/readyz").status_code == 503
            homes.resume()
            rig.run_for(30_000)
            assert lead in {one["id"] for one in rig.api.all("/leads", account=MAIN)}
    finally:
        homes.stop()


def test_of_two_that_wait_for_each_other_one_is_told_to_try_again_and_nothing_is_done_by_half(
    postgres_homes: PostgresHomes, tmp_path: Path
) -> None:
    with postgres_homes.home(tmp_path) as home, closing(home.open()) as store:
        both, told = threading.Barrier(2, timeout=20), list[str]()
        set_two(store, "x", "y", "before")

        def write(first: str, second: str) -> None:
            try:
                set_two(store, first, second, first, both)
            except TryLater:
                told.append(first)
                set_two(store, first, second, first)

        threads = [threading.Thread(target=write, args=pair) for pair in (("x", "y"), ("y", "x"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(told) == 1
        with store.workspace("default").read() as tx:
            assert {tx.settings.get("workspace", "", name) for name in "xy"} == set(told)


COLLIDE = """
CREATE SEQUENCE leadwire.collisions;
GRANT USAGE ON SEQUENCE leadwire.collisions TO PUBLIC;
CREATE FUNCTION leadwire.collide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF nextval('leadwire.collisions') <= 3 THEN
    RAISE EXCEPTION 'somebody else was quicker' USING ERRCODE = 'serialization_failure';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER collide BEFORE INSERT ON ws_default.leads FOR EACH STATEMENT EXECUTE FUNCTION leadwire.collide();
"""


def test_a_page_that_collides_with_another_transaction_is_landed_again_and_once(
    postgres_homes: PostgresHomes, tmp_path: Path
) -> None:
    with staged(postgres_homes, tmp_path, synced, Rig) as rig:
        with psycopg.connect(rig.home.owner_url or "", autocommit=True) as owner:
            owner.execute(COLLIDE)
        lead = str(rig.emulator.control.leads.submit(FORM)["id"])
        rig.run_for(20 * MINUTE)
        assert [one["id"] for one in rig.api.all("/leads", account=MAIN)].count(lead) == 1
        with psycopg.connect(rig.home.owner_url or "", autocommit=True) as owner:
            (met,) = owner.execute("SELECT last_value FROM leadwire.collisions").fetchone() or (0,)
        assert met > 3
        runs = [run for run in rig.api.all("/runs", account=MAIN) if run["kind"] != "backfill"]
        assert sum(run["stored"] for run in runs) == 1
        assert not [run for run in runs if run["state"] in ("queued", "running")]


def set_two(store: Store, first: str, second: str, value: str, both: threading.Barrier | None = None) -> None:
    with store.workspace("default").write() as tx:
        tx.settings.put("workspace", "", first, value)
        if both is not None:
            both.wait()
        tx.settings.put("workspace", "", second, value)
