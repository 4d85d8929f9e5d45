"""The log: our lines, the server's and the job engine's through one pipeline, text or JSON on standard error.

Nothing that people answered and no secret may stand in it. So an exception is told by its class and place;
its message only where the class is our own, because a database's or parser's message quotes values.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

Event = MutableMapping[str, Any]

# They say at INFO what we say better, or what nobody should read in a log (addresses with their queries).
CHATTY = ("uvicorn.error", "httpx2", "httpcore2", "dbos", "asyncio", "alembic", "sqlalchemy")
SECRET_NAME = re.compile(r"token|secret|password|authorization|cookie|api_?key", re.IGNORECASE)
SECRET_TEXT = re.compile(r"(Bearer |\blw_|/connect/|/hooks/linkedin/)[^\s/?\"']+")
HIDDEN = "…"


def configure(level: str, form: str, stream: TextIO | None = None) -> None:
    """Send everything that is logged in this process to `stream`; `form` is `text` or `json`."""
    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper("iso", utc=True),
        _without_secrets,
        _exception,
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[_foreign, *before],
            pass_foreign_args=True,
            processors=[ProcessorFormatter.remove_processors_meta, _as_json if form == "json" else _as_text],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    logging.raiseExceptions = False  # a log that cannot be written must not stop the work
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *before, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=_logger,
    )


def visible(text: str) -> str:
    """Text in which nothing moves a cursor, ends a line or turns the direction of writing."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _logger(*args: Any) -> logging.Logger:
    return logging.getLogger("leadwire")


def _foreign(_: object, __: str, event: Event) -> Event:
    """Another library's line; the server's about a request without its query: there stand codes."""
    name, arguments = event["_record"].name, event.pop("positional_args", ())
    if name == "uvicorn.access" and len(arguments) == 5:
        peer, method, address, _version, status = arguments
        event.update(event="request", peer=peer, method=method, status=status)
        event["path"] = str(address).partition("?")[0]
    else:
        event["logger"] = name
    return event


def _without_secrets(_: object, __: str, event: Event) -> Event:
    for name, value in event.items():
        if SECRET_NAME.search(name):
            event[name] = HIDDEN
        elif isinstance(value, str):
            event[name] = SECRET_TEXT.sub(rf"\1{HIDDEN}", value)
    return event


def _exception(_: object, __: str, event: Event) -> Event:
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exception"] = list(_story(error))
    return event


def _story(error: BaseException) -> Iterator[str]:
    """What happened, where, and what led to it; innermost call first."""
    yield _name(error)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        yield f"at {frame.filename}:{frame.lineno} in {frame.name}"
    led = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if led is not None:
        yield "because of"
        yield from _story(led)


def _name(error: BaseException) -> str:
    kind = type(error)
    told = kind.__module__.startswith("leadwire.") or isinstance(error, OSError)
    text = SECRET_TEXT.sub(rf"\1{HIDDEN}", str(error)) if told else ""
    return f"{kind.__module__}.{kind.__qualname__}" + (f": {text}" if text else "")


def _as_json(_: object, __: str, event: Event) -> str:
    return json.dumps(event, default=str)  # ASCII: every control and direction mark is escaped


def _as_text(_: object, __: str, event: Event) -> str:
    """`time LEVEL event name=value …`, and a story's lines indented, so that none looks like an entry."""
    at, level = str(event.pop("timestamp")), str(event.pop("level")).upper()
    words, story = str(event.pop("event")), event.pop("exception", ())
    line = " ".join([at, f"{level:<7}", words, *(f"{name}={_word(event[name])}" for name in event)])
    return "\n    ".join(map(visible, [line, *story]))


def _word(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    plain = isinstance(value, str) and text and not re.search(r'[\s"=]', text)
    return text if plain or not isinstance(value, str) else json.dumps(text, ensure_ascii=False)
