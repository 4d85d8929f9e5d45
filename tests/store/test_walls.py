"""Row-level security, asked by SQL under the app's role, as somebody would who got past the repositories."""

from contextlib import closing

import psycopg
import pytest
from tests.databases import APP, NOW, OWNER, Home
from tests.store.samples import ANNA, land, publish, two_workspaces

from leadwire.domain.alerts import Condition, Diff
from leadwire.domain.coverage import Interval
from leadwire.store import (
    AccountFacts,
    Certificate,
    CertificateDay,
    Hold,
    InboxRow,
    RunPlan,
    Shown,
    Tokens,
    schema,
)
from leadwire.store.errors import TryLater
from leadwire.store.place import CANONICAL

pytestmark = pytest.mark.postgres

UNSET = "SELECT 1"
AS_ACME = "SELECT set_config('leadwire.workspace', '{acme}', true)"
AS_STRANGER = "SELECT set_config('leadwire.workspace', 'nobody', true)"
AS_NOTHING = "SELECT set_config('leadwire.workspace', '', true)"


@pytest.fixture
def home(postgres_homes, tmp_path):
    with postgres_homes.home(tmp_path) as home:
        yield home


@pytest.fixture
def store(home):
    with closing(home.open()) as store:
        yield store


@pytest.fixture
def both(store):
    """Acme and Globex, each with a row in every table that has workspaces."""
    both = two_workspaces(store)
    for workspace in both:
        fill(store, workspace)
    return both


def fill(store, workspace):
    table = publish(workspace)
    ids = land(workspace, table, 1, 2)
    with workspace.write() as tx:
        connection = tx.connections.create(NOW)
        tx.connections.grant(connection.id, Tokens("a", NOW, NOW), NOW)
        tx.connections.heartbeat(connection.id, NOW, "introspection", "ok")
        tx.links.create_link(workspace.id, connection.id, None, NOW, NOW + 1)
        tx.links.create_state(workspace.id, "cookie", connection.id, NOW, NOW + 1)
        tx.accounts.put([AccountFacts(ANNA, "512", "Anna", "ACTIVE")], NOW)
        tx._scope.own("access").insert(
            owner=ANNA, connection_id="c", organization_roles=[], can_read="yes", problems=[], checked_at=NOW
        )
        tx.coverage.credit(ANNA, "SPONSORED", Interval(0, 1))
        tx.coverage.doubt(ANNA, "SPONSORED", Interval(1, 2), "", NOW)
        tx.quarantine._rows.insert(
            id="q",
            level="lead",
            state="open",
            owner=ANNA,
            lead_type="SPONSORED",
            reason="odd",
            digest=b"",
            first_seen=NOW,
            last_seen=NOW,
            attempts=0,
        )
        tx.erasing.erase(ids[0], NOW)
        tx.schedule.put("poll", ANNA, 1, NOW)
        tx.settings.put("account", ANNA, "poll_interval", "5m")
        tx.runs.create(RunPlan(ANNA, "poll"), NOW)
        tx.checks.show("r", ANNA, [Shown("l", "7234246", 0)])
        day = CertificateDay(
            ANNA,
            0,
            "7234246",
            "r",
            "red",
            NOW,
            1,
            *[0] * 5,
            missing=1,
            extra=0,
            repaired=0,
            ids={"missing": ["l"]},
        )
        tx.certificates.put(Certificate("r", ANNA, NOW, 0, 1, "red"), [day], 0)
        tx.absences.add(ANNA, ["l"], NOW)
        tx.absences.ask(Hold(ANNA, NOW, 1, 1))
        tx.webhooks.want(ANNA, "SPONSORED", None, NOW)
        tx.hooks.serial(ANNA, NOW)
        gap = Condition("gap", ANNA, "info", "A gap.", "Wait.")
        tx.alerts.apply(Diff(opens=(gap,)), ["email"], NOW)
        tx.audit.add("admin", "looked", ANNA, {}, NOW)
    store.deployment.create_api_key(workspace.id, "CRM", NOW)
    store.deployment.receive([InboxRow(workspace.id, b"k", ANNA, NOW, b"{}")])


def tables(workspaces):
    internal = [f"leadwire.{name}" for name in schema.internal("postgresql") if name not in schema.SHARED]
    own = [*CANONICAL, "leads_spring_sale_7234246"]
    return internal + [f"ws_{workspace.slug}.{name}" for workspace in workspaces for name in own]


def rows(home, table, *before):
    with psycopg.connect(home.url) as connection:
        for statement in before:
            connection.execute(statement)
        return connection.execute(f"SELECT * FROM {table}").fetchall()


@pytest.mark.parametrize("before", [[UNSET], [AS_NOTHING], [AS_STRANGER]], ids=["unset", "empty", "stranger"])
def test_nothing_is_seen_without_a_workspace(home, both, before):
    assert {table: rows(home, table, *before) for table in tables(both)} == {
        table: [] for table in tables(both)
    }


def test_nothing_is_seen_after_the_transaction_that_said_whose_it_was(home, both):
    with psycopg.connect(home.url) as connection:
        for end in (connection.rollback, connection.commit):
            connection.execute(AS_ACME.format(acme=both[0].id))
            end()
            seen = connection.execute("SELECT current_setting('leadwire.workspace', true)").fetchone()
            assert seen == ("",)
            for table in tables(both):
                assert connection.execute(f"SELECT * FROM {table}").fetchall() == [], table


def test_a_workspace_sees_all_of_its_own_and_nothing_else(home, both):
    acme, globex = both
    for table in tables(both):
        found = rows(home, table, AS_ACME.format(acme=acme.id))
        if table.startswith(f"ws_{globex.slug}."):
            assert found == [], table
        else:
            assert found, table
            assert globex.id not in str(found), table


def test_rows_cannot_be_written_for_another_workspace(home, both):
    acme, globex = both
    with psycopg.connect(home.url) as connection:
        for table in tables(both)[: len(schema.internal("postgresql")) - len(schema.SHARED)]:
            connection.execute(AS_ACME.format(acme=acme.id))
            column = "id" if table == "leadwire.workspaces" else "workspace_id"
            move = f"UPDATE {table} SET {column} = %s"
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"row-level security|permission"):
                connection.execute(move, [globex.id])
            connection.rollback()
        connection.execute(AS_ACME.format(acme=acme.id))
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(
                "INSERT INTO leadwire.settings VALUES (%s, 'workspace', '', 'poll_interval', '1m')",
                [globex.id],
            )
        connection.rollback()
        connection.execute(AS_ACME.format(acme=acme.id))
        touched = connection.execute(f"UPDATE ws_{globex.slug}.leads SET owner = 'mine'").rowcount
        removed = connection.execute(f"DELETE FROM ws_{globex.slug}.leads").rowcount
    assert (touched, removed) == (0, 0)


def test_every_table_with_workspaces_is_walled_in_by_force(home, both):
    with psycopg.connect(home.owner_url) as connection:
        walled = connection.execute(
            """SELECT n.nspname || '.' || c.relname, relrowsecurity AND relforcerowsecurity,
                 (SELECT bool_and(polqual IS NOT NULL AND polwithcheck IS NOT NULL)
                  FROM pg_policy p WHERE p.polrelid = c.oid)
               FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
               WHERE relkind IN ('r', 'p') AND (nspname = 'leadwire' OR nspname LIKE 'ws\\_%')"""
        ).fetchall()
    found = {name: (forced, whole) for name, forced, whole in walled}
    shared = {f"leadwire.{name}" for name in (*schema.SHARED, "_schema_version")}
    open_ = {name for name, wall in found.items() if wall != (True, True)}
    assert open_ == shared
    assert found.keys() >= set(tables(both))


def test_even_the_owner_must_say_whose_it_is(home, both):
    with psycopg.connect(home.owner_url) as connection:
        for table in tables(both):
            assert connection.execute(f"SELECT * FROM {table}").fetchall() == [], table


def test_the_app_owns_nothing_and_passes_no_wall(home, both):
    with psycopg.connect(home.url) as connection:
        role = connection.execute(
            "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        owned = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
        ).fetchone()
        assert (role, owned) == ((APP, False, False), (0,))
        forbidden = (
            "CREATE TABLE leadwire.mine (x int)",
            f"CREATE TABLE ws_{both[0].slug}.mine (x int)",
            f"DROP TABLE ws_{both[0].slug}.leads",
            f"ALTER TABLE ws_{both[0].slug}.leads DISABLE ROW LEVEL SECURITY",
            f"TRUNCATE ws_{both[0].slug}.leads",
            "DELETE FROM leadwire.audit",
            "UPDATE leadwire.audit SET actor = 'nobody'",
            "DELETE FROM leadwire.secrets",
            "UPDATE leadwire._schema_version SET version_num = '0'",
            f"SET ROLE {OWNER}",
        )
        for statement in forbidden:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
            connection.rollback()


@pytest.mark.parametrize("login", ["postgres", OWNER])
def test_one_login_role_works_as_the_app_if_it_may(postgres_homes, login):
    home = postgres_homes.create("template0")
    if login == OWNER:
        postgres_homes.run(f"ALTER ROLE {OWNER} CREATEROLE")
        postgres_homes.run(f"GRANT {APP} TO {OWNER} WITH SET TRUE, INHERIT FALSE")
    url = postgres_homes.url(home.owner_url.partition("?")[0].rpartition("/")[2], login)
    with closing(Home("postgresql", url).open()) as store:
        store.migrate(NOW)
        facts = store.facts()
        fill(store, store.workspace("default"))
        for _ in range(3):  # also on a connection that has been through the pool
            assert store.facts().app_role == APP
    assert facts.warnings == ()
    if login == OWNER:
        postgres_homes.run(f"ALTER ROLE {OWNER} NOCREATEROLE", f"REVOKE {APP} FROM {OWNER}")


def test_one_login_role_that_may_make_no_roles_is_told_so(postgres_homes):
    home = postgres_homes.create("template0")
    with closing(Home("postgresql", home.owner_url).open()) as store:
        store.migrate(NOW)
        fill(store, store.workspace("default"))
        facts = store.facts()
        assert facts.app_role == OWNER
        assert any("DATABASE_OWNER_URL" in warning for warning in facts.warnings)
    with psycopg.connect(home.owner_url) as connection:  # FORCE holds all the same
        assert connection.execute("SELECT * FROM leadwire.ledger").fetchall() == []


def test_a_server_that_is_away_is_a_matter_of_time(home):
    away = Home("postgresql", home.url.replace("/leadwire_", "/nowhere_"))
    with closing(away.open(patience=1.0)) as store, pytest.raises(TryLater):
        store.deployment.ping()


def test_a_connection_that_was_cut_is_replaced(home, store, postgres_homes):
    store.deployment.ping()
    postgres_homes.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{APP}'")
    store.deployment.ping()
    assert store.workspace("default").id == "default"
