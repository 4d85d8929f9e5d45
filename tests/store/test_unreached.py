"""A PostgreSQL that cannot be reached: operators read where and why, callers of the API nothing of it."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from tests.cli.people import Shell, environment, free_ports
from tests.databases import KEY, KEYS, NOW, PostgresHomes

from leadwire.store import Store
from leadwire.store.errors import NotReached, TryLater
from leadwire.web.problems import failure_of

SECRET = "s3same-0pen"


def words(url: str) -> str:
    """What is said of it where somebody opens it."""
    with closing(Store.open(url, keys=KEYS)) as store, pytest.raises(NotReached) as refused:
        store.check()
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None, "the driver's own error is not carried along: it may be logged"
    return str(refused.value)


def test_the_host_is_named_and_what_is_wrong_with_it() -> None:
    port = free_ports(1)[0]
    said = words(f"postgresql://lw:{SECRET}@127.0.0.1:{port}/leads")
    assert said == f"PostgreSQL at 127.0.0.1:{port}, database leads, as lw: refused: no server listens there"
    said = words(f"postgresql://lw:{SECRET}@no-such-host.invalid/leads")
    assert said.startswith("PostgreSQL at no-such-host.invalid:5432, database leads, as lw: unknown host")


@pytest.mark.postgres
def test_the_database_the_user_and_the_password_are_told_apart(postgres_homes: PostgresHomes) -> None:
    assert "there is no such database" in words(postgres_homes.url("nowhere"))
    assert "there is no such user" in words(postgres_homes.url("postgres", "nobody"))
    postgres_homes.run(f"CREATE ROLE guarded LOGIN PASSWORD '{SECRET}'")
    with psycopg.connect(postgres_homes.url("postgres"), autocommit=True) as admin:
        (path,) = admin.execute("SHOW hba_file").fetchone() or ("",)
        rules = Path(path)
        before = rules.read_text()
        rules.write_text(f"local all guarded scram-sha-256\n{before}")
        admin.execute("SELECT pg_reload_conf()")
        try:
            guarded = postgres_homes.url("postgres", "guarded")
            assert "a password is needed" in words(guarded)
            assert "the password is wrong" in words(guarded.replace("guarded:@", f"guarded:not-{SECRET}@"))
        finally:
            rules.write_text(before)
            admin.execute("SELECT pg_reload_conf()")


def test_the_command_line_says_it_in_one_line_and_the_api_keeps_it(tmp_path: Path) -> None:
    port = free_ports(1)[0]
    url = f"postgresql://lw:{SECRET}@127.0.0.1:{port}/leads"
    shell = Shell(environment(tmp_path, DATABASE_URL=url, SECRET_KEY=KEY))
    said = shell("status", code=3).stderr
    assert re.fullmatch(
        rf"leadwire: PostgreSQL at 127\.0\.0\.1:{port}, database leads, as lw: refused.*\n", said
    )
    assert f"127.0.0.1:{port}" in shell("doctor", code=1).stdout
    shown = failure_of(NotReached(f"PostgreSQL at 127.0.0.1:{port}"))
    assert shown is not None
    assert (shown.status, shown.code) == (503, "database_busy")
    assert shown.detail == "The database cannot be reached now."


def test_what_sqlite_says_of_the_moment_is_passed_on(tmp_path: Path) -> None:
    with closing(Store.open(f"sqlite:///{tmp_path / 'leadwire.db'}", keys=KEYS)) as store:
        store.migrate(NOW)
        cause = "the database cannot do it now: attempt to write a readonly database"
        with pytest.raises(TryLater, match=cause), store.workspace("default").read() as tx:
            tx.settings.put("workspace", "", "poll_interval", "60000")
