import subprocess
import sys
import threading
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, text
from tests.databases import KEY, KEYS, NOW, Home
from tests.store.samples import two_workspaces

from leadwire.store import Keyring, Store, Tokens, schema
from leadwire.store.errors import SchemaTooNew, SchemaTooOld, WrongKey
from leadwire.store.ground import DEPLOYMENT
from leadwire.store.migrate import VERSION_TABLE, _upgrade


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request, tmp_path):
    """A database on which nothing was ever done."""
    if request.param == "sqlite":
        return Home("sqlite", f"sqlite:///{tmp_path / 'new' / 'leadwire.db'}")
    return request.getfixturevalue("postgres_homes").create("template0")


def test_an_empty_database_must_be_migrated_first(empty):
    with closing(empty.open()) as store:
        with pytest.raises(SchemaTooOld):
            store.check()
        store.migrate(NOW)
        store.check()
        default = store.deployment.workspace("default")
    assert (default.slug, default.name, default.created_at) == ("default", "Default", NOW)


def test_many_may_migrate_at_once(empty):
    stores, troubles = [empty.open() for _ in range(4)], []

    def migrate(store):
        try:
            store.migrate(NOW)
        except Exception as error:
            troubles.append(error)

    threads = [threading.Thread(target=migrate, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    for store in stores:
        store.check()
        assert [one.id for one in store.deployment.all_workspaces()] == ["default"]
        store.close()


MIGRATE = """
import sys
from leadwire.store import Keyring, Store
key, url, *owner = sys.argv[1:]
store = Store.open(url, owner_url=owner[0] if owner else None, keys=Keyring.parse(key))
store.migrate(1)
store.check()
"""


def test_processes_may_migrate_at_once(empty):
    command = [sys.executable, "-c", MIGRATE, *filter(None, (KEY, empty.url, empty.owner_url))]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]


def test_migrating_again_changes_nothing(home):
    with closing(home.open()) as store:
        with store.workspace("default").write() as tx:
            tx.settings.put("workspace", "", "poll_interval", "5m")
        store.migrate(NOW + 1)
        with store.workspace("default").read() as tx:
            assert tx.settings.get("workspace", "", "poll_interval") == "5m"
        assert store.deployment.workspace("default").created_at == NOW


def test_what_migrations_build_is_what_the_schema_says(home):
    with closing(home.open()) as store:
        wanted = MetaData()
        for table in schema.internal(store.dialect).values():
            table.to_metadata(wanted)

        def ours(name, kind, parent):
            if kind == "schema":
                return name == (schema.SCHEMA if store.dialect == "postgresql" else None)
            return kind != "table" or (name != VERSION_TABLE and (name or "").startswith(prefix))

        prefix = schema.PREFIX if store.dialect == "sqlite" else ""
        with store._ground.database.own({}) as connection:
            options = {
                "compare_type": True,
                "include_schemas": store.dialect != "sqlite",
                "include_name": ours,
            }
            differences = compare_metadata(MigrationContext.configure(connection, opts=options), wanted)
    assert differences == []


def test_grants_from_before_the_heartbeat_are_asked_about_after_the_upgrade(empty):
    before = {"workspace_id": "w", "shard": 3, "due_at": NOW + 5, "attempts": 2}
    with closing(empty.open()) as store:
        schedule = schema.internal(store.dialect)["schedule"]
        with store._ground.database.own(DEPLOYMENT) as connection:
            _upgrade(connection, NOW, "0006_alerts")
            rows = [{"kind": "verdict", "key": "c1", **before}, {"kind": "poll", "key": "o1", **before}]
            connection.execute(schedule.insert(), rows)
        store.migrate(NOW)
        due = store.deployment.due(3, NOW + 5)
    assert [(one.key, one.due_at, one.attempts) for one in due if one.kind == "heartbeat"] == [
        ("c1", NOW + 5, 0)
    ]


def test_a_newer_schema_is_refused_and_left_alone(home):
    with closing(home.open()) as store:
        set_version(store, "9999")
        with pytest.raises(SchemaTooNew, match="9999"):
            store.migrate(NOW)
        with pytest.raises(SchemaTooNew):
            store.check()
        assert store.facts().schema_version == "9999"


def set_version(store, version):
    where = VERSION_TABLE if store.dialect == "sqlite" else f"{schema.SCHEMA}.{VERSION_TABLE}"
    with store._ground.database.own({}) as connection:
        connection.execute(text(f"UPDATE {where} SET version_num = :version"), {"version": version})


def test_the_wrong_key_is_refused_at_start(home):
    with closing(home.open(keys=Keyring.parse("another key"))) as store:
        for start in (lambda: store.migrate(NOW), store.check):
            with pytest.raises(WrongKey, match="SECRET_KEY=new,old"):
                start()


def test_a_new_key_before_the_old_one_is_taken_on_by_resealing(home):
    with closing(home.open()) as store:
        store.deployment.save_app_credentials("78abc", "WPL_AP1.secret", NOW)
        connections = []
        for workspace in two_workspaces(store):
            with workspace.write() as tx:
                made = tx.connections.create(NOW)
                tx.connections.grant(made.id, Tokens("AQX", NOW, NOW, "AQX-refresh"), NOW)
                connections.append((workspace.id, made.id))
    both = Keyring.parse("a newer key, a key that nobody but these tests know")
    with closing(home.open(keys=both)) as store:
        store.check()
        assert store.deployment.reseal() == 7  # the secret, the keys of erasures and hooks, two tokens each
        assert store.deployment.reseal() == 0
    with closing(home.open(keys=Keyring.parse("a newer key"))) as store:
        store.check()
        assert store.deployment.app_credentials().client_secret == "WPL_AP1.secret"
        for workspace_id, connection_id in connections:
            with store.workspace(workspace_id).read() as tx:
                assert tx.connections.tokens(connection_id).refresh_token == "AQX-refresh"
    with closing(home.open()) as store, pytest.raises(WrongKey):
        store.check()


@pytest.mark.parametrize("url", ["mysql://localhost/leads", "sqlite://", "sqlite:///:memory:", "sqlite:///"])
def test_other_databases_are_refused(url):
    with pytest.raises(ValueError, match=r"sqlite:///<file> or postgresql://"):
        Store.open(url, keys=KEYS)
