"""The demo world: the same from the same seed, and one case of everything."""

from __future__ import annotations

from collections import Counter
from typing import Any

from linkedin_emulator import AppSettings, Emulator
from linkedin_emulator.world.phrases import LOCALES, PREDEFINED, TONGUES


def leads(emulator: Emulator) -> list[Any]:
    return emulator.control.leads.truth(limit=10_000)


def test_the_seed_decides_everything(time: Any) -> None:
    first, same, other = (Emulator(seed=seed, now=time) for seed in (1, 1, 2))
    assert leads(first) == leads(same)
    assert leads(first) != leads(other)
    for emulator in (first, same):
        emulator.control.leads.submit(7234246)
    assert leads(first) == leads(same)
    assert first.control.tokens.issue(["r_ads"]) == same.control.tokens.issue(["r_ads"])


def test_forms_cover_languages_kinds_versions_and_states(emulator: Emulator) -> None:
    forms = emulator.control.forms.truth()
    versions = [version for form in forms for version in form["versions"]]
    locales = {f"{v['creationLocale']['language']}_{v['creationLocale']['country']}" for v in versions}
    assert locales == set(LOCALES)
    questions = [q for v in versions for q in v["content"]["questions"]]
    details = {next(iter(q["questionDetails"])) for q in questions}
    assert details == {"textQuestionDetails", "multipleChoiceQuestionDetails"}
    assert {q.get("predefinedField") for q in questions} > {None, "FIRST_NAME", "EMAIL", "SOME_FUTURE_FIELD"}
    assert any(v["hiddenFields"] for v in versions)
    assert any(v["content"]["legalInfo"]["consents"] for v in versions)
    assert any("label" in q for q in questions)
    assert {form["versions"][-1]["state"] for form in forms} == {"PUBLISHED", "ARCHIVED", "DRAFT"}
    assert max(len(form["versions"]) for form in forms) == 3
    assert any(form["id"] > 2**53 for form in forms)
    assert {form["lead_type"] for form in forms} == {"SPONSORED", "EVENT", "COMPANY"}
    assert len({q["questionId"] for q in versions[0]["content"]["questions"]}) == len(
        versions[0]["content"]["questions"]
    )


def test_question_ids_are_unique_inside_a_version(emulator: Emulator) -> None:
    for form in emulator.control.forms.truth():
        for version in form["versions"]:
            ids = [q["questionId"] for q in version["content"]["questions"]]
            assert len(ids) == len(set(ids))


def test_leads_answer_their_own_version(emulator: Emulator) -> None:
    forms = {form["id"]: form for form in emulator.control.forms.truth()}
    seen: Counter[tuple[int, int]] = Counter()
    for row in leads(emulator):
        urn = row["lead"]["versionedLeadGenFormUrn"]
        form, version = (int(part) for part in urn.rpartition(":")[2].strip(")").split(","))
        seen[form, version] += 1
        content = forms[form]["versions"][version - 1]["content"]
        by_id = {q["questionId"]: q for q in content["questions"]}
        response = row["lead"]["formResponse"]
        answered = [answer["questionId"] for answer in response["answers"]]
        assert len(answered) == len(set(answered))
        assert set(answered) <= by_id.keys()
        assert {q for q, x in by_id.items() if x["responseRequired"]} <= set(answered)
        for answer in response["answers"]:
            kind = next(iter(answer["answerDetails"]))
            options = by_id[answer["questionId"]]["questionDetails"].get("multipleChoiceQuestionDetails")
            assert (kind == "multipleChoiceAnswer") == (options is not None)
            if options:
                assert set(answer["answerDetails"][kind]["options"]) <= {o["id"] for o in options["options"]}
        for consent in content["legalInfo"]["consents"] if response["consentResponses"] else ():
            accepted = {c["consentId"]: c["accepted"] for c in response["consentResponses"]}
            assert accepted[consent["id"]] or not consent["checkRequired"]
    assert seen.keys() >= {(11780444, 1), (11780444, 2), (11780444, 3), (9120033, 1)}
    assert (8800001, 1) not in seen


def test_answers_come_in_any_order_some_missing_some_with_two_options(emulator: Emulator) -> None:
    made = [row["lead"]["formResponse"]["answers"] for row in leads(emulator)]
    assert any([a["questionId"] for a in x] != sorted(a["questionId"] for a in x) for x in made)
    options = [
        a["answerDetails"].get("multipleChoiceAnswer", {"options": []})["options"] for x in made for a in x
    ]
    assert {len(chosen) for chosen in options} == {0, 1, 2}


def test_people_speak_the_forms_language(emulator: Emulator) -> None:
    japanese = [x for x in leads(emulator) if "9120033" in x["lead"]["versionedLeadGenFormUrn"]]
    texts = [
        a["answerDetails"]["textQuestionAnswer"]["answer"]
        for x in japanese
        for a in x["lead"]["formResponse"]["answers"]
        if "textQuestionAnswer" in a["answerDetails"]
    ]
    assert any(not text.isascii() for text in texts)
    mails = [text for text in texts if "@" in text]
    assert mails
    assert all(mail.endswith(".example.com") and mail.isascii() for mail in mails)


def test_every_tongue_has_a_word_for_everything() -> None:
    assert set(TONGUES) == set(LOCALES)
    assert all(len(texts) == len(LOCALES) and all(texts) for _, texts in PREDEFINED.values())
    for tongue in TONGUES.values():
        for first, last in zip(tongue.first, tongue.last, strict=False):
            assert (first[1] + last[1]).replace("'", "").isascii()


def test_leads_are_spread_over_the_year(emulator: Emulator, time: Any) -> None:
    ages = [(time.at - row["lead"]["submittedAt"]) // 86_400_000 for row in leads(emulator)]
    assert max(ages) > 340
    assert len({age // 30 for age in ages}) >= 12
    assert 300 < len(ages) < 1_000
    assert sum(row["lead"]["testLead"] for row in leads(emulator)) == 11


def test_the_app_is_configurable(time: Any) -> None:
    settings = AppSettings("78mine", ["s1", "s2"], ["https://me.example/cb"], refresh_enabled=False)
    emulator = Emulator(now=time, app=settings)
    app = emulator.control.watch.world()["apps"][0]
    assert (app["client_id"], app["secrets"], app["redirect_uris"]) == (
        "78mine",
        ["s1", "s2"],
        ["https://me.example/cb"],
    )
    assert "refresh_token" not in emulator.control.tokens.issue(["r_ads"])


def test_the_index_page(emulator: Emulator) -> None:
    page = emulator.handle("GET", "/", {})
    assert page.status == 200
    assert "Highlander Main" in page.body.decode()
