"""What the groups share: a state, and its lock around every method."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from linkedin_emulator.state import State

G = TypeVar("G", bound="Group")
P = ParamSpec("P")
R = TypeVar("R")


class Group:
    """A set of control methods over one state."""

    def __init__(self, state: State) -> None:
        self._state = state


def locked(method: Callable[Concatenate[G, P], R]) -> Callable[Concatenate[G, P], R]:
    """Run the method under the state's lock."""

    @functools.wraps(method)
    def run(group: G, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with group._state.lock:
            return method(group, *args, **kwargs)

    return run
