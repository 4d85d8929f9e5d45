"""Answers that several resources share: a finder's page, a batch, a created entity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from linkedin_emulator.api.lead_view import project
from linkedin_emulator.api.routes import Call
from linkedin_emulator.knobs import Knobs
from linkedin_emulator.protocol import errors
from linkedin_emulator.protocol.errors import ApiError
from linkedin_emulator.protocol.paging import Page, body, cut
from linkedin_emulator.protocol.restli import Projection
from linkedin_emulator.protocol.wire import Json, Response, json_response, to_json
from linkedin_emulator.state import State

JSON = {"content-type": "application/json"}


def cut_page(state: State, call: Call, total: int) -> Page:
    """The page that `start` and `count` ask of a list of `total`; 400 beyond the largest count."""
    count = int(call.args.get("count", state.knobs.default_count))
    if count > state.knobs.max_count:
        raise errors.illegal_argument(f"count {count} exceeds the maximum of {state.knobs.max_count}")
    return cut(total, call.start, count, state.knobs, state.dice)


def page_response(state: State, call: Call, page: Page, elements: Sequence[bytes]) -> Response:
    """A finder's answer around encoded elements."""
    return Response(200, dict(JSON), body(page, elements, state.knobs, call.request.path, call.query))


def plain_page(state: State, call: Call, rows: Sequence[Json], total: bool = True) -> Response:
    """A finder's answer that is always cut properly, from plain values; small lists only."""
    whole = Knobs(page_links=state.knobs.page_links, page_total="overall" if total else "absent")
    count = int(call.args.get("count", state.knobs.default_count))
    page = cut(len(rows), call.start, count, whole, state.dice)
    shown = [to_json(shape(row, call.fields)) for row in rows[page.first : page.first + page.rows]]
    return Response(200, dict(JSON), body(page, shown, whole, call.request.path, call.query))


def shape(row: Json, fields: Projection | None) -> Json:
    """The object, cut to `fields` if any are named."""
    return row if fields is None else project(row, fields)


def batch(ids: Iterable[str | int], read: Callable[[str | int], bytes]) -> Response:
    """A BATCH_GET answer: results, statuses and errors by id; `read` raises ApiError for a miss."""
    results, statuses, failures = [], {}, {}
    for name in ids:
        try:
            results.append(to_json(str(name)) + b":" + read(name))
            statuses[str(name)] = 200
        except ApiError as error:
            failures[str(name)] = error.body()
    head = b'{"results":{' + b",".join(results) + b'},"statuses":' + to_json(statuses)
    return Response(200, dict(JSON), head + b',"errors":' + to_json(failures) + b"}")


def created(name: str | int, location: str) -> Response:
    """201 with the id in a header and no body."""
    return Response(201, {"x-restli-id": str(name), "location": f"{location}/{name}"})


def error_response(error: ApiError) -> Response:
    return json_response(error.body(), error.status)
