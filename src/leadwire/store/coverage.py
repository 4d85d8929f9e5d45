"""Which intervals of submission time have been read completely."""

from sqlalchemy import ColumnElement, and_

from leadwire.domain.coverage import Interval, union
from leadwire.domain.times import Millis
from leadwire.store.scope import Scope

ALL_FORMS = ""


class Coverage:
    """The coverage ledger; form `""` stands for all forms of the owner."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._rows = scope.own("coverage")
        self._unproven = scope.own("unproven")

    def covered(self, owner: str, lead_type: str, form_id: str = ALL_FORMS) -> tuple[Interval, ...]:
        """What is covered, merged and in order; walks of all forms cover each form too."""
        return tuple(union(self._stored(self._is(owner, lead_type, {form_id, ALL_FORMS}))))

    def credit(self, owner: str, lead_type: str, interval: Interval, form_id: str = ALL_FORMS) -> None:
        """Add an interval. Idempotent; what touches is merged; an empty one changes nothing."""
        if interval.since >= interval.until:
            return
        self._scope.hold_landing()
        mine = self._is(owner, lead_type, {form_id})
        merged = union([*self._stored(mine), interval])
        self._rows.remove(mine)
        key = {"owner": owner, "lead_type": lead_type, "form_id": form_id}
        self._rows.upsert([{**key, "since": whole.since, "until": whole.until} for whole in merged])

    def doubt(self, owner: str, lead_type: str, interval: Interval, form_id: str, issued_at: Millis) -> None:
        """Keep what an empty list would cover, asked at `issued_at`, until somebody knows what emptiness meant."""
        key = {"owner": owner, "lead_type": lead_type, "form_id": form_id}
        facts = {"since": interval.since, "until": interval.until, "issued_at": issued_at}
        self._unproven.upsert([{**key, **facts}])

    def doubted(self, owner: str, lead_type: str, since: Millis) -> tuple[Interval, ...]:
        """What waits for its proof and was asked at `since` or later."""
        c = self._unproven.c
        mine = (c.owner == owner, c.lead_type == lead_type, c.form_id == ALL_FORMS, c.issued_at >= since)
        return tuple(Interval(row.since, row.until) for row in self._unproven.rows(*mine))

    def drop_doubts(self, owner: str, before: Millis) -> tuple[str, ...]:
        """Forget the doubted lists of an owner that were asked before this moment; their forms, `""` for all."""
        c = self._unproven.c
        mine = (c.owner == owner, c.issued_at < before)
        forms = tuple(sorted({row.form_id for row in self._unproven.rows(*mine)}))
        if forms:
            self._unproven.remove(and_(*mine))
        return forms

    def forget(self, owner: str) -> int:
        """Forget all coverage of an owner; how many intervals."""
        self._unproven.remove(self._unproven.c.owner == owner)
        return self._rows.remove(self._rows.c.owner == owner)

    def _stored(self, where: ColumnElement[bool]) -> list[Interval]:
        return [Interval(row.since, row.until) for row in self._rows.rows(where)]

    def _is(self, owner: str, lead_type: str, forms: set[str]) -> ColumnElement[bool]:
        c = self._rows.c
        return and_(c.owner == owner, c.lead_type == lead_type, c.form_id.in_(sorted(forms)))
