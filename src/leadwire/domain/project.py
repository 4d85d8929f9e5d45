"""From a lead's answers to the cells of its row. A field that fails never stops the lead (LGF-113).

A `Projector` is compiled once per form version; the usual answer then costs two dictionary look-ups. What
people answered is in no `repr` here, so that no log line can hold it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias, TypeGuard, cast

from leadwire.domain.columns import Column, column_of
from leadwire.domain.forms import FormVersion, HiddenField, Question, by_identity
from leadwire.domain.texts import key, storable
from leadwire.domain.times import Millis

Cell: TypeAlias = "str | list[str] | bool | None"
Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Reason = Literal[
    "odd_answer", "kind_differs", "unknown_option", "not_boolean", "text_replaced", "answered_twice"
]

# In words for people; every reason but the last two leaves the cell empty.
REASONS: Mapping[Reason, str] = {
    "odd_answer": "The answer is not of a kind that LinkedIn documents.",
    "kind_differs": "The answer is of another kind than its question.",
    "unknown_option": "The answer chose an option that this version of the form does not have.",
    "not_boolean": "The consent is neither true nor false.",
    "text_replaced": "The text holds characters that no database takes; U+FFFD stands in their place.",
    "answered_twice": "There is more than one answer; the first one is stored.",
}


class Answer(NamedTuple):
    """One answer. `value`: the text, the chosen option ids in a tuple, or the JSON text of an odd one."""

    question_id: str
    kind: Literal["text", "choice", "odd"]
    value: object

    def __repr__(self) -> str:
        return f"Answer({self.question_id!r}, {self.kind!r})"


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead form response; `owner` is a URN. `consents` pairs an id with whatever came as `accepted`."""

    id: str
    owner: str
    lead_type: str
    form_id: str
    form_version: int
    submitted_at: Millis
    test_lead: bool
    campaign_id: str | None
    creative_id: str | None
    associated_entity: str | None
    answers: tuple[Answer, ...] = field(repr=False)
    consents: tuple[tuple[str, object], ...] = field(repr=False)


class Fault(NamedTuple):
    """One field that did not fit. `column` is None where there is no column for it.

    `raw`: JSON text of what came; `text`: the same as storable text, where it was text.
    """

    column: str | None
    reason: Reason
    raw: str
    text: str | None

    def __repr__(self) -> str:
        return f"Fault({self.column!r}, {self.reason!r})"


class Projection(NamedTuple):
    """`cells`: every column but the fixed ones, None where nothing was answered.

    `extras`: by identity (`question:107`), what has no column. Both hold only what every store takes.
    """

    cells: dict[str, Cell]
    extras: dict[str, Json]
    faults: tuple[Fault, ...]

    def __repr__(self) -> str:
        return f"Projection({len(self.cells)} cells, {len(self.extras)} extras, {self.faults!r})"


class _Slot(NamedTuple):
    """Where an answer goes: a column, or `extras` under the identity.

    `takes`: what its question asks for, None where the question is unknown; `options`: their texts by id.
    """

    column: str | None
    identity: str
    takes: Literal["text", "choice"] | None = None
    options: Mapping[object, str] | None = None


class _Row(NamedTuple):
    """A projection in the making."""

    cells: dict[str, Cell]
    extras: dict[str, Cell]
    faults: list[Fault]

    def copy(self) -> "_Row":
        return _Row(self.cells.copy(), self.extras.copy(), self.faults.copy())

    def put(self, slot: _Slot, value: Cell, reason: Reason | None, came: object, odd: bool = False) -> None:
        """Give the value its place, unless something is there; `came` is what was sent, JSON text if odd."""
        if slot.column is None:
            place, name = self.extras, slot.identity
        else:
            place, name = self.cells, slot.column
        if place.get(name) is not None:
            value, reason = None, "answered_twice"
        if value is not None:
            place[name] = value
        if reason is not None:
            text = storable(came) if isinstance(came, str) else None
            raw = text if odd and text is not None else _json(came)
            self.faults.append(Fault(slot.column, reason, raw, None if odd else text))


class Projector:
    """What to do with each answer to one form version.

    Without a version, or with a reconstructed one, texts go by question id to the columns that other versions
    gave those questions, consents by their id, and choices, whose words only the version knows, to `extras`.
    """

    def __init__(self, version: FormVersion | None, columns: Sequence[Column]) -> None:
        known = None if version is None or version.reconstructed else version
        index = {column.identity: column for column in columns if column.kind != "fixed"}
        self._learned = known is not None
        self._slots = _by_id(columns) if known is None else _by_version(known.questions, index)
        self._texts = {id_: slot.column for id_, slot in self._slots.items() if slot.takes == "text"}
        self._consents = {c.consent_id: _Slot(c.name, c.identity) for c in columns if c.consent_id}
        self._blank = _Row(dict.fromkeys(column.name for column in index.values()), {}, [])
        if known is not None:
            _hide(self._blank, known.hidden_fields, index)

    def project(self, lead: Lead) -> Projection:
        """The row of a lead. Whatever does not fit is a fault, never an error."""
        row = self._blank.copy()
        cells, texts, consents = row.cells, self._texts, self._consents
        for answer in lead.answers:
            question_id, kind, value = answer
            column = texts.get(question_id)
            if column is None or kind != "text" or cells[column] is not None or not _plain(value):
                self._place(row, answer)
            else:
                cells[column] = value
        for consent_id, accepted in lead.consents:
            slot = consents.get(consent_id) or _Slot(None, f"consent:{key(consent_id)}")
            if isinstance(accepted, bool):
                row.put(slot, accepted, None, accepted)
            else:
                row.put(slot, None, "not_boolean", accepted)
        return Projection(cells, cast("dict[str, Json]", row.extras), tuple(row.faults))

    def _place(self, row: _Row, answer: Answer) -> None:
        """Any answer but a plain text that has a column and is the first for it."""
        slot = self._slots.get(answer.question_id)
        if slot is None or (answer.kind == "choice" and not self._learned):
            slot = _Slot(None, f"question:{key(answer.question_id)}")
        value, reason = _understand(answer, slot)
        row.put(slot, value, reason, answer.value, odd=answer.kind == "odd")


def _plain(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and storable(value) is value


def _understand(answer: Answer, slot: _Slot) -> tuple[Cell, Reason | None]:
    if answer.kind != slot.takes and slot.takes is not None and answer.kind != "odd":
        return None, "kind_differs"
    if answer.kind == "text" and isinstance(answer.value, str):
        text = storable(answer.value)
        return text, None if text is answer.value else "text_replaced"
    if answer.kind == "choice" and isinstance(answer.value, tuple):
        return _chosen(answer.value, slot.options)
    return None, "odd_answer"


def _chosen(ids: tuple[object, ...], options: Mapping[object, str] | None) -> tuple[Cell, Reason | None]:
    """The texts of the options; the ids themselves where the question is unknown."""
    try:
        texts = [str(id_) if options is None else options[id_] for id_ in ids]
    except KeyError:
        return None, "unknown_option"
    clean = [storable(text) for text in texts]
    return clean, None if clean == texts else "text_replaced"


def _by_version(questions: Sequence[Question], index: Mapping[str, Column]) -> dict[str, _Slot]:
    slots: dict[str, _Slot] = {}
    for identity, question in by_identity(questions).items():
        column = column_of(index, identity, "list" if question.kind == "choice" else "text")
        options: dict[object, str] = {option.id: option.text for option in question.options}
        slots.setdefault(question.id, _Slot(_name(column), identity, question.kind, options))
    return slots


def _by_id(columns: Sequence[Column]) -> dict[str, _Slot]:
    """The text columns by question id; where an id has had two, the one that was last in use."""
    used = sorted(columns, key=lambda column: max(column.texts, default=0))
    return {
        c.question_id: _Slot(c.name, c.identity, "text") for c in used if c.question_id and c.type == "text"
    }


def _hide(row: _Row, hidden_fields: Sequence[HiddenField], index: Mapping[str, Column]) -> None:
    """The values that the form itself brings to each of its leads; of two of one name the first."""
    for hidden in {hidden.identity: hidden for hidden in reversed(hidden_fields)}.values():
        column = column_of(index, hidden.identity, "text")
        if hidden.value is not None:
            value = storable(hidden.value)
            reason: Reason | None = None if value is hidden.value else "text_replaced"
            row.put(_Slot(_name(column), hidden.identity), value, reason, hidden.value)


def _name(column: Column | None) -> str | None:
    return None if column is None else column.name


def _json(value: object) -> str:
    try:
        return json.dumps(value, default=repr)
    except RecursionError:
        return '"(nested too deeply)"'
