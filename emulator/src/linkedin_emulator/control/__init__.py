"""The hands behind the scenes: everything that can be arranged, moved, broken or looked at.

Each group is plain methods; `control_api` offers the same ones under /control/*, and pages can use them too.
"""

from __future__ import annotations

from collections.abc import Callable

from linkedin_emulator.control.entities import Entities
from linkedin_emulator.control.forms import FormControl
from linkedin_emulator.control.hooks import HookControl
from linkedin_emulator.control.leads import LeadControl
from linkedin_emulator.control.settings import ClockControl, FaultControl, KnobControl
from linkedin_emulator.control.tokens import TokenControl
from linkedin_emulator.control.watching import Watching
from linkedin_emulator.hooks.outbound import Deliver
from linkedin_emulator.state import State


class Control:
    """All groups over one state."""

    def __init__(self, state: State, deliver: Deliver, rebuild: Callable[[], None]) -> None:
        self.clock = ClockControl(state)
        self.knobs = KnobControl(state)
        self.faults = FaultControl(state)
        self.world = Entities(state)
        self.forms = FormControl(state)
        self.leads = LeadControl(state)
        self.tokens = TokenControl(state)
        self.hooks = HookControl(state, deliver)
        self.watch = Watching(state)
        self.reset = rebuild


__all__ = ["Control"]
