"""Planned misfortune: rules that match calls, and what they do to them.

A rule is `{"match": {...}, "action": {"kind": ..., ...}}`. `match` may hold `route` (a glob over names such
as `leadFormResponses.FINDER-owner`), `method`, `target` (a part of the raw target), and one of `nth` (a
number or list), `every`, `probability`; `times` ends the rule after so many strikes. A rule counts its calls
from 1.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from linkedin_emulator.protocol.wire import Json

Action = Mapping[str, Json]

# kind -> the members it may carry; what each does is told in the README and done in `mishaps`.
KINDS: dict[str, frozenset[str]] = {
    "status": frozenset({"status", "body", "headers"}),
    "body": frozenset({"status", "text", "content_type"}),
    "html_200": frozenset(),
    "wrong_json": frozenset({"value"}),
    "timeout": frozenset(),
    "reset": frozenset(),
    "cut_body": frozenset({"keep"}),
    "delay": frozenset({"ms"}),
    "edit": frozenset({"at", "set", "drop"}),
    "null_element": frozenset({"index"}),
    "empty_list": frozenset(),
    "same_page": frozenset(),
    "move": frozenset({"submit", "withdraw", "hide", "form"}),
    "any": frozenset({"of"}),
}
_MATCH = frozenset({"route", "method", "target", "nth", "every", "probability", "times"})


@dataclass(slots=True)
class Rule:
    id: int
    match: Mapping[str, Json]
    action: Action
    seen: int = 0
    struck: int = 0

    def fits(self, route: str, method: str, target: str) -> bool:
        """Whether a call is of the kind the rule looks at."""
        return (
            fnmatchcase(route, self.match.get("route", "*"))
            and self.match.get("method", method) == method
            and self.match.get("target", "") in target
        )

    def due(self, dice: random.Random) -> bool:
        """Whether this very call is struck; `seen` already counts it."""
        match = self.match
        if self.struck >= match.get("times", self.struck + 1):
            return False
        if (nth := match.get("nth")) is not None:
            return self.seen in (nth if isinstance(nth, list) else [nth])
        if (every := match.get("every")) is not None:
            return self.seen % int(every) == 0
        return "probability" not in match or dice.random() < match["probability"]


@dataclass(slots=True)
class Faults:
    """The standing rules, in order of arrival."""

    dice: random.Random
    rules: dict[int, Rule] = field(default_factory=dict)
    next_id: int = 1

    def add(self, match: Mapping[str, Json], action: Action) -> Rule:
        """Add a rule; ValueError if a member is unknown."""
        if strange := match.keys() - _MATCH:
            raise ValueError(f"match does not know {', '.join(sorted(strange))}")
        _check(action)
        rule = self.rules[self.next_id] = Rule(self.next_id, dict(match), dict(action))
        self.next_id += 1
        return rule

    def strike(self, route: str, method: str, target: str) -> list[Action]:
        """Count the call on every rule that looks at it; return the actions that befall it."""
        actions = []
        for rule in self.rules.values():
            if not rule.fits(route, method, target):
                continue
            rule.seen += 1
            if rule.due(self.dice):
                rule.struck += 1
                actions.append(self._choose(rule.action))
        return actions

    def _choose(self, action: Action) -> Action:
        return self.dice.choice(action["of"]) if action["kind"] == "any" else action


def _check(action: Action) -> None:
    kind = action.get("kind")
    allowed = KINDS.get(str(kind))
    if allowed is None:
        raise ValueError(f"{kind!r} is not one of {', '.join(KINDS)}")
    if strange := action.keys() - allowed - {"kind"}:
        raise ValueError(f"a fault of kind {kind!r} does not know {', '.join(sorted(strange))}")
    if kind == "any":
        if not action.get("of"):
            raise ValueError("a fault of kind 'any' needs a list of actions in 'of'")
        for choice in action["of"]:
            _check(choice)
