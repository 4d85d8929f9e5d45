"""Cut off at each statement, the disk full at each page, the power gone at any byte: done again, it ends right."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, inspect
from tests.databases import KEY, NOW, Home, PostgresHomes, SqliteHomes
from tests.store.samples import ANNA, SPRING, answered, land, landed, publish, two_workspaces

from leadwire.domain.columns import grow
from leadwire.domain.forms import FormVersion, Question
from leadwire.store import InboxRow, Keyring, LeadFilter, Store, Tokens, Workspace
from leadwire.store.errors import TryLater

QUESTIONS = tuple(Question(str(n), None, "text", label=f"New {n}") for n in range(4))
SECOND = replace(SPRING, version=2, questions=(*SPRING.questions, *QUESTIONS))
NEWER = "a newer key"


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed_behind(store: Store, statements: int) -> Iterator[list[int]]:
    """The process dies behind so many statements that write; gives how many are left."""
    left, database = [statements], store._ground.database
    engines = [one for one in vars(database).values() if isinstance(one, Engine)]

    def note(
        connection: object, cursor: object, statement: str, parameters: object, context: object, many: bool
    ) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA", "SET", "BEGIN")):
            left[0] -= 1
            if left[0] == 0:
                raise Killed

    with ExitStack() as stack:
        for engine in engines:
            event.listen(engine, "after_cursor_execute", note)
            stack.callback(event.remove, engine, "after_cursor_execute", note)
        yield left


def learn(workspace: Workspace, version: FormVersion) -> None:
    with workspace.write() as tx:
        known = tx.forms.columns(version.form_id)
        tx.forms.put(version, b"{}", grow(known, version).columns, NOW)


def test_a_table_whose_making_was_killed_behind_any_statement_is_made_again_whole(store: Store) -> None:
    workspace, kills = store.workspace("default"), 0
    for version in (SPRING, SECOND):
        learn(workspace, version)
        for number in count(1):
            with workspace.read() as tx:
                table = tx.forms.table(SPRING.form_id)
            try:
                with killed_behind(store, number), workspace.shape() as shaping:
                    shaping.shape_form(table)
                break
            except Killed:
                kills += 1
        with workspace.shape() as shaping:
            assert shaping.shape_form(table) == []
            place = workspace.place.form_table(table)
            there = inspect(shaping._connection).get_columns(place.name, schema=place.schema)
        assert [one["name"] for one in there] == [column.name for column in place.c]
        land(workspace, table, version.version)
    assert kills >= 1 + len(QUESTIONS)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A database on which nothing was ever done."""
    if request.param == "sqlite":
        return Home("sqlite", f"sqlite:///{tmp_path / 'new' / 'leadwire.db'}")
    homes: PostgresHomes = request.getfixturevalue("postgres_homes")
    return homes.create("template0")


def test_a_migration_that_was_killed_on_its_way_is_ended_by_the_next_start(empty: Home) -> None:
    at = 1
    while True:
        with closing(empty.open()) as store:
            try:
                with killed_behind(store, at) as left:
                    store.migrate(NOW)
                break
            except Killed:
                at *= 5
    assert at > 100 and left[0] > 0
    with closing(empty.open()) as store:
        store.check()
        land(store.workspace("default"), publish(store.workspace("default")), 1)


def test_a_change_of_the_key_that_was_killed_on_its_way_leaves_everything_readable(home: Home) -> None:
    """Both keys open all there is whenever it dies; run again it ends, and the old key may go."""
    with closing(home.open()) as store:
        store.deployment.save_app_credentials("78abc", "WPL_AP1.secret", NOW)
        granted = []
        for workspace in two_workspaces(store):
            with workspace.write() as tx:
                made = tx.connections.create(NOW)
                tx.connections.grant(made.id, Tokens("AQX", NOW, NOW, "AQX-refresh"), NOW)
                granted.append((workspace.id, made.id))

    def readable(store: Store) -> bool:
        store.check()
        found = [getattr(store.deployment.app_credentials(), "client_secret", None)]
        for workspace_id, connection_id in granted:
            with store.workspace(workspace_id).read() as tx:
                found.append(getattr(tx.connections.tokens(connection_id), "refresh_token", None))
        return found == ["WPL_AP1.secret", "AQX-refresh", "AQX-refresh"]

    for number in count(1):
        with closing(home.open(keys=Keyring.parse(f"{NEWER}, {KEY}"))) as store:
            try:
                with killed_behind(store, number):
                    store.deployment.reseal()
                break
            except Killed:
                assert readable(store)
    assert number > 3
    with closing(home.open(keys=Keyring.parse(NEWER))) as store:
        assert readable(store)
        assert store.deployment.reseal() == 0


@pytest.fixture
def alone(sqlite_homes: SqliteHomes, tmp_path: Path) -> Iterator[Store]:
    with sqlite_homes.home(tmp_path / "home") as home, closing(home.open(patience=1.0)) as store:
        yield store


def test_what_was_acknowledged_before_the_power_went_is_there_whatever_of_the_log_is_lost(
    alone: Store, tmp_path: Path
) -> None:
    """A commit is on the disk when it returns: the log, torn at any byte behind it, holds it."""
    file, dice = tmp_path / "home" / "leadwire.db", random.Random(7)
    log, sizes = file.with_name("leadwire.db-wal"), [0]
    for number in range(40):
        key = b"%d" % number
        alone.deployment.receive(
            [InboxRow("default", key, ANNA, NOW, dice.randbytes(300), lead_id=str(number))]
        )
        sizes.append(log.stat().st_size)
    assert sizes == sorted(set(sizes)), "the log was begun anew: where a commit ends in it is not known"
    data, written, torn = file.read_bytes(), log.read_bytes(), tmp_path / "torn" / "leadwire.db"
    torn.parent.mkdir()
    for _ in range(60):
        cut = dice.randrange(len(written) + 1)
        torn.write_bytes(data)
        torn.with_name("leadwire.db-wal").write_bytes(written[:cut] + dice.randbytes(dice.randrange(5000)))
        with closing(sqlite3.connect(torn)) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            there = {int(lead) for (lead,) in copy.execute("SELECT lead_id FROM _inbox")}
        acknowledged = sum(size <= cut for size in sizes[1:])
        assert there == set(range(acknowledged))


def test_a_disk_that_is_full_at_any_page_loses_nothing_and_heals_by_itself(alone: Store) -> None:
    workspace = alone.workspace("default")
    table = publish(workspace)
    rows = landed(table, [answered(number, text="word " * 200) for number in range(30)])
    writer = alone._ground.database._writer  # type: ignore[attr-defined]

    def pragma(text: str) -> object:
        with writer.connect() as connection:
            return connection.exec_driver_sql(f"PRAGMA {text}").scalar()

    pages, fails = int(str(pragma("page_count"))), 0
    for more in count(0):
        pragma(f"max_page_count = {pages + more}")
        try:
            with workspace.write() as tx:
                tx.leads.put(table, rows, NOW)
            break
        except TryLater:
            fails += 1
        with workspace.read() as tx:  # reading goes on
            assert tx.leads.page(LeadFilter()).items == ()
        assert pragma("integrity_check") == "ok"
    assert fails > 5
    with workspace.read() as tx:
        assert len(tx.leads.page(LeadFilter(), 200).items) == 30
