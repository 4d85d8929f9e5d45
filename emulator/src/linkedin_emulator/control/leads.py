"""Leads: submitted, generated, withdrawn, hidden, spoilt, and told as they truly are."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from linkedin_emulator.api.lead_view import LeadWriter, true_lead
from linkedin_emulator.api.leads import is_readable
from linkedin_emulator.clock import DAY, Millis
from linkedin_emulator.control.group import Group, locked
from linkedin_emulator.protocol.wire import Json
from linkedin_emulator.world import happenings
from linkedin_emulator.world.happenings import Submission
from linkedin_emulator.world.lead_book import Lead


class LeadControl(Group):
    """Every method that changes one lead returns the lead as `show` does."""

    @locked
    def submit(self, /, form: int, **wanted: Any) -> dict[str, Json]:
        """A member submits a form; `wanted` as in `happenings.Submission`. Subscribers are told."""
        return self._shown(happenings.submit(self._state, Submission(int(form), **wanted)))

    @locked
    def submit_test(self, /, form: int, **wanted: Any) -> dict[str, Json]:
        """Campaign Manager's test lead; subscribers are told."""
        return self.submit(form, **({"test": True} | wanted))

    @locked
    def generate(
        self,
        form: int,
        count: int,
        version: int | None = None,
        since: Millis | None = None,
        until: Millis | None = None,
    ) -> dict[str, int]:
        """Many leads over [since, until) (default: the last 365 days); nobody is told."""
        end = self._state.clock.now() if until is None else until
        start = end - 365 * DAY if since is None else since
        rows = happenings.generate(self._state, int(form), version, count, start, end)
        return {"count": len(rows)}

    @locked
    def withdraw(self, lead: str, push: bool = True) -> dict[str, Json]:
        """The member takes it back: 404 from now on, and a DELETED push."""
        return self._shown(happenings.withdraw(self._state, lead, push))

    @locked
    def resubmit(
        self, lead: str, answers: dict[str, Json] | None = None, push: bool = True
    ) -> dict[str, Json]:
        """The same URN again, submitted now."""
        return self._shown(happenings.resubmit(self._state, lead, answers, push))

    @locked
    def hide(self, lead: str) -> dict[str, Json]:
        """Missing at the source without a deletion."""
        return self._shown(happenings.hide(self._state, lead))

    @locked
    def unhide(self, lead: str) -> dict[str, Json]:
        return self._shown(happenings.unhide(self._state, lead))

    @locked
    def spoil(
        self, lead: str, kind: str, member: str | None = None, raw: str | None = None
    ) -> dict[str, Json]:
        """Make it odd (kinds in `spoiling`); kind "raw" replaces a member by JSON text (None: drops it)."""
        return self._shown(happenings.spoil(self._state, lead, kind, member, raw))

    @locked
    def mend(self, lead: str) -> dict[str, Json]:
        """Undo every spoil."""
        found = happenings.existing(self._state, lead)
        found.spoilt.clear()
        return self._shown(found)

    @locked
    def notify(self, lead: str, action: str = "CREATED", at: Millis | None = None) -> dict[str, int]:
        """Queue a notification about a lead, true or not (replays, wrong order)."""
        return {"queued": happenings.notify(self._state, lead, action, at)}

    @locked
    def show(self, lead: str) -> dict[str, Json]:
        """The truth of one lead; LookupError if it never was."""
        found = self._state.leads.find(lead)
        if found is None:
            raise LookupError(f"there is no lead {lead!r}")
        return self._shown(found)

    @locked
    def truth(
        self,
        owner: str | None = None,
        form: int | None = None,
        readable: bool | None = None,
        limit: int = 1_000,
        offset: int = 0,
    ) -> list[dict[str, Json]]:
        """The truth of many leads by arrival; `readable` keeps those that LinkedIn shows (or does not)."""
        chosen = self._chosen(owner, form, readable)
        return [self._shown(lead) for lead in itertools.islice(chosen, int(offset), int(offset) + int(limit))]

    @locked
    def newest(
        self,
        owner: str | None = None,
        form: int | None = None,
        away: bool = False,
        limit: int = 50,
        offset: int = 0,
    ) -> dict[str, Json]:
        """`{"total", "leads"}`, newest first and quick at any number; `away`: the withdrawn, hidden and late."""
        book, now = self._state.leads, self._state.clock.now()
        book.settle(now)
        if away:
            chosen = [
                lead
                for lead in book.away(now)
                if owner in (None, lead.form.owner) and form in (None, lead.form.id)
            ]
            total, leads = len(chosen), chosen[offset : offset + limit]
        else:
            total, leads = book.newest(owner, form, offset, limit)
        return {"total": total, "leads": [self._shown(lead) for lead in leads]}

    @locked
    def counts(self) -> dict[str, Json]:
        """`{"owners": {urn: n}, "forms": {id: n}}`: leads that are neither withdrawn nor hidden nor late."""
        self._state.leads.settle(self._state.clock.now())
        owners, forms = self._state.leads.counts()
        return {"owners": dict(owners), "forms": dict(forms)}

    @locked
    def imagine(self, form: int, version: int | None = None) -> dict[str, Json]:
        """A `formResponse` that some person might give to a form; the lead submitted next would give the same."""
        response: dict[str, Json] = happenings.imagine(self._state, int(form), version)
        return response

    @locked
    def ids(self, owner: str | None = None, readable: bool | None = None) -> list[str]:
        """The ids of all leads by arrival, filtered as in `truth`; for comparing great numbers."""
        return [lead.id for lead in self._chosen(owner, None, readable)]

    @locked
    def spoilt(self, lead: str) -> dict[str, str | None]:
        """The JSON text that stands in each spoilt member's place (None: it is missing; "": the whole lead)."""
        found = happenings.existing(self._state, lead).spoilt
        return {name: None if raw is None else raw.decode("utf-8", "replace") for name, raw in found.items()}

    @locked
    def sent(self, lead: str) -> bytes:
        """The bytes that LinkedIn would answer for it, spoilt as it is."""
        return LeadWriter(self._state.world).write(happenings.existing(self._state, lead))

    def _chosen(self, owner: str | None, form: int | None, readable: bool | None) -> Iterator[Lead]:
        now = self._state.clock.now()
        for lead in self._state.leads.all():
            if owner not in (None, lead.form.owner) or form not in (None, lead.form.id):
                continue
            if readable in (None, is_readable(self._state, lead, now)):
                yield lead

    def _shown(self, lead: Lead) -> dict[str, Json]:
        return {
            "id": lead.id,
            "lead": true_lead(lead, self._state.world),
            "readable": is_readable(self._state, lead, self._state.clock.now()),
            "readable_at": max(lead.readable_at, lead.submitted_at),
            "hidden": lead.hidden,
            "deleted": lead.deleted,
            "spoilt": sorted(lead.spoilt),
        }
