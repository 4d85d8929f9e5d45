"""What people and advertisers wrote is shown, and is never anything but text."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from tests.rig import MAIN, Rig, rig_on
from tests.web_pages.conftest import Person
from tests.web_pages.html_reader import Page

HOSTILE = [
    "<script>alert(1)</script>",
    "</td></tr></table><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "</title><svg onload=alert(1)>",
    "</textarea><iframe src=javascript:alert(1)>",
    "<!--", "-->", "<![CDATA[", "&lt;b&gt;", "&#60;b&#62;", "&",
    "{{ 7 * 7 }}{% raw %}", "${7*7}", "javascript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "<a href='javascript:alert(1)'>I agree</a>", "<base href=//evil.example>",
    "<div hx-get=/settings hx-trigger=load>", "<form action=//evil.example><button>", "\u202egnirts\u202c",
    "<meta http-equiv=refresh content=0>", "a\nb\r\nc",
]  # fmt: skip
PLAIN = [f"plain words {number}" for number in range(len(HOSTILE))]
FORM = 77_000_001


def build(rig: Rig, words: list[str]) -> str:
    """A form that says these words wherever a form can say something, and a lead that answers with them."""
    control = rig.emulator.control
    owner = f"urn:li:sponsoredAccount:{MAIN}"
    options = [f"{word} " for word in words]
    questions = [{"predefined": "FIRST_NAME"}, {"predefined": "EMAIL"}, {"text": "Pick", "options": options}]
    questions += [{"text": f"{number} {word}", "label": word} for number, word in enumerate(words)]
    control.forms.create(
        owner,
        number=FORM,
        name=f"{words[0]} {words[2]}",
        headline=words[5],
        description=words[1],
        questions=questions,
        consents=[{"text": word, "required": True} for word in words[:8]],
        hidden_fields={f"field_{number} {word}": word for number, word in enumerate(words)},
        privacy_policy_url=words[15],
    )
    control.world.patch_account(MAIN, name=f"{words[2]} {words[0]}")
    lead = control.leads.submit(FORM)
    answers = lead["lead"]["formResponse"]["answers"]
    for answer in answers:
        kind = answer["answerDetails"]
        if "textQuestionAnswer" in kind:
            kind["textQuestionAnswer"]["answer"] = " ".join(words)
    raw = {"answers": answers, "consentResponses": lead["lead"]["formResponse"]["consentResponses"]}
    control.leads.spoil(lead["id"], "raw", "formResponse", _json(raw))
    broken = control.leads.submit(FORM)
    control.leads.spoil(broken["id"], "raw", "formResponse", _json({"answers": [_odd(answers[0], words)]}))
    lost = control.leads.submit(FORM)
    control.leads.spoil(lost["id"], "raw", "submittedAt", _json(words))
    later = [{"predefined": "FIRST_NAME"}, {"text": words[3]}]
    control.forms.publish(FORM, questions=later, privacy_policy_url=words[15])
    return str(lead["id"])


def _odd(answer: dict[str, Any], words: list[str]) -> dict[str, Any]:
    return {"questionId": answer["questionId"], "answerDetails": {"textQuestionAnswer": {"answer": words}}}


def _json(value: object) -> str:
    return json.dumps(value)


def visit(rig: Rig, words: list[str]) -> Iterator[tuple[str, Page]]:
    """Every page on which these words are shown."""
    lead = build(rig, words)
    rig.connect_member()
    rig.sync()
    person = Person(rig)
    paths = [
        "/",
        "/connections",
        "/accounts",
        f"/accounts/{MAIN}",
        "/forms",
        f"/forms/{FORM}",
        "/leads?q=" + quote(words[2]),
        f"/leads?form={FORM}",
        f"/leads/{lead}",
        "/mapping",
        "/runs",
        f"/quarantine?form={FORM}",
        "/quarantine",
    ]
    for path in paths:
        yield path.partition("q=")[0], person.sees(path)


@pytest.fixture(scope="module")
def twins(sqlite_homes: Any, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Page, Page]]:
    """Every page twice: with hostile words and with plain ones."""
    shown = []
    for words in (HOSTILE, PLAIN):
        with rig_on(sqlite_homes, tmp_path_factory.mktemp("twin")) as rig:
            shown.append(dict(visit(rig, words)))
    return [(path, shown[0][path], shown[1][path]) for path in shown[0]]


def test_hostile_words_make_no_element_and_no_attribute(twins: list[tuple[str, Page, Page]]) -> None:
    for path, hostile, plain in twins:
        assert Counter(hostile.skeleton) == Counter(plain.skeleton), path  # the order of one moment is chance


def test_hostile_words_lead_nowhere(twins: list[tuple[str, Page, Page]]) -> None:
    for path, hostile, _ in twins:
        for element in hostile.elements:
            for name in ("href", "src", "action", "hx-get"):
                target = element.attributes.get(name, "")
                assert target.startswith(("/", "#", "?")) or target == "", (path, name, target)


def test_hostile_words_are_shown_as_they_are(twins: list[tuple[str, Page, Page]]) -> None:
    pages = {path: hostile for path, hostile, _ in twins}
    form = pages[f"/forms/{FORM}"]
    for word in HOSTILE:
        assert " ".join(word.split()) in form.text, word
    lead = next(page for path, page in pages.items() if path.startswith("/leads/"))
    assert " ".join(" ".join(HOSTILE).split()) in lead.text


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize(
    "name", ["q", "form", "account", "since", "test", "cursor", "kind", "state", "source"]
)
def test_hostile_words_in_an_address_stay_words(settled: Person, words: str, name: str) -> None:
    for path in ("/leads", "/runs", "/quarantine", "/forms", "/accounts", "/mapping"):
        answer = settled.browser.get(path, params={name: words})
        assert answer.status_code in (200, 422)
        page = Page(answer.text)
        assert len(page.all("script")) <= 1
        assert not page.all("iframe")
        for element in page.elements:
            assert not [one for one in element.attributes if one.startswith("on") or one == "autofocus"]


@pytest.mark.parametrize("words", HOSTILE)
def test_a_forged_cookie_says_nothing_but_words(settled: Person, words: str) -> None:
    for value in (
        quote(words),
        quote('{"tone": "' + words + '", "text": "x"}'),
        quote(_json({"tone": words, "text": words})),
    ):
        with settled.rig.browser() as browser:
            browser.cookies.set("leadwire_said", value)
            page = Page(browser.get("/").text)
        allowed = [one.attributes["class"] for one in page.all("p", role="status")]
        assert set(allowed) <= {"said good", "said bad"}
        assert len(page.all("script")) == 1
