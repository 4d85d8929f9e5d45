import pytest
from sqlalchemy import update
from tests.databases import NOW
from tests.store.samples import ANNA, BO

from leadwire.domain.times import DAY
from leadwire.store import Access, AccountFacts, Beat, Sync, Tokens
from leadwire.store.errors import NotFound, SealBroken

TOKENS = Tokens("AQX-access", NOW + 60, NOW, "AQX-refresh", NOW + 365, ("r_ads", "r_organization_admin"))


@pytest.fixture
def tx(store):
    with store.workspace("default").write() as tx:
        yield tx


class TestConnections:
    def test_wait_for_consent_and_then_are_active(self, tx):
        made = tx.connections.create(NOW, "https://crm.example/done")
        assert (made.state, made.pending_since, made.token_serial, made.scopes) == ("pending", NOW, 0, ())
        assert tx.connections.tokens(made.id) is None
        tx.connections.grant(made.id, TOKENS, NOW + 1)
        now = tx.connections.get(made.id)
        assert (now.state, now.reason, now.pending_since, now.granted_at) == ("active", None, None, NOW + 1)
        assert (now.scopes, now.has_refresh_token, now.token_serial) == (TOKENS.scopes, True, 1)
        assert tx.connections.tokens(made.id) == TOKENS

    def test_the_slower_of_two_refreshes_changes_nothing(self, tx):
        made = tx.connections.create(NOW)
        tx.connections.grant(made.id, TOKENS, NOW)
        first = Tokens("AQX-2", NOW + 120, NOW + 2, "AQX-refresh", NOW + 365)
        assert tx.connections.mint(made.id, first, NOW + 2, serial=1) is True
        assert tx.connections.mint(made.id, Tokens("AQX-3", NOW, NOW), NOW + 3, serial=1) is False
        now = tx.connections.get(made.id)
        assert (now.token_serial, now.refreshed_at, now.granted_at) == (2, NOW + 2, NOW)
        assert tx.connections.tokens(made.id).access_token == "AQX-2"
        assert now.scopes == TOKENS.scopes  # a refresh that names no scopes keeps them

    def test_reconnecting_is_the_same_connection(self, tx):
        made = tx.connections.create(NOW)
        tx.connections.grant(made.id, TOKENS, NOW)
        tx.connections.set_state(made.id, "needs_reconnect", "revoked", NOW + 1)
        tx.connections.pending(made.id, NOW + 2, None)
        waiting = tx.connections.get(made.id)
        assert (waiting.state, waiting.reason, waiting.pending_since) == (
            "needs_reconnect",
            "revoked",
            NOW + 2,
        )
        tx.connections.grant(made.id, TOKENS, NOW + 3)
        now = tx.connections.get(made.id)
        assert (now.id, now.state, now.reason, now.pending_since) == (made.id, "active", None, None)

    def test_remember_heartbeat_and_member(self, tx):
        made = tx.connections.create(NOW)
        tx.connections.heartbeat(made.id, NOW + 5, "/v2/me", "ok")
        tx.connections.set_member(made.id, "m1", "Anna\0 Svensson", NOW + 6)
        now = tx.connections.get(made.id)
        assert (now.last_heartbeat_at, now.last_heartbeat_method, now.last_heartbeat_result) == (
            NOW + 5,
            "/v2/me",
            "ok",
        )
        assert (now.member_id, now.member_name, now.updated_at) == ("m1", "Anna\ufffd Svensson", NOW + 6)

    def test_keep_a_month_of_heartbeats_and_no_more_than_a_thousand(self, tx):
        made, other = tx.connections.create(NOW), tx.connections.create(NOW)
        tx.connections.heartbeat(other.id, NOW, "/v2/me", "ok")
        beats = [Beat(NOW + n * DAY // 2, "introspection", "ok") for n in range(62)]
        for beat in beats:
            tx.connections.heartbeat(made.id, beat.at, beat.method, beat.result)
        assert tx.connections.beats(made.id, 2000) == tuple(beats[-60:][::-1])
        assert tx.connections.beats(made.id, 2) == (beats[-1], beats[-2])
        crowd = {"connection_id": made.id, "method": "/v2/me", "result": "ended"}
        tx.connections._beats.upsert([{"at": beats[-1].at + n, **crowd} for n in range(1, 1500)])
        tx.connections.heartbeat(made.id, beats[-1].at + 1500, "/v2/me", "ok")
        assert [one.at - beats[-1].at for one in tx.connections.beats(made.id, 2000)] == [
            *range(1500, 500, -1)
        ]
        assert tx.connections.beats(other.id) == (Beat(NOW, "/v2/me", "ok"),)
        tx.connections.delete(made.id)
        assert tx.connections.beats(made.id) == ()

    def test_tokens_moved_to_another_row_do_not_open(self, tx):
        one, other = tx.connections.create(NOW), tx.connections.create(NOW)
        for made, token in ((one, "AQX-one"), (other, "AQX-other")):
            tx.connections.grant(made.id, Tokens(token, NOW, NOW, "r" + token), NOW)
        rows = tx.connections._rows
        sealed = {row.id: row for row in rows.rows()}
        for column in ("access_token", "refresh_token"):
            statement = update(rows.table).where(rows.c.id == one.id)
            rows.run(statement.values({column: sealed[other.id]._mapping[column]}))
            with pytest.raises(SealBroken):
                tx.connections.tokens(one.id)
            rows.run(statement.values({column: sealed[one.id]._mapping[column]}))
        swapped = {"access_token": sealed[one.id].refresh_token, "refresh_token": sealed[one.id].access_token}
        rows.change(rows.c.id == one.id, **swapped)
        with pytest.raises(SealBroken):
            tx.connections.tokens(one.id)

    def test_go_with_all_that_hangs_on_them(self, tx):
        made = tx.connections.create(NOW)
        tx.connections.grant(made.id, TOKENS, NOW)
        tx.links.create_link("text", made.id, None, NOW, NOW + 1)
        tx.accounts.put([AccountFacts(ANNA, "512", "Anna", "ACTIVE")], NOW)
        tx.accounts.put_access([Access(made.id, ANNA, "VIEWER", (), "yes", (), NOW)])
        tx.connections.forget_tokens(made.id, NOW)
        assert tx.connections.tokens(made.id) is None
        assert tx.connections.delete(made.id) is True
        assert tx.connections.delete(made.id) is False
        assert tx.accounts.access(ANNA) == ()
        assert tx.connections.all() == ()

    def test_are_listed_newest_first(self, tx):
        made = [tx.connections.create(NOW + n) for n in range(5)]
        first = tx.connections.page(limit=3)
        rest = tx.connections.page(limit=3, after=first.next)
        assert [one.id for one in (*first.items, *rest.items)] == [one.id for one in reversed(made)]
        assert [one.id for one in tx.connections.all()] == [one.id for one in made]

    def test_unknown_ones_are_not_found(self, tx):
        for call in (
            lambda: tx.connections.get("nobody"),
            lambda: tx.connections.grant("nobody", TOKENS, NOW),
            lambda: tx.connections.mint("nobody", TOKENS, NOW, serial=1),
            lambda: tx.connections.heartbeat("nobody", NOW, "a", "b"),
        ):
            with pytest.raises(NotFound):
                call()


def facts(owner, name="Anna", **more):
    return AccountFacts(owner, owner.rpartition(":")[2], name, "ACTIVE", **more)


class TestAccounts:
    def test_keep_what_people_want_when_linkedin_speaks_again(self, tx):
        said = facts(ANNA, serving_statuses=("RUNNABLE",), type="BUSINESS", currency="SEK", test=True)
        assert tx.accounts.put([said, facts(BO)], NOW) == (ANNA, BO)
        wanted = Sync(True, push=True, poll_interval=60_000, lead_types=("SPONSORED",))
        assert tx.accounts.set_sync(ANNA, wanted, NOW + 1).sync == wanted
        tx.accounts.mark_removed([ANNA], NOW + 2)
        assert tx.accounts.get(ANNA).removed_at == NOW + 2
        assert tx.accounts.put([facts(ANNA, "Anna\0 AB")], NOW + 3) == ()
        now = tx.accounts.get(ANNA)
        assert (now.facts.name, now.facts.currency, now.seen_at) == ("Anna\ufffd AB", None, NOW + 3)
        assert (now.sync, now.sync_changed_at, now.removed_at) == (wanted, NOW + 1, None)

    def test_are_listed_all_or_by_sync(self, tx):
        tx.accounts.put([facts(ANNA), facts(BO)], NOW)
        tx.accounts.set_sync(BO, Sync(True), NOW)
        assert [one.owner for one in tx.accounts.all()] == [BO, ANNA]
        assert [one.owner for one in tx.accounts.all(enabled=True)] == [BO]
        first = tx.accounts.page(limit=1)
        assert [one.owner for one in (*first.items, *tx.accounts.page(1, first.next).items)] == [ANNA, BO]

    def test_are_read_by_the_best_living_connection(self, tx):
        tx.accounts.put([facts(ANNA)], NOW)
        ids = [tx.connections.create(NOW + n).id for n in range(4)]
        for living in ids[1:]:
            tx.connections.grant(living, TOKENS, NOW)
        can = ("yes", "no", "probably", "probably")
        tx.accounts.put_access(
            [Access(id_, ANNA, "VIEWER", ("ANALYST",), can[n], (), NOW + n) for n, id_ in enumerate(ids)]
        )
        assert tx.accounts.get(ANNA).access.connection_id == ids[3]
        assert [one.connection_id for one in tx.accounts.access(ANNA)] == [ids[3], ids[2], ids[1], ids[0]]
        tx.connections.grant(ids[0], TOKENS, NOW)
        assert tx.accounts.all()[0].access.can_read == "yes"
        for gone in ids:
            tx.connections.set_state(gone, "needs_reconnect", "revoked", NOW)
        assert tx.accounts.get(ANNA).access is None

    def test_problems_of_access_come_back_as_they_were(self, tx):
        from leadwire.domain.errors import Problem

        tx.accounts.put([facts(ANNA)], NOW)
        id_ = tx.connections.create(NOW).id
        problem = Problem("page_missing", "No page.", "Link one.", {"organization": None})
        said = Access(id_, ANNA, None, (), "no", (problem,), NOW)
        tx.accounts.put_access([said])
        assert tx.accounts.access(ANNA) == (said,)

    def test_who_lost_sight_of_them_is_told(self, tx):
        tx.accounts.put([facts(ANNA), facts(BO)], NOW)
        id_ = tx.connections.create(NOW).id
        tx.accounts.put_access([Access(id_, owner, None, (), "yes", (), NOW) for owner in (ANNA, BO)])
        assert tx.accounts.drop_access(id_, keep=[BO]) == (ANNA,)
        assert tx.accounts.drop_access(id_, keep=[BO]) == ()
        assert tx.accounts.drop_access(id_) == (BO,)

    def test_unknown_ones_are_not_found(self, tx):
        for call in (lambda: tx.accounts.get(ANNA), lambda: tx.accounts.set_sync(ANNA, Sync(), NOW)):
            with pytest.raises(NotFound):
                call()
