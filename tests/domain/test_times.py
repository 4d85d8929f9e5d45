from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.domain.errors import InvalidInput
from leadwire.domain.times import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    duration_text,
    iso,
    parse_duration,
    parse_iso,
    utc_day,
)

FIRST, LAST = -62_135_596_800_000, 253_402_300_799_999


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_689_894_599_288, "2023-07-20T23:09:59.288Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (FIRST, "0001-01-01T00:00:00.000Z"),
        (LAST, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_a_moment_is_written_in_utc_with_milliseconds(ms: int, text: str) -> None:
    assert iso(ms) == text
    assert parse_iso(text) == ms
    assert utc_day(ms) == text[:10]


@given(st.integers(FIRST, LAST))
def test_every_moment_reads_back_exactly(ms: int) -> None:
    assert parse_iso(iso(ms)) == ms


@given(st.datetimes(timezones=st.timezones()), st.datetimes(timezones=st.timezones()))
def test_written_moments_sort_as_they_happened(one: datetime, other: datetime) -> None:
    first, second = (int(moment.astimezone(UTC).timestamp() * 1000) for moment in (one, other))
    assert (iso(first) < iso(second)) == (first < second)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-01T00:00:01.5Z", 1500),
        ("1970-01-01T00:00:01.05Z", 1050),
        ("1970-01-01T00:00:01.0059Z", 1005),
        ("1970-01-01t00:00:01.123999z", 1123),
        ("1969-12-31 19:00:00-05:00", 0),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000),
    ],
)
def test_other_forms_of_rfc_3339(text: str, ms: int) -> None:
    assert parse_iso(text) == ms


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02T03:04:05",  # naive: names no moment
        "2026-01-02",
        "2026-02-30T00:00:00Z",
        "2026-01-02T25:00:00Z",
        "2026-01-02T03:04:05+24:00",
        "0001-01-01T00:00:00+14:00",  # before the first moment
        "9999-12-31T23:59:59-01:00",
        "20260102T030405Z",
        "2026-W01-1T00:00:00Z",
        "٢٠٢٦-01-02T03:04:05Z",
        "2026-01-02T03:04:05Z\n",
        "1767323045000",
        "",
        "x" * 10_000,
    ],
)
def test_what_names_no_moment_is_refused_shortly(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_iso(text)
    assert caught.value.code == "bad_time"
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("90s", 90 * SECOND),
        ("5m", 5 * MINUTE),
        ("24h", DAY),
        ("365d", 365 * DAY),
        ("0s", 0),
        ("26h", 26 * HOUR),
    ],
)
def test_durations_read_back_as_they_were_written(text: str, ms: int) -> None:
    assert parse_duration(text) == ms
    assert duration_text(ms) == text


@pytest.mark.parametrize(
    ("ms", "text"), [(60 * MINUTE, "1h"), (48 * HOUR, "2d"), (120 * SECOND, "2m"), (1999, "1s")]
)
def test_a_duration_is_shown_in_its_largest_whole_unit(ms: int, text: str) -> None:
    assert duration_text(ms) == text


@given(st.integers(0, 10**6).map(lambda seconds: seconds * SECOND))
def test_every_whole_second_duration_reads_back_exactly(ms: int) -> None:
    assert parse_duration(duration_text(ms)) == ms


@pytest.mark.parametrize(
    "text", ["", "5", "m", "5 m", "-5m", "5M", "1.5h", "5m ", "5ms", "٥m", "9" * 10 + "d"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_duration(text)
    assert caught.value.code == "bad_duration"
