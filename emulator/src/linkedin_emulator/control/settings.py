"""Time, knobs and faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from linkedin_emulator.clock import Millis
from linkedin_emulator.control.group import Group, locked
from linkedin_emulator.protocol.wire import Json


class ClockControl(Group):
    """The emulator's clock; all times are epoch milliseconds."""

    @locked
    def read(self) -> dict[str, Json]:
        """`{"now", "frozen"}`."""
        return {"now": self._state.clock.now(), "frozen": self._state.clock.frozen}

    @locked
    def change(
        self,
        advance: int | None = None,
        at: Millis | None = None,
        frozen: bool | None = None,
    ) -> dict[str, Json]:
        """Freeze or let run, set to `at`, advance by so much: in this order, as far as given."""
        clock = self._state.clock
        if frozen is not None:
            (clock.freeze if frozen else clock.run)()
        if at is not None:
            clock.set(int(at))
        if advance is not None:
            clock.advance(int(advance))
        return self.read()


class KnobControl(Group):
    @locked
    def read(self) -> dict[str, Json]:
        """All knobs by name."""
        return self._state.knobs.as_dict()

    @locked
    def patch(self, /, **changes: Json) -> dict[str, Json]:
        """Turn some knobs; ValueError and no change if a name or value is wrong."""
        self._state.knobs.patch(changes)
        return self.read()


class FaultControl(Group):
    @locked
    def rules(self) -> list[dict[str, Json]]:
        """The standing rules with how often each has looked and struck."""
        return [asdict(rule) for rule in self._state.faults.rules.values()]

    @locked
    def add(self, action: Mapping[str, Json], match: Mapping[str, Json] | None = None) -> dict[str, Json]:
        """Add a rule (see `faults.rules`); without `match` it strikes every call."""
        return asdict(self._state.faults.add(match or {}, action))

    @locked
    def remove(self, rule: int | None = None) -> None:
        """Remove one rule, or all."""
        rules = self._state.faults.rules
        if rule is None:
            rules.clear()
        elif rules.pop(int(rule), None) is None:
            raise LookupError(f"there is no fault {rule}")
