"""A seed's history as a list of actions in JSON: what is chosen among what there is, is chosen by a part of one.

So an action means something whichever others are taken away, and a kept list means the same when this file changes.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.simulation.world import DAY, EVENT_FORM, HOUR, MAIN_FORM, MINUTE, SIDE_FORM

Action = dict[str, Any]
Plan = dict[str, Any]

SECOND = 1_000
FORMS = (MAIN_FORM, MAIN_FORM, SIDE_FORM, EVENT_FORM)
ROUTES = ("leadFormResponses.FINDER-owner", "leadFormResponses.*GET*", "leadForms*", "*")
TROUBLES = (
    "500",
    "503",
    "429",
    "401",
    "timeout",
    "reset",
    "cut_body",
    "html_200",
    "null_element",
    "empty_list",
)
SPOILS = (
    "bad_form_urn",
    "no_submitted_at",
    "year_9999_submitted_at",
    "number_answer",
    "unknown_option",
    "nul_answer",
)
PAGING: tuple[Action, ...] = (
    {},
    {"page_fullness": "short"},
    {"page_fullness": "short", "page_total": "absent", "page_links": False},
    {"page_fullness": "short", "page_total": "page_size", "page_links": False},
    {"page_fullness": "short_tail_gap", "page_total": "overall"},
    {"page_total": "zero_on_empty", "page_links": False},
    {"empty_page_after": 5},
)
Dice = random.Random


def _part(dice: Dice) -> float:
    return round(dice.random(), 4)


def _submit(dice: Dice) -> Action:
    late = dice.choice((0, 0, 0, 0, 20 * SECOND, 5 * MINUTE, 50 * MINUTE, 3 * HOUR))
    spoil = dice.choice(SPOILS) if dice.random() < 0.1 else ""
    return {
        "form": dice.choice(FORMS),
        "at": _part(dice),
        "late": late,
        "spoil": spoil,
        "test": dice.random() < 0.05,
    }


def _pick(dice: Dice) -> Action:
    return {"at": _part(dice)}


def _among(**choices: tuple[Any, ...]) -> Callable[[Dice], Action]:
    def draw(dice: Dice) -> Action:
        return {"at": _part(dice), **{name: dice.choice(some) for name, some in choices.items()}}

    return draw


TIMES = (
    3 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    330 * SECOND,
    330 * SECOND,
    11 * MINUTE,
    65 * MINUTE,
    6 * HOUR,
    DAY,
)
SKEWS = (0, 4 * MINUTE, -4 * MINUTE, 90 * MINUTE, -90 * MINUTE, DAY, -DAY)
# name: weight, what it belongs to (may be switched off; "" never), how its particulars are drawn
ACTIONS: dict[str, tuple[float, str, Callable[[Dice], Action]]] = {
    "submit": (12, "", _submit),
    "flood": (1.2, "", _among(form=FORMS)),
    "vanish": (0.12, "hiding", _pick),
    "killed": (0.7, "crashes", _among(points=tuple(range(3, 40)), form=FORMS)),
    "blindness": (0.25, "roles", _pick),
    "withdraw": (3, "deletion", _pick),
    "resubmit": (2, "deletion", _among(new=(True, False))),
    "hide": (1, "hiding", _pick),
    "unhide": (2, "hiding", _pick),
    "mend": (0.5, "", _pick),
    "publish": (1, "forms", _among(form=FORMS)),
    "newform": (0.4, "forms", _pick),
    "mail": (9, "", _among(how=("deliver", "deliver", "deliver", "double", "lose", "replay"))),
    "forge": (1, "forgery", _among(action=("DELETED", "DELETED", "CREATED"))),
    "time": (9, "", _among(ms=TIMES)),
    "age": (0.15, "ageing", _among(days=(3, 11, 11, 85, 366))),
    "drain": (6, "", lambda dice: {}),
    "turn": (9, "", _pick),
    "work": (3, "", _among(questions=(10_000, 3, 8))),
    "token": (0.8, "tokens", _among(how=("expire_access", "revoke_access", "revoke", "expire_refresh"))),
    "refresh": (0.4, "tokens", _among(on=(True, False))),
    "fresh": (0.4, "tokens", _among(seconds=(0, 20, 40))),
    "reconnect": (1, "", _pick),
    "role": (0.8, "roles", _among(how=("403", "401", "empty"))),
    "roleback": (1.5, "roles", lambda dice: {}),
    "quota": (0.4, "quota", _among(on=(True, False))),
    "trouble": (4, "trouble", _among(kind=TROUBLES, route=ROUTES, times=(1, 1, 2, 4), nth=(1, 1, 2, 3))),
    "paging": (1, "paging", _among(way=tuple(range(len(PAGING))))),
    "move": (
        2.5,
        "moving",
        _among(what=("submit", "withdraw", "withdraw", "hide"), nth=(1, 2, 3, 4), times=(1, 2)),
    ),
    "skew": (0.5, "clocks", _among(ms=SKEWS)),
    "date": (0.4, "clocks", _among(ms=SKEWS)),
    "beside": (
        4,
        "beside",
        _among(
            what=("drain", "turn", "turn", "withdraw", "erase", "off", "mail", "stopped", "stopped", "resent")
        ),
    ),
    "pull": (2, "orders", _among(back=(HOUR, DAY, 30 * DAY, 366 * DAY))),
    "reconcile": (0.5, "orders", _pick),
    "off": (0.3, "orders", _pick),
    "on": (0.8, "orders", _pick),
    "erase": (0.8, "erasure", _pick),
    "interval": (0.3, "orders", _among(ms=(MINUTE, 5 * MINUTE, HOUR))),
    "blink": (0.6, "blinks", _pick),
    "crash": (
        5,
        "crashes",
        _among(points=tuple(range(1, 26)), how=("kill", "kill", "kill", "lost_commit", "busy")),
    ),
}
GROUPS = tuple(dict.fromkeys(group for _, group, _ in ACTIONS.values() if group))
# What a mode has no use for, because it would do by another way what the mode takes away.
NOT_IN = {"all": (), "poll": ("reconcile", "mail"), "hook": ("pull", "reconcile", "interval", "publish")}


def plan_of(seed: int, mode: str, longest: int = 120) -> Plan:
    """The history of a seed in a mode."""
    dice = random.Random(f"{mode}/{seed}")
    off = {group for group in GROUPS if dice.random() < 0.3}
    names = [name for name in ACTIONS if ACTIONS[name][1] not in off and name not in NOT_IN[mode]]
    weights = [ACTIONS[name][0] * dice.uniform(0.2, 3) for name in names]
    steps = dice.randint(15, longest if dice.random() < 0.2 else longest // 2)
    drawn = dice.choices(names, weights, k=steps)
    return {
        "seed": seed,
        "mode": mode,
        "page": dice.choice((2, 3, 5, 100)),
        "actions": [{"do": name, **ACTIONS[name][2](dice)} for name in drawn],
    }
