"""Which intervals of submission time have been read completely."""

from sqlalchemy import ColumnElement, and_

from leadwire.domain.coverage import Interval, union
from leadwire.store.scope import Scope

ALL_FORMS = ""


class Coverage:
    """The coverage ledger; form `""` stands for all forms of the owner."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._rows = scope.own("coverage")

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

    def forget(self, owner: str) -> int:
        """Forget all coverage of an owner; how many intervals."""
        return self._rows.remove(self._rows.c.owner == owner)

    def _stored(self, where: ColumnElement[bool]) -> list[Interval]:
        return [Interval(row.since, row.until) for row in self._rows.rows(where)]

    def _is(self, owner: str, lead_type: str, forms: set[str]) -> ColumnElement[bool]:
        c = self._rows.c
        return and_(c.owner == owner, c.lead_type == lead_type, c.form_id.in_(sorted(forms)))
