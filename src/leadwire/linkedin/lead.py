"""One lead as LinkedIn tells it: the value, and what makes an element no lead at all."""

from typing import Final, Literal, TypeAlias

import msgspec

from leadwire.linkedin.errors import Surprise
from leadwire.linkedin.loose import Millis

AnswerKind: TypeAlias = Literal["text", "choice", "odd"]

# LinkedIn opened in May 2003; the end is the last moment a four-digit year can write.
EARLIEST: Final[Millis] = 1_041_379_200_000  # 2003-01-01T00:00:00.000Z
LATEST: Final[Millis] = 4_102_444_799_999  # 2099-12-31T23:59:59.999Z


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What was answered to one question: text, a tuple of option ids, or the JSON text of a shape nobody
    knows.

    `question_id` is "" where LinkedIn gave none, so that the answer can still be put aside. The `repr`
    keeps silent about the value: answers never stand in logs.
    """

    question_id: str
    kind: AnswerKind
    value: str | tuple[str, ...]

    def __repr__(self) -> str:
        return f"Answer({self.question_id!r}, {self.kind!r})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("question_id", self.question_id), ("kind", self.kind)]


class Lead(msgspec.Struct, frozen=True):
    """One lead. `campaign` and `creative` are ids, `associated_entity` is a URN; each None where not given.

    `lead_type` is LinkedIn's word, "" if it said none. `consents` are pairs of consent id and whatever came
    as `accepted` (a boolean, if all is well).
    """

    id: str
    owner_urn: str | None
    lead_type: str
    form_id: str
    form_version: int
    submitted_at: Millis
    test_lead: bool
    campaign: str | None
    creative: str | None
    associated_entity: str | None
    answers: tuple[Answer, ...]
    consents: tuple[tuple[str, object], ...]


def check_submitted(at: Millis | None, raw: bytes) -> Millis:
    """The moment of submission, if it is one: seconds fall before `EARLIEST`, microseconds behind `LATEST`.

    No clock is asked: ours may be wrong by days, and a lead must not wait in quarantine for that.
    """
    if at is None or not EARLIEST <= at <= LATEST:
        raise Surprise("a lead without a plausible submittedAt", raw)
    return at
