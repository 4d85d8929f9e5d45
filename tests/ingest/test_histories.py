"""Long histories in virtual time: what a role, a token, a clock or a switch does to reading over hours and days."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.databases import SqliteHomes
from tests.rig import JANE, MAIN, PAGE, Rig, connected, staged

from leadwire.domain.times import iso
from leadwire.linkedin.answers import Answer
from leadwire.linkedin.client import Request
from leadwire.linkedin.errors import TryLater

OWNER = f"urn:li:sponsoredAccount:{MAIN}"
FINDER = "leadFormResponses.FINDER-owner"
TOKENS = "oauth.accessToken"
FORM = 7234246
ORGANIZATION = 11223344
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
Carry = Callable[[Request], Answer]


class Watched(Rig):
    """`wrap` stands between Leadwire and the network."""

    wrap: Callable[[Request, Carry], Answer] | None = None

    def carry(self, request: Request) -> Answer:
        if self.wrap is None:
            return super().carry(request)
        return self.wrap(request, super().carry)

    def readable(self) -> set[str]:
        return set(self.emulator.control.leads.ids(owner=OWNER, readable=True))

    def stored(self) -> set[str]:
        return {lead["id"] for lead in self.api.all("/leads", account=MAIN)}

    def submit(self) -> str:
        return str(self.emulator.control.leads.submit(FORM)["id"])

    def calls(self, route: str) -> int:
        return sum(self.emulator.control.watch.calls(route, 1)["counts"].get(route, {}).values())

    def open_runs(self) -> list[Any]:
        return [run for run in self.api.all("/runs") if run["state"] in ("queued", "running")]


class Turn:
    """Time enough for all of it."""

    def over(self) -> bool:
        return False

    def progressed(self) -> None:
        """Nobody counts."""


def walks(request: Request) -> bool:
    return "leadFormResponses" in request.url and "start=" in request.url


@pytest.fixture
def rig(sqlite_homes: SqliteHomes, tmp_path: Path) -> Iterator[Watched]:
    with staged(sqlite_homes, tmp_path, connected, Watched) as rig:
        yield rig


def lose_role(rig: Watched, answer: str = "empty") -> None:
    rig.emulator.control.knobs.patch(role_loss=answer)
    rig.emulator.control.world.remove_page_role(ORGANIZATION, JANE)


def regain_role(rig: Watched) -> None:
    rig.emulator.control.world.set_page_role(ORGANIZATION, JANE, "ADMINISTRATOR")


@pytest.mark.parametrize("answer", ["empty", "403", "401"])
def test_an_account_forced_without_a_role_is_filled_when_the_role_comes(rig: Watched, answer: str) -> None:
    lose_role(rig, answer)
    rig.api.post("/accounts/refresh")
    rig.drain()
    assert rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True, "force": True}).status_code == 202
    rig.run_for(10 * MINUTE)
    regain_role(rig)
    rig.run_for(3 * HOUR)
    assert rig.stored() == rig.readable()


def test_a_role_lost_in_mid_walk_costs_no_lead(rig: Watched) -> None:
    rig.emulator.control.leads.generate(FORM, 2000)
    seen = []

    def wrap(request: Request, carry: Carry) -> Answer:
        seen.append(request) if walks(request) else None
        if len(seen) == 6:
            lose_role(rig)
        return carry(request)

    rig.wrap = wrap
    rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True})
    rig.run_for(5 * MINUTE)
    rig.wrap = None
    (ledger,) = rig.api.get(f"/accounts/{MAIN}/coverage").json()["lead_types"]
    assert ledger["covered"] == []
    regain_role(rig)
    rig.run_for(3 * HOUR)
    assert rig.stored() == rig.readable()


def test_a_role_lost_between_two_daily_verdicts_costs_no_lead(rig: Watched) -> None:
    rig.sync()
    rig.api.patch("/settings", {"verdict_interval": "24h"})
    rig.run_for(HOUR + 5 * MINUTE)
    lose_role(rig)
    rig.run_for(HOUR)
    lead = rig.submit()
    rig.run_for(5 * HOUR)
    regain_role(rig)
    rig.run_for(2 * DAY)
    assert lead in rig.stored()


def test_a_verdict_asked_for_when_the_role_is_back_does_not_vouch_for_what_was_seen_without_it(
    rig: Watched,
) -> None:
    rig.sync()
    rig.run_for(HOUR + 5 * MINUTE)
    with rig.workspace.write() as tx:
        (verdict,) = tx.schedule.all("verdict")
        tx.schedule.put("verdict", verdict.key, verdict.shard, rig.now() + DAY)
    lose_role(rig)
    lead = rig.submit()
    rig.run_for(2 * HOUR)
    regain_role(rig)
    assert lead not in rig.stored()
    assert rig.api.post("/accounts/refresh").status_code == 202
    rig.run_for(MINUTE)
    assert lead in rig.stored()


def test_what_is_truly_empty_is_covered_soon(rig: Watched) -> None:
    rig.sync(PAGE)
    kinds = rig.api.get(f"/accounts/{PAGE}/coverage").json()["lead_types"]
    assert [bool(one["covered"]) for one in kinds] == [True, True, True]


def test_a_page_that_always_fails_stops_no_new_lead(rig: Watched) -> None:
    rig.emulator.control.leads.generate(FORM, 500)
    rig.wrap = lambda request, carry: (
        Answer(500, {}, b"{}") if walks(request) and "start=198" in request.url else carry(request)
    )
    rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True})
    rig.run_for(10 * MINUTE)
    lead = rig.submit()
    rig.run_for(HOUR)
    assert lead in rig.stored()


def test_a_hole_in_the_list_costs_few_calls_and_is_not_taken_for_read(rig: Watched) -> None:
    rig.emulator.control.leads.generate(FORM, 500)
    asked = []

    def wrap(request: Request, carry: Carry) -> Answer:
        if not walks(request):
            return carry(request)
        asked.append(request)
        start = int(request.url.split("start=")[-1].split("&")[0])
        return (
            carry(request)
            if start < 198
            else Answer(200, {}, b'{"elements": [], "paging": {"start": 0, "count": 100}}')
        )

    rig.emulator.control.knobs.patch(page_total="absent", page_links=False)
    rig.wrap = wrap
    rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True})
    rig.run_for(50_000)
    assert len(asked) <= 10
    rig.wrap = None
    rig.run_for(10 * MINUTE)
    assert rig.stored() == rig.readable()


def test_a_null_at_the_end_of_a_page_hides_no_row_that_moved(rig: Watched) -> None:
    rig.emulator.control.leads.generate(FORM, 500)
    before, asked = rig.readable(), []

    def wrap(request: Request, carry: Carry) -> Answer:
        if not walks(request):
            return carry(request)
        asked.append(request)
        if len(asked) == 2:
            newest = rig.emulator.control.leads.truth(owner=OWNER, readable=True, limit=5000)
            newest.sort(key=lambda lead: -lead["lead"]["submittedAt"])
            for lead in newest[:3]:
                rig.emulator.control.leads.hide(lead["id"])
        said = carry(request)
        if len(asked) > 1:
            return said
        page = json.loads(said.body)
        page["elements"][-1] = None
        return said._replace(body=json.dumps(page).encode())

    rig.wrap = wrap
    rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True})
    rig.run_for(5 * MINUTE)
    assert before & rig.readable() <= rig.stored()


def test_every_try_counts_as_a_call(rig: Watched) -> None:
    rig.emulator.control.leads.generate(FORM, 300)
    rig.emulator.control.faults.add({"kind": "status", "status": 500}, {"route": FINDER, "nth": [2, 3, 5, 6]})
    rig.emulator.control.watch.clear_calls()
    rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True})
    rig.run_for(2 * MINUTE)
    assert sum(run["calls"] for run in rig.api.all("/runs")) == rig.calls(FINDER)


def test_a_stale_worker_reopens_no_finished_run(rig: Watched) -> None:
    rig.sync()
    rig.emulator.control.leads.generate(FORM, 300)
    run = rig.api.post(f"/accounts/{MAIN}/pull", {}).json()["run"]
    asked = []

    def wrap(request: Request, carry: Carry) -> Answer:
        asked.append(request) if walks(request) else None
        if len(asked) == 3 and walks(request):  # its job is handed over; another worker ends the run ...
            rig.app.duties.run(rig.workspace, run, Turn())
            raise TryLater("no whole answer")  # ... and its own call ends badly
        return carry(request)

    rig.wrap = wrap
    rig.drain()
    rig.run_for(HOUR)
    assert rig.api.get(f"/runs/{run}").json()["state"] == "done"
    assert rig.stored() == rig.readable()


@pytest.mark.parametrize("whose", ["form", "account"])
def test_nothing_stays_open_when_it_is_switched_off(rig: Watched, whose: str) -> None:
    rig.sync()
    if whose == "form":
        rig.api.patch(f"/forms/{FORM}", {"poll_interval": "1m"})
    rig.emulator.control.knobs.patch(down="503")
    while not [run for run in rig.open_runs() if (run["form"] is not None) == (whose == "form")]:
        rig.run_for(1000)
    if whose == "form":
        rig.api.patch(f"/forms/{FORM}", {"poll_interval": None})
    else:
        rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": False})
    rig.emulator.control.knobs.patch(down="")
    rig.run_for(HOUR)
    assert rig.open_runs() == []


@pytest.mark.parametrize("before", [True, False], ids=["set before", "off and on"])
def test_a_forms_own_interval_outlives_its_accounts_switch(rig: Watched, before: bool) -> None:
    rig.api.patch("/settings", {"poll_interval": "24h"})
    if before:
        rig.api.post("/forms/refresh", {"account": MAIN})
        rig.api.patch(f"/forms/{FORM}", {"poll_interval": "1m"})
        rig.run_for(2 * MINUTE)
    else:
        rig.sync()
        rig.api.patch(f"/forms/{FORM}", {"poll_interval": "1m"})
        rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": False})
        rig.run_for(5 * MINUTE)
    rig.sync()
    rig.run_for(5 * MINUTE)
    lead = rig.submit()
    rig.run_for(3 * MINUTE)
    assert lead in rig.stored()


def test_a_dead_grant_makes_no_run_after_run(rig: Watched) -> None:
    rig.sync()
    rig.api.patch(f"/forms/{FORM}", {"poll_interval": "1m"})
    rig.emulator.control.tokens.revoke(member=JANE)
    rig.run_for(HOUR)
    before = len(rig.api.all("/runs"))
    rig.run_for(12 * HOUR)
    assert len(rig.api.all("/runs")) == before


def test_a_refresh_that_fails_is_not_asked_for_with_every_call(rig: Watched) -> None:
    rig.sync()
    rig.advance(54 * DAY)
    rig.emulator.control.faults.add({"kind": "status", "status": 500}, {"route": TOKENS})
    rig.emulator.control.leads.generate(FORM, 3000, since=rig.now() - DAY, until=rig.now())
    rig.emulator.control.watch.clear_calls()
    rig.run_for(HOUR)
    assert 1 <= rig.calls(TOKENS) <= 3
    assert (
        rig.stored() >= rig.readable()
    )  # the old token still lives; what has aged out at LinkedIn stays here


def test_a_refused_refresh_leaves_the_living_token_and_the_verdict_at_work(rig: Watched) -> None:
    rig.sync()
    rig.advance(54 * DAY)
    body = {"error": "invalid_client", "error_description": "Client authentication failed"}
    rig.emulator.control.faults.add({"kind": "status", "status": 401, "body": body}, {"route": TOKENS})
    lead = rig.submit()
    rig.run_for(2 * HOUR)
    assert lead in rig.stored()
    with rig.workspace.read() as tx:
        assert tx.schedule.all("verdict")


def test_a_consent_given_while_the_old_refresh_is_refused_counts(rig: Watched) -> None:
    rig.sync()
    (one,) = rig.api.all("/connections")
    rig.advance(2 * HOUR)
    rig.emulator.control.tokens.expire_refresh(JANE)
    again = rig.api.post(f"/connections/{one['id']}/reconnect").json()
    beaten = []

    def wrap(request: Request, carry: Carry) -> Answer:
        said = carry(request)
        if b"refresh_token" in (request.body or b"") and not beaten:
            beaten.append(request)
            rig.consent(again["authorization_url"])
        return said

    rig.wrap = wrap
    rig.run_for(10 * MINUTE)
    assert beaten
    assert rig.api.get(f"/connections/{one['id']}").json()["state"] == "active"


def test_an_answer_that_leaves_the_refresh_token_out_does_not_take_it_away(rig: Watched) -> None:
    rig.sync()
    rig.advance(54 * DAY)
    rig.emulator.control.faults.add(
        {"kind": "edit", "drop": ["refresh_token", "refresh_token_expires_in"]}, {"route": TOKENS}
    )
    rig.run_for(HOUR)
    (one,) = rig.api.all("/connections")
    assert one["refresh_expires_at"] is not None


@pytest.mark.parametrize(
    "trouble",
    [{"kind": "status", "status": 403}, {"kind": "null_element", "index": 0}],
    ids=["refused", "an odd element"],
)
def test_a_list_of_accounts_not_wholly_read_removes_nobody(rig: Watched, trouble: dict[str, Any]) -> None:
    rig.sync()
    rig.emulator.control.faults.add(trouble, {"route": "adAccounts.FINDER*"})
    rig.run_for(HOUR + 10 * MINUTE)
    lead = rig.submit()
    rig.run_for(30 * MINUTE)
    assert lead in rig.stored()


def test_a_clock_that_was_ahead_once_puts_nothing_off(rig: Watched) -> None:
    rig.sync()
    with rig.workspace.write() as tx:
        for one in tx.schedule.all():
            tx.schedule.put(one.kind, one.key, one.shard, rig.now() + 30 * DAY)
    lead = rig.submit()
    rig.run_for(HOUR + 10 * MINUTE)
    assert lead in rig.stored()


def test_accounts_do_not_all_come_back_at_the_same_moment_after_midnight(rig: Watched) -> None:
    rig.sync()
    rig.sync(PAGE)
    rig.emulator.control.knobs.patch(quota_by_endpoint={FINDER: 0})
    rig.run_for(HOUR)
    with rig.workspace.read() as tx:
        due = [one.due_at for one in tx.schedule.all("poll")]
    assert len(set(due)) == len(due) == 2


def test_a_window_before_1970_is_refused(rig: Watched) -> None:
    window = {"since": "1969-01-01T00:00:00Z", "until": "1970-01-01T00:00:00Z"}
    assert rig.api.post(f"/accounts/{MAIN}/pull", window).status_code == 422


def test_a_row_read_twice_on_purpose_is_quarantined_once(rig: Watched) -> None:
    rig.emulator.control.leads.generate(FORM, 150)
    newest = rig.emulator.control.leads.truth(owner=OWNER, readable=True, limit=5000)
    newest.sort(key=lambda lead: -lead["lead"]["submittedAt"])
    rig.emulator.control.leads.spoil(newest[99]["id"], "bad_form_urn")
    rig.sync()
    (run,) = rig.api.all("/runs", kind="backfill")
    assert run["quarantined"] == len(rig.api.all("/quarantine")) == 1


def test_a_version_that_nobody_filled_in_stops_no_other(rig: Watched) -> None:
    form = int(
        rig.emulator.control.forms.create(OWNER, name="Two", questions=[{"predefined": "EMAIL"}])["id"]
    )
    rig.emulator.control.forms.publish(form, name="Two", questions=[{"predefined": "FIRST_NAME"}])
    rig.emulator.control.leads.generate(form, 5, version=2)
    rig.sync()
    rig.api.patch("/settings", {"poll_interval": "24h"})
    order = {"form": str(form)}
    run = rig.api.post(f"/accounts/{MAIN}/pull", order).json()["run"]
    rig.run_for(MINUTE)
    told = rig.api.get(f"/runs/{run}").json()
    assert (told["state"], told["read"], told["duplicates"]) == ("done", 5, 5), told


def test_leads_that_linkedin_let_go_by_their_age_do_not_contradict_an_empty_list(rig: Watched) -> None:
    rig.sync()
    rig.submit()
    rig.run_for(10 * MINUTE)
    kept, long_ago = rig.stored(), iso(rig.now() - DAY)
    rig.advance(366 * DAY)
    connection = rig.api.get("/connections").json()["items"][0]["id"]
    rig.consent(rig.api.post(f"/connections/{connection}/reconnect").json()["authorization_url"])
    run = rig.api.post(f"/accounts/{MAIN}/pull", {"since": long_ago}).json()["run"]
    rig.run_for(3 * HOUR)
    assert rig.readable() == set() and rig.stored() == kept
    told = rig.api.get(f"/runs/{run}").json()
    assert (told["state"], told["read"], rig.open_runs()) == ("done", 0, []), told
