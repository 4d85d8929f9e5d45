"""LinkedIn's quotas as the deployment counts them: per UTC day, endpoint, app and member."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import Select, Table, bindparam, select

from leadwire.domain.times import Millis
from leadwire.store.desk_rows import CallCount, Learned, Pause
from leadwire.store.ground import Desk
from leadwire.store.scope import insert_into

Counted: TypeAlias = tuple[str, str, str]  # endpoint, app, member


class Budget(Desk):
    """Counters of calls, and endpoints that must rest."""

    def count_calls(self, day: str, counts: Mapping[Counted, int]) -> None:
        """Add to the counters of a day (`2026-01-31`)."""
        if not counts:
            return
        table = self._table("calls")
        statement = insert_into(table, self._ground.database.dialect)
        statement = statement.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={"count": table.c["count"] + statement.excluded["count"]},
        )
        # In one order, so that two processes cannot wait for each other.
        rows = [
            {"day": day, "endpoint": endpoint, "app": app, "member": member, "count": count}
            for (endpoint, app, member), count in sorted(counts.items())
        ]
        with self._ground.changing() as connection:
            connection.execute(statement, rows)

    def calls(self, day: str) -> list[CallCount]:
        """The counters of a day."""
        table = self._table("calls")
        order = (table.c.endpoint, table.c.app, table.c.member)
        with self._ground.looking() as connection:
            found = connection.execute(select(table).where(table.c.day == day).order_by(*order))
            return [CallCount(*row) for row in found]

    def pause(self, endpoint: str, until: Millis, reason: str, member: str = "") -> None:
        """Do not call an endpoint (of a member, or of the app) before `until`; the latest word counts."""
        table = self._table("pauses")
        statement = insert_into(table, self._ground.database.dialect).values(
            endpoint=endpoint, member=member, until=until, reason=reason
        )
        with self._ground.changing() as connection:
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=list(table.primary_key), set_={"until": until, "reason": reason}
                )
            )

    def pauses(self, now: Millis) -> list[Pause]:
        """The pauses that are not over."""
        with self._ground.looking() as connection:
            return [Pause(*row) for row in connection.execute(_pauses(self._table("pauses")), {"now": now})]

    def learn(self, learned: Learned) -> None:
        """A quota was seen to be used up; what was seen last counts."""
        table, seen = self._table("limits"), asdict(learned)
        statement = insert_into(table, self._ground.database.dialect).values(**seen)
        with self._ground.changing() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=seen)
            )

    def learned(self) -> list[Learned]:
        """The quotas that were seen to be used up."""
        table = self._table("limits")
        order = (table.c.endpoint, table.c.whose)
        with self._ground.looking() as connection:
            return [Learned(*row) for row in connection.execute(select(table).order_by(*order))]

    def unpause(self, endpoint: str, member: str = "") -> None:
        """Call it again."""
        table = self._table("pauses")
        with self._ground.changing() as connection:
            connection.execute(table.delete().where(table.c.endpoint == endpoint, table.c.member == member))


@cache
def _pauses(pauses: Table) -> Select[Any]:
    # Made once: every call to LinkedIn asks.
    c = pauses.c
    asked = select(c.endpoint, c.member, c.until, c.reason).where(c.until > bindparam("now"))
    return asked.order_by(c.endpoint, c.member)
