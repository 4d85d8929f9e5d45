"""Answers a person might give to a form, decided wholly by a digest: the same digest, the same answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from linkedin_emulator.protocol.wire import Json, encode_text, to_json
from linkedin_emulator.world.phrases import TONGUES, Tongue

COMPANY_SIZES = ("1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "10001+")


def digest(seed: int, row: int) -> bytes:
    """32 bytes of dice for lead number `row`."""
    return hashlib.blake2b(b"%d/%d" % (seed, row), digest_size=32).digest()


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of one locale; every attribute is drawn from its own byte of the dice."""

    tongue: Tongue
    dice: bytes

    def first(self) -> str:
        return self._name(self.tongue.first, 0)[0]

    def last(self) -> str:
        return self._name(self.tongue.last, 1)[0]

    def email(self) -> str:
        return f"{self._handle()}@example.com"

    def work_email(self) -> str:
        return f"{self._handle()}@{('mail', 'work', 'office')[self.dice[2] % 3]}.example.com"

    def profile(self) -> str:
        return f"https://www.linkedin.com/in/{self._handle().replace('.', '-')}"

    def phone(self) -> str:
        return f"{self.tongue.dial}{self.dice[3] % 100:02d}"

    def place(self) -> tuple[str, str, str]:
        return self.tongue.cities[self.dice[4] % len(self.tongue.cities)]

    def month(self, since: int, byte: int) -> str:
        """A month of the 24 years that follow."""
        return f"{since + self.dice[byte] % 24}-{self.dice[byte + 1] % 12 + 1:02d}"

    def pick(self, words: tuple[str, ...], byte: int) -> str:
        return words[self.dice[byte] % len(words)]

    def _name(self, names: tuple[tuple[str, str], ...], byte: int) -> tuple[str, str]:
        return names[self.dice[byte] % len(names)]

    def _handle(self) -> str:
        first, last = self._name(self.tongue.first, 0)[1], self._name(self.tongue.last, 1)[1]
        return f"{first}.{last.replace(chr(39), '')}{self.dice[5] + 256 * self.dice[6]}"


ANSWERS: dict[str, Callable[[Person], str]] = {
    "FIRST_NAME": Person.first,
    "LAST_NAME": Person.last,
    "EMAIL": Person.email,
    "WORK_EMAIL": Person.work_email,
    "PHONE_NUMBER": Person.phone,
    "WORK_PHONE_NUMBER": Person.phone,
    "LINKEDIN_PROFILE_LINK": Person.profile,
    "CITY": lambda p: p.place()[0],
    "STATE": lambda p: p.place()[1],
    "COUNTRY": lambda p: p.tongue.country,
    "ZIP_CODE": lambda p: p.place()[2],
    "JOB_TITLE": lambda p: p.pick(p.tongue.titles, 7),
    "JOB_FUNCTION": lambda p: p.pick(p.tongue.functions, 8),
    "SENIORITY": lambda p: p.pick(p.tongue.seniorities, 9),
    "COMPANY_NAME": lambda p: p.pick(p.tongue.companies, 10),
    "COMPANY_SIZE": lambda p: p.pick(COMPANY_SIZES, 11),
    "INDUSTRY": lambda p: p.pick(p.tongue.industries, 12),
    "SCHOOL": lambda p: p.pick(p.tongue.schools, 13),
    "DEGREE": lambda p: p.pick(p.tongue.degrees, 14),
    "FIELD_OF_STUDY": lambda p: p.pick(p.tongue.functions, 15),
    "START_DATE": lambda p: p.month(1990, 16),
    "GRADUATION_DATE": lambda p: p.month(1995, 16),
    "JOB_START_DATE": lambda p: p.month(2000, 18),
    "GENDER": lambda p: p.pick(("F", "M", "X"), 20),
}


@dataclass(frozen=True, slots=True)
class _Question:
    head: str
    answer: Callable[[Person], str]
    required: bool


@dataclass(slots=True)
class Composer:
    """Writes the `formResponse` of leads of one form version."""

    tongue: Tongue
    questions: list[_Question] = field(default_factory=list)
    consents: list[tuple[int, bool]] = field(default_factory=list)
    document: dict[str, Json] = field(default_factory=dict)

    def __reduce__(self) -> tuple[object, ...]:
        return composer, (self.document,)  # its questions are functions, which no copy can hold

    def response(self, dice: bytes) -> bytes:
        """Encoded answers, not in the form's order, optional ones sometimes missing."""
        person = Person(self.tongue, dice)
        given = [
            q.head + q.answer(person)
            for i, q in enumerate(self.questions)
            if q.required or dice[(i + 15) % 32] % 5
        ]
        turn = dice[31] % len(given) if given else 0
        answers = ",".join(given[turn:] + given[:turn])
        consents = ",".join(
            f'{{"accepted":{"true" if must or dice[(i + 20) % 32] & 1 else "false"},"consentId":{number}}}'
            for i, (number, must) in enumerate(self.consents)
        )
        return f'{{"consentResponses":[{consents}],"answers":[{answers}]}}'.encode()


def composer(version: dict[str, Json]) -> Composer:
    """Prepare for one form version document; unknown locales answer in English."""
    locale = version.get("creationLocale", {})
    key = f"{locale.get('language')}_{locale.get('country')}"
    content = version.get("content", {})
    made = Composer(TONGUES.get(key, TONGUES["en_US"]), document=version)
    made.questions = [_question(i, q) for i, q in enumerate(content.get("questions", ()))]
    consents = content.get("legalInfo", {}).get("consents", ())
    made.consents = [(consent["id"], bool(consent.get("checkRequired"))) for consent in consents]
    return made


def test_response(version: dict[str, Json]) -> bytes:
    """The dull answers of a test lead: no consents, text questions answered with dummy data."""
    answers = []
    for question in version["content"]["questions"]:
        text = f"<test lead: dummy data for {question['name']}>"
        answers.append(
            {"questionId": question["questionId"], "answerDetails": answer_details(question, text=text)}
        )
    return to_json({"answers": answers, "consentResponses": []})


def answer_details(question: dict[str, Json], text: str = "", options: list[int] | None = None) -> Json:
    """The union that answers a question: chosen option ids (default: the first), or a text."""
    choices = question.get("questionDetails", {}).get("multipleChoiceQuestionDetails")
    if choices is None:
        return {"textQuestionAnswer": {"answer": text}}
    chosen = [choices["options"][0]["id"]] if options is None else options
    return {"multipleChoiceAnswer": {"options": chosen}}


def _question(index: int, question: dict[str, Json]) -> _Question:
    head = f'{{"questionId":{question["questionId"]},"answerDetails":'
    required = bool(question.get("responseRequired"))
    choices = question.get("questionDetails", {}).get("multipleChoiceQuestionDetails")
    if choices is not None:
        return _Question(head, _chooser(index, [option["id"] for option in choices["options"]]), required)
    say = ANSWERS.get(
        question.get("predefinedField", ""), lambda p: p.pick(p.tongue.remarks, (index + 16) % 31)
    )
    return _Question(head, _speaker(say), required)


def _speaker(say: Callable[[Person], str]) -> Callable[[Person], str]:
    return lambda person: f'{{"textQuestionAnswer":{{"answer":{encode_text(say(person))}}}}}}}'


def _chooser(index: int, ids: list[int]) -> Callable[[Person], str]:
    def choose(person: Person) -> str:
        roll = person.dice[(index + 11) % 31]
        first = roll % len(ids)
        # One in eight ticks a neighbour too: an answer may hold several options.
        chosen = sorted({ids[first], ids[(first + 1) % len(ids)]}) if roll >= 224 else [ids[first]]
        return f'{{"multipleChoiceAnswer":{{"options":{chosen}}}}}}}'.replace(" ", "")

    return choose
