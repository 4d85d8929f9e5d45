"""What the deployment's desk does: keys, one-time texts, the agenda, the budget, credentials."""

import threading

import pytest
from tests.databases import NOW
from tests.store.samples import ANNA, BO, two_workspaces

from leadwire.store import CallCount, Learned, Pause
from leadwire.store.errors import NotFound, OneTimeRefused

MINUTE = 60_000
DAY = 24 * 60 * MINUTE


class TestApiKeys:
    def test_are_known_by_their_text_alone(self, store):
        issued = store.deployment.create_api_key("default", "CRM", NOW)
        assert issued.text.startswith("lw_")
        assert len(issued.text) >= 46
        assert store.deployment.authenticate(issued.text, NOW).id == issued.key.id
        for wrong in ("", "lw_", issued.text[:-1], issued.text + "x", issued.text.upper(), "\0", "\ud800"):
            assert store.deployment.authenticate(wrong, NOW) is None
        assert issued.text not in repr(issued)

    def test_belong_to_one_workspace(self, store):
        acme, globex = two_workspaces(store)
        issued = store.deployment.create_api_key(acme.id, "CRM", NOW)
        assert store.deployment.api_keys(acme.id).items == (issued.key,)
        assert store.deployment.authenticate(issued.text, NOW).workspace_id == acme.id
        assert store.deployment.api_keys(globex.id).items == ()
        with pytest.raises(NotFound):
            store.deployment.create_api_key("01nobody", "CRM", NOW)

    def test_are_gone_at_once(self, store):
        issued = store.deployment.create_api_key("default", "CRM", NOW)
        assert store.deployment.revoke_api_key("default", issued.key.id) is True
        assert store.deployment.revoke_api_key("default", issued.key.id) is False
        assert store.deployment.authenticate(issued.text, NOW) is None

    def test_their_use_is_noted_once_a_minute(self, store):
        issued = store.deployment.create_api_key("default", "CRM", NOW)
        noted = []
        for at in (NOW, NOW + 1, NOW + MINUTE - 1, NOW + MINUTE, NOW + MINUTE + 1):
            store.deployment.authenticate(issued.text, at)
            noted.append(store.deployment.api_key("default", issued.key.id).last_used_at)
        assert noted == [NOW, NOW, NOW, NOW + MINUTE, NOW + MINUTE]


def refused(call, *args):
    with pytest.raises(OneTimeRefused) as caught:
        call(*args)
    return caught.value.reason


class TestOneTime:
    def test_a_link_leads_once_to_its_connection(self, store):
        acme, _ = two_workspaces(store)
        with acme.write() as tx:
            tx.links.create_link("text", "c1", "https://crm.example/done", NOW, NOW + DAY)
        link = store.deployment.use_link("text", NOW + 1)
        assert (link.workspace_id, link.connection_id, link.return_url) == (
            acme.id,
            "c1",
            "https://crm.example/done",
        )
        assert refused(store.deployment.use_link, "text", NOW + 2) == "used"
        assert refused(store.deployment.use_link, "other", NOW) == "unknown"

    def test_a_state_needs_the_browser_that_asked(self, store):
        with store.workspace("default").write() as tx:
            tx.links.create_state("state", "cookie", "c1", NOW, NOW + 10 * MINUTE)
        assert refused(store.deployment.use_state, "state", "another", NOW) == "other_browser"
        assert store.deployment.use_state("state", "cookie", NOW).connection_id == "c1"
        assert refused(store.deployment.use_state, "state", "cookie", NOW) == "used"
        assert refused(store.deployment.use_state, "", "", NOW) == "unknown"

    def test_too_late_is_too_late(self, store):
        with store.workspace("default").write() as tx:
            tx.links.create_link("text", "c1", None, NOW, NOW + 10)
            tx.links.create_state("state", "cookie", "c1", NOW, NOW + 10)
        assert refused(store.deployment.use_link, "text", NOW + 10) == "expired"
        assert refused(store.deployment.use_state, "state", "cookie", NOW + 10) == "expired"
        assert store.deployment.prune(NOW + 10 + DAY) == 0
        assert store.deployment.prune(NOW + 11 + DAY) == 2
        assert refused(store.deployment.use_link, "text", NOW) == "unknown"

    def test_of_many_at_once_one_gets_through(self, store):
        with store.workspace("default").write() as tx:
            tx.links.create_state("state", "cookie", "c1", NOW, NOW + 10)
        answers = []

        def use():
            try:
                answers.append(store.deployment.use_state("state", "cookie", NOW).connection_id)
            except OneTimeRefused as error:
                answers.append(error.reason)

        threads = [threading.Thread(target=use) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == ["c1"] + ["used"] * 5


class TestSchedule:
    @pytest.fixture
    def acme(self, store):
        return two_workspaces(store)[0]

    def at(self, workspace, kind="poll", key=ANNA):
        with workspace.read() as tx:
            return tx.schedule.get(kind, key)

    def test_what_is_due_is_found_across_workspaces(self, store):
        acme, globex = two_workspaces(store)
        with acme.write() as tx:
            tx.schedule.put("poll", ANNA, 7, NOW)
            tx.schedule.put("poll", BO, 7, NOW + 5)
        with globex.write() as tx:
            tx.schedule.put("forms", ANNA, 7, NOW - 5)
            tx.schedule.put("forms", BO, 9, NOW - 1)
        desk = store.deployment
        assert desk.due_shards(NOW) == [(7, NOW - 5), (9, NOW - 1)]
        assert desk.due_shards(NOW, only=9) == [(9, NOW - 1)]
        assert [(one.workspace_id, one.kind, one.key) for one in desk.due(7, NOW)] == [
            (globex.id, "forms", ANNA),
            (acme.id, "poll", ANNA),
        ]
        assert len(desk.due(7, NOW, limit=1)) == 1
        assert [desk.next_due(NOW), desk.next_due(NOW + 5)] == [NOW + 5, None]

    def test_done_moves_on_and_forgets_attempts(self, store, acme):
        with acme.write() as tx:
            tx.schedule.put("poll", ANNA, 7, NOW)
            assert [tx.schedule.claim("poll", ANNA, NOW) for _ in range(3)] == [1, 2, 3]
            tx.schedule.done("poll", ANNA, NOW, NOW + MINUTE)
        item = self.at(acme)
        assert (item.due_at, item.attempts, item.claimed_at) == (NOW + MINUTE, 0, None)
        with acme.write() as tx:
            assert tx.schedule.claim("poll", ANNA, NOW) == 1
            tx.schedule.done("poll", ANNA, NOW + MINUTE, None)
            assert tx.schedule.claim("poll", ANNA, NOW) == 0
        assert self.at(acme) is None

    @pytest.mark.parametrize("ask", ["put", "hasten"])
    @pytest.mark.parametrize("next_due", [NOW + MINUTE, None])
    def test_who_asks_while_it_is_worked_on_is_not_forgotten(self, acme, ask, next_due):
        with acme.write() as tx:
            tx.schedule.put("poll", ANNA, 7, NOW)
            tx.schedule.claim("poll", ANNA, NOW + 1)
            getattr(tx.schedule, ask)("poll", ANNA, 7, NOW + 2)
            tx.schedule.done("poll", ANNA, NOW, next_due)
        assert self.at(acme).due_at == NOW + 2

    def test_ensure_keeps_and_hasten_never_delays(self, acme):
        with acme.write() as tx:
            tx.schedule.ensure("poll", ANNA, 7, NOW)
            tx.schedule.ensure("poll", ANNA, 7, NOW - 50)
            assert tx.schedule.get("poll", ANNA).due_at == NOW
            tx.schedule.hasten("poll", ANNA, 7, NOW + 50)
            assert tx.schedule.get("poll", ANNA).due_at == NOW
            tx.schedule.hasten("poll", ANNA, 7, NOW - 50)
            assert tx.schedule.get("poll", ANNA).due_at == NOW - 50
            tx.schedule.hasten("poll", BO, 8, NOW)
            assert [one.key for one in tx.schedule.all("poll")] == [ANNA, BO]
            assert tx.schedule.all("forms") == ()
            assert (tx.schedule.drop("poll", BO), tx.schedule.drop("poll", BO)) == (True, False)


class TestBudget:
    def test_calls_add_up_per_day_endpoint_and_member(self, store):
        desk = store.deployment
        desk.count_calls("2026-05-28", {("leads", "app", ""): 2, ("leads", "app", "m1"): 2})
        desk.count_calls("2026-05-28", {("leads", "app", ""): 3})
        desk.count_calls("2026-05-29", {("leads", "app", ""): 1})
        desk.count_calls("2026-05-29", {})
        assert desk.calls("2026-05-28") == [
            CallCount("2026-05-28", "leads", "app", "", 5),
            CallCount("2026-05-28", "leads", "app", "m1", 2),
        ]
        assert desk.calls("2026-05-30") == []

    def test_a_quota_is_what_was_seen_of_it_last(self, store):
        desk = store.deployment
        assert desk.learned() == []
        for seen in (Learned("leads", "app", 500, NOW), Learned("leads", "member", 100, NOW)):
            desk.learn(seen)
        desk.learn(Learned("leads", "app", 400, NOW + 1))
        assert desk.learned() == [
            Learned("leads", "app", 400, NOW + 1),
            Learned("leads", "member", 100, NOW),
        ]

    def test_a_pause_ends_by_itself_or_by_hand(self, store):
        desk = store.deployment
        desk.pause("leads", NOW + 10, "DAY")
        desk.pause("leads", NOW + 20, "DAY, again")
        desk.pause("forms", NOW + 5, "DAY", member="m1")
        assert desk.pauses(NOW) == [
            Pause("forms", "m1", NOW + 5, "DAY"),
            Pause("leads", "", NOW + 20, "DAY, again"),
        ]
        assert [one.endpoint for one in desk.pauses(NOW + 5)] == ["leads"]
        desk.unpause("leads")
        assert desk.pauses(NOW + 5) == []


def test_app_credentials_are_kept_replaced_and_forgotten(store):
    desk = store.deployment
    assert desk.app_credentials() is None
    desk.save_app_credentials("78abc", "secret", NOW)
    desk.save_app_credentials("78def", "WPL_AP1.secret2", NOW + 1)
    saved = desk.app_credentials()
    assert (saved.client_id, saved.client_secret, saved.saved_at) == ("78def", "WPL_AP1.secret2", NOW + 1)
    assert "secret2" not in repr(saved)
    desk.forget_app_credentials()
    assert desk.app_credentials() is None
