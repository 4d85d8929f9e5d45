"""Pages, entities, batches: how an answer becomes a value, and how an odd part of it stays alone."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.linkedin.answers import (
    Answer,
    Page,
    read_batch,
    read_created,
    read_done,
    read_entity,
    read_page,
    typed,
)
from leadwire.linkedin.elements import split_elements
from leadwire.linkedin.errors import Forbidden, NotFound, Surprise, TokenDead, TryLater

SAMPLES = Path(__file__).parent / "samples"


def page(body, headers=None):
    return read_page(200, headers or {}, body)


def test_a_page_keeps_its_elements_as_bytes():
    paging = b'{"start":4,"count":2,"links":[],"total":9}'
    found = page(b'{"elements": [ {"a" : 1.50}, null , {"b":[1,2]}],"paging":%s}' % paging)
    assert found.elements == (b'{"a" : 1.50}', b"null", b'{"b":[1,2]}')
    assert (found.start, found.count, found.total, found.has_next, found.next_token) == (4, 2, 9, False, None)
    assert found.received == 3


def test_the_recorded_page_says_that_more_follows():
    found = page((SAMPLES / "forms.json").read_bytes())
    assert (found.received, found.start, found.count, found.total, found.has_next) == (2, 0, 2, 4, True)


def test_a_cursor_page_carries_the_next_token():
    assert page((SAMPLES / "accounts_by_cursor.json").read_bytes()).next_token == (
        "DgGerr1iVQreCJVjZDOW_grcp63nueBDipsS4DJpvJo"
    )
    assert page(b'{"metadata":{},"elements":[]}').next_token is None


def test_the_end_page_is_empty():
    found = page(b'{"paging":{"start":4,"count":2,"links":[],"total":4},"elements":[]}')
    assert (found.received, found.total) == (0, 4)


@pytest.mark.parametrize(
    "paging",
    ["null", "[]", "7", '{"start":"x","count":-1,"total":null,"links":{}}', '{"links":[null,{"rel":7}]}'],
)
def test_odd_paging_is_no_obstacle(paging):
    found = page(b'{"elements":[1],"paging":%s}' % paging.encode())
    assert (found.start, found.count, found.total, found.has_next) == (0, 0, None, False)


def test_the_count_of_an_unpaged_answer_is_tolerated():
    assert page(b'{"paging":{"count":2147483647,"start":0},"elements":[{}]}').count == 2147483647


@pytest.mark.parametrize(
    ("date", "millis"),
    [
        ("Mon, 23 Nov 2026 12:00:00 GMT", 1795435200000),
        ("Mon, 23 Nov 2026 12:00:00 -0000", 1795435200000),
        ("yesterday", None),
        ("Mon, 99 Nov 2026 12:00:00 GMT", None),
        ("", None),
    ],
)
def test_the_servers_clock_is_read_from_the_date_header(date, millis):
    assert page(b'{"elements":[]}', {"Date": date}).date == millis


def test_a_date_without_a_zone_is_utc_wherever_we_run(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert page(b'{"elements":[]}', {"Date": "Mon, 23 Nov 2026 12:00:00 -0000"}).date == 1795435200000
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_second_list_of_elements_does_not_blur_the_first():
    assert page(b'{"elements":[NaN,1],"elements":[2]}').elements == (b"NaN", b"1")


ODD = [
    b'{"id":NaN}',
    b'{"id":"\\ud83d"}',
    b'{"id":"a\x00b"}',
    b'{"id":"\xff"}',
    b'{"id":' + b"1" * 5000 + b"}",
    b"[" * 5000 + b"]" * 5000,
    b'{"a":"],[{\\"elements\\"","b":[{},[]]}',
    b'{"a":1,"a":2}',
]


@pytest.mark.parametrize("odd", ODD)
def test_one_odd_element_does_not_hide_its_neighbours(odd):
    found = page(b'{"paging":{"total":3},"elements":[{"x":1}, ' + odd + b' ,{"y":2}],"z":"elements"}')
    assert found.elements == (b'{"x":1}', odd, b'{"y":2}')
    assert found.total == 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<html>Sorry</html>",
        b'{"elements":[{"a":1}',
        b'{"elements":[]',
        b'{"elements":[]}}',
        b"nope",
        b'{"elements":["abc',
        b'{"elements":[}]',
        b'{"elements":[]} {"elements":[1]}',
        b'"elements" {"elements":[]}',
        b'{"elements":[NaN]',
        b"[]",
        b'{"elements":[NaN]} x',
    ],
)
def test_a_body_that_is_cut_or_foreign_is_tried_later_and_never_an_empty_page(body):
    with pytest.raises(TryLater):
        page(body)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"elements":null}',
        b'{"elements":{}}',
        b'{"paging":{"elements":[]}}',
        b'{"a":"elements","b":[]}',
    ],
)
def test_a_page_without_elements_is_a_surprise_and_never_an_empty_page(body):
    with pytest.raises(Surprise) as caught:
        page(body)
    assert caught.value.raw == body


@pytest.mark.parametrize("cut", range(0, 2600, 97))
def test_no_prefix_of_a_page_passes_for_a_page(cut):
    body = (SAMPLES / "leads_decorated.json").read_bytes()
    if cut < len(body):
        with pytest.raises(TryLater):
            page(body[:cut])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)


@given(
    st.lists(json_values, max_size=6),
    st.dictionaries(st.text(max_size=8), json_values, max_size=4),
    st.booleans(),
)
def test_the_careful_cut_agrees_with_the_strict_decoder(elements, others, ascii_only):
    envelope = {**others, "elements": elements}
    body = json.dumps(envelope, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    cut, rest = split_elements(body)
    assert [json.loads(raw) for raw in cut] == elements
    assert json.loads(rest) == {**envelope, "elements": []}


@pytest.mark.parametrize(
    ("status", "kind"), [(401, TokenDead), (403, Forbidden), (404, NotFound), (503, TryLater)]
)
def test_every_reader_raises_what_the_status_says(status, kind):
    for read in (read_page, read_entity, read_batch, read_created, read_done):
        with pytest.raises(kind):
            read(status, {}, b"")


def test_an_entity_is_its_bytes():
    raw = (SAMPLES / "lead_sponsored.json").read_bytes()
    assert read_entity(200, {}, raw) == raw
    assert read_entity(200, {}, b'{"a":NaN}') == b'{"a":NaN}'


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a":1', b'{"a":NaN'])
def test_an_entity_that_is_cut_is_tried_later(body):
    with pytest.raises(TryLater):
        read_entity(200, {}, body)


@pytest.mark.parametrize("body", [b"null", b"[]", b'"x"', b"7"])
def test_an_entity_that_is_no_object_is_a_surprise(body):
    with pytest.raises(Surprise):
        read_entity(200, {}, body)


def test_a_batch_tells_what_was_found_and_what_not():
    batch = read_batch(200, {}, (SAMPLES / "forms_batch.json").read_bytes())
    assert list(batch.found) == ["7157016"]
    assert json.loads(batch.found["7157016"])["name"] == "spanish with custom questions and consent"
    assert type(batch.errors["99"]) is NotFound


@pytest.mark.parametrize("body", [b"{}", b'{"results":[]}', b'{"results":{"1":{"a":NaN}}}'])
def test_a_batch_that_cannot_be_read_is_a_surprise(body):
    with pytest.raises(Surprise):
        read_batch(200, {}, body)


def test_what_was_created_is_named_in_a_header():
    assert read_created(201, {"X-RestLi-Id": "7012"}, b"") == "7012"
    assert read_created(201, {"x-linkedin-id": "7012"}, b"") == "7012"
    assert read_created(200, {}, b"") is None


def test_rows_that_cannot_be_read_are_set_aside_and_still_counted():
    def reader(raw):
        if raw == b"null":
            raise Surprise("odd", raw)
        return json.loads(raw)

    found = typed(page(b'{"elements":[1,null,3],"paging":{"total":3}}'), reader)
    assert found == Page((1, 3), total=3, odd=(b"null",))
    assert found.received == 3


def test_bodies_stay_out_of_every_repr():
    answer = Answer(200, {}, b'{"elements":["ada@example.com"]}')
    assert "ada" not in repr(answer) + repr(read_page(*answer)) + repr(
        read_batch(200, {}, b'{"results":{"1":"ada"}}')
    )
