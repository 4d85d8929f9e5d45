"""LinkedIn is down for hours: `python -m tests.tokens.outage [accounts] [hours]`, in virtual time.

What is asked meanwhile, how soon all is read again, and that nobody storms LinkedIn when it comes back.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.databases import MEMORY, SqliteHomes
from tests.rig import JANE, MAIN
from tests.tokens.wire import Wired

from leadwire.domain.times import MINUTE, Millis
from leadwire.linkedin.answers import Answer
from leadwire.linkedin.client import Request

FORM, PAGE = 7234246, 11223344
OWNER = re.compile(r"sponsoredAccount%3A(\d+)")


class Crowd(Wired):
    """`asked` counts calls by minute and account, "" where a call is for none."""

    def __init__(self, *given: object, **more: object) -> None:
        self.asked: Counter[tuple[int, str]] = Counter()
        super().__init__(*given, **more)

    def carry(self, request: Request) -> Answer:
        found = OWNER.search(request.url)
        self.asked[self.now() // MINUTE, found[1] if found else ""] += 1
        return super().carry(request)

    def whole(self, name: str) -> bool:
        """Whether an account has no gap."""
        (ledger,) = self.api.get(f"/accounts/{name}/coverage").json()["lead_types"]
        return ledger["gaps"] == []

    def minutes(self, since: Millis, until: Millis) -> dict[tuple[int, str], int]:
        return {key: n for key, n in self.asked.items() if since <= key[0] * MINUTE < until}


@dataclass(frozen=True)
class Told:
    """`probes`: calls per minute and account while LinkedIn was down, on average and at most within any ten
    minutes; `normal_after`: from its return until every account was read up to then, in minutes; `storm` and
    `quiet`: most calls in a minute, after the return and in the ordinary ten before.
    """

    accounts: int
    probes: float
    most_in_ten: float
    normal_after: float
    storm: int
    quiet: int
    missing: int

    def __str__(self) -> str:
        return (
            f"{self.accounts} accounts: {self.probes:.2f} probes a minute and account ({self.most_in_ten:.1f} in the"
            f" worst ten minutes of one), normal after {self.normal_after:.1f} minutes, at most {self.storm} calls in a"
            f" minute after the return ({self.quiet} in an ordinary one), {self.missing} leads missing"
        )


def people(rig: Crowd, accounts: int) -> list[str]:
    """So many accounts that are read; the demo's main one is among them."""
    names = [str(900_000_000 + number) for number in range(accounts - 1)]
    for name in names:
        rig.emulator.control.world.create_account(f"Account {name}", int(name), organization=PAGE)
        rig.emulator.control.world.set_account_role(int(name), JANE, "VIEWER")
    rig.connect_member()
    for name in (MAIN, *names):
        assert rig.api.put(f"/accounts/{name}/sync", {"enabled": True}).status_code == 202
    return [MAIN, *names]


def tell(rig: Crowd, accounts: int, minutes: int) -> Told:
    names = people(rig, accounts)
    rig.run_for(20 * MINUTE)
    before = rig.now()
    rig.emulator.control.knobs.patch(down="503")
    for _ in range(0, minutes, 20):
        rig.emulator.control.leads.submit(FORM)
        rig.run_for(20 * MINUTE)
    back = rig.now()
    rig.emulator.control.knobs.patch(down="")
    normal: Millis | None = None
    while normal is None and rig.now() - back < 30 * MINUTE:
        rig.run_for(MINUTE)
        normal = rig.now() if all(map(rig.whole, names)) else None
    rig.run_for(10 * MINUTE)
    ids = rig.emulator.control.leads.ids(owner=f"urn:li:sponsoredAccount:{MAIN}", readable=True)
    stored = {lead["id"] for lead in rig.api.all("/leads", account=MAIN)}
    down = rig.minutes(before, back)
    return Told(
        accounts=accounts,
        probes=sum(n for (_, name), n in down.items() if name) / accounts / ((back - before) / MINUTE),
        most_in_ten=worst(down) / 10,
        normal_after=999 if normal is None else (normal - back) / MINUTE,
        storm=busiest(rig.minutes(back, rig.now())),
        quiet=busiest(rig.minutes(before - 10 * MINUTE, before)),
        missing=len(set(map(str, ids)) - stored),
    )


def busiest(asked: dict[tuple[int, str], int]) -> int:
    by_minute: Counter[int] = Counter()
    for (minute, _), n in asked.items():
        by_minute[minute] += n
    return max(by_minute.values(), default=0)


def worst(asked: dict[tuple[int, str], int]) -> int:
    """Most calls for one account in ten minutes on end."""
    sliding: Counter[tuple[int, str]] = Counter()
    for (minute, name), n in asked.items():
        for ahead in range(10 if name else 0):
            sliding[minute - ahead, name] += n
    return max(sliding.values(), default=0)


def main(accounts: int, hours: int) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        path = Path(folder)
        with SqliteHomes(path / "t").home(path / "h") as home, closing(Crowd(home, path)) as rig:
            sys.stdout.write(f"{hours} hours, {tell(rig, accounts, hours * 60)}\n")


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:3]) if len(sys.argv) > 2 else (200, 6))
