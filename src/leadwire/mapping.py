"""The mapping as people and programs work on it: checked, tried on stored leads, saved together with its view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from leadwire.domain.contacts import Mapped, Missing, Resolved, Suggestion, suggestions
from leadwire.domain.errors import InvalidInput
from leadwire.domain.mapping import METAS, Field
from leadwire.domain.mapping_check import Wish, check
from leadwire.domain.times import Millis
from leadwire.store import LeadFilter, StoredLead, Tx, Workspace

PAGE = 500
MOST_PROBLEMS = 200
MOST_LEADS = 100_000

# From the fields in force to the fields wanted.
Change = Callable[[tuple[Field, ...]], Sequence[Wish]]


@dataclass(frozen=True, slots=True)
class Lack:
    """A lead that would fail, the target that it lacks, and why."""

    lead_id: str
    form_id: str
    target: str
    reason: Missing


@dataclass(frozen=True, slots=True)
class Preview:
    """How stored leads would pass. `problems`: the newest 200; `causes`: how many there are of each kind."""

    passed: int
    failed: int
    problems: tuple[Lack, ...]
    causes: tuple[tuple[str, str, Missing, int], ...]  # form id, target, reason, leads; the most first


def wish(field: Field) -> Wish:
    """A field as somebody would write it."""
    return Wish(str(field.source), field.target, field.required, field.form, field.also_alike)


def save(workspace: Workspace, wishes: Sequence[Wish], now: Millis, actor: str) -> tuple[Field, ...]:
    """Put a mapping in force; what is in force already changes nothing. InvalidInput, Conflict."""
    return change(workspace, lambda _: wishes, now, actor)


def change(workspace: Workspace, how: Change, now: Millis, actor: str) -> tuple[Field, ...]:
    """Put in force what `how` makes of the mapping in force; one change at a time. InvalidInput, Conflict."""
    with workspace.shape() as shaping:
        mappings = shaping.mappings
        mappings.hold()
        before = mappings.saved()
        held = mappings.fields()
        fields = check(how(held), mappings.catalog(), held)
        if fields != before:
            mappings.put(fields)
            mappings.make()
            shaping.audit.add(actor, "mapping.saved", workspace.id, {"fields": len(fields)}, now)
    return fields


def reset(workspace: Workspace, now: Millis, actor: str) -> tuple[Field, ...]:
    """Go back to the preset. Conflict."""
    with workspace.shape() as shaping:
        if shaping.mappings.saved() is not None:
            shaping.mappings.put(None)
            shaping.mappings.make()
            shaping.audit.add(actor, "mapping.reset", workspace.id, {}, now)
        return shaping.mappings.fields()


def suggested(workspace: Workspace) -> list[Suggestion]:
    """Questions that read like one that is mapped, and are not mapped themselves."""
    with workspace.read() as tx:
        return suggestions(tx.mappings.fields(), tx.mappings.catalog())


def accept(
    workspace: Workspace, sources: Sequence[str], always: bool, now: Millis, actor: str
) -> tuple[Field, ...]:
    """Take suggestions in, behind the last source of their targets; a source that is mapped stays as it is.

    `always`: by the standing rule, which takes in what reads the same on any form, now and later.
    """
    with workspace.read() as tx:
        catalog = tx.mappings.catalog()

    def add(fields: tuple[Field, ...]) -> Sequence[Wish]:
        offered = {str(one.source): one for one in suggestions(fields, catalog)}
        known = {str(field.source) for field in fields}
        unknown = [source for source in sources if source not in offered and source not in known]
        if unknown:
            raise InvalidInput(
                "no_suggestion",
                f"{unknown[0][:80]!r} is not suggested.",
                "Write one of GET /mappings/suggestions; any other source is mapped with PUT /mappings.",
            )
        taken = [offered[source] for source in dict.fromkeys(sources) if source in offered]
        return [wish(field) for field in (_by_rule if always else _one_by_one)(fields, taken)]

    return change(workspace, add, now, actor)


def preview(workspace: Workspace, wishes: Sequence[Wish] | None, form_id: str | None, limit: int) -> Preview:
    """Try a mapping, None the one in force, on the newest leads stored; nothing is changed. InvalidInput."""
    with workspace.read() as tx:
        catalog, held = tx.mappings.catalog(), tx.mappings.fields()
        if form_id is not None and form_id not in catalog:
            raise InvalidInput(
                "unknown_form",
                f"There is no form {form_id[:80]!r} in this workspace.",
                "Write a known form's id.",
            )
        mapped = Mapped(held if wishes is None else check(wishes, catalog, held))
        resolved = {one: mapped.on(one, columns) for one, columns in catalog.items()}
        return _counted(mapped, resolved, _living(tx, form_id, limit))


def _counted(mapped: Mapped, resolved: dict[str, Resolved], leads: Iterator[StoredLead]) -> Preview:
    passed = failed = 0
    problems: list[Lack] = []
    causes: Counter[tuple[str, str, Missing]] = Counter()
    for lead in leads:
        facts = {name: getattr(lead, name) for name in METAS}
        on_form = resolved.get(lead.form_id) or mapped.on(lead.form_id, ())
        lacking = list(mapped.lacking(on_form, lead.answers or {}, facts))
        passed, failed = passed + (not lacking), failed + bool(lacking)
        for target, reason in lacking:
            causes[lead.form_id, target, reason] += 1
            if len(problems) < MOST_PROBLEMS:
                problems.append(Lack(lead.lead_id, lead.form_id, target, reason))
    return Preview(passed, failed, tuple(problems), tuple((*cause, n) for cause, n in causes.most_common()))


def _living(tx: Tx, form_id: str | None, limit: int) -> Iterator[StoredLead]:
    """Leads as the view has them, newest first."""
    cursor, left = None, limit
    while left:
        page = tx.leads.page(LeadFilter(form_id=form_id), PAGE, cursor)
        living = [lead for lead in page.items if lead.deleted_at is None][:left]
        yield from living
        cursor, left = page.next, left - len(living)
        if cursor is None:
            return


def _one_by_one(fields: Sequence[Field], taken: Sequence[Suggestion]) -> list[Field]:
    made = list(fields)
    for one in taken:
        alike = next(field for field in fields if _is(field, one))
        last = max(
            place for place, field in enumerate(made) if field.target == one.target and field.form is None
        )
        made.insert(last + 1, replace(alike, source=one.source, also_alike=False))
    return made


def _by_rule(fields: Sequence[Field], taken: Sequence[Suggestion]) -> list[Field]:
    return [
        replace(field, also_alike=True) if any(_is(field, one) for one in taken) else field
        for field in fields
    ]


def _is(field: Field, of: Suggestion) -> bool:
    """Whether it is the field that the suggestion reads like."""
    return (field.source, field.target, field.form) == (of.alike, of.target, None)
