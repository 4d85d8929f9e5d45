"""The demo's script as a program reads it: rules, and the commands and calls that are typed for each."""

from __future__ import annotations

import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

from tests.cli.people import PROGRAM, Shell

SCRIPT = Path(__file__).parents[2] / "docs" / "demo-script.md"
SEEN = "  # → "
CHANGES = re.compile(
    r"-X|\brest\b| -d |=\$\(|leadwire (webhooks (test|create)|teardown|connect|pull|reconcile)"
)
PATIENCE = 20.0  # seconds until what only looks shows what is expected


@dataclass(frozen=True)
class Line:
    """Something to type; `seen`: what must then be read."""

    text: str
    seen: str

    @property
    def looks(self) -> bool:
        """Whether it may be typed again: it changes nothing."""
        return not CHANGES.search(self.text)


Block = tuple[Line, ...]


def blocks(text: str) -> Iterator[Block]:
    """What is typed, fence by fence."""
    for fence in re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S):
        parted = (line.partition(SEEN) for line in fence.splitlines())
        yield tuple(Line(typed.strip(), seen.strip()) for typed, _, seen in parted)


def chapters() -> dict[str, list[Block]]:
    """The blocks of each chapter by its first word, the start's under "A", in their order."""
    parts = re.split(r"^##? ", SCRIPT.read_text(), flags=re.M)[1:]
    return {part.split()[0]: list(blocks(part)) for part in parts}


@dataclass
class Terminal:
    """The second terminal: bash, and in it `leadwire`, which runs in this process because starting it takes long."""

    env: dict[str, str]
    folder: Path
    took: dict[str, float] = field(default_factory=dict)

    def type(self, block: Block) -> None:
        """Line by line, each of which must say what the document says."""
        for line in block:
            end = time.monotonic() + (PATIENCE if line.looks and line.seen else 0)
            while line.seen not in (said := self._run(line.text)):
                assert time.monotonic() < end, f"{line.text}\n{said}\nnothing in it of: {line.seen}"
                time.sleep(0.2)

    def _run(self, text: str) -> str:
        begun = time.monotonic()
        try:
            return self._leadwire(text) if text.startswith("leadwire ") else self._bash(text)
        finally:
            self.took[text] = self.took.get(text, 0) + time.monotonic() - begun

    def _leadwire(self, text: str) -> str:
        known = Template(text).substitute(self.env)
        done: Any = Shell(self.env)(*shlex.split(known)[1:])
        return f"{done.stdout}{done.stderr}"

    def _bash(self, text: str) -> str:
        """What a line prints; what it sets is set for the next one, too."""
        after = self.folder / "env"
        done = subprocess.run(
            ["/bin/bash", "-c", f"set -a -o pipefail\n{text}\ncode=$?; env -0 >{shlex.quote(str(after))}; exit $code"],
            env=self.env, cwd=Path(PROGRAM).parents[2], capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        pairs = (one.partition("=") for one in after.read_text().split("\0") if one)
        self.env = {name: value for name, _, value in pairs}
        return done.stdout
