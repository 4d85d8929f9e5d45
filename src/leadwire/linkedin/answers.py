"""What LinkedIn answers: status, headers and body, turned into a value or into the error of the next move.

Source: learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/{methods,pagination,error-handling}.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Generic, NamedTuple, TypeVar

import msgspec

from leadwire.linkedin.elements import check_whole, split_elements
from leadwire.linkedin.errors import LinkedInError, Surprise
from leadwire.linkedin.failures import failure, header
from leadwire.linkedin.loose import Millis, Record, at, dump, integer, items, load_record, record, text

T = TypeVar("T")


class Answer(NamedTuple):
    """What came back, unread. Unpacks into every reader: `read_leads(*api.send(call, token))`."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:  # the body may hold tokens, or what a person answered
        return f"Answer(status={self.status}, {len(self.body)} bytes)"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a finder.

    `count`, `total` and `has_next` are LinkedIn's claims: pages come short with more behind them, `total`
    may be overall, the page's size, 0 or absent. Advance by `received`; only an empty page ends a walk.
    `next_token` is the cursor of resources that page by cursor. `date` is the server's clock. `odd` are
    elements no reader understood.
    """

    elements: tuple[T, ...] = field(repr=False)
    start: int = 0
    count: int = 0
    total: int | None = None
    has_next: bool = False
    next_token: str | None = None
    date: Millis | None = None
    odd: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def received(self) -> int:
        """How many elements the page had, readable or not."""
        return len(self.elements) + len(self.odd)


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch get: the raw entities found, and the error of each id that was not."""

    found: Mapping[str, bytes] = field(repr=False)
    errors: Mapping[str, LinkedInError]


class _Finder(msgspec.Struct):
    elements: list[msgspec.Raw]
    paging: object = None
    metadata: object = None


class _Batch(msgspec.Struct):
    results: dict[str, msgspec.Raw]
    errors: object = None


_finder = msgspec.json.Decoder(_Finder)
_batch = msgspec.json.Decoder(_Batch)
_anything = msgspec.json.Decoder(msgspec.Raw)


def check(status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Raise the error of an answer that is no success (200 to 299)."""
    if not 200 <= status <= 299:
        raise failure(status, headers, body)


def read_page(status: int, headers: Mapping[str, str], body: bytes) -> Page[bytes]:
    """A page of raw elements; `null` is the element b"null". One odd element never fails a page."""
    check(status, headers, body)
    elements, envelope = _open_page(body)
    paging = record(envelope.get("paging"))
    return Page(
        elements=elements,
        start=_size(paging.get("start")) or 0,
        count=_size(paging.get("count")) or 0,
        total=_size(paging.get("total")),
        has_next=any(at(link, "rel") == "next" for link in items(paging.get("links"))),
        next_token=text(at(envelope, "metadata", "nextPageToken")) or None,
        date=read_date(headers),
    )


def read_entity(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """One entity, raw. A body that is cut or no JSON object raises TryLater."""
    check(status, headers, body)
    try:
        _anything.decode(body)
    except (ValueError, RecursionError):
        check_whole(body)
    if body.lstrip()[:1] != b"{":
        raise Surprise("an entity is not a JSON object", body, status=status)
    return body


def read_batch(status: int, headers: Mapping[str, str], body: bytes) -> Batch:
    """A batch get: entities found and the error of each that was not, by the id asked for.

    Raises Surprise where one odd entity makes the whole unreadable: ask for each alone.
    """
    check(status, headers, body)
    try:
        batch = _batch.decode(body)
    except (ValueError, RecursionError):
        check_whole(body)
        raise Surprise("a batch that cannot be read", body, status=status) from None
    return Batch(
        found={key: bytes(entity) for key, entity in batch.results.items()},
        errors={key: _batch_error(error) for key, error in record(batch.errors).items()},
    )


def read_created(status: int, headers: Mapping[str, str], body: bytes) -> str | None:
    """The id of what was created; None where LinkedIn does not say it (then look with the finder)."""
    check(status, headers, body)
    return header(headers, "x-restli-id") or header(headers, "x-linkedin-id") or None


def read_done(status: int, headers: Mapping[str, str], body: bytes) -> None:
    """An answer without a value: a delete."""
    check(status, headers, body)


def read_date(headers: Mapping[str, str]) -> Millis | None:
    """The server's clock from the `Date` header."""
    try:
        told = parsedate_to_datetime(header(headers, "date") or "")
        return int(told.replace(tzinfo=told.tzinfo or UTC).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError):
        return None


def typed(page: Page[bytes], reader: Callable[[bytes], T]) -> Page[T]:
    """The page with its elements read; those that raise Surprise are kept in `odd`."""
    good: list[T] = []
    odd: list[bytes] = []
    for raw in page.elements:
        try:
            good.append(reader(raw))
        except Surprise:
            odd.append(raw)
    return Page(
        elements=tuple(good),
        start=page.start,
        count=page.count,
        total=page.total,
        has_next=page.has_next,
        next_token=page.next_token,
        date=page.date,
        odd=tuple(odd),
    )


def _open_page(body: bytes) -> tuple[tuple[bytes, ...], Record]:
    try:
        page = _finder.decode(body)
    except (ValueError, RecursionError):
        elements, envelope = split_elements(body)
        return elements, load_record(envelope, "a page")
    return tuple(map(bytes, page.elements)), {"paging": page.paging, "metadata": page.metadata}


def _size(value: object) -> int | None:
    number = integer(value)
    return number if number is not None and number >= 0 else None


def _batch_error(said: object) -> LinkedInError:
    status = integer(at(said, "status"))
    return failure(status if status is not None else 500, {}, dump(said).encode("utf-8", "surrogatepass"))
