"""Making things go wrong, and right again."""

from __future__ import annotations

import json

from linkedin_emulator.campaign_manager.switches import SWITCHES, position, standing
from linkedin_emulator.campaign_manager.visit import Visit, go
from linkedin_emulator.knobs import CHOICES, Knobs
from linkedin_emulator.protocol.wire import Json, Response

_USUAL = Knobs().as_dict()


def listing(asked: Visit) -> Response:
    """The switches, the standing faults, all knobs."""
    return _page(asked, {}, "")


def switch(asked: Visit) -> Response:
    """Move one switch: its knobs are set, its other rules go, its own rule comes."""
    wanted = SWITCHES.get(asked.keys[0])
    number = asked.said("choice")
    if wanted is None or not number.isdigit() or int(number) >= len(wanted.choices):
        raise LookupError("There is no such switch.")
    choice, control = wanted.choices[int(number)], asked.control
    rules = control.faults.rules()
    control.knobs.patch(**choice.knobs)
    for old in {rule for each in wanted.choices for rule in standing(rules, each)}:
        control.faults.remove(old)
    if choice.rule:
        control.faults.add(**choice.rule)
    return go("trouble", "trouble")


def remove(asked: Visit) -> Response:
    """Take one standing fault away, or all."""
    rule = asked.said("rule")
    asked.control.faults.remove(int(rule) if rule else None)
    return go("trouble", "rule")


def turn(asked: Visit) -> Response:
    """Turn knobs; if one is wrong, none is turned and all is shown as it was typed."""
    typed = {name: asked.said(name) for name in _USUAL if name in asked.typed}
    try:
        before = asked.control.knobs.read()
        wanted = {name: value(name, text) for name, text in typed.items()}
        asked.control.knobs.patch(**{name: new for name, new in wanted.items() if new != before[name]})
    except ValueError as error:
        return _page(asked, typed, str(error))
    return go("trouble", "knobs")


def reset(asked: Visit) -> Response:
    """Everything as at the beginning."""
    asked.control.reset()
    return go("", "reset")


def value(name: str, text: str) -> Json:
    """A knob's value from its text: JSON, but for knobs that hold a text."""
    if isinstance(_USUAL[name], str):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"knob {name!r} cannot be read: {text!r}") from error


def shown(value: Json) -> str:
    """A knob's value as text."""
    return value if isinstance(value, str) else json.dumps(value)


def choices(name: str) -> list[str]:
    """What a knob can be, if that is a list."""
    return ["true", "false"] if isinstance(_USUAL[name], bool) else list(CHOICES.get(name, ()))


def _page(asked: Visit, typed: dict[str, str], wrong: str) -> Response:
    usual = {name: shown(value) for name, value in _USUAL.items()}
    knobs, rules = asked.control.knobs.read(), asked.control.faults.rules()
    return asked.page(
        "trouble.html",
        422 if wrong else 200,
        switches=[(name, each, position(each, knobs, rules)) for name, each in SWITCHES.items()],
        standing=rules,
        wrong=wrong,
        turned=sum(now != _USUAL[name] for name, now in knobs.items()),
        knobs=[
            (name, typed.get(name, shown(now)), choices(name), usual[name], f"{name!r}" in wrong)
            for name, now in knobs.items()
        ],
    )
