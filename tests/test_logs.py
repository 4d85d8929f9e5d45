"""The log: one line per event, nothing forged, no secrets, no answers."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from leadwire import logs


class Answered(Exception):
    """Carries what a person wrote, as a parser's or a database's message may."""


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the log goes; afterwards it goes where it went before."""
    root = logging.getLogger()
    before = list(root.handlers), root.level
    yield io.StringIO()
    root.handlers[:], root.level = before
    logging.raiseExceptions = True
    structlog.reset_defaults()


def test_text_is_one_line_with_time_level_event_and_values(stream: io.StringIO) -> None:
    logs.configure("INFO", "text", stream)
    structlog.get_logger().info("page_landed", run="01m", stored=98, note="two words", empty="")
    (line,) = stream.getvalue().splitlines()
    at, _, rest = line.partition(" ")
    assert at.endswith("Z")
    assert rest == 'INFO    page_landed run=01m stored=98 note="two words" empty=""'


def test_json_is_one_document_a_line(stream: io.StringIO) -> None:
    logs.configure("INFO", "json", stream)
    structlog.get_logger().warning("page_landed", stored=98, what=["a", None])
    logging.getLogger("some.library").error("%s went wrong", "it")
    ours, theirs = map(json.loads, stream.getvalue().splitlines())
    assert (ours["event"], ours["level"], ours["stored"], ours["what"]) == (
        "page_landed",
        "warning",
        98,
        ["a", None],
    )
    assert (theirs["event"], theirs["logger"]) == ("it went wrong", "some.library")


@pytest.mark.parametrize("form", ["text", "json"])
def test_requests_are_logged_without_their_queries(stream: io.StringIO, form: str) -> None:
    logs.configure("INFO", form, stream)
    access = logging.getLogger("uvicorn.access")
    for address in (
        "/oauth/linkedin/callback?code=AQT&state=s1",
        "/connect/oneTime-1",
        "/hooks/linkedin/tok3n",
    ):
        access.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", address, "1.1", 303)
    said = stream.getvalue()
    assert len(said.splitlines()) == 3
    assert "/oauth/linkedin/callback" in said
    assert not any(secret in said for secret in ("AQT", "s1", "oneTime-1", "tok3n"))


@pytest.mark.parametrize("form", ["text", "json"])
@given(text=st.text(st.characters(codec=None, categories=None), max_size=40))
def test_no_text_ends_a_line_or_moves_a_cursor(form: str, text: str) -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before = list(root.handlers), root.level
    try:
        logs.configure("INFO", form, stream)
        structlog.get_logger().info("named", name=text, nested={text: [text]})
        logging.getLogger("library").info("%s", text)
    finally:
        root.handlers[:], root.level = before
        structlog.reset_defaults()
    said = stream.getvalue()
    assert said.count("\n") == 2
    assert said.replace("\n", "").isprintable()
    said.encode()


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_error_is_told_by_class_and_place_never_by_what_it_quotes(stream: io.StringIO, form: str) -> None:
    logs.configure("INFO", form, stream)
    try:
        try:
            raise Answered("ada@example.com\n2026-01-01T00:00:00Z ERROR   forged")
        except Answered as error:
            raise PermissionError(13, "Permission denied", "leadwire.db") from error
    except PermissionError:
        structlog.get_logger().exception("item_failed", kind="poll")
    said = stream.getvalue()
    assert "Answered" in said
    assert "test_logs.py" in said
    assert "Permission denied" in said  # the system's own words
    assert "ada@example.com" not in said
    assert "forged" not in said
    if form == "text":
        first, *story = said.splitlines()
        assert first.endswith("item_failed kind=poll")
        assert all(line.startswith("    ") for line in story)


def test_secrets_stay_out_whatever_they_are_called(stream: io.StringIO) -> None:
    logs.configure("INFO", "text", stream)
    structlog.get_logger().info(
        "x",
        access_token="s1",
        client_secret="s2",
        authorization="s3",
        sent="Bearer s4",
        key="lw_s5",
        url="/connect/s6",
    )
    said = stream.getvalue()
    assert not any(f"s{n}" in said for n in range(1, 7))


def test_chatty_libraries_speak_only_when_something_is_wrong(stream: io.StringIO) -> None:
    logs.configure("DEBUG", "text", stream)
    for name in ("httpx2", "dbos", "uvicorn.error"):
        logging.getLogger(name).info("a request to https://api.linkedin.com/?answers=1")
        logging.getLogger(name).warning("%s is wrong", name)
    assert [line.split()[2] for line in stream.getvalue().splitlines()] == ["httpx2", "dbos", "uvicorn.error"]


def test_a_log_that_cannot_be_written_stops_nothing(stream: io.StringIO) -> None:
    stream.close()
    logs.configure("INFO", "text", stream)
    structlog.get_logger().info("to nobody")
