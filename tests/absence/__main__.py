"""An account torn down and built anew again and again: `python -m tests.absence [--times 10] [--postgres]`.

After each, what is left and what came again is compared as in `test_teardown`; one line tells the figures.
"""

from __future__ import annotations

from contextlib import closing

from tests.absence.conftest import OPEN
from tests.absence.test_teardown import down_and_up
from tests.chaos.homes import arguments, place
from tests.rig import Rig, synced


def main() -> None:
    given = arguments(__doc__, times=10).parse_args()
    with place(given.postgres) as (folder, home), closing(Rig(home, folder, **OPEN)) as rig:
        synced(rig)
        rig.drain()
        for turn, (without, full) in enumerate(down_and_up(rig, given.times), 1):
            print(f"{turn}: down {without}, up again {full}")


if __name__ == "__main__":
    main()
