"""All leads: single ones as objects, great numbers of them as recipes that cost sixteen bytes each.

Only what is readable now stands on the shelves; late, hidden and withdrawn leads wait beside them.
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from linkedin_emulator.clock import Millis
from linkedin_emulator.protocol.urns import urn
from linkedin_emulator.world.composing import Composer, composer, digest
from linkedin_emulator.world.entities import Form
from linkedin_emulator.world.shelf import Shelf

_SPREAD, _GATHER, _MASK = 2_654_435_761, pow(2_654_435_761, -1, 2**32), 2**32 - 1


@dataclass(slots=True)
class Lead:
    """One lead; `response` is the encoded formResponse, `spoilt` members replace true ones (None: drop)."""

    row: int
    id: str
    form: Form
    version: int
    lead_type: str
    entity: str | None
    submitter: str | None
    submitted_at: Millis
    test: bool
    response: bytes
    spoilt: dict[str, bytes | None] = field(default_factory=dict)
    readable_at: Millis = 0
    hidden: bool = False
    deleted: bool = False

    @property
    def shelves(self) -> list[object]:
        """The names of the lists it stands on."""
        owner = self.form.owner
        names: list[object] = [(owner, self.lead_type), (owner, self.lead_type, self.form.id, self.version)]
        return [*names, (owner, self.lead_type, "test")] if self.test else names


@dataclass(slots=True)
class Batch:
    """Many leads of one form version, composed anew whenever they are read; `times` ascend."""

    first_row: int
    times: array[int]
    form: Form
    version: int
    seed: int
    composer: Composer

    def lead(self, row: int) -> Lead:
        """Compose lead number `row`."""
        dice = digest(self.seed, row)
        text = dice.hex()
        head = f"{row * _SPREAD & _MASK:08x}-{text[:4]}-4{text[4:7]}-8{text[7:10]}"
        name = f"{head}-{text[10:22]}-{dice[29] % 9 + 1}"
        form, entities = self.form, self.form.entities
        return Lead(
            row,
            name,
            form,
            self.version,
            form.lead_type,
            entities[dice[30] % len(entities)] if entities else None,
            urn("person", text[22:32]) if form.lead_type == "SPONSORED" else None,
            self.times[row - self.first_row],
            False,
            self.composer.response(dice),
        )


@dataclass(frozen=True, slots=True)
class Query:
    """What a finder asks for; the time range is half-open."""

    owner: str
    lead_type: str
    since: Millis
    until: Millis
    form: tuple[int, int] | None = None
    entity: str | None = None
    test_only: bool = False


class LeadBook:
    """Every lead there is, by id and in order of submission."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._next_row = 1
        self._single: dict[int, Lead] = {}
        self._by_id: dict[str, int] = {}
        self._batches: list[Batch] = []
        self._shelves: dict[object, Shelf] = {}
        self._late: list[tuple[Millis, int]] = []

    def __len__(self) -> int:
        return self._next_row - 1

    def next_row(self) -> int:
        """A fresh number for a single lead."""
        self._next_row += 1
        return self._next_row - 1

    def add(self, lead: Lead, now: Millis) -> None:
        """Take in one lead; it waits if it is not readable yet."""
        self._single[lead.row] = lead
        self._by_id[lead.id] = lead.row
        self._show(lead, now)

    def add_batch(self, form: Form, version: int, times: list[Millis], now: Millis) -> range:
        """Take in many generated leads at these ascending times; return their rows."""
        document = form.version(version)
        if document is None or not times:
            raise ValueError("a batch needs an existing form version and at least one time")
        rows = range(self._next_row, self._next_row + len(times))
        self._next_row = rows.stop
        self._batches.append(
            Batch(rows.start, array("q", times), form, version, self._seed, composer(document))
        )
        ready = bisect_right(times, now)
        for name in self.lead(rows.start).shelves:
            self._shelf(name).extend(zip(times[:ready], rows[:ready], strict=True))
        for time, row in zip(times[ready:], rows[ready:], strict=True):
            heapq.heappush(self._late, (time, row))
        return rows

    def lead(self, row: int) -> Lead:
        """The lead of a row."""
        return self._single.get(row) or self._batch_of(row).lead(row)

    def find(self, name: str) -> Lead | None:
        """The lead of an id, whatever its state, or None."""
        row = self._by_id.get(name)
        if row is not None:
            return self._single[row]
        head = name[:8]
        if len(head) < 8 or any(sign not in "0123456789abcdef" for sign in head):
            return None
        row = int(head, 16) * _GATHER & _MASK
        batch = self._batch_of(row) if self._in_a_batch(row) else None
        lead = batch.lead(row) if batch else None
        return lead if lead and lead.id == name else None

    def keep(self, lead: Lead) -> Lead:
        """Make a lead changeable: one composed from a batch becomes a single one."""
        self._single[lead.row] = lead
        self._by_id[lead.id] = lead.row
        return lead

    def show_again(self, lead: Lead, now: Millis) -> None:
        """Back onto the shelves, at its present time of submission."""
        lead.hidden = lead.deleted = False
        self._show(lead, now)

    def take_away(self, lead: Lead) -> None:
        """Off the shelves; the caller marks the lead hidden or deleted."""
        for name in lead.shelves:
            try:
                self._shelf(name).remove(lead.submitted_at, lead.row)
            except KeyError:
                continue

    def settle(self, now: Millis) -> None:
        """Show what has become readable by now."""
        while self._late and self._late[0][0] <= now:
            _, row = heapq.heappop(self._late)
            lead = self.lead(row)
            if not (lead.hidden or lead.deleted):
                self._show(lead, now)

    def window(self, query: Query) -> tuple[int, Callable[[int, int], list[Lead]]]:
        """How many leads match, and a reader of them: (first, how many) → leads, newest first."""
        shelf = self._shelf(_narrowest(query))
        places = shelf.between(query.since, query.until)
        if query.entity is None and not (query.test_only and query.form):
            return len(places), lambda first, rows: [
                self.lead(shelf.number_at(places[-1 - i])) for i in range(first, first + rows)
            ]
        matching = [
            lead for at in reversed(places) if _matches(lead := self.lead(shelf.number_at(at)), query)
        ]
        return len(matching), lambda first, rows: matching[first : first + rows]

    def newest(self, owner: str | None, form: int | None, first: int, rows: int) -> tuple[int, list[Lead]]:
        """How many leads of one form, of an owner or of all stand on shelves, and some of them, newest first."""
        shelves = [shelf for name, shelf in self._shelves.items() if _holds(name, owner, form)]
        order = heapq.merge(*(shelf.backwards() for shelf in shelves), reverse=True)
        return sum(map(len, shelves)), [self.lead(row) for _, row in islice(order, first, first + rows)]

    def away(self, now: Millis) -> list[Lead]:
        """The leads that stand on no shelf (withdrawn, hidden, late), newest first."""
        rows = {row for row, lead in self._single.items() if lead.hidden or lead.deleted}
        late = (self.lead(row) for row in {row for _, row in self._late} - rows)
        found = [lead for lead in late if max(lead.readable_at, lead.submitted_at) > now]
        return sorted([*found, *map(self.lead, rows)], key=lambda lead: (-lead.submitted_at, -lead.row))

    def counts(self) -> tuple[Counter[str], Counter[int]]:
        """How many leads stand on shelves by owner, and by form."""
        owners: Counter[str] = Counter()
        forms: Counter[int] = Counter()
        for name, shelf in self._shelves.items():
            match name:
                case (str(owner), str()):
                    owners[owner] += len(shelf)
                case (str(), str(), int(form), int()):
                    forms[form] += len(shelf)
        return owners, forms

    def all(self) -> Iterator[Lead]:
        """Every lead ever, in order of arrival."""
        rows = {row for row in self._single if not self._in_a_batch(row)}
        for batch in self._batches:
            rows.update(range(batch.first_row, batch.first_row + len(batch.times)))
        return (self.lead(row) for row in sorted(rows))

    def _show(self, lead: Lead, now: Millis) -> None:
        if max(lead.readable_at, lead.submitted_at) > now:
            heapq.heappush(self._late, (max(lead.readable_at, lead.submitted_at), lead.row))
            return
        self.take_away(lead)
        for name in lead.shelves:
            self._shelf(name).add(lead.submitted_at, lead.row)

    def _shelf(self, name: object) -> Shelf:
        return self._shelves.setdefault(name, Shelf())

    def _batch_of(self, row: int) -> Batch:
        return self._batches[bisect_right(self._batches, row, key=lambda batch: batch.first_row) - 1]

    def _in_a_batch(self, row: int) -> bool:
        batch = self._batch_of(row) if self._batches and row >= self._batches[0].first_row else None
        return batch is not None and row < batch.first_row + len(batch.times)


def _narrowest(query: Query) -> object:
    if query.test_only:
        return (query.owner, query.lead_type, "test")
    return (query.owner, query.lead_type, *query.form) if query.form else (query.owner, query.lead_type)


def _holds(shelf: object, owner: str | None, form: int | None) -> bool:
    """Whether a shelf is one of those that together hold each lead of a form, an owner or all exactly once."""
    match shelf:
        case (str(whose), str()):
            return form is None and owner in (None, whose)
        case (str(), str(), int(which), int()):
            return which == form
    return False


def _matches(lead: Lead, query: Query) -> bool:
    return (query.entity is None or lead.entity == query.entity) and (
        query.form is None or (lead.form.id, lead.version) == query.form
    )
