"""URNs and what is built of them: read and written again they are the same; no id steps out of its place in a URL."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.fuzz.engine import Target, alone
from tests.fuzz.mutator import odd_text
from tests.linkedin.test_restli import parse

from leadwire.domain.errors import InvalidInput
from leadwire.domain.owners import Owner
from leadwire.linkedin import leads, restli, urns
from leadwire.linkedin.errors import Surprise
from leadwire.linkedin.loose import identifier, union_urn

KINDS = (
    "sponsoredAccount",
    "organization",
    "organizationBrand",
    "leadGenFormResponse",
    "leadGenForm",
    "person",
    "event",
)
IDS = (
    "1234567",
    "249592fc-d272-44ba-a7db-c2bdce579507-6",
    "0",
    "",
    ".",
    "..",
    "9" * 31,
    "1,2",
    "a/b",
    "a:b",
    "٣",
)
VERSIONS = ("1", "0", "01", "999999999", "9" * 10, "-1", "", "1 ", "\u0661")


@dataclass(frozen=True)
class Case:
    urn: str
    form: str
    value: Any


def make(dice: Random) -> Case:
    urn = f"urn:li:{dice.choice(KINDS)}:{_odd(dice, dice.choice(IDS))}"
    form = f"{dice.choice(IDS[:4])},{dice.choice(('', '', ' ', '  '))}{dice.choice(VERSIONS)}"
    versioned = f"urn:li:versionedLeadGenForm:(urn:li:leadGenForm:{form})"
    return Case(_odd(dice, urn), _odd(dice, versioned), _value(dice, 3))


def check(case: Case) -> None:
    for text in (case.urn, case.form):
        _check_urn(text)
        union_urn({"a": text})
        identifier(text)
    try:
        form_id, version = urns.parse_form_version(case.form)
    except Surprise:
        pass
    else:
        assert urns.parse_form_version(urns.form_version_urn(form_id, version)) == (form_id, version)
    encoded = restli.encode(case.value)
    assert parse(encoded) == case.value, encoded


def _check_urn(text: str) -> None:
    with suppress(Surprise):
        kind, last = urns.split(text)
        assert f"urn:li:{kind}:{last}" == text
        assert urns.urn_id(text) == last
    with suppress(Surprise):
        lead_id = urns.parse_lead_urn(text)
        call = leads.get_lead(lead_id)
        assert urlsplit("https://x" + call.path)[2:] == (call.path, "", ""), call
        steps = call.path.split("/")
        assert steps[:-1] == ["", "rest", "leadFormResponses"] and unquote(steps[-1]) == lead_id, call
    with suppress(Surprise):
        assert list(urns.owner_record(text).values()) == [text]
    with suppress(InvalidInput):
        assert Owner.parse(text).urn in (text, f"urn:li:{text}", f"urn:li:sponsoredAccount:{text}")


def _odd(dice: Random, text: str) -> str:
    if dice.random() < 0.6:
        return text
    place = dice.randint(0, len(text))
    return text[:place] + odd_text(dice) + text[place + dice.choice((0, 0, 1, 5)) :]


def _value(dice: Random, depth: int) -> Any:
    """What Rest.li has words for, and reads back as it was: texts that are not empty, lists, records."""
    kind = dice.randrange(4) if depth else 0
    if kind == 1:
        return [_value(dice, depth - 1) for _ in range(dice.randrange(3))]
    if kind == 2:
        return {_word(dice): _value(dice, depth - 1) for _ in range(dice.randrange(3))}
    return _word(dice)


def _word(dice: Random) -> str:
    return odd_text(dice).encode("utf-8", "replace").decode() or "x"


TARGET = Target("urns", 280, make, alone(check))
