"""schemathesis over the API of a real server: every check, with a key and without one.

python -m tests.fuzz.contract --examples 20 --seed 1
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from tests.databases import MEMORY, SqliteHomes
from tests.hook.conftest import serving
from tests.rig import ADMIN, TEST, Rig

# Every check is on; two are told what this API answers besides.
CONFIG = """
[checks]
# A body may be too long before it is wrong.
negative_data_rejection.expected-statuses = [401, 403, 404, 405, 409, 413, 422]
# Rules that no schema can say are 422 with a code of their own; a check of ours refuses 422 `invalid_input`.
positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422]
[parameters]
# What is there, so that not all is 404.
"path.account" = ["5678914", "1234567", "987654321"]
"path.form_id" = [{forms}]
"path.lead_id" = [{leads}]
"""
ROOT = Path(__file__).parents[2]
OPTIONS = (
    "--checks",
    "all",
    "--mode",
    "all",
    "--generation-database",
    "none",
    "--no-color",
    "--continue-on-failure",
)
OPTIONS += ("--suppress-health-check", "all", "--warnings", "off")


def explore(
    examples: int, seed: int, key: str | None = ADMIN, phases: str = "coverage,fuzzing,stateful"
) -> subprocess.CompletedProcess[str]:
    """A run of schemathesis; its code is 0 where it found nothing, else it tells of each finding, with a curl line."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        here = Path(folder)
        with SqliteHomes(here / "t").home(here / "home") as home, closing(Rig(home, here)) as rig:
            rig.connect_member()
            rig.sync(TEST)
            config = here / "schemathesis.toml"
            config.write_text(CONFIG.format(forms=_ids(rig, "/forms"), leads=_ids(rig, "/leads")))
            with serving(rig) as hook:
                address = f"http://127.0.0.1:{hook.port}/api/v1/openapi.json"
                given = ["--header", f"Authorization: Bearer {key}"] if key else []
                program = [
                    sys.executable,
                    "-W",
                    "ignore",
                    "-m",
                    "schemathesis.cli",
                    "--config-file",
                    str(config),
                ]
                how = ["--phases", phases, "--max-examples", str(examples), "--seed", str(seed)]
                return subprocess.run(
                    [*program, "run", address, *given, *OPTIONS, *how],
                    cwd=here,
                    env=os.environ
                    | {"SCHEMATHESIS_HOOKS": "tests.fuzz.contract_checks", "PYTHONPATH": str(ROOT)},
                    capture_output=True,
                    text=True,
                    check=False,
                )


def _ids(rig: Rig, path: str) -> str:
    return ", ".join(f'"{one["id"]}"' for one in [*rig.api.all(path)[:3], {"id": "987654321"}])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.contract")
    parser.add_argument("--examples", type=int, default=10, help="of each operation")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    wrong = 0
    for name, key in (("with a key", ADMIN), ("without a key", None)):
        done = explore(given.examples, given.seed, key)
        print(f"--- {name}\n{done.stdout}{done.stderr}")
        wrong |= done.returncode
    return wrong


if __name__ == "__main__":
    sys.exit(main())
