"""HOME/run.json: where the running service is and the key that commands on this machine use."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class RunFile:
    """What a command needs to act through the running service."""

    url: str
    key: str
    pid: int

    def write(self, home: Path) -> None:
        """Put it into HOME, readable by its owner alone; replaced in one step, so nobody reads half of it."""
        new = home / f"run.json.{self.pid}"
        new.unlink(missing_ok=True)
        new.touch(0o600, exist_ok=False)
        new.write_text(json.dumps(asdict(self)))
        new.replace(home / "run.json")

    def remove(self, home: Path) -> None:
        """Take it back, unless another service has put its own there since."""
        if read(home) == self:
            (home / "run.json").unlink(missing_ok=True)

    def alive(self) -> bool:
        """Whether its process is there; a pid that another program got since is found out by asking it."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def read(home: Path) -> RunFile | None:
    """What the service in HOME wrote, None if there is none or it cannot be understood."""
    try:
        said = json.loads((home / "run.json").read_bytes())
        return RunFile(str(said["url"]), str(said["key"]), int(said["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
