import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.databases import NOW
from tests.store.samples import ANNA, answered, everything, land, publish, two_workspaces

from leadwire.domain.errors import Conflict
from leadwire.store import AccountFacts, LeadFilter, RunPlan, Tokens, schema
from leadwire.store.errors import BadSlug, NotFound, Taken
from leadwire.store.tenants import _slugs, is_slug


class TestWorkspaces:
    def test_are_made_listed_and_found(self, store):
        acme = store.deployment.create_workspace("Acme Corp & Söhne", NOW + 1)
        globex = store.deployment.create_workspace("Globex", NOW + 2, slug="gx_1")
        assert (acme.slug, globex.slug) == ("acme_corp_sohne", "gx_1")
        assert store.deployment.workspace(acme.id) == acme
        assert store.workspace(globex.id).info == globex
        assert store.deployment.all_workspaces()[-2:] == (acme, globex)
        first = store.deployment.workspaces(limit=1)
        second = store.deployment.workspaces(limit=5, after=first.next)
        assert [one.slug for one in (*first.items, *second.items)] == ["gx_1", "acme_corp_sohne", "default"]
        assert second.next is None

    def test_of_one_name_get_slugs_of_their_own(self, store):
        made = [store.deployment.create_workspace("Acme", NOW).slug for _ in range(3)]
        assert made == ["acme", "acme_2", "acme_3"]

    def test_a_slug_asked_for_must_be_free_and_well_formed(self, store):
        store.deployment.create_workspace("Acme", NOW, slug="acme")
        with pytest.raises(Taken):
            store.deployment.create_workspace("Another", NOW, slug="acme")
        with pytest.raises(Taken):
            store.deployment.create_workspace("Another", NOW, slug="default")
        for slug in (
            "",
            "A",
            "a b",
            "a__b",
            "_a",
            "a_",
            "-a",
            "pg_x",
            "sqlite_x",
            "leadwire",
            "x" * 41,
            'a";--',
            "é",
        ):
            with pytest.raises(BadSlug):
                store.deployment.create_workspace("Another", NOW, slug=slug)

    def test_that_are_unknown_are_not_found(self, store):
        for find in (store.workspace, store.deployment.workspace, store.deployment.delete_workspace):
            with pytest.raises(NotFound):
                find("01nobody")

    def test_the_default_one_always_stays(self, store):
        with pytest.raises(Conflict):
            store.deployment.delete_workspace("default")
        assert store.workspace("default").slug == "default"

    def test_a_deleted_one_leaves_nothing_behind_and_takes_nothing_else(self, store):
        acme, globex = two_workspaces(store)
        for workspace in (acme, globex):
            land(workspace, publish(workspace), 1)
            with workspace.write() as tx:
                tx.audit.add("admin", "looked", "x", {}, NOW)
            store.deployment.create_api_key(workspace.id, "CRM", NOW)
        store.deployment.delete_workspace(acme.id)
        with pytest.raises(NotFound):
            store.workspace(acme.id)
        for table in schema.internal(store.dialect).values():
            if "workspace_id" in table.c:
                with store._ground.database.own({"leadwire.workspace": acme.id}) as connection:
                    left = connection.execute(table.select().where(table.c.workspace_id == acme.id)).all()
                assert left == [], table
        with globex.read() as tx:
            assert len(tx.leads.page(LeadFilter()).items) == 1
        again = store.deployment.create_workspace("Acme", NOW)
        assert again.slug == "acme"
        with store.workspace(again.id).read() as tx:
            assert tx.leads.page(LeadFilter()).items == ()


@given(st.text(max_size=60))
def test_any_name_makes_a_slug(name):
    slugs = _slugs(name)
    first, second, *_ = [next(slugs) for _ in range(12)]
    assert is_slug(first)
    assert is_slug(second)
    assert first != second


def test_nothing_of_one_workspace_can_be_named_from_another(store):
    """The same ids, asked for through the other workspace's drawers."""
    acme, globex = two_workspaces(store)
    (lead_id,) = land(acme, publish(acme), 1)
    with acme.write() as tx:
        connection = tx.connections.create(NOW)
        tx.connections.grant(connection.id, Tokens("canary-token", NOW, NOW), NOW)
        tx.accounts.put([AccountFacts(ANNA, "512", "Anna", "ACTIVE")], NOW)
        run = tx.runs.create(RunPlan(ANNA, "poll"), NOW)
        tx.settings.put("account", ANNA, "poll_interval", "5m")
        tx.schedule.put("poll", ANNA, 1, NOW)
    key = store.deployment.create_api_key(acme.id, "CRM", NOW).key
    with acme.read() as tx:
        before = everything(tx)
    with globex.write() as tx:
        for find in (
            lambda: tx.connections.get(connection.id),
            lambda: tx.connections.tokens(connection.id),
            lambda: tx.connections.set_state(connection.id, "active", None, NOW),
            lambda: tx.connections.grant(connection.id, Tokens("x", NOW, NOW), NOW),
            lambda: tx.accounts.get(ANNA),
            lambda: tx.forms.get("7234246"),
            lambda: tx.forms.table("7234246"),
            lambda: tx.leads.get(lead_id),
            lambda: tx.runs.get(run.id),
            lambda: tx.runs.finish(run, NOW),
        ):
            with pytest.raises(NotFound):
                find()
        assert tx.leads.known([lead_id]) == {}
        assert tx.leads.raw(lead_id) is None
        assert tx.erasing.mark_deleted([lead_id], NOW, NOW + 1) == 0
        assert tx.erasing.erase(lead_id, NOW) is False
        assert tx.connections.delete(connection.id) is False
        assert tx.schedule.drop("poll", ANNA) is False
        assert tx.schedule.claim("poll", ANNA, NOW) == 0
        assert tx.settings.get("account", ANNA, "poll_interval") is None
        assert sum(tx.purge(ANNA).counts.values()) == 0
        assert tx.leads.with_email("anna1@example.com") == ()
    with pytest.raises(NotFound):
        store.deployment.api_key(globex.id, key.id)
    assert store.deployment.revoke_api_key(globex.id, key.id) is False
    with acme.read() as tx:
        assert everything(tx) == before
        assert tx.leads.get(lead_id).answers["first_name"] == "Anna1"
        assert tx.connections.tokens(connection.id).access_token == "canary-token"


def test_two_workspaces_keep_forms_and_leads_of_one_account_apart(store):
    acme, globex = two_workspaces(store)
    tables = {workspace.id: publish(workspace) for workspace in (acme, globex)}
    land(acme, tables[acme.id], 1, 2)
    land(globex, tables[globex.id], 2)
    with acme.read() as tx:
        full_name = tx.forms.get("7234246").table
        assert [lead.lead_id for lead in tx.leads.page(LeadFilter()).items] == [
            answered(2).id,
            answered(1).id,
        ]
    assert (
        full_name
        == {
            "sqlite": "acme__leads_spring_sale_7234246",
            "postgresql": "ws_acme.leads_spring_sale_7234246",
        }[store.dialect]
    )
    with globex.read() as tx:
        assert [lead.lead_id for lead in tx.leads.page(LeadFilter()).items] == [answered(2).id]


def test_a_slug_that_sql_must_quote_works_all_the_same(store):
    made = store.deployment.create_workspace("Odd", NOW, slug="1-a")
    workspace = store.workspace(made.id)
    land(workspace, publish(workspace), 1)
    with workspace.write() as tx:
        full_name = tx.forms.get("7234246").table
        found = tx._scope.connection.exec_driver_sql(f"SELECT first_name FROM {full_name}").all()
        assert tx.erasing.mark_deleted([answered(1).id], NOW, NOW + 1) == 1
    assert found == [("Anna1",)]
    store.deployment.delete_workspace(made.id)


def test_a_name_held_alone_is_held_once(store):
    import threading

    acme, globex = two_workspaces(store)
    inside, most, done = [], [], threading.Barrier(4, timeout=20)

    def work(workspace):
        done.wait()
        for _ in range(5):
            with workspace.alone("refresh:c1"):
                inside.append(workspace.id)
                most.append(inside.count(workspace.id))
                inside.remove(workspace.id)

    threads = [threading.Thread(target=work, args=(one,)) for one in (acme, acme, globex, globex)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 20
    with (
        acme.alone("refresh:c1"),
        acme.alone("refresh:c2"),
        globex.alone("refresh:c1"),
        store.alone("refresh:c1"),
    ):
        pass
