"""The serials of the addresses that LinkedIn was given, per owner.

A serial is the time of its making, or one more than the last one: an owner torn down and taken up again gets
a new address, never an old one.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import Row, Select, Table, bindparam, func, or_, select

from leadwire.domain.times import Millis
from leadwire.store.ground import Desk
from leadwire.store.hook_rows import Hook
from leadwire.store.scope import Scope

REPLACED_LIVES: Millis = 24 * 3_600_000

# (workspace, owner) -> serial -> when it ends, None for the one in force.
Serials: TypeAlias = Mapping[tuple[str, str], Mapping[int, Millis | None]]
# (workspace, owner, serial) -> when.
Heard: TypeAlias = Mapping[tuple[str, str, int], Millis]


class Hooks:
    """The addresses of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._rows = scope.own("hooks")

    def serial(self, owner: str, now: Millis) -> int:
        """The serial in force; made if there is none."""
        hook = self.get(owner)
        return hook.serial if hook else self._make(owner, now, now)

    def replace(self, owner: str, now: Millis) -> int:
        """A new serial; the one before goes on for 24 h."""
        before, c = self.get(owner), self._rows.c
        self._rows.remove(c.owner == owner, c.until <= now)
        self._rows.change(c.owner == owner, c.until.is_(None), until=now + REPLACED_LIVES)
        return self._make(owner, max(now, before.serial + 1) if before else now, now)

    def drop(self, owner: str) -> int:
        """Nothing more is taken for this owner; how many addresses there were."""
        return self._rows.remove(self._rows.c.owner == owner)

    def get(self, owner: str) -> Hook | None:
        """The address in force."""
        row = self._rows.ask(_in_force, of_owner=owner).one_or_none()
        return None if row is None else _hook(row)

    def all(self, owner: str | None = None) -> tuple[Hook, ...]:
        """Every address, of one owner or of all, newest first; also those that were replaced."""
        statement = self._rows.select().order_by(self._rows.c.owner, self._rows.c.serial.desc())
        if owner is not None:
            statement = statement.where(self._rows.c.owner == owner)
        return tuple(map(_hook, self._rows.connection.execute(statement)))

    def last_push(self, owner: str) -> Millis | None:
        """When LinkedIn last pushed to any of an owner's addresses."""
        latest = self._rows.select(func.max(self._rows.c.pushed_at)).where(self._rows.c.owner == owner)
        at: Millis | None = self._rows.connection.scalar(latest)
        return at

    def _make(self, owner: str, serial: int, now: Millis) -> int:
        self._rows.upsert([{"owner": owner, "serial": serial, "made_at": now}], keep=("made_at",))
        return serial


@cache
def _serials(hooks: Table) -> Select[Any]:
    return select(hooks.c.workspace_id, hooks.c.owner, hooks.c.serial, hooks.c.until)


def _in_force(hooks: Table) -> Select[Any]:
    return select(hooks).where(hooks.c.owner == bindparam("of_owner"), hooks.c.until.is_(None))


class HookDesk(Desk):
    """What the door must know of all workspaces, and what it tells."""

    def hook_key(self) -> bytes:
        """The key of the tokens; it outlives every SECRET_KEY. Read once. WrongKey, SchemaTooOld."""
        with self._ground.looking() as connection:
            return self._ground.vault(connection).hook_key

    def hooks(self) -> Serials:
        """Every address there is."""
        found: dict[tuple[str, str], dict[int, Millis | None]] = {}
        with self._ground.looking() as connection:
            for workspace_id, owner, serial, until in connection.execute(_serials(self._table("hooks"))):
                found.setdefault((workspace_id, owner), {})[serial] = until
        return found

    def heard(self, challenged: Heard, pushed: Heard) -> None:
        """Note when addresses were last challenged and pushed to; a later note stays."""
        with self._ground.changing() as connection:
            for name, when in (("challenged_at", challenged), ("pushed_at", pushed)):
                if when:
                    table = self._table("hooks")
                    last = table.c[name]
                    noted = table.update().where(
                        table.c.workspace_id == bindparam("of_workspace"),
                        table.c.owner == bindparam("of_owner"),
                        table.c.serial == bindparam("of_serial"),
                        or_(last.is_(None), last < bindparam("at")),
                    )
                    connection.execute(
                        noted.values({name: bindparam("at")}),
                        # In one order, so that two processes cannot wait for each other.
                        [
                            {"of_workspace": workspace, "of_owner": owner, "of_serial": serial, "at": at}
                            for (workspace, owner, serial), at in sorted(when.items())
                        ],
                    )


def _hook(row: Row[Any]) -> Hook:
    return Hook(row.owner, row.serial, row.made_at, row.until, row.challenged_at, row.pushed_at)
