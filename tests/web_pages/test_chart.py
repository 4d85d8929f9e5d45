"""Bars that are as long as what they stand for, and figures that are made again in their time."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st
from tests.web_pages.conftest import Person

from leadwire.web.pages.chart import HEIGHT, quantile, wait
from leadwire.web.thrift import MOST, SHARE, Thrift


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=200), st.integers(1, 100))
def test_a_quantile_is_not_exceeded_by_so_many_and_is_the_least_such(values: list[int], percent: int) -> None:
    found = quantile(sorted(values), percent)
    assert sum(value <= found for value in values) >= math.ceil(len(values) * percent / 100)
    assert sum(value < found for value in values) < math.ceil(len(values) * percent / 100)


def test_waits_are_told_as_people_read_them() -> None:
    assert [wait(ms) for ms in (40, 340, 12_500, 180_000)] == ["0.04 s", "0.34 s", "12.5 s", "3 minutes"]


def test_what_took_long_to_make_is_kept_for_longer() -> None:
    clock, made = [0.0], []

    def make() -> int:
        clock[0] += 1.0
        made.append(clock[0])
        return len(made)

    thrift = Thrift(lambda: clock[0])
    assert [thrift.get("a", make), thrift.get("a", make), thrift.get("b", make)] == [1, 1, 2]
    clock[0] = 1.0 + SHARE - 0.1
    assert thrift.get("a", make) == 1
    clock[0] += 0.1
    assert thrift.get("a", make) == 3
    for number in range(MOST):
        thrift.get(number, lambda: None)
    assert thrift.get("b", make) == 4  # forgotten: there is an end to what is kept


def test_the_overview_draws_what_is_stored(settled: Person) -> None:
    page = settled.sees("/")
    drawn = page.one("h2", id="perday").within("section")
    assert drawn is not None
    told = [svg.attributes["aria-label"] for svg in page.all("svg") if svg.within("section") is drawn]
    assert told
    assert "submitted in the last 30 days" in told[0]
    bars = [bar for bar in page.all("rect") if bar.attributes.get("class") == "sponsoredAccount"]
    assert max(int(bar.attributes["height"]) for bar in bars) == HEIGHT
    assert page.one("h2", id="coverage").within("section") is not None


def test_before_anything_is_read_the_overview_only_says_what_to_do(person: Person) -> None:
    page = person.sees("/")
    assert page.all("svg") == []
    assert "Connect LinkedIn" in page.text
