"""The books about work: coverage, runs, quarantine, settings, audit."""

from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.databases import KEYS, NOW
from tests.store.samples import ANNA, BO

from leadwire.domain.coverage import Interval, union
from leadwire.store import RunCounters, RunPlan, Spot, Store, Trouble
from leadwire.store.errors import BadCursor, NotFound, Overtaken

INTERVALS = st.lists(st.builds(Interval, st.integers(0, 50), st.integers(0, 50)), max_size=12)


@pytest.fixture
def tx(store):
    with store.workspace("default").write() as tx:
        yield tx


@pytest.fixture(scope="module")
def one_store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work")
    with closing(Store.open(f"sqlite:///{folder / 'leadwire.db'}", keys=KEYS)) as store:
        store.migrate(NOW)
        yield store


class TestCoverage:
    @given(INTERVALS, st.randoms())
    @settings(max_examples=60)
    def test_is_the_union_in_whatever_order_and_however_often(self, one_store, intervals, random):
        again = intervals + random.sample(intervals, len(intervals) // 2)
        random.shuffle(again)
        with one_store.workspace("default").write() as tx:
            tx.coverage.forget(ANNA)
            for interval in again:
                tx.coverage.credit(ANNA, "SPONSORED", interval)
            assert tx.coverage.covered(ANNA, "SPONSORED") == union(intervals)
            assert len(tx.coverage._rows.rows()) == len(union(intervals))  # merged in the table, too

    def test_a_form_is_covered_by_its_own_walks_and_by_those_of_all(self, tx):
        tx.coverage.credit(ANNA, "SPONSORED", Interval(0, 10))
        tx.coverage.credit(ANNA, "SPONSORED", Interval(10, 20), "f1")
        tx.coverage.credit(ANNA, "SPONSORED", Interval(30, 40), "f2")
        tx.coverage.credit(BO, "EVENT", Interval(0, 99))
        assert tx.coverage.covered(ANNA, "SPONSORED") == (Interval(0, 10),)
        assert tx.coverage.covered(ANNA, "SPONSORED", "f1") == (Interval(0, 20),)
        assert tx.coverage.covered(ANNA, "SPONSORED", "f2") == (Interval(0, 10), Interval(30, 40))
        assert tx.coverage.covered(ANNA, "EVENT") == ()
        assert tx.coverage.forget(ANNA) == 3
        assert tx.coverage.covered(BO, "EVENT") == (Interval(0, 99),)

    def test_an_empty_list_that_proves_nothing_is_kept_until_more_is_known(self, tx):
        tx.coverage.doubt(ANNA, "SPONSORED", Interval(0, 10), "", NOW)
        tx.coverage.doubt(
            ANNA, "SPONSORED", Interval(0, 20), "", NOW + 5
        )  # read once more: it replaces the first
        tx.coverage.doubt(ANNA, "SPONSORED", Interval(0, 20), "f1", NOW + 5)
        assert tx.coverage.doubted(ANNA, "SPONSORED", NOW) == (Interval(0, 20),)
        assert tx.coverage.drop_doubts(ANNA, NOW + 5) == ()  # known too early
        assert tx.coverage.drop_doubts(BO, NOW + 9) == ()
        assert tx.coverage.drop_doubts(ANNA, NOW + 6) == ("", "f1")
        assert tx.coverage.drop_doubts(ANNA, NOW + 6) == ()
        assert tx.coverage.covered(ANNA, "SPONSORED") == ()


class TestRuns:
    PLAN = RunPlan(ANNA, "manual", "SPONSORED", "7234246", NOW - 100, NOW, dry_run=True)

    def test_go_from_queued_to_done(self, tx):
        run = tx.runs.create(self.PLAN, NOW)
        assert (run.plan, run.state, run.counters, run.created_at) == (
            self.PLAN,
            "queued",
            RunCounters(),
            NOW,
        )
        run = tx.runs.start(run.id, NOW + 1)
        assert run.state == "running"
        tx.runs.progress(run, RunCounters(100, 90, 9, 1, 2), {"start": 100, "anchor": "x"}, NOW - 5)
        tx.runs.progress(run, RunCounters(read=10, calls=1))
        now = tx.runs.get(run.id)
        assert now.counters == RunCounters(110, 90, 9, 1, 3)
        assert (now.cursor, now.horizon, now.state) == ({"start": 100, "anchor": "x"}, NOW - 5, "running")
        assert [one.id for one in tx.runs.open()] == [run.id]
        tx.runs.finish(run, NOW + 9)
        done = tx.runs.get(run.id)
        assert (done.state, done.started_at, done.finished_at, done.error) == ("done", NOW + 1, NOW + 9, None)
        assert tx.runs.open() == ()

    def test_are_tried_again_or_fail(self, tx):
        run = tx.runs.start(tx.runs.create(RunPlan(ANNA, "poll"), NOW).id, NOW + 1)
        tx.runs.retry(run, "busy", NOW + 60, calls=2)
        waiting = tx.runs.get(run.id)
        assert (waiting.state, waiting.error, waiting.next_try_at) == ("queued", "busy", NOW + 60)
        again = tx.runs.start(run.id, NOW + 61)
        assert (again.attempts, again.started_at, again.error, again.next_try_at) == (1, NOW + 1, None, None)
        tx.runs.retry(again, "busy", NOW + 120)
        assert tx.runs.get(run.id).attempts == 2
        tx.runs.progress(again, RunCounters(calls=1))
        assert tx.runs.get(run.id).attempts == 0
        tx.runs.fail(again, "gave up", NOW + 70, calls=1)
        failed = tx.runs.get(run.id)
        assert (failed.state, failed.error, failed.counters.calls) == ("failed", "gave up", 4)

    def test_are_the_latest_beginners_alone(self, tx):
        stale = tx.runs.start(tx.runs.create(RunPlan(ANNA, "poll"), NOW).id, NOW + 1)
        mine = tx.runs.start(stale.id, NOW + 2)
        late = (
            lambda: tx.runs.progress(stale, RunCounters(read=1)),
            lambda: tx.runs.retry(stale, "busy", NOW + 60),
            lambda: tx.runs.fail(stale, "gave up", NOW),
            lambda: tx.runs.finish(stale, NOW),
        )
        for call in late:
            with pytest.raises(Overtaken):
                call()
        tx.runs.finish(mine, NOW + 3)
        for call in (*late, lambda: tx.runs.finish(mine, NOW), lambda: tx.runs.start(mine.id, NOW)):
            with pytest.raises(Overtaken):
                call()
        done = tx.runs.get(mine.id)
        assert (done.state, done.finished_at, done.counters) == ("done", NOW + 3, RunCounters())

    def test_can_be_ended_from_outside(self, tx):
        one, two = (tx.runs.start(tx.runs.create(RunPlan(ANNA, "poll"), NOW).id, NOW) for _ in range(2))
        tx.runs.finish(two, NOW + 1)
        tx.runs.end([one, two], "switched off", NOW + 2)
        assert [(run.state, run.error) for run in map(tx.runs.get, (one.id, two.id))] == [
            ("failed", "switched off"),
            ("done", None),
        ]
        with pytest.raises(Overtaken):
            tx.runs.progress(one, RunCounters(read=1))

    def test_the_newest_of_some_kinds(self, tx):
        kinds = ["poll", "manual", "gap", "poll"]
        made = [
            tx.runs.create(RunPlan(ANNA, kind, until=n % 2 or None), NOW + n) for n, kind in enumerate(kinds)
        ]
        found = tx.runs.newest(ANNA, ("poll", "gap"), 2)
        assert [run.id for run in found] == [made[3].id, made[2].id]
        assert [run.id for run in tx.runs.newest(ANNA, ("poll", "gap"), 9, until=None)] == [
            made[2].id,
            made[0].id,
        ]

    def test_are_listed_newest_first_and_narrowed(self, tx):
        plans = [RunPlan(owner, kind) for owner in (ANNA, BO) for kind in ("poll", "gap")]
        made = [tx.runs.create(plan, NOW + n) for n, plan in enumerate(plans)]
        ids = [run.id for run in made]
        first = tx.runs.page(limit=3)
        assert [one.id for one in (*first.items, *tx.runs.page(3, first.next).items)] == ids[::-1]
        assert [one.id for one in tx.runs.page(owner=BO).items] == [ids[3], ids[2]]
        assert [one.id for one in tx.runs.page(owner=BO, kind="gap").items] == [ids[3]]
        assert [one.id for one in tx.runs.open(ANNA)] == ids[:2]

    def test_unknown_ones_are_not_found(self, tx):
        for call in (
            lambda: tx.runs.get("nobody"),
            lambda: tx.runs.start("nobody", NOW),
        ):
            with pytest.raises(NotFound):
                call()


def field(column="email", raw=b"7", lead="l1", **more):
    return Trouble(
        "field", ANNA, "SPONSORED", "kind_differs", raw, raw * 16, lead, "7234246", 1, column, **more
    )


class TestQuarantine:
    def test_the_same_bytes_are_noted_once(self, tx):
        first = tx.quarantine.note(field(), NOW)
        assert tx.quarantine.note(field(), NOW + 5) == first
        others = {
            tx.quarantine.note(trouble, NOW)
            for trouble in (field("phone"), field(raw=b"8"), field(lead="l2"), field(None))
        }
        assert len(others | {first}) == 5
        seen = tx.quarantine.get(first)
        assert (seen.trouble, seen.state, seen.first_seen, seen.last_seen) == (field(), "open", NOW, NOW + 5)
        assert tx.quarantine.count() == 5

    def test_bytes_that_are_no_text_are_kept_as_they_are(self, tx):
        raw = bytes(range(256)) + b'{"a":"\\ud800 \\u0000"}'
        trouble = Trouble("lead", ANNA, "SPONSORED", "unreadable", raw, b"d")
        noted = tx.quarantine.note(trouble, NOW)
        assert tx.quarantine.note(trouble, NOW) == noted
        assert tx.quarantine.get(noted).trouble == trouble

    def test_what_is_resolved_is_out_of_the_way_until_it_comes_again(self, tx):
        noted = tx.quarantine.note(field(), NOW)
        tx.quarantine.attempted(noted, NOW + 1)
        tx.quarantine.close([noted], NOW + 2)
        assert tx.quarantine.page().items == ()
        (resolved,) = tx.quarantine.page(state="resolved").items
        assert (resolved.attempts, resolved.resolved_at) == (1, NOW + 2)
        assert tx.quarantine.note(field(), NOW + 3) == noted
        assert (tx.quarantine.get(noted).state, tx.quarantine.get(noted).resolved_at) == ("open", None)

    def test_what_waits_is_named_by_lead_column_and_bytes(self, tx):
        names = [tx.quarantine.note(field(column), NOW) for column in ("email", None)]
        tx.quarantine.note(field("email", lead="l2"), NOW)
        assert tx.quarantine.waiting(["l1", "l3"]) == {
            names[0]: Spot("l1", "email", b"7" * 16),
            names[1]: Spot("l1", None, b"7" * 16),
        }
        tx.quarantine.close(names[:1], NOW)
        assert list(tx.quarantine.waiting(["l1"])) == names[1:]

    def test_the_same_bytes_of_another_owner_are_another_trouble(self, tx):
        troubles = [Trouble("lead", owner, "SPONSORED", "odd", b"null", b"d") for owner in (ANNA, BO)]
        first, other = (tx.quarantine.note(one, NOW) for one in troubles)
        tx.quarantine.set_value(other, {"id": "l1"})
        assert first != other
        assert tx.quarantine.corrections(ANNA, "SPONSORED", [b"d"]) == {}
        assert tx.quarantine.corrections(BO, "EVENT", [b"d"]) == {}
        assert tx.quarantine.corrections(BO, "SPONSORED", [b"d", b"e"]) == {b"d": {"id": "l1"}}

    @pytest.mark.parametrize("value", ["Anna", ["a", "b"], True, False, None, ""])
    def test_what_a_person_gives_is_kept_even_if_it_is_null(self, tx, value):
        noted = tx.quarantine.note(field(), NOW)
        assert tx.quarantine.fixes(["l1"]) == {}
        tx.quarantine.set_value(noted, value)
        assert tx.quarantine.get(noted).value == value
        assert tx.quarantine.fixes(["l1", "l2"]) == {Spot("l1", "email", b"7" * 16): value}
        tx.quarantine.note(field(raw=b"8"), NOW + 1)
        assert len(tx.quarantine.fixes(["l1"])) == 1

    def test_a_value_given_again_opens_what_is_resolved(self, tx):
        noted = tx.quarantine.note(field(), NOW)
        tx.quarantine.close([noted], NOW + 1)
        tx.quarantine.set_value(noted, "Anna")
        assert (tx.quarantine.get(noted).state, tx.quarantine.get(noted).resolved_at) == ("open", None)

    def test_what_is_dismissed_is_out_of_sight_and_still_counts(self, tx):
        accepted, corrected, mended = (tx.quarantine.note(field(raw=raw), NOW) for raw in (b"7", b"8", b"9"))
        tx.quarantine.set_value(corrected, "Anna")
        tx.quarantine.close([corrected, mended], NOW)
        assert [tx.quarantine.dismiss(one) for one in (accepted, corrected, mended)] == [False] * 3
        assert tx.quarantine.page(state=None).items == ()
        for one in (accepted, corrected, mended):
            with pytest.raises(NotFound):
                tx.quarantine.dismiss(one)
        assert tx.quarantine.fixes(["l1"]) == {Spot("l1", "email", b"8" * 16): "Anna"}
        assert tx.quarantine.note(field(), NOW) is None
        again = tx.quarantine.note(field(raw=b"9"), NOW)
        assert [one.id for one in tx.quarantine.page(state=None).items] == [again] != [mended]
        raws = tx.quarantine._rows.select(tx.quarantine._rows.c.raw)
        assert tx._scope.connection.scalars(raws).all().count(None) == 2

    def test_a_value_on_its_way_is_dropped_with_an_open_one(self, tx):
        noted = tx.quarantine.note(field(), NOW)
        tx.quarantine.set_value(noted, None)
        assert tx.quarantine.dismiss(noted) is True
        assert tx.quarantine.fixes(["l1"]) == {}

    def test_are_narrowed_and_forgotten(self, tx):
        ids = [tx.quarantine.note(field(lead=f"l{n}"), NOW + n) for n in range(4)]
        other = tx.quarantine.note(Trouble("lead", BO, "EVENT", "odd", b"x", b"x"), NOW)
        first = tx.quarantine.page(limit=3, owner=ANNA)
        rest = tx.quarantine.page(limit=3, after=first.next, owner=ANNA)
        assert [one.id for one in (*first.items, *rest.items)] == ids[::-1]
        assert [one.id for one in tx.quarantine.page(owner=BO).items] == [other]
        assert len(tx.quarantine.page(form_id="7234246").items) == 4
        assert [one.id for one in tx.quarantine.page(lead_id="l2").items] == [ids[2]]
        assert tx.quarantine.page(owner=BO, lead_id="l2").items == ()
        for call in (
            tx.quarantine.get,
            tx.quarantine.dismiss,
            lambda name: tx.quarantine.attempted(name, NOW),
        ):
            with pytest.raises(NotFound):
                call("nobody")


def test_settings_are_set_read_and_forgotten_on_their_level(tx):
    tx.settings.put("workspace", "", "poll_interval", "10m")
    tx.settings.put("account", ANNA, "poll_interval", "5m")
    tx.settings.put("account", ANNA, "poll_interval", "2m")
    assert tx.settings.get("account", ANNA, "poll_interval") == "2m"
    assert tx.settings.get("form", ANNA, "poll_interval") is None
    assert [(one.level, one.value) for one in tx.settings.all()] == [("account", "2m"), ("workspace", "10m")]
    tx.settings.put("account", ANNA, "poll_interval", None)
    assert tx.settings.get("account", ANNA, "poll_interval") is None


def test_the_audit_tells_who_did_what(tx):
    for n, (action, what) in enumerate([("paused", ANNA), ("resumed", ANNA), ("paused", BO)]):
        tx.audit.add("admin", action, what, {"n": n}, NOW + n)
    assert [one.detail["n"] for one in tx.audit.page().items] == [2, 1, 0]
    assert [one.detail["n"] for one in tx.audit.page(object=ANNA).items] == [1, 0]
    assert [one.detail["n"] for one in tx.audit.page(object=ANNA, action="paused").items] == [0]


class TestCursors:
    @given(st.text(max_size=40))
    def test_any_text_is_a_cursor_of_ours_or_refused(self, one_store, text):
        with one_store.workspace("default").read() as tx:
            try:
                assert tx.runs.page(after=text).items == ()
            except BadCursor as error:
                assert error.code == "bad_cursor"

    @pytest.mark.parametrize(
        "text", ["", "W10", "bnVsbA", "WzFd", "WyJhXHUwMDAwIl0", "W251bGxd", "é", "WyJhIiwiYiJd"]
    )
    def test_a_cursor_of_another_shape_is_refused(self, tx, text):
        with pytest.raises(BadCursor):
            tx.runs.page(after=text)
