"""What only SQLite has: files with modes, one writer, and no wall but the repositories."""

import re
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError
from tests.databases import KEYS, NOW
from tests.store.samples import ANNA, SPRING, answered, land, landed, publish, two_workspaces

from leadwire.domain.alerts import Condition, Diff
from leadwire.domain.coverage import Interval
from leadwire.store import (
    AccountFacts,
    Certificate,
    CertificateDay,
    DayFilter,
    Hold,
    Judged,
    LeadFilter,
    RunPlan,
    Shown,
    Store,
    Tokens,
    schema,
)
from leadwire.store.errors import TryLater
from leadwire.store.sqlite import Sqlite


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "leadwire.db"


@pytest.fixture
def store(sqlite_homes, path):
    with sqlite_homes.home(path.parent) as home, closing(home.open(patience=1.0)) as store:
        yield store


def mode(path):
    return path.stat().st_mode & 0o777


def test_nobody_else_may_look_at_the_files(store, path):
    land(store.workspace("default"), publish(store.workspace("default")), 1)
    assert mode(path.parent) == 0o700
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["leadwire.db", "leadwire.db-shm", "leadwire.db-wal"]
    assert {mode(file) for file in files} == {0o600}


def test_a_file_that_others_could_read_is_closed_to_them(store, path):
    path.chmod(0o644)
    with closing(Store.open(f"sqlite:///{path}", keys=KEYS)):
        assert mode(path) == 0o600


def test_an_open_folder_is_left_as_it_is_and_warned_about(store, path):
    path.parent.chmod(0o755)
    with closing(Store.open(f"sqlite:///{path}", keys=KEYS)) as again:
        assert mode(path.parent) == 0o755
        assert any("0700" in warning for warning in again.facts().warnings)


def test_an_old_library_is_warned_about_and_no_more(store):
    warned = any("WAL-reset" in warning for warning in store.facts().warnings)
    assert warned == (sqlite3.sqlite_version_info < (3, 51, 3))


def test_writes_are_durable_and_readers_cannot_write(store):
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 30000,
        "trusted_schema": 0,
    }
    database = store._ground.database
    with database.write({}) as connection:
        assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted} == wanted
    with database.read({}) as connection:
        assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1


def test_another_program_at_the_file_is_a_matter_of_time(store, path):
    with store._ground.database._writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TryLater), store.workspace("default").write():
            pass
        store.deployment.ping()  # reading goes on
        other.execute("ROLLBACK")
    with store.workspace("default").write() as tx:
        tx.settings.put("workspace", "", "a", "b")


def test_a_full_disk_is_a_matter_of_time_and_loses_nothing(store):
    workspace = store.workspace("default")
    table = publish(workspace)
    with store._ground.database._writer.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
    rows = landed(table, [answered(number) for number in range(50)])
    with pytest.raises(TryLater), workspace.write() as tx:
        tx.leads.put(table, rows, NOW)
    with store._ground.database._writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    with workspace.write() as tx:
        assert tx.leads.page(LeadFilter()).items == ()
        tx.leads.put(table, rows, NOW)
    with workspace.read() as tx:
        assert len(tx.leads.page(LeadFilter(), 200).items) == 50


def test_a_wrong_statement_is_no_matter_of_time(store):
    database = store._ground.database
    with pytest.raises(OperationalError, match="no such table"), database.write({}) as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")


def test_a_reader_sees_one_moment(store):
    workspace = store.workspace("default")
    table = publish(workspace)
    with workspace.read() as tx:
        before = tx.leads.page(LeadFilter()).items
        land(workspace, table, 1, 2, 3)
        assert tx.leads.page(LeadFilter()).items == before == ()


def test_no_writer_ever_meets_a_locked_database(store):
    workspace, troubles = store.workspace("default"), []
    table = publish(workspace)

    def work(first):
        try:
            for number in range(first, first + 20):
                land(workspace, table, number)
        except Exception as error:
            troubles.append(error)

    threads = [threading.Thread(target=work, args=(n * 20,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with workspace.read() as tx:
        assert (troubles, len(tx.leads.page(LeadFilter(), 200).items)) == ([], 80)


def test_no_answer_stands_in_an_error(store):
    workspace = store.workspace("default")
    table = publish(workspace)
    row = replace(landed(table, [answered(1, text="canary-answer")])[0], received_via=None)
    with pytest.raises(IntegrityError) as caught, workspace.write() as tx:
        tx.leads.put(table, [row], NOW)
    assert "canary" not in str(caught.value)
    assert "Anna1" not in str(caught.value)


def test_tokens_cannot_be_read_from_the_files(store, path):
    with store.workspace("default").write() as tx:
        connection = tx.connections.create(NOW)
        tokens = Tokens("AQX-canary-access", NOW, NOW, "AQX-canary-refresh", NOW, ("r_ads",))
        tx.connections.grant(connection.id, tokens, NOW)
    store.deployment.save_app_credentials("78abc", "canary-client-secret", NOW)
    issued = store.deployment.create_api_key("default", "CRM", NOW)
    with store.workspace("default").write() as tx:
        tx.links.create_link("canary-link", connection.id, None, NOW, NOW + 1)
    stolen = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"canary" not in stolen
    assert issued.text.encode() not in stolen
    assert b"78abc" in stolen  # or the search proves nothing


def test_what_is_erased_is_not_left_in_the_file(store, path):
    workspace = store.workspace("default")
    table = publish(workspace)
    row = landed(table, [answered(1, text="canary " * 2000)], raw=b"canary " * 2000)[0]
    with workspace.write() as tx:
        tx.leads.put(table, [row, *landed(table, [answered(number) for number in range(2, 50)])], NOW)
    with workspace.write() as tx:
        tx.erasing.erase(answered(1).id, NOW)
    store.close()  # the last one out empties the log
    assert [file.name for file in path.parent.iterdir()] == ["leadwire.db"]
    assert b"canary" not in path.read_bytes()
    assert b"Anna7" in path.read_bytes()


def test_every_statement_on_a_tenants_table_names_the_tenant(store):
    """The first wall is the only one on SQLite: statements inside a workspace must bind its id."""
    acme, _ = two_workspaces(store)
    database: Sqlite = store._ground.database
    shared = {schema.PREFIX + name for name in (*schema.SHARED, "workspaces")}
    seen = []

    def note(connection, cursor, statement, parameters, context, executemany):
        if names := set(re.findall(r"\b_[a-z_]+\b", statement)) - shared:
            rows = parameters if executemany else [parameters]
            seen.append((statement, names, all(acme.id in map(str, row) for row in rows)))

    for engine in (database._writer, database._readers):
        event.listen(engine, "before_cursor_execute", note)
    walk_through(acme)
    touched = {name for _, names, _ in seen for name in names if name.startswith("_") and "_ix_" not in name}
    unbound = [statement for statement, _, bound in seen if not bound]
    assert unbound == []
    everyday = {schema.PREFIX + name for name in schema.internal("sqlite").keys() - schema.SHARED} - {
        "_workspaces",
        "_api_keys",
    }
    assert touched >= everyday


def walk_through(workspace):
    """Touch every drawer once."""
    table = publish(workspace)
    lead_ids = land(workspace, table, 1, 2, 3)
    with workspace.write() as tx:
        connection = tx.connections.create(NOW)
        tx.connections.grant(connection.id, Tokens("a", NOW, NOW), NOW)
        tx.links.create_link("text", connection.id, None, NOW, NOW + 1)
        tx.links.create_state("state", "cookie", connection.id, NOW, NOW + 1)
        tx.accounts.put([AccountFacts(ANNA, "512", "Anna", "ACTIVE")], NOW)
        tx.accounts.get(ANNA)
        tx.accounts.all()
        tx.leads.known(lead_ids)
        tx.leads.page(
            LeadFilter(form_id=SPRING.form_id, owner=ANNA, q="anna", since=0, until=NOW * 2, test=False)
        )
        tx.leads.counts(ANNA)
        tx.leads.with_email("a@b.se")
        tx.erasing.erase(lead_ids[0], NOW)
        tx.leads.known(lead_ids)
        tx.erasing.mark_deleted(lead_ids[1:2], NOW, NOW)
        tx.schedule.hasten("poll", ANNA, 1, NOW)
        tx.schedule.claim("poll", ANNA, NOW)
        tx.schedule.done("poll", ANNA, NOW, NOW + 1)
        tx.settings.put("account", ANNA, "poll_interval", "5m")
        run = tx.runs.create(RunPlan(ANNA, "poll"), NOW)
        tx.runs.finish(run, NOW)
        tx.coverage.doubt(ANNA, "SPONSORED", Interval(0, 1), "", NOW)
        tx.coverage.drop_doubts(ANNA, NOW + 1)
        tx.audit.add("admin", "looked", ANNA, {}, NOW)
        tx.connections.heartbeat(connection.id, NOW, "introspection", "ok")
        tx.connections.beats(connection.id)
        look_for(tx, lead_ids)
        compare(tx, lead_ids[2])
        tell(tx)
        tx.purge(ANNA)
        tx.connections.delete(connection.id)


def look_for(tx, lead_ids):
    """Missing leads, and what is asked about them."""
    tx.absences.add(ANNA, lead_ids, NOW)
    tx.absences.due(ANNA, NOW, 10)
    tx.absences.back(ANNA)
    tx.absences.gone(lead_ids, NOW)
    tx.absences.later(lead_ids, NOW)
    tx.absences.controls(ANNA, "SPONSORED")
    tx.absences.ask(Hold(ANNA, NOW, 1, 1))
    tx.absences.hold(ANNA)
    tx.absences.answer(ANNA, True, NOW)
    tx.absences.drop(lead_ids)


def compare(tx, lead_id):
    """A second reading and its certificate."""
    of = Judged("r", ANNA, 0, NOW * 2, {"SPONSORED": 0}, NOW)
    tx.checks.show("r", ANNA, [Shown(lead_id, SPRING.form_id, NOW)])
    for count in (tx.checks.pulled, tx.checks.stored, tx.checks.waiting, tx.checks.newly_absent):
        count(of)
    tx.checks.pushed(of, 0)
    tx.checks.odd(of, "", 10)
    tx.checks.absent(of, None, 10)
    tx.checks.clear("r", 10)
    day = CertificateDay(
        ANNA,
        0,
        SPRING.form_id,
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
    tx.certificates.latest(ANNA)
    tx.certificates.page(DayFilter(ANNA))


def tell(tx):
    """Alerts and their notices."""
    tx.alerts.apply(Diff(opens=(Condition("gap", ANNA, "info", "A gap.", "Wait."),)), ["email"], NOW)
    (alert,) = tx.alerts.open()
    tx.alerts.acknowledge(alert.id, "admin", NOW)
    (notice,) = tx.notices.waiting("email")
    tx.notices.gather([notice.id], "m", NOW)
    tx.notices.begun("email", 0)
    tx.notices.sent("m")
    tx.notices.forget(NOW)
