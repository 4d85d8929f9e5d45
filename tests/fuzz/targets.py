"""What is fuzzed."""

from __future__ import annotations

from tests.fuzz import configs, labels, landings, pushes, readers, sheets, urns, wires, worlds
from tests.fuzz.engine import Target

ALL: tuple[Target, ...] = (
    readers.TARGET,
    labels.TARGET,
    urns.TARGET,
    sheets.TARGET,
    configs.TARGET,
    pushes.TARGET,
    landings.TARGET,
    wires.TARGET,
    worlds.TARGET,
)
TARGETS = {target.name: target for target in ALL}
