"""Building forms, submitting them as a member, and what becomes of the lead, by the pages alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedin_emulator import Emulator
from linkedin_emulator.campaign_manager import sheet as sheets
from linkedin_emulator.campaign_manager.drafts import draft
from linkedin_emulator.world.drafting import document

ACCOUNT = "/accounts/1234567"
GOOD: dict[str, Any] = {
    "name": "By hand",
    "locale": "es_ES",
    "headline": "Hola",
    "description": "Línea uno\r\nLínea dos",
    "thanks": "Gracias",
    "landing_page_url": "https://example.com/gracias",
    "privacy_policy_url": "https://example.com/privacidad",
    "lead_type": "SPONSORED",
    "entities": ["urn:li:sponsoredCreative:241257737"],
    "ask": ["EMAIL", "FIRST_NAME"],
    "optional": ["EMAIL", "CITY"],
    "custom-0-text": "¿Color?",
    "custom-0-options": "Rojo\r\n\r\n Azul ",
    "custom-4-text": "¿Por qué?",
    "custom-4-options": "",
    "custom-4-optional": "on",
    "hidden-0-name": "utm_source",
    "hidden-0-value": "",
    "consent-0-text": " con blanco",
    "consent-0-required": "on",
    "consent-1-text": "Noticias",
    "state": "PUBLISHED",
}


def versions(browser: Any, path: str) -> Any:
    """The truth of the form whose page this is."""
    return browser.emulator.control.forms.show(path.rpartition("/")[2])["versions"]


def test_a_form_is_built_as_it_was_typed(browser: Any) -> None:
    (made,) = versions(browser, browser.send(f"{ACCOUNT}/new", **GOOD))
    content = made["content"]
    assert (made["name"], made["state"], made["versionId"]) == ("By hand", "PUBLISHED", 1)
    assert made["creationLocale"] == {"language": "es", "country": "ES"}
    assert content["headline"] == {"localized": {"es_ES": "Hola"}}
    assert content["description"] == {"localized": {"es_ES": "Línea uno\nLínea dos"}}
    assert content["legalInfo"]["privacyPolicyUrl"] == "https://example.com/privacidad"
    asked = [
        (q.get("predefinedField"), q["question"]["localized"]["es_ES"], q["responseRequired"])
        for q in content["questions"]
    ]
    assert asked == [
        ("FIRST_NAME", "Nombre", True),
        ("EMAIL", "Correo electrónico", False),
        (None, "¿Color?", True),
        (None, "¿Por qué?", False),
    ]
    options = content["questions"][2]["questionDetails"]["multipleChoiceQuestionDetails"]["options"]
    assert [(o["id"], o["text"]["localized"]["es_ES"]) for o in options] == [(0, "Rojo"), (1, "Azul")]
    assert made["hiddenFields"] == [{"name": "utm_source", "value": ""}]
    consents = content["legalInfo"]["consents"]
    assert [(c["id"], c["consent"]["localized"]["es_ES"], c["checkRequired"]) for c in consents] == [
        (0, " con blanco", True),
        (1, "Noticias", False),
    ]


def test_a_draft_is_not_for_members(browser: Any) -> None:
    path = browser.send(f"{ACCOUNT}/new", **GOOD | {"state": "DRAFT"})
    assert versions(browser, path)[0]["state"] == "DRAFT"
    before = len(browser.emulator.control.leads.ids())
    assert browser.ask("GET", f"{path}/submit").status == 400
    for act in ("submit", "test-lead", "random"):
        assert browser.ask("POST", f"{path}/{act}").status == 400
    assert len(browser.emulator.control.leads.ids()) == before
    browser.send(f"{path}/state", state="PUBLISHED")
    assert "Submit as a member" in browser.see(path)
    assert browser.ask("POST", f"{path}/state", {"state": "NONSENSE"}).status == 400


def test_a_page_form_gets_its_kind_and_event(browser: Any, partner: Any) -> None:
    typed = GOOD | {"lead_type": "EVENT", "entities": ["urn:li:event:6789", "urn:li:event:6790"]}
    path = browser.send("/pages/11223344/new", **typed)
    form = browser.emulator.control.forms.show(path.rpartition("/")[2])
    assert (form["lead_type"], form["entities"]) == ("EVENT", ["urn:li:event:6789"])
    wrong = browser.ask("POST", "/pages/11223344/new", typed | {"lead_type": "SPONSORED"})
    assert wrong.status == 422
    assert "Choose where the leads come from" in wrong.body.decode()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": "  "}, "This is needed."),
    ({"headline": ""}, "This is needed."),
    ({"headline": "x" * 201}, "At most 200 letters; these are 201."),
    ({"privacy_policy_url": "example.com"}, "An address that begins with https://"),
    ({"landing_page_url": "javascript:alert(1)"}, "An address that begins with https://"),
    ({"locale": "Spanish"}, "Choose a language."),
    (
        {
            "ask": [],
            "custom-0-text": "",
            "custom-0-options": "",
            "custom-4-text": "",
            "custom-4-optional": "",
        },
        "Ask for something",
    ),
    ({"custom-0-text": " "}, "What is the question?"),
    ({"custom-0-options": "only one"}, "A choice needs at least two options"),
    ({"custom-0-options": "one\nTWO\none"}, "Two options are the same."),
    ({"custom-4-text": "¿Color?"}, "This stands above already."),
    ({"hidden-0-name": "", "hidden-0-value": "7"}, "A hidden field needs a name."),
    ({"hidden-1-name": "utm_source", "hidden-1-value": "7"}, "This stands above already."),
    ({"consent-1-text": "", "consent-1-required": "on"}, "What do people agree to?"),
]


@pytest.mark.parametrize(("change", "words"), WRONG)
@pytest.mark.parametrize("path", [f"{ACCOUNT}/new", "/forms/11780444/version"])
def test_a_mistake_is_told_and_nothing_typed_is_lost(
    browser: Any, forms_on: Callable[[str], Any], change: dict[str, Any], words: str, path: str
) -> None:
    typed = GOOD | change
    truth = browser.emulator.control.forms.truth()
    answer = browser.ask("POST", path, typed)
    assert answer.status == 422
    assert words in answer.body.decode()
    assert browser.emulator.control.forms.truth() == truth
    shown = forms_on(answer.body.decode())[""]
    for name in ("name", "headline", "thanks", "landing_page_url", "privacy_policy_url", "locale"):
        assert shown[name] == [typed[name]]
    assert shown["description"] == ["Línea uno\nLínea dos"]
    assert sorted(shown.get("ask", [])) == sorted(typed["ask"])
    assert sorted(shown["optional"]) == sorted(typed["optional"])
    for group in sheets.LISTS:
        given, kept = (
            [
                value.replace("\r\n", "\n")
                for name, value in sorted(fields.items())
                if name.startswith(group) and value
            ]
            for fields in (typed, {name: values[0] for name, values in shown.items()})
        )
        assert sorted(text for text in kept if text.strip()) == sorted(text for text in given if text.strip())


def test_a_new_version_starts_from_the_current_one(browser: Any) -> None:
    before = versions(browser, "/forms/11780444")[-1]
    fields = browser.fields("/forms/11780444/version")
    fields["custom-0-options"] = ["1-10\n51+\nhundreds"]
    fields["consent-2-text"] = ["Call me"]
    fields["ask"].remove("SENIORITY")
    path = browser.send("/forms/11780444/version", **fields, state="PUBLISHED")
    *_, now = versions(browser, path)
    assert (now["versionId"], len(versions(browser, path))) == (4, 4)
    was, now_asked = ({q["questionId"]: q for q in v["content"]["questions"]} for v in (before, now))
    assert now_asked.keys() < was.keys()
    changed = {number for number, question in now_asked.items() if question != was[number]}
    (choice,) = changed
    options = now_asked[choice]["questionDetails"]["multipleChoiceQuestionDetails"]["options"]
    assert [(o["id"], o["text"]["localized"]["en_US"]) for o in options] == [
        (0, "1-10"),
        (4, "51+"),
        (5, "hundreds"),
    ]
    consents = now["content"]["legalInfo"]["consents"]
    assert consents[:2] == before["content"]["legalInfo"]["consents"]
    assert (consents[2]["id"], consents[2]["checkRequired"]) == (3, False)


def test_another_language_asks_in_it(browser: Any) -> None:
    fields = browser.fields("/forms/7992706/version") | {"locale": ["de_DE"]}
    browser.send("/forms/7992706/version", **fields, state="PUBLISHED")
    questions = versions(browser, "/forms/7992706")[-1]["content"]["questions"]
    assert [q["question"]["localized"] for q in questions] == [
        {"de_DE": "Vorname"},
        {"de_DE": "E-Mail-Adresse"},
    ]


def test_publishing_what_stands_there_changes_nothing(browser: Any) -> None:
    for form in browser.emulator.control.forms.truth():
        path = f"/forms/{form['id']}"
        fields = browser.fields(f"{path}/version")
        browser.send(f"{path}/version", **fields, state="PUBLISHED")
        *_, was, now = versions(browser, path)
        volatile = {"versionId", "lastModified", "reviewInfo", "state"}
        assert {k: v for k, v in now.items() if k not in volatile} == {
            k: v for k, v in was.items() if k not in volatile
        }


texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
rows = st.lists(
    st.tuples(texts, st.lists(texts, max_size=4, unique=True), st.booleans()),
    max_size=4,
    unique_by=lambda r: r[0],
)


@given(rows, st.lists(st.sampled_from(["EMAIL", "CITY", "GENDER"]), unique=True), rows)
def test_builder_and_document_agree(custom: Any, fields: list[str], consents: Any) -> None:
    """What is typed comes back from the document that it made, as it was typed."""
    typed = sheets.blank()
    typed.texts |= {"name": "n", "headline": "h", "description": ""}
    typed.asked, typed.optional = fields, fields[1:]
    typed.lists = {
        "custom": [
            {
                "text": text,
                "options": "\n".join(options) if len(options) > 1 else "",
                "optional": "on" if flag else "",
            }
            for text, options, flag in custom
        ],
        "hidden": [{"name": text, "value": "".join(options)} for text, options, _ in custom],
        "consent": [{"text": text, "required": "on" if flag else ""} for text, _, flag in consents],
    }
    if not fields and not custom:
        assert sheets.mistakes(typed).keys() == {"fields"}
        return
    assert sheets.mistakes(typed) == {}
    first = document(1, "urn:li:sponsoredAccount:1", draft(typed, "DRAFT"), 0, [])
    again = sheets.of_version(first)
    assert (again.texts, again.locale, again.lists) == (typed.texts, typed.locale, typed.lists)
    assert (again.asked, again.optional) == (typed.asked, typed.optional)
    second = document(1, "urn:li:sponsoredAccount:1", draft(again, "DRAFT", first), 0, [first])
    assert second["content"] == first["content"]


def test_a_member_submits_and_withdraws(browser: Any, partner: Any) -> None:
    """LGF-109 by hand: the form, a second version, a lead that the API gives, and its end."""
    path = browser.send(f"{ACCOUNT}/new", **GOOD)
    browser.send(f"{path}/version", **browser.fields(f"{path}/version"), state="PUBLISHED")
    fields = browser.fields(f"{path}/submit")
    questions = versions(browser, path)[-1]["content"]["questions"]
    first, mail, color, why = (f"q-{q['questionId']}" for q in questions)
    assert fields[first] != [""]
    fields |= {first: "Zoë <b>", mail: "", color: ["1", "0"], why: "Porque sí", "consent": ["0"]}
    lead = browser.send(f"{path}/submit", **fields)
    page = browser.see(lead)
    assert "Zoë &lt;b&gt;" in page and "Azul, Rojo" in page and "version 2" in page
    told = partner.ok(f"/rest/leadFormResponses{lead.removeprefix('/leads')}")
    assert told["versionedLeadGenFormUrn"].endswith(f"{path.rpartition('/')[2]},2)")
    given = {a["questionId"]: a["answerDetails"] for a in told["formResponse"]["answers"]}
    assert given == {
        questions[0]["questionId"]: {"textQuestionAnswer": {"answer": "Zoë <b>"}},
        questions[2]["questionId"]: {"multipleChoiceAnswer": {"options": [1, 0]}},
        questions[3]["questionId"]: {"textQuestionAnswer": {"answer": "Porque sí"}},
    }
    assert told["formResponse"]["consentResponses"] == [
        {"accepted": True, "consentId": 0},
        {"accepted": False, "consentId": 1},
    ]
    assert told["associatedEntity"] == {"associatedCreative": "urn:li:sponsoredCreative:241257737"}
    assert "leadFormResponses.GET" in browser.see(lead)
    browser.send(f"{lead}/withdraw")
    assert partner.get(f"/rest/leadFormResponses{lead.removeprefix('/leads')}").status == 404
    assert lead in browser.see(f"{path}/leads?show=away") and lead not in browser.see(f"{path}/leads")


MEMBERS_MISTAKES: list[tuple[str, Any, str]] = [
    ("FIRST_NAME", "  ", "An answer is needed."),
    ("FIRST_NAME", "x" * 301, "At most 300 letters."),
    ("Team size", [], "An answer is needed."),
    ("Team size", ["3"], "This is not one of the options."),
    ("consent", ["2"], "Without this it cannot be sent."),
]


@pytest.mark.parametrize(("which", "given", "words"), MEMBERS_MISTAKES)
def test_a_member_is_told_what_is_missing(
    browser: Any, forms_on: Callable[[str], Any], which: str, given: Any, words: str
) -> None:
    questions = versions(browser, "/forms/11780444")[-1]["content"]["questions"]
    names = {
        q.get("predefinedField", q["question"]["localized"]["en_US"]): f"q-{q['questionId']}"
        for q in questions
    }
    fields = browser.fields("/forms/11780444/submit") | {"consent": ["1"], names["Team size"]: ["4"]}
    fields[names.get(which, which)] = given
    before = len(browser.emulator.control.leads.ids())
    answer = browser.ask("POST", "/forms/11780444/submit", fields)
    assert answer.status == 422
    assert words in answer.body.decode()
    assert len(browser.emulator.control.leads.ids()) == before
    shown = forms_on(answer.body.decode())[""]
    assert shown[names["EMAIL"]] == fields[names["EMAIL"]]
    assert shown.get("consent") == fields["consent"]


def test_the_made_up_person_is_the_one_who_would_have_come(browser: Any, emulator: Emulator) -> None:
    imagined = emulator.control.leads.imagine(11780444)
    assert imagined == emulator.control.leads.imagine(11780444)
    assert emulator.control.leads.submit(11780444)["lead"]["formResponse"] == imagined
    assert emulator.control.leads.imagine(11780444) != imagined


def test_test_leads_and_ten_at_once(browser: Any) -> None:
    lead = browser.send("/forms/7234246/test-lead")
    assert "test</span>" in browser.see(lead)
    assert browser.send("/forms/7234246/random") == "/forms/7234246/leads"
    assert "1 to 25 of 83" in browser.see("/forms/7234246/leads")
