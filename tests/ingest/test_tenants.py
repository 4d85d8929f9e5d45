"""Two workspaces connected to the same account: each has its own copy, neither can name the other's anything."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from tests.rig import JANE, MAIN, OMAR, Rig


def test_each_workspace_has_its_own_copy(rig: Rig) -> None:
    acme, fjord = rig.tenant("Acme"), rig.tenant("Fjord")
    rig.connect_member(acme, JANE)
    rig.connect_member(fjord, OMAR)
    rig.sync(MAIN, acme)
    ours = {lead["id"] for lead in acme.all("/leads")}
    assert ours and fjord.all("/leads") == []
    rig.sync(MAIN, fjord)
    assert {lead["id"] for lead in fjord.all("/leads")} == ours
    one = next(iter(ours))
    table = {api: api.all("/forms")[0]["table"] for api in (acme, fjord)}
    assert "acme" in table[acme] and "fjord" in table[fjord]
    assert acme.get(f"/leads/{one}").status_code == fjord.get(f"/leads/{one}").status_code == 200
    (theirs,) = acme.all("/connections")
    foreign = fjord.get(f"/connections/{theirs['id']}")
    unknown = fjord.get("/connections/01nothingofthatname")
    assert (foreign.status_code, foreign.content) == (404, unknown.content)


@pytest.mark.parametrize("named", ["", "fjord"])
def test_sql_under_the_app_role_sees_only_the_workspace_it_names(rig: Rig, named: str) -> None:
    """RLS, on PostgreSQL: unset matches nothing, another workspace's name matches nothing of ours."""
    if rig.store.dialect != "postgresql":
        pytest.skip("SQLite has no roles: there the store itself is the wall (tests/store)")
    acme = rig.tenant("Acme")
    fjord = rig.tenant("Fjord")
    rig.connect_member(acme)
    rig.sync(MAIN, acme)
    shown = acme.all("/forms")[0]["table"]
    ids = {one["slug"]: one["id"] for one in rig.api.all("/workspaces")}
    assert fjord.all("/leads") == []
    engine = create_engine(str(rig.settings.database_url).replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(
            text("select set_config('leadwire.workspace', :id, true)"), {"id": ids.get(named, "")}
        )
        for table in (shown, "ws_acme.leads", "leadwire.ledger", "leadwire.connections", "leadwire.runs"):
            assert connection.scalar(text(f"select count(*) from {table} where true")) == 0, table
    with engine.begin() as connection:
        connection.execute(text("select set_config('leadwire.workspace', :id, true)"), {"id": ids["acme"]})
        assert connection.scalar(text("select count(*) from ws_acme.leads")) > 0
    engine.dispose()
