"""What exists is documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linkedin_emulator import Emulator
from linkedin_emulator.faults.rules import KINDS
from linkedin_emulator.knobs import Knobs
from linkedin_emulator.world.spoiling import SPOILS

README = (Path(__file__).parents[1] / "README.md").read_text()


@pytest.mark.parametrize("name", [*Knobs().as_dict(), *KINDS, *SPOILS])
def test_every_knob_fault_and_spoil_is_named(name: str) -> None:
    assert f"`{name}`" in README


def test_every_control_path_is_named(emulator: Emulator) -> None:
    listed = emulator.handle("GET", "/control/", {}).json()
    words = {word for line in listed for word in re.findall(r"[a-z-]+", line.partition("/control/")[2])}
    assert {word for word in words if word not in README} == set()
