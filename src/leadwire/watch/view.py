"""What conditions are read from: one snapshot of a workspace, and what the deployment is set to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from leadwire.domain import intervals
from leadwire.domain.owners import Owner
from leadwire.domain.times import DAY, HOUR, MINUTE, Millis
from leadwire.store import Account, Connection, Pause, Tx
from leadwire.store.alerts import Channel
from leadwire.store.webhooks import Webhook

READABLE = ("yes", "probably")
UNITS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"))


@dataclass(frozen=True)
class Facts:
    """What is the same for every workspace. `intervals`: by setting name; `channels`: where people are told."""

    linkedin_version: str
    intervals: Mapping[str, Millis]
    retention: Mapping[str, Millis]
    settle: Millis
    channels: tuple[Channel, ...] = ()


class View:
    """One look at one workspace. `pauses`: endpoints that may not be asked now, of the app or of members."""

    def __init__(self, tx: Tx, now: Millis, facts: Facts, pauses: Sequence[Pause] = ()) -> None:
        self.tx, self.now, self.facts = tx, now, facts
        self._pauses = pauses

    @cached_property
    def connections(self) -> tuple[Connection, ...]:
        """All connections."""
        return self.tx.connections.all()

    @cached_property
    def reading(self) -> tuple[Account, ...]:
        """The accounts that are switched on."""
        return self.tx.accounts.all(enabled=True)

    @cached_property
    def read(self) -> tuple[Account, ...]:
        """Those of them that somebody may read now."""
        return tuple(one for one in self.reading if self.may_be_read(one))

    @cached_property
    def webhooks(self) -> tuple[Webhook, ...]:
        """What is wanted of LinkedIn's pushes, while they can be received."""
        switched_on = {one.owner for one in self.reading}
        return tuple(one for one in self.tx.webhooks.all() if one.owner in switched_on)

    @cached_property
    def pauses(self) -> tuple[Pause, ...]:
        """The pauses that concern this workspace."""
        members = {one.member_id or one.id for one in self.connections} | {""}
        return tuple(one for one in self._pauses if one.member in members)

    def may_be_read(self, account: Account) -> bool:
        """Whether a living connection may read it, or is to try all the same."""
        if account.access is None:
            return False
        forced = self.tx.settings.get("account", account.owner, "forced") is not None
        return forced or account.access.can_read in READABLE

    def interval(self, name: str, own: Millis | None = None) -> Millis:
        """The interval in force."""
        here = self.tx.settings.get("workspace", "", name)
        levels = [
            ("account", own),
            ("workspace", None if here is None else int(here)),
            ("deployment", self.facts.intervals[name]),
        ]
        return intervals.resolve(levels)[0]


def account_object(owner: str) -> str:
    """`account:123`, `account:organization:123`."""
    return f"account:{Owner.parse(owner).name}"


def account_page(owner: str) -> str:
    """Where an account is looked after."""
    return f"/accounts/{Owner.parse(owner).name}"


def lasting(span: Millis) -> str:
    """`3 hours`: the largest whole unit."""
    unit, name = next((one for one in UNITS if span >= one[0]), UNITS[-1])
    count = max(1, span // unit)
    return f"{count} {name}{'' if count == 1 else 's'}"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 lead`, `1,200 leads`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
