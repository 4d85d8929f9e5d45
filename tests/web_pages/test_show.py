"""Times, numbers and states as people read them; what people type as values."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from leadwire.connect.consent import DENIED, Arrival
from leadwire.connect.heartbeat import RESULTS
from leadwire.domain.coverage import Gap, Interval
from leadwire.domain.errors import InvalidInput
from leadwire.domain.owners import LEAD_TYPES
from leadwire.domain.project import REASONS
from leadwire.domain.times import DAY, HOUR, MINUTE, parse_iso
from leadwire.orders import Covered
from leadwire.settings import DEFAULT_SCOPES
from leadwire.store.errors import Refusal
from leadwire.store.rows import Run, StoredLead
from leadwire.watch.table import KINDS
from leadwire.web import pages
from leadwire.web.pages import fields, show, strip, words

NOW = parse_iso("2026-05-28T20:26:40Z")


@pytest.mark.parametrize(
    ("since", "text"),
    [
        (0, "just now"),
        (999, "just now"),
        (1_000, "1 second ago"),
        (59_999, "59 seconds ago"),
        (MINUTE, "1 minute ago"),
        (2 * HOUR, "2 hours ago"),
        (DAY, "1 day ago"),
        (4_000 * DAY, "4,000 days ago"),
        (-MINUTE, "in 1 minute"),
        (-59 * DAY, "in 59 days"),
        (-60 * DAY + MINUTE, "in 60 days"),  # right after a grant of 60
        (-59 * MINUTE - 59_000, "in 1 hour"),
        (-2 * DAY + MINUTE, "in 1 day"),  # where every one counts, rather less than more
    ],
)
def test_how_long_ago(since: int, text: str) -> None:
    assert f">{text}<" in show.ago(NOW - since, NOW)


@given(st.integers())
def test_no_moment_breaks_a_page(ms: int) -> None:
    for text in (show.when(ms), show.exactly(ms), show.day(ms), show.ago(ms, NOW)):
        assert text
    assert (">" in show.when(ms)) == (show.when(ms) != str(ms))


def test_a_moment_is_exact_underneath() -> None:
    exact = "2026-05-28T20:26:40.007Z"
    assert show.when(NOW + 7) == f'<time datetime="{exact}" title="{exact}">2026-05-28 20:26 UTC</time>'
    assert show.when(None, "not yet") == "not yet"


@given(st.binary(max_size=9_000))
def test_bytes_are_shown_whatever_they_are(data: bytes) -> None:
    shown = show.raw(data)
    shown.encode()
    assert ("bytes)" in shown) >= (len(data) > show.RAW_SHOWN)


def test_big_numbers_are_grouped() -> None:
    assert show.number(1_234_567) == "1,234,567"
    assert show.counted(1, "lead") == "1 lead"
    assert show.counted(0, "lead") == "0 leads"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-01", "2026-05-01T00:00:00Z"),
        ("2026-05-01T10:30", "2026-05-01T10:30:00Z"),
        ("2026-05-01T10:30:05", "2026-05-01T10:30:05Z"),
        ("2026-05-01T10:30:05.250", "2026-05-01T10:30:05.250Z"),
        ("2026-05-01T12:30:05+02:00", "2026-05-01T10:30:05Z"),
    ],
)
def test_what_a_date_field_sends_is_utc(text: str, moment: str) -> None:
    assert fields.moment(text) == parse_iso(moment)


@given(st.text())
def test_what_people_type_is_a_moment_or_a_clear_error(text: str) -> None:
    try:
        assert isinstance(fields.moment(text), int)
    except InvalidInput as error:
        assert error.remedy


def test_every_state_has_its_words() -> None:
    assert set(words.CONNECTION) == {"pending", "active", "needs_reconnect"}
    assert set(words.RUN) == set(get_args(Run.__annotations__["state"]))
    assert set(words.CAN_READ) >= {"yes", "probably", "no"}
    assert set(words.LEAD_TYPE) == {one for types in LEAD_TYPES.values() for one in types}
    assert set(words.ONE_TIME) == set(get_args(Refusal))
    assert set(words.RESULTS) == {"active", *(result for result, _ in DENIED.values())}
    assert set(words.SCOPE) >= set(DEFAULT_SCOPES)
    assert set(words.HEARTBEAT) == {"ok", "odd_answer", *(result for _, result in RESULTS)}
    for reason in REASONS:
        assert words.why(reason) == REASONS[reason]


def test_every_alert_has_a_verb() -> None:
    assert set(words.DEED) == {kind.code for kind in KINDS}
    assert words.deed("some_new_code") == "Look at it"


def lead(lead_id: str, **answers: str) -> StoredLead:
    facts = (
        "f",
        1,
        "urn:li:sponsoredAccount:1",
        "SPONSORED",
        0,
        False,
        None,
        None,
        None,
        "poll",
        0,
        None,
        None,
    )
    return StoredLead(lead_id, *facts, answers, {})


def test_a_lead_is_called_by_what_was_answered_or_by_a_short_id() -> None:
    long = "668daf75-0534-4a46-b4a7-58461656b9f0-6"
    assert show.person(lead(long, first_name="Mia", last_name="Ward")) == "Mia Ward"
    assert show.person(lead(long, work_email="mia@example.com")) == "mia@example.com"
    assert show.person(lead(long)) == "Lead 668daf75…"
    assert show.whose(lead(long), long) == show.whose(None, long) == "668daf75…"
    assert show.short("1234567") == "1234567"
    dummy = lead(
        long, first_name="<test lead: dummy data for firstName>", email="<test lead: dummy data for email>"
    )
    assert show.person(dummy) == "Test lead"
    assert show.listed(dummy.answers, "email", "work_email") == ""


def test_an_unknown_state_is_shown_as_it_came() -> None:
    assert words.word(words.RUN, "SOME_NEW_STATE").text == "some new state"
    assert words.word(words.RUN, None).text == "unknown"
    assert words.why("a lead without an id") == "A lead without an id."


@pytest.mark.parametrize("reason", [*get_args(Refusal), "something new"])
def test_a_refused_link_says_what_to_do(reason: str) -> None:
    request = Request({"type": "http", "method": "GET", "path": "/", "headers": []})
    answer = pages.refused(request, reason)
    assert answer.status_code == 400
    assert b"Nothing was stored." in answer.body
    assert b"What to do" in answer.body


def test_a_return_url_gets_the_result(settled: object) -> None:
    arrival = Arrival("default", "c1", "cancelled", "…", "https://crm.example/x?y=1")
    services = settled.rig.app.services()  # type: ignore[attr-defined]
    answer = pages.arrival(services, Request({"type": "http", "headers": []}), arrival)
    assert answer.headers["location"] == "https://crm.example/x?y=1&connection=c1&result=cancelled"


def interval(draw: st.DrawFn) -> Interval:
    since = draw(st.integers(NOW - 400 * DAY, NOW + DAY))
    return Interval(since, since + draw(st.integers(1, 400 * DAY)))


@given(st.data())
def test_the_strip_stays_inside_its_frame(data: st.DataObject) -> None:
    covered = tuple(data.draw(st.lists(st.composite(interval)(), max_size=4)))
    gaps = tuple(Gap(*one, NOW) for one in data.draw(st.lists(st.composite(interval)(), max_size=4)))
    drawn = strip.draw(Covered("SPONSORED", covered, gaps), NOW)
    for block in drawn.blocks:
        assert 0 <= block.x <= strip.LENGTH
        assert strip.THINNEST <= block.width <= strip.LENGTH + strip.THINNEST
    inside = [one for one in (*covered, *gaps) if one[1] > drawn.since and one[0] < NOW]
    assert len(drawn.blocks) == len(inside)
