"""Trouble in plain words: a few switches, each a choice between ways of behaving. Pure data and comparisons."""

from __future__ import annotations

from dataclasses import dataclass, field

from linkedin_emulator.clock import MINUTE, SECOND
from linkedin_emulator.protocol.wire import Json

_API = {"route": "lead*"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to behave: knobs, and at most one fault rule (`{"match", "action"}`)."""

    label: str
    knobs: dict[str, Json] = field(default_factory=dict)
    rule: dict[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    """The first choice is how it usually is; every choice sets the same knobs."""

    title: str
    words: str
    choices: tuple[Choice, ...]


def _knobs(label: str, /, **knobs: Json) -> Choice:
    return Choice(label, knobs)


def _fault(label: str, match: dict[str, Json], **action: Json) -> Choice:
    return Choice(label, rule={"match": match, "action": action})


def _pushes(
    label: str, drop: float = 0.0, copies: int = 1, jitter: int = 0, wrong_signature: bool = False
) -> Choice:
    return _knobs(
        label,
        push_drop_share=drop,
        push_copies=copies,
        push_jitter_ms=jitter,
        push_wrong_signature=wrong_signature,
    )


SWITCHES: dict[str, Switch] = {
    "down": Switch(
        "LinkedIn is",
        "Everything but these pages and the control API stops working.",
        (
            _knobs("up", down=""),
            _knobs("down: 503", down="503"),
            _knobs("down: connections break", down="reset"),
            _knobs("down: no answer at all", down="timeout"),
        ),
    ),
    "speed": Switch(
        "Answers about forms and leads come",
        "Only how long they take changes.",
        (
            Choice("at once"),
            _fault("after 2 seconds", _API, kind="delay", ms=2 * SECOND),
            _fault("after 20 seconds", _API, kind="delay", ms=20 * SECOND),
        ),
    ),
    "errors": Switch(
        "Calls about forms and leads",
        "Now and then a call goes wrong, whatever it asks.",
        (
            Choice("are answered"),
            _fault("fail: one in four is a 500", {**_API, "every": 4}, kind="status", status=500),
            _fault("are refused: one in three is a 429", {**_API, "every": 3}, kind="status", status=429),
            _fault("break off: one in three is cut", {**_API, "every": 3}, kind="cut_body"),
            _fault("are HTML: one in three is a web page", {**_API, "every": 3}, kind="html_200"),
        ),
    ),
    "pages": Switch(
        "Pages of leads are",
        "A page may hold fewer rows than were asked for, though more follow.",
        (
            _knobs("full", page_fullness="full"),
            _knobs("short, by the dice", page_fullness="short"),
            _knobs("short, with gaps", page_fullness="short_tail_gap"),
        ),
    ),
    "pushes": Switch(
        "Pushes",
        "What becomes of the notifications about new and withdrawn leads.",
        (
            _pushes("arrive"),
            _pushes("are lost, every second one", drop=0.5),
            _pushes("are all lost", drop=1.0),
            _pushes("come three times", copies=3),
            _pushes("come late and out of order", jitter=MINUTE),
            _pushes("are wrongly signed", wrong_signature=True),
        ),
    ),
    "readable": Switch(
        "A new lead can be read",
        "The push goes at once; the lead may follow later.",
        (
            _knobs("at once", readable_after_ms=0),
            _knobs("after 30 seconds", readable_after_ms=30 * SECOND),
            _knobs("after 10 minutes", readable_after_ms=10 * MINUTE),
        ),
    ),
    "quota": Switch(
        "The daily quota per endpoint is",
        "Calls of an app, and of one member through it; anew at midnight UTC.",
        (
            _knobs("100,000", quota_app_daily=100_000, quota_member_daily=100_000),
            _knobs("low: 500, and 100 a member", quota_app_daily=500, quota_member_daily=100),
            _knobs("used up", quota_app_daily=0, quota_member_daily=0),
        ),
    ),
    "role": Switch(
        "Who has lost a role sees",
        "What LinkedIn answers where the member may not read.",
        (
            _knobs("403", role_loss="403"),
            _knobs("401, as with a dead token", role_loss="401"),
            _knobs("empty lists", role_loss="empty"),
        ),
    ),
}


def standing(rules: list[dict[str, Json]], choice: Choice) -> list[int]:
    """The numbers of the standing fault rules that are this choice's."""
    return [rule["id"] for rule in rules if {"match": rule["match"], "action": rule["action"]} == choice.rule]


def position(switch: Switch, knobs: dict[str, Json], rules: list[dict[str, Json]]) -> int | None:
    """The number of the choice that holds now, or None where knobs were turned another way."""
    ruled = [number for number, choice in enumerate(switch.choices) if standing(rules, choice)]
    for number, choice in enumerate(switch.choices):
        if (
            choice.knobs.items() <= knobs.items()
            and ruled in ([], [number])
            and bool(ruled) == bool(choice.rule)
        ):
            return number
    return None
