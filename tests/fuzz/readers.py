"""LinkedIn's answers to every reader: a value or an error of the tree; the quick way and the careful way agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from tests.fuzz.corpus import SAMPLES
from tests.fuzz.engine import Target, alone
from tests.fuzz.mutator import dump
from tests.linkedin.test_readers_fuzz import ANSWER_READERS, RAW_READERS

from leadwire.linkedin import leads
from leadwire.linkedin.errors import LinkedInError
from leadwire.linkedin.odd_leads import read_odd_lead

STATUSES = (200,) * 8 + (201, 204, 302, 400, 401, 403, 404, 426, 429, 500, 0, -1)
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Date": "Mon, 23 Nov 2026 12:00:00 GMT"},
    {"date": "Mon, 23 Nov 99999 12:00:00 GMT"},
    {"Date": "1 Jan 0001 00:00:00 +9999"},
    {"Retry-After": "99999999"},
    {"retry-after": "\u0663"},
    {"x-restli-id": "urn%3Ali%3Aa", "X-LI-UUID": "\udcff"},
)
decorated = partial(
    leads.read_decorated_form, form_id="7234246", version=1, owner_urn="urn:li:organization:1"
)
Reader = Callable[..., Any]
RAW: tuple[Reader, ...] = (*RAW_READERS, decorated)


@dataclass(frozen=True)
class Case:
    sample: str
    status: int
    headers: dict[str, str]
    body: bytes
    readers: tuple[Reader, ...]


def _fitting(body: bytes) -> list[Reader]:
    """The readers that this sample was recorded for."""
    fit: list[Reader] = []
    for reader in (*ANSWER_READERS, *RAW):
        try:
            reader(*(() if reader in RAW else (200, {})), body)
        except LinkedInError:
            continue
        fit.append(reader)
    return fit


FIT = {name: _fitting(dump(sample.value)) for name, sample in SAMPLES.items()}
NAMES = tuple(SAMPLES)


def make(dice: Random) -> Case:
    """A sample gone odd, for readers of its kind and two that did not expect it."""
    name = dice.choice(NAMES)
    fit = FIT[name]
    readers = [*dice.sample(fit, min(3, len(fit))), dice.choice(ANSWER_READERS), dice.choice(RAW)]
    return Case(
        name,
        dice.choice(STATUSES),
        dice.choice(HEADERS),
        SAMPLES[name].mutant(dice),
        tuple(dict.fromkeys(readers)),
    )


def check(case: Case) -> None:
    """Raises what is no error of the tree; AssertionError where the two ways to read a lead differ."""
    for reader in case.readers:
        head = () if reader in RAW else (case.status, case.headers)
        try:
            value = reader(*head, case.body)
        except LinkedInError as error:
            assert error.text and len(str(error)) < 200, "an error that people cannot read"
            continue
        if reader is leads.read_lead and _is_utf_8(
            case.body
        ):  # the quick way does not look at what it does not need
            careful = read_odd_lead(case.body)
            assert repr(value) == repr(careful) and value == careful, f"{value!r} is not {careful!r}"


def _is_utf_8(body: bytes) -> bool:
    try:
        return bool(body.decode())
    except UnicodeDecodeError:
        return False


TARGET = Target("answers", 393, make, alone(check))
