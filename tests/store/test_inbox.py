"""The inbox and the addresses of the hook, on both databases."""

import pytest
from tests.databases import NOW
from tests.store.samples import ANNA, BO, land, publish, two_workspaces

from leadwire.domain.errors import NotFound
from leadwire.store import InboxDue, InboxRow
from leadwire.store.hooks import REPLACED_LIVES
from leadwire.store.inbox import DONE_LIVES, PARKED_LIVES


def row(number, workspace="default", owner=ANNA, at=NOW, **facts):
    known = {"lead_id": f"lead-{number}", "form_id": "7234246", "form_version": 1, "occurred_at": number}
    named = {"lead_type": "SPONSORED", "action": "CREATED"}
    return InboxRow(
        workspace, b"key-%012d" % number, owner, at, b'{"n":%d}' % number, **{**named, **known, **facts}
    )


@pytest.fixture
def default(store):
    return store.workspace("default")


def items(workspace, **which):
    with workspace.read() as tx:
        return tx.inbox.page(200, **which).items


class TestInbox:
    def test_what_was_received_comes_back_oldest_first(self, store, default):
        store.deployment.receive([row(n, at=NOW + n) for n in range(3)])
        with default.read() as tx:
            found = tx.inbox.due(ANNA, NOW + 1)
            assert [item.lead_id for item in found] == ["lead-0", "lead-1"]
            assert tx.inbox.get(found[0].id) == found[0]
            assert (tx.inbox.waiting(ANNA, NOW + 1), tx.inbox.waiting(ANNA, NOW + 9)) == (2, 3)
            assert (tx.inbox.waiting(BO, NOW + 9), tx.inbox.due(BO, NOW + 9)) == (0, ())
        first = found[0]
        assert (first.raw, first.form_id, first.form_version, first.occurred_at) == (
            b'{"n":0}',
            "7234246",
            1,
            0,
        )
        assert (first.state, first.copies, first.attempts, first.outcome, first.finished_at) == (
            "waiting",
            1,
            0,
            None,
            None,
        )

    @pytest.mark.parametrize("count", [1, 7, 8, 63, 64, 65, 500])
    def test_any_number_goes_in_at_once_each_with_an_id_of_its_own(self, store, default, count):
        store.deployment.receive([row(n) for n in range(count)])
        with default.read() as tx:
            found = tx.inbox.due(ANNA, NOW, 1000)
        assert sorted(item.occurred_at for item in found) == list(range(count))
        assert len({item.id for item in found}) == count

    def test_ids_sort_by_arrival(self, store, default):
        for n in range(5):
            store.deployment.receive([row(n, at=NOW + n)])
        assert [item.occurred_at for item in items(default)] == [4, 3, 2, 1, 0]

    def test_one_known_already_is_counted_whatever_became_of_it(self, store, default):
        store.deployment.receive([row(1), row(1), row(2), row(1)])
        store.deployment.receive([row(1, at=NOW + 5)])
        (second, first) = sorted(items(default), key=lambda item: -item.occurred_at)
        assert (first.copies, second.copies, first.received_at) == (4, 1, NOW)
        with default.write() as tx:
            tx.inbox.done([first.id], "fetched", NOW)
        store.deployment.receive([row(1)])
        with default.read() as tx:
            again = tx.inbox.get(first.id)
        assert (again.copies, again.state) == (5, "done")

    def test_workspaces_are_apart(self, store):
        acme, globex = two_workspaces(store)
        store.deployment.receive([row(n, one.id) for n in range(3) for one in (acme, globex)])
        for one in (acme, globex):
            assert len(items(one)) == 3
        (theirs, *_) = items(globex)
        with acme.write() as tx:
            with pytest.raises(NotFound):
                tx.inbox.get(theirs.id)
            assert tx.inbox.done([theirs.id], "mine", NOW) == 0
            assert tx.inbox.later([theirs.id], NOW + 1, "mine") == 0
            assert tx.inbox.park([theirs.id], "mine", NOW) == 0
        assert {item.state for item in items(globex)} == {"waiting"}

    def test_all_of_it_or_nothing(self, store, default):
        with pytest.raises(Exception, match=r"(?i)not[ -]null"):
            store.deployment.receive([row(1), row(2, lead_type=None)])
        assert items(default) == ()

    def test_nothing_is_nothing(self, store, default):
        store.deployment.receive([])
        assert items(default) == ()

    def test_it_moves_from_waiting_to_its_end_and_no_further(self, store, default):
        store.deployment.receive([row(1), row(2)])
        (one, two) = items(default)
        with default.write() as tx:
            assert tx.inbox.later([one.id], NOW + 60, "not readable yet") == 1
            assert tx.inbox.due(ANNA, NOW + 59) == (two,)
            assert [item.attempts for item in tx.inbox.due(ANNA, NOW + 60)] == [0, 1]
            assert tx.inbox.done([one.id, two.id], "fetched", NOW + 61) == 2
            assert tx.inbox.done([one.id], "again", NOW + 62) == 0
            assert tx.inbox.park([one.id], "again", NOW + 62) == 0
            assert tx.inbox.later([one.id], NOW + 99, "again") == 0
            ended = tx.inbox.get(one.id)
        assert (ended.state, ended.outcome, ended.attempts, ended.finished_at) == (
            "done",
            "fetched",
            1,
            NOW + 61,
        )

    def test_a_reason_is_kept_as_far_as_it_can_be(self, store, default):
        store.deployment.receive([row(1)])
        (one,) = items(default)
        with default.write() as tx:
            tx.inbox.park([one.id], "\0" + "x" * 1000, NOW)
            assert tx.inbox.get(one.id).outcome == "\ufffd" + "x" * 199

    def test_what_can_never_be_fetched_is_parked_from_the_start(self, store, default):
        store.deployment.receive([row(1, parked="unknown type 'X'", lead_id=None), row(2)])
        (parked,) = items(default, state="parked")
        assert (parked.outcome, parked.finished_at) == ("unknown type 'X'", NOW)
        with default.read() as tx:
            assert [item.occurred_at for item in tx.inbox.due(ANNA, NOW)] == [2]
            facts = tx.inbox.facts(ANNA)
        assert (facts.waiting, facts.parked, facts.last_push) == (1, 1, None)
        assert store.deployment.inbox_counts() == {"waiting": 1, "parked": 1}

    def test_pages(self, store, default):
        store.deployment.receive([row(n, owner=(ANNA, BO)[n % 2]) for n in range(10)])
        with default.read() as tx:
            first = tx.inbox.page(3, owner=ANNA)
            rest = tx.inbox.page(3, first.next, owner=ANNA)
        assert sorted(item.occurred_at for item in first.items + rest.items) == [0, 2, 4, 6, 8]

    def test_erasing_a_lead_takes_its_pushes(self, store):
        acme, globex = two_workspaces(store)
        (lead_id,) = land(acme, publish(acme), 1)
        store.deployment.receive([row(n, one.id, lead_id=lead_id) for n in (1, 2) for one in (acme, globex)])
        store.deployment.receive([row(3, acme.id)])
        with acme.write() as tx:
            tx.erasing.erase(lead_id, NOW)
        assert [item.occurred_at for item in items(acme)] == [3]
        assert len(items(globex)) == 2

    def test_a_purge_takes_an_owners_pushes_and_addresses(self, store, default):
        store.deployment.receive([row(1), row(2, owner=BO)])
        with default.write() as tx:
            tx.hooks.serial(ANNA, NOW)
            tx.hooks.serial(BO, NOW)
            gone = tx.purge(ANNA)
            assert (gone.counts["inbox"], gone.counts["hooks"]) == (1, 1)
            assert [hook.owner for hook in tx.hooks.all()] == [BO]
        assert [item.owner for item in items(default)] == [BO]


class TestDesk:
    def test_owners_with_pushes_that_are_due_the_longest_first(self, store):
        acme, globex = two_workspaces(store)
        store.deployment.receive(
            [row(1, acme.id, at=NOW + 5), row(2, acme.id, at=NOW + 3), row(3, globex.id)]
        )
        store.deployment.receive([row(4, acme.id, owner=BO, at=NOW + 50), row(5, acme.id, parked="odd")])
        assert store.deployment.inbox_due(NOW + 10) == [
            InboxDue(globex.id, ANNA, NOW),
            InboxDue(acme.id, ANNA, NOW + 3),
        ]
        assert store.deployment.inbox_due(NOW + 10, limit=1) == [InboxDue(globex.id, ANNA, NOW)]
        assert store.deployment.inbox_next_due(NOW + 10) == NOW + 50
        assert store.deployment.inbox_next_due(NOW + 50) is None

    def test_what_is_over_is_swept(self, store, default):
        store.deployment.receive([row(n) for n in range(4)])
        done, parked, late, waiting = items(default)
        with default.write() as tx:
            tx.inbox.done([done.id], "fetched", NOW)
            tx.inbox.park([parked.id], "odd", NOW)
            tx.inbox.done([late.id], "fetched", NOW + 1)
        assert store.deployment.sweep_inbox(NOW + DONE_LIVES - 1) == 0
        assert store.deployment.sweep_inbox(NOW + DONE_LIVES) == 1
        assert {item.id for item in items(default)} == {parked.id, late.id, waiting.id}
        assert store.deployment.sweep_inbox(NOW + PARKED_LIVES) == 2
        assert items(default) == (waiting,)

    def test_pushes_of_a_workspace_that_is_gone_are_not_found_and_are_swept(self, store):
        acme, globex = two_workspaces(store)
        store.deployment.delete_workspace(globex.id)
        store.deployment.receive([row(1, globex.id), row(2, acme.id)])
        assert [due.workspace_id for due in store.deployment.inbox_due(NOW)] == [acme.id]
        assert store.deployment.sweep_inbox(NOW) == 1
        assert store.deployment.inbox_counts() == {"waiting": 1, "parked": 0}


class TestHooks:
    def test_a_serial_is_made_once(self, store, default):
        with default.write() as tx:
            serial = tx.hooks.serial(ANNA, NOW)
            assert tx.hooks.serial(ANNA, NOW + 5) == serial
            assert tx.hooks.serial(BO, NOW + 5) != serial
        assert store.deployment.hooks()["default", ANNA] == {serial: None}

    def test_one_that_was_replaced_goes_on_for_a_day(self, store, default):
        with default.write() as tx:
            serials = [tx.hooks.serial(ANNA, NOW), *(tx.hooks.replace(ANNA, NOW + n) for n in (0, 0, 1))]
            assert tx.hooks.get(ANNA).serial == serials[-1]
        ends = [NOW + REPLACED_LIVES, NOW + REPLACED_LIVES, NOW + 1 + REPLACED_LIVES, None]
        assert store.deployment.hooks() == {("default", ANNA): dict(zip(serials, ends, strict=True))}
        assert len(set(serials)) == 4
        with default.write() as tx:
            tx.hooks.replace(ANNA, NOW + REPLACED_LIVES)
            assert [hook.serial for hook in tx.hooks.all(ANNA)[2:]] == [serials[2]]

    def test_what_is_dropped_never_comes_back(self, store, default):
        with default.write() as tx:
            old = tx.hooks.serial(ANNA, NOW)
            assert (tx.hooks.drop(ANNA), tx.hooks.drop(ANNA)) == (1, 0)
            assert tx.hooks.get(ANNA) is None
            assert tx.hooks.serial(ANNA, NOW + 1) > old

    def test_when_they_were_heard_is_kept_and_never_goes_back(self, store):
        acme, globex = two_workspaces(store)
        names = []
        for one in (acme, globex):
            with one.write() as tx:
                names.append((one.id, ANNA, tx.hooks.serial(ANNA, NOW)))
        store.deployment.heard({names[0]: NOW + 2}, {names[0]: NOW + 3, names[1]: NOW + 4})
        store.deployment.heard({names[0]: NOW + 1}, {})
        store.deployment.heard({}, {})
        with acme.read() as tx:
            hook = tx.hooks.get(ANNA)
            assert (hook.challenged_at, hook.pushed_at, tx.hooks.last_push(ANNA)) == (
                NOW + 2,
                NOW + 3,
                NOW + 3,
            )
        with globex.read() as tx:
            assert (tx.hooks.get(ANNA).challenged_at, tx.inbox.facts(ANNA).last_push) == (None, NOW + 4)

    def test_the_key_of_the_tokens_outlives_the_process(self, home, store):
        key = store.deployment.hook_key()
        assert len(key) == 32
        again = home.open()
        assert again.deployment.hook_key() == key
        again.close()
