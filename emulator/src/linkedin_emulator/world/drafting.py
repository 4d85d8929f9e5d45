"""Form documents from short drafts, the way Campaign Manager writes them.

A draft question is `{"predefined": "EMAIL"}` or `{"text": "...", "options": ["Red", "Blue"]}`, optionally
with `required`, `label`, `max_length` and `question_id` (to keep or fix an id); a consent is
`{"text": "...", "required": true}`; hidden fields are a mapping of name to value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

from linkedin_emulator.clock import Millis
from linkedin_emulator.protocol.urns import ORGANIZATION, owner_union
from linkedin_emulator.protocol.wire import Json
from linkedin_emulator.world.phrases import LOCALES, PREDEFINED


class Draft(TypedDict, total=False):
    """What the builder of a form types in; only `name` and `questions` matter to most."""

    name: str
    locale: str
    headline: str
    description: str
    questions: Sequence[Mapping[str, Json]]
    hidden_fields: Mapping[str, str]
    consents: Sequence[Mapping[str, Json]]
    privacy_policy_url: str
    thanks: str
    landing_page_url: str
    state: str
    review_status: str


def document(
    form: int, owner: str, draft: Draft, at: Millis, versions: Sequence[dict[str, Json]]
) -> dict[str, Json]:
    """The form object of a new version; questions that stay keep the ids they had in `versions`."""
    previous = versions[-1] if versions else None
    locale = draft.get("locale") or _locale_of(previous)
    language, _, country = locale.partition("_")
    made: dict[str, Json] = {
        "owner": owner_union(owner),
        "hiddenFields": [{"name": k, "value": v} for k, v in draft.get("hidden_fields", {}).items()],
        "versionId": previous["versionId"] + 1 if previous else 1,
        "created": previous["created"] if previous else at,
        "creationLocale": {"country": country, "language": language} if country else {"language": language},
        "name": draft.get("name") or (previous["name"] if previous else f"Form {form}"),
        "id": form,
        "lastModified": at,
        "state": draft.get("state", "PUBLISHED"),
        "content": _content(form, owner, locale, draft, versions),
    }
    if status := draft.get("review_status", "NEEDS_REVIEW"):
        made["reviewInfo"] = {"rejectionReasons": [], "lastUpdated": at, "reviewStatus": status}
    return made


def _locale_of(previous: dict[str, Json] | None) -> str:
    if previous is None:
        return "en_US"
    locale = previous["creationLocale"]
    return "_".join(filter(None, (locale["language"], locale.get("country"))))


def _content(
    form: int, owner: str, locale: str, draft: Draft, versions: Sequence[dict[str, Json]]
) -> dict[str, Json]:
    def said(text: str) -> dict[str, Json]:
        return {"localized": {locale: text}}

    consents = [
        {
            "consent": said(str(c["text"])),
            "checkRequired": bool(c.get("required", False)),
            "id": c.get("id", i),
        }
        | ({"label": c["label"]} if "label" in c else {})
        for i, c in enumerate(draft.get("consents", ()))
    ]
    content: dict[str, Json] = {
        "questions": _questions(form, owner, locale, draft.get("questions", ()), versions),
        "headline": said(draft.get("headline") or draft.get("name") or "Get in touch"),
        "legalInfo": {
            "consents": consents,
            "legalInfoId": int(f"10{form % 10**8:08d}"),
            "privacyPolicyUrl": draft.get("privacy_policy_url", "https://example.com/privacy"),
        },
    }
    if thanks := draft.get("thanks", "OK"):
        content["postSubmissionInfo"] = {"message": said(thanks)}
        if landing := draft.get("landing_page_url", "https://example.com"):
            target = {"landingPageUrl": landing}
            action = {"callToActionTarget": target, "callToActionLabel": "VISIT_COMPANY_WEBSITE"}
            content["postSubmissionInfo"]["callToAction"] = action
    if text := draft.get("description"):
        content["description"] = said(text)
    return content


def _questions(
    form: int,
    owner: str,
    locale: str,
    drafts: Sequence[Mapping[str, Json]],
    versions: Sequence[dict[str, Json]],
) -> list[dict[str, Json]]:
    earlier = [q for version in versions for q in version["content"]["questions"]]
    known = {_same(q): q["questionId"] for q in earlier}
    used = {q["questionId"] for q in earlier}
    made, custom = [], 0
    for draft in drafts:
        question = _question(locale, draft, custom)
        custom += "predefinedField" not in question
        number = draft.get("question_id") or known.get(_same(question)) or _unused(form, owner, used)
        used.add(number)
        made.append({"questionId": number} | question)
    return made


def _unused(form: int, owner: str, used: set[int]) -> int:
    ordinal = len(used) + 1
    while (number := question_id(form, owner, ordinal)) in used:
        ordinal += 1
    return number


def question_id(form: int, owner: str, ordinal: int) -> int:
    """Sponsored questions carry the form's number behind 100 + ordinal; organic ones are small numbers."""
    if f":{ORGANIZATION}:" in owner:
        return 415_000 + form % 1_000 * 100 + ordinal
    return int(f"{100 + ordinal}{form % 10**8:08d}")


def _same(question: Mapping[str, Json]) -> tuple[str, str]:
    if "predefinedField" in question:
        return "predefined", str(question["predefinedField"])
    return "custom", next(iter(question["question"]["localized"].values()))


def _question(locale: str, draft: Mapping[str, Json], custom: int) -> dict[str, Json]:
    predefined = draft.get("predefined")
    name, texts = PREDEFINED.get(str(predefined), (str(predefined), (str(predefined),) * len(LOCALES)))
    spoken = locale if locale in LOCALES else "en_US"
    text = draft.get("text") or texts[LOCALES.index(spoken)]
    made: dict[str, Json] = {
        "question": {"localized": {locale: text}},
        "responseEditable": bool(draft.get("editable", True)),
        "name": draft.get("name") or (name if predefined else f"Custom question {custom}"),
        "questionDetails": _details(locale, draft),
        "responseRequired": bool(draft.get("required", True)),
    }
    if predefined:
        made["predefinedField"] = predefined
    if "label" in draft:
        made["label"] = draft["label"]
    return made


def _details(locale: str, draft: Mapping[str, Json]) -> dict[str, Json]:
    options = draft.get("options")
    if options is None:
        longest = draft.get("max_length", 300)
        return {"textQuestionDetails": {"maxResponseLength": longest} if longest else {}}
    ids = draft.get("option_ids") or range(len(options))
    made = [{"text": {"localized": {locale: t}}, "id": i} for i, t in zip(ids, options, strict=True)]
    return {"multipleChoiceQuestionDetails": {"options": made}}
