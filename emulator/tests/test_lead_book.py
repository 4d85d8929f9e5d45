"""The order of leads, against the plainest possible list."""

from __future__ import annotations

import time as real_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkedin_emulator import Emulator
from linkedin_emulator.world.shelf import Shelf

pairs = st.tuples(st.integers(0, 9), st.integers(0, 30))


@given(st.lists(pairs, unique=True), st.lists(pairs, unique=True), st.integers(0, 10), st.integers(0, 10))
def test_a_shelf_is_a_sorted_list(added: list[Any], bulk: list[Any], start: int, end: int) -> None:
    shelf, plain = Shelf(), sorted({*added, *bulk})
    for time, number in added:
        shelf.add(time, number)
    shelf.extend(pair for pair in bulk if pair not in added)
    assert [shelf.number_at(i) for i in range(len(shelf))] == [number for _, number in plain]
    found = [shelf.number_at(i) for i in shelf.between(start, end)]
    assert found == [number for time, number in plain if start <= time < end]
    for time, number in plain[::2]:
        shelf.remove(time, number)
    assert [shelf.number_at(i) for i in range(len(shelf))] == [number for _, number in plain[1::2]]
    with pytest.raises(KeyError):
        shelf.remove(99, 99)


acts = st.lists(
    st.tuples(
        st.sampled_from(
            ["submit", "late", "generate", "withdraw", "hide", "unhide", "resubmit", "wait", "spoil"]
        ),
        st.integers(0, 1_000),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(acts)
def test_the_finder_agrees_with_the_truth_whatever_happens(history: list[tuple[str, int]]) -> None:
    now = [1_767_225_600_000]
    emulator = Emulator(world="empty", now=lambda: now[0])
    world, control = emulator.control.world, emulator.control.leads
    member = world.create_member("Ann", "Lee")["id"]
    page = world.create_organization("P", 7)["id"]
    world.create_account("A", 5, page)
    world.set_account_role(5, member, "VIEWER")
    world.set_page_role(page, member, "ANALYST")
    emulator.control.forms.create("urn:li:sponsoredAccount:5", number=9, questions=[{"predefined": "EMAIL"}])
    token = emulator.control.tokens.issue(["r_marketing_leadgen_automation"])["access_token"]
    headers = {
        "Authorization": f"Bearer {token}",
        "LinkedIn-Version": "202609",
        "X-Restli-Protocol-Version": "2.0.0",
    }
    for act, number in history:
        known = [row["id"] for row in control.truth()]
        if act == "submit":
            control.submit(9, submitted_at=now[0] - number, test=number % 2 == 0)
        elif act == "late":
            control.submit(9, readable_after_ms=number)
        elif act == "generate":
            control.generate(9, 1 + number % 5, since=now[0] - 500, until=now[0] + 500)
        elif act == "wait":
            now[0] += number
        elif act == "spoil" and known:
            control.spoil(known[number % len(known)], "unknown_member")
        elif known:
            getattr(control, act)(known[number % len(known)])
    target = "/rest/leadFormResponses?q=owner&owner=(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A5)"
    target += "&leadType=(leadType:SPONSORED)&count=500"
    for extra, wanted in (("", (False, True)), ("&limitedToTestLeads=true", (True,))):
        shown = emulator.handle("GET", target + extra, headers).json()["elements"]
        truth = {r["id"]: r["lead"] for r in control.truth(readable=True) if r["lead"]["testLead"] in wanted}
        assert {lead["id"] for lead in shown} == set(truth)
        assert len(shown) == len(truth)
        assert [x["submittedAt"] for x in shown] == sorted(
            (x["submittedAt"] for x in truth.values()), reverse=True
        )
        for lead in shown:
            assert truth[lead["id"]] == {k: v for k, v in lead.items() if k != "someFutureMember"}
    everything = {row["id"]: row for row in control.truth()}
    gone = {
        name
        for name, row in everything.items()
        if row["hidden"] or row["deleted"] or row["readable_at"] > now[0]
    }
    assert control.counts()["forms"].get(9, 0) == len(everything) - len(gone)
    for away, wanted in ((False, everything.keys() - gone), (True, gone)):
        found = control.newest(form=9, away=away, limit=500)
        listed = [row["id"] for row in found["leads"]]
        assert (set(listed), len(listed)) == (set(wanted), found["total"])
        times = [row["lead"]["submittedAt"] for row in found["leads"]]
        assert times == sorted(times, reverse=True)
        some = control.newest("urn:li:sponsoredAccount:5", away=away, limit=2, offset=1)["leads"]
        assert [row["id"] for row in some] == listed[1:3]


def test_ids_of_generated_leads_lead_back_to_them(emulator: Emulator, partner: Any) -> None:
    emulator.control.leads.generate(7234246, 2_000)
    elements = partner.leads("&count=1000")["elements"]
    assert len({lead["id"] for lead in elements}) == 1_000
    for lead in elements[::50]:
        assert partner.ok(f"/rest/leadFormResponses/{lead['id']}") == lead
        other = f"{lead['id'][:-1]}{'9' if lead['id'][-1] != '9' else '8'}"
        assert partner.get(f"/rest/leadFormResponses/{other}").status == 404


def test_a_changed_lead_of_a_batch_stays_changed(emulator: Emulator, partner: Any) -> None:
    emulator.control.leads.generate(7234246, 50)
    newest = partner.leads("&count=1")["elements"][0]["id"]
    emulator.control.leads.withdraw(newest)
    assert partner.leads("&count=1")["elements"][0]["id"] != newest
    assert emulator.control.leads.show(newest)["deleted"] is True


def test_a_hundred_thousand_leads_page_as_fast_at_the_end_as_at_the_start(
    emulator: Emulator, partner: Any
) -> None:
    emulator.control.leads.generate(7234246, 100_000)

    def cost(start: int) -> float:
        times = []
        for _ in range(5):
            began = real_time.perf_counter()
            partner.leads(f"&count=100&start={start}")
            times.append(real_time.perf_counter() - began)
        return min(times)

    cost(0)
    assert cost(90_000) < 10 * cost(0)
