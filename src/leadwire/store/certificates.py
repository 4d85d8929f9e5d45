"""Certificates: what second readings found, per run, and per form and UTC day as last compared."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, func

from leadwire.domain.reconcile import LISTED, State, worst
from leadwire.domain.times import Millis
from leadwire.store.check_rows import Certificate, CertificateDay, DayFilter, Spotted
from leadwire.store.paging import page
from leadwire.store.rows import Page
from leadwire.store.scope import Scope

FACTS = tuple(Certificate.__slots__)
DAY_FACTS = tuple(name for name in CertificateDay.__slots__ if name != "ids")
KINDS = ("missing", "extra", "repaired")


class Certificates:
    """The certificates of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._runs, self._days = scope.own("certificates"), scope.own("certificate_days")
        self._ids = scope.own("differences")

    def put(self, one: Certificate, days: Sequence[CertificateDay], from_day: Millis) -> None:
        """Keep what a run found; its days take the place of what was known of `[from_day, until)`."""
        self._runs.upsert([{name: getattr(one, name) for name in FACTS}])
        for rows in (self._days, self._ids):
            c = rows.c
            rows.remove(c.owner == one.owner, c.day >= from_day, c.day < one.until)
        self._days.upsert([{name: getattr(day, name) for name in DAY_FACTS} for day in days])
        self._ids.upsert([row for day in days for row in _listed(day)])

    def latest(self, owner: str) -> Certificate | None:
        """The last comparison of an owner."""
        c = self._runs.c
        statement = self._runs.select().where(c.owner == owner)
        found = self._runs.connection.execute(
            statement.order_by(c.checked_at.desc(), c.run_id.desc()).limit(1)
        )
        row = found.first()
        return None if row is None else _certificate(row)

    def of_runs(self, run_ids: Collection[str]) -> dict[str, Certificate]:
        """What runs came to, by their ids; those that compared nothing are left out."""
        return {
            row.run_id: _certificate(row) for row in self._runs.rows(self._runs.c.run_id.in_(list(run_ids)))
        }

    def reached(self, owner: str, since: Millis) -> Millis | None:
        """When a run that really looked back to `since` or further was last compared."""
        c = self._runs.c
        of = (c.owner == owner, c.since <= since, c.dry_run.is_(False))
        at: Millis | None = self._runs.connection.scalar(self._runs.select(func.max(c.checked_at)).where(*of))
        return at

    def repaired(self) -> int:
        """How many leads all runs have repaired."""
        return int(self._runs.connection.scalar(self._runs.select(func.sum(self._runs.c.repaired))) or 0)

    def page(self, wanted: DayFilter, limit: int = 50, after: str | None = None) -> Page[CertificateDay]:
        """Days, newest first, with the ids that differ. BadCursor."""
        c = self._days.c
        statement = self._days.select().where(*_chosen(c, wanted))
        found = page(self._days.connection, statement, [c.day, c.form_id], limit, after, _day)
        return Page(tuple(self._named(wanted, found.items)), found.next)

    def pushed(self, wanted: DayFilter) -> dict[Spotted, int]:
        """How many pushes were counted; those of long ago cannot be counted again."""
        c = self._days.c
        statement = self._days.select(c.form_id, c.day, c.pushed).where(*_chosen(c, wanted))
        found = self._days.connection.execute(statement)
        return {(form_id, day): pushed for form_id, day, pushed in found}

    def state(self, wanted: DayFilter) -> State | None:
        """The worst of the days, red where the last run could not judge all of them; None: never compared."""
        latest = self.latest(wanted.owner)
        if latest is None:
            return None
        return "red" if latest.reason else self._worst(wanted)

    def _worst(self, wanted: DayFilter) -> State:
        statement = self._days.select(self._days.c.state).where(*_chosen(self._days.c, wanted)).distinct()
        return worst(self._days.connection.scalars(statement).all())

    def days(self, wanted: DayFilter) -> dict[Millis, State]:
        """The worst of each day that has a row."""
        c, states = self._days.c, defaultdict[Millis, list[State]](list)
        statement = self._days.select(c.day, c.state).where(*_chosen(c, wanted)).distinct()
        for day, state in self._days.connection.execute(statement):
            states[day].append(state)
        return {day: worst(found) for day, found in states.items()}

    def _named(self, wanted: DayFilter, days: Sequence[CertificateDay]) -> Iterable[CertificateDay]:
        if not days:
            return ()
        c = self._ids.c
        where = (c.owner == wanted.owner, c.day >= days[-1].day, c.day <= days[0].day)
        ids: Mapping[Spotted, dict[str, list[str]]] = defaultdict(lambda: {kind: [] for kind in KINDS})
        statement = self._ids.select(c.form_id, c.day, c.kind, c.lead_id).where(*where)
        for form_id, day, kind, lead_id in self._ids.connection.execute(statement.order_by(c.lead_id)):
            ids[form_id, day][kind].append(lead_id)
        return (_with_ids(day, ids[day.form_id, day.day]) for day in days)


def _chosen(c: Any, wanted: DayFilter) -> list[ColumnElement[bool]]:
    where = [c.owner == wanted.owner]
    where += [c.form_id == wanted.form_id] if wanted.form_id is not None else []
    where += [c.day >= wanted.since] if wanted.since is not None else []
    where += [c.day < wanted.until] if wanted.until is not None else []
    where += [c.state != "green"] if wanted.telling else []
    return where


def _listed(day: CertificateDay) -> Iterable[dict[str, Any]]:
    spot = {"owner": day.owner, "day": day.day, "form_id": day.form_id}
    for kind, ids in day.ids.items():
        yield from ({**spot, "kind": kind, "lead_id": lead_id} for lead_id in ids[:LISTED])


def _certificate(row: Row[Any]) -> Certificate:
    return Certificate(**{name: row._mapping[name] for name in FACTS})


def _day(row: Row[Any]) -> CertificateDay:
    return CertificateDay(**{name: row._mapping[name] for name in DAY_FACTS})


def _with_ids(day: CertificateDay, ids: Mapping[str, Sequence[str]]) -> CertificateDay:
    return CertificateDay(**{name: getattr(day, name) for name in DAY_FACTS}, ids=ids)
