"""What a lead form asks, one version at a time, and what a version changed (LGF-103 to 106, 112).

A version never changes once it is published, but for name and state.
Source: learn.microsoft.com/linkedin/marketing/lead-sync/lead-sync-schema
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from leadwire.domain.texts import key
from leadwire.domain.times import Millis

QuestionKind = Literal["text", "choice"]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a multiple-choice question. `id` is no index."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """`predefined`: LinkedIn's name for what it fills in itself, an open enum; None for a custom question."""

    id: str
    predefined: str | None
    kind: QuestionKind
    label: str | None = None
    question: str | None = None
    name: str | None = None
    required: bool = False
    options: tuple[Option, ...] = ()

    @property
    def display(self) -> str:
        """What people call it: its label, its text or its builder's name; the first that is not blank."""
        return _first(self.label, self.question, self.name)


@dataclass(frozen=True, slots=True)
class Consent:
    """A check box, with the text that was agreed to."""

    id: str
    text: str | None
    label: str | None = None
    required: bool = False

    @property
    def display(self) -> str:
        """What people call it: its label or its text."""
        return _first(self.label, self.text)

    @property
    def identity(self) -> str:
        """What it stays through all versions."""
        return f"consent:{key(self.id)}"


@dataclass(frozen=True, slots=True)
class HiddenField:
    """A fixed value of the form; leads do not repeat it."""

    name: str
    value: str | None

    @property
    def identity(self) -> str:
        """What it stays through all versions."""
        return f"hidden:{key(self.name)}"


@dataclass(frozen=True, slots=True)
class FormVersion:
    """A form as it stood when leads answered it. `locale` is `en_US`; `owner` a URN.

    `reconstructed`: LinkedIn no longer shows this version; all that is known of it is that leads name it.
    """

    form_id: str
    version: int
    owner: str
    name: str
    state: str
    locale: str | None = None
    headline: str | None = None
    description: str | None = None
    questions: tuple[Question, ...] = ()
    consents: tuple[Consent, ...] = ()
    hidden_fields: tuple[HiddenField, ...] = ()
    privacy_policy_url: str | None = None
    legal_disclaimer: str | None = None
    created_at: Millis | None = None
    modified_at: Millis | None = None
    reconstructed: bool = False


def by_identity(questions: Sequence[Question]) -> dict[str, Question]:
    """Questions under the identity that survives new versions, in form order.

    A predefined question is its predefined field whatever its id; a second one of the same field in one
    version counts as custom; a custom question is its id.
    """
    found: dict[str, Question] = {}
    for question in questions:
        identity = f"predefined:{key(question.predefined)}" if question.predefined else ""
        if not identity or identity in found:
            identity = f"question:{key(question.id)}"
        found.setdefault(identity, question)
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions. Of a thing added or removed `member` is None.

    `part`: `form`, `question`, `option`, `consent` or `hidden field`; `subject`: what people call it.
    """

    part: str
    subject: str
    member: str | None
    before: object
    after: object

    def __str__(self) -> str:
        if self.member is None:
            return f"{self.part} “{self.subject}” {'added' if self.before is None else 'removed'}"
        member = self.member.replace("_", " ")
        if isinstance(self.after, bool):
            return f"{self.part} “{self.subject}”: {'now' if self.after else 'no longer'} {member}"
        return f"{self.part} “{self.subject}”: {member} {_said(self.before)} → {_said(self.after)}"


def _said(value: object) -> str:
    return "none" if value in (None, "") else f"“{value}”"


_FORM_MEMBERS = (
    "name",
    "state",
    "locale",
    "headline",
    "description",
    "privacy_policy_url",
    "legal_disclaimer",
)
_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "question": ("id", "kind", "label", "question", "name", "required"),
    "option": ("text",),
    "consent": ("text", "label", "required"),
    "hidden field": ("value",),
}
# Something that has a name of its own in its version: what people call it, and the thing.
_Named = tuple[str, Question | Option | Consent | HiddenField]


def diff_versions(old: FormVersion, new: FormVersion) -> list[Change]:
    """What `new` changed: the form's own facts, then questions, options, consents and hidden fields.

    Options are compared where both versions ask the question; a new question brings its own.
    """
    changes = [
        Change("form", new.name, member, getattr(old, member), getattr(new, member))
        for member in _FORM_MEMBERS
        if getattr(old, member) != getattr(new, member)
        and (member != "state" or old.state)  # a version learned from its leads tells none
    ]
    asked = by_identity(old.questions).keys() & by_identity(new.questions).keys()
    before, after = _named(old, asked), _named(new, asked)
    for part, members in _MEMBERS.items():
        changes += _diff(part, members, before[part], after[part])
    return changes


def _named(version: FormVersion, asked: Set[str]) -> dict[str, dict[str, _Named]]:
    questions = by_identity(version.questions)
    return {
        "question": {
            name: (question.display or question.id, question) for name, question in questions.items()
        },
        "option": {
            f"{name}/{option.id}": (f"{questions[name].display}: {option.text}", option)
            for name in questions
            if name in asked
            for option in questions[name].options
        },
        "consent": {consent.id: (consent.display or consent.id, consent) for consent in version.consents},
        "hidden field": {hidden.name: (hidden.name, hidden) for hidden in version.hidden_fields},
    }


def _diff(
    part: str, members: Sequence[str], old: Mapping[str, _Named], new: Mapping[str, _Named]
) -> Iterator[Change]:
    for key_, (called, thing) in new.items():
        if key_ not in old:
            yield Change(part, called, None, None, called)
            continue
        for member in members:
            before, after = getattr(old[key_][1], member), getattr(thing, member)
            if before != after:
                yield Change(part, called, member, before, after)
    for key_, (called, _) in old.items():
        if key_ not in new:
            yield Change(part, called, None, called, None)


def _first(*texts: str | None) -> str:
    return next((text for text in texts if text and text.strip()), "")
