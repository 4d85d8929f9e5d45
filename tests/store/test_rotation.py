"""A new key: every value is sealed anew at the start, and people are told when the old one can go."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from tests.databases import KEY, NOW, Home, PostgresHomes
from tests.rig import Rig

from leadwire.cli import checks
from leadwire.store import Keyring, Tokens, schema
from leadwire.store.desk_rows import Sealing
from leadwire.store.errors import WrongKey
from leadwire.store.ground import inside

NEWER = "a newer key that nobody but this test knows"


def said(rig: Rig) -> list[tuple[str, str]]:
    """What `doctor` says of the keys."""
    facts = rig.api.get("/status").json()["deployment"]["facts"]
    return [(one.verdict, one.words) for one in checks.keys(facts["sealing"])]


def test_a_start_with_a_new_key_takes_it_on_and_the_old_one_can_go(home: Home, tmp_path: Path) -> None:
    with closing(Rig(home, tmp_path)) as rig:
        connection = rig.connect_member()
        assert said(rig) == [], "one key is no rotation"
    with closing(Rig(home, tmp_path, secret_key=f"{NEWER},{KEY}")) as rig:
        assert said(rig) == [
            ("ok", "everything is sealed with the first key of LEADWIRE_SECRET_KEY: take the others away")
        ]
    with closing(Rig(home, tmp_path, secret_key=NEWER)) as rig, rig.workspace.read() as tx:
        tokens = tx.connections.tokens(connection)
        assert tokens is not None
        assert tokens.access_token
    with closing(home.open()) as store, pytest.raises(WrongKey):
        store.check()


def test_what_an_older_process_sealed_meanwhile_is_counted_until_the_next_start(
    home: Home, tmp_path: Path
) -> None:
    with closing(Rig(home, tmp_path, secret_key=f"{NEWER},{KEY}")) as rig:
        with closing(home.open(keys=Keyring.parse(f"{KEY},{NEWER}"))) as older:
            older.deployment.save_app_credentials("78abc", "WPL_AP1.secret", NOW)
        ((verdict, words),) = said(rig)
        assert verdict == "warning"
        assert words.startswith("1 sealed values need an older key")
        rig.close()
        rig.start()
        assert [verdict for verdict, _ in said(rig)] == ["ok"]


def test_what_no_key_opens_hinders_no_start_and_is_told(home: Home, tmp_path: Path) -> None:
    with closing(home.open(keys=Keyring.parse(KEY))) as store, store.workspace("default").write() as tx:
        made = tx.connections.create(NOW)
        tx.connections.grant(made.id, Tokens("AQX", NOW, NOW, "AQX-refresh"), NOW)
    with closing(home.open(keys=Keyring.parse(KEY))) as store:
        alien = Keyring.parse("nobody's").seal("AQX", ("", "", "", ""))
        tokens = schema.internal(store.dialect)["connections"]
        with store._ground.database.own(inside(store.workspace("default").id)) as connection:
            assert connection.execute(tokens.update().values(access_token=alien)).rowcount == 1
    with closing(Rig(home, tmp_path, secret_key=f"{NEWER},{KEY}")) as rig:
        assert rig.store.deployment.sealing() == Sealing(2, 0, 1)
        assert [verdict for verdict, _ in said(rig)] == ["ok", "warning"]


@pytest.mark.postgres
def test_a_token_that_is_renewed_while_it_is_sealed_anew_is_not_lost(
    postgres_homes: PostgresHomes, tmp_path: Path
) -> None:
    with postgres_homes.home(tmp_path) as home:
        with closing(home.open()) as store, store.workspace("default").write() as tx:
            made = tx.connections.create(NOW)
            tx.connections.grant(made.id, Tokens("AQX-old", NOW, NOW, "AQX-refresh"), NOW)
        both = Keyring.parse(f"{KEY},{NEWER}")  # as every process must have before one takes the new one on
        with closing(home.open(keys=both)) as other, closing(home.open(keys=Busy(other, made.id))) as store:
            store.deployment.reseal()
            with store.workspace("default").read() as tx:
                tokens = tx.connections.tokens(made.id)
            assert tokens is not None
            assert tokens.access_token == "AQX-new"


class Busy(Keyring):
    """A keyring beside whose first opening of a token another process stores a newer one."""

    def __init__(self, other: object, connection_id: str) -> None:
        super().__init__(Keyring.parse(f"{NEWER},{KEY}").keys)
        object.__setattr__(self, "renew", [lambda: renew(other, connection_id)])

    def open(self, sealed: bytes, aad: tuple[str, ...]) -> str:
        if aad[1] == "connections" and self.renew:  # type: ignore[attr-defined]
            self.renew.pop()()  # type: ignore[attr-defined]
        return super().open(sealed, aad)


def renew(store: object, connection_id: str) -> None:
    with store.workspace("default").write() as tx:  # type: ignore[attr-defined]
        tx.connections.grant(connection_id, Tokens("AQX-new", NOW + 1, NOW + 1, "AQX-refresh-2"), NOW + 1)
