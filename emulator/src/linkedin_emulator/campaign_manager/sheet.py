"""The form builder's sheet: what stands in its fields, from a request or from a form version, and what is wrong.

Pure. Rows of the lists are plain `{column: text}`; a checkbox is "on" or "".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from linkedin_emulator.campaign_manager.shown import locale, words
from linkedin_emulator.protocol.wire import Json
from linkedin_emulator.world.phrases import PREDEFINED

Row = dict[str, str]
Typed = Mapping[str, list[str]]

# field -> (label, longest, required)
TEXTS: dict[str, tuple[str, int, bool]] = {
    "name": ("Name of the form", 256, True),
    "headline": ("Headline", 200, True),
    "description": ("Description", 1_000, False),
    "thanks": ("Thank-you message", 1_000, False),
    "landing_page_url": ("Landing page", 2_000, False),
    "privacy_policy_url": ("Privacy policy", 2_000, True),
}
LISTS: dict[str, tuple[str, ...]] = {
    "custom": ("text", "options", "optional"),
    "hidden": ("name", "value"),
    "consent": ("text", "required"),
}
LOCALES: dict[str, str] = {
    "en_US": "English (United States)",
    "de_DE": "Deutsch (Deutschland)",
    "es_ES": "Español (España)",
    "sv_SE": "Svenska (Sverige)",
    "ja_JP": "日本語 (日本)",
    "ar_AE": "العربية (الإمارات)",
    "da_DK": "Dansk (Danmark)",
    "fr_FR": "Français (France)",
    "it_IT": "Italiano (Italia)",
    "ko_KR": "한국어 (대한민국)",
    "nl_NL": "Nederlands (Nederland)",
    "pl_PL": "Polski (Polska)",
    "pt_BR": "Português (Brasil)",
    "tr_TR": "Türkçe (Türkiye)",
    "zh_CN": "简体中文 (中国)",
}


@dataclass(slots=True)
class Sheet:
    """`fields` maps every predefined field on offer to its name, `asked` and `optional` are among them."""

    texts: Row = field(default_factory=dict)
    locale: str = "en_US"
    lead_type: str = ""
    entities: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    optional: list[str] = field(default_factory=list)
    lists: dict[str, list[Row]] = field(default_factory=dict)


def blank() -> Sheet:
    """What a new form starts from."""
    texts = {"thanks": "Thank you!", "landing_page_url": "https://example.com"}
    texts["privacy_policy_url"] = "https://example.com/privacy"
    return Sheet(texts, fields=offered(None), asked=["FIRST_NAME", "LAST_NAME", "EMAIL"])


def offered(version: dict[str, Json] | None) -> dict[str, str]:
    """Predefined fields with their names: those of the version first and in its order, then all others."""
    questions = version["content"]["questions"] if version else ()
    own = {q["predefinedField"]: q["name"] for q in questions if "predefinedField" in q}
    return {name: PREDEFINED[name][0] if name in PREDEFINED else own[name] for name in [*own, *PREDEFINED]}


def of_version(version: dict[str, Json]) -> Sheet:
    """A form version as it would have been typed."""
    content = version["content"]
    after = content.get("postSubmissionInfo", {})
    target = after.get("callToAction", {}).get("callToActionTarget", {})
    predefined = [q for q in content["questions"] if "predefinedField" in q]
    return Sheet(
        {
            "name": version["name"],
            "headline": words(content.get("headline")),
            "description": words(content.get("description")),
            "thanks": words(after.get("message")),
            "landing_page_url": target.get("landingPageUrl", ""),
            "privacy_policy_url": content.get("legalInfo", {}).get("privacyPolicyUrl", ""),
        },
        locale(version),
        fields=offered(version),
        asked=[q["predefinedField"] for q in predefined],
        optional=[q["predefinedField"] for q in predefined if not q["responseRequired"]],
        lists={
            "custom": [_custom(q) for q in content["questions"] if "predefinedField" not in q],
            "hidden": [{"name": h["name"], "value": h["value"]} for h in version.get("hiddenFields", ())],
            "consent": [
                {"text": words(c["consent"]), "required": "on" if c["checkRequired"] else ""}
                for c in content.get("legalInfo", {}).get("consents", ())
            ],
        },
    )


def _custom(question: dict[str, Json]) -> Row:
    return {
        "text": words(question["question"]),
        "options": "\n".join(words(option["text"]) for option in options_of(question)),
        "optional": "" if question["responseRequired"] else "on",
    }


def options_of(question: dict[str, Json]) -> list[dict[str, Json]]:
    """The options of a multiple choice question; none for a text question."""
    details = question.get("questionDetails", {}).get("multipleChoiceQuestionDetails", {})
    return list(details.get("options", ()))


def of_request(typed: Typed, fields: dict[str, str]) -> Sheet:
    """What was typed; rows that are wholly empty are left out."""
    return Sheet(
        {name: _last(typed, name) for name in TEXTS},
        _last(typed, "locale"),
        _last(typed, "lead_type"),
        list(typed.get("entities", ())),
        fields,
        [name for name in fields if name in typed.get("ask", ())],
        [name for name in fields if name in typed.get("optional", ())],
        {name: _rows(typed, name, columns) for name, columns in LISTS.items()},
    )


def _last(typed: Typed, name: str) -> str:
    # Browsers send line breaks as CR LF.
    return typed.get(name, [""])[-1].replace("\r\n", "\n")


def _rows(typed: Typed, name: str, columns: tuple[str, ...]) -> list[Row]:
    """Fields called `custom-0-text`, by their numbers."""
    found = (re.fullmatch(rf"{name}-(\d{{1,6}})-\w+", key) for key in typed)
    numbers = sorted({int(match[1]) for match in found if match})
    rows = ({column: _last(typed, f"{name}-{number}-{column}") for column in columns} for number in numbers)
    return [row for row in rows if any(text.strip() for text in row.values())]


def lines(text: str) -> list[str]:
    """The lines that hold something."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def mistakes(sheet: Sheet, lead_types: Iterable[str] = ()) -> dict[str, str]:
    """What is wrong, by field: a name in TEXTS, "locale", "fields", or a row such as "custom-0"."""
    found = {name: problem for name in TEXTS if (problem := _text_problem(name, sheet.texts[name]))}
    if not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", sheet.locale):
        found["locale"] = "Choose a language."
    if lead_types and sheet.lead_type not in lead_types:
        found["lead_type"] = "Choose where the leads come from."
    if not sheet.asked and not sheet.lists["custom"]:
        found["fields"] = "Ask for something: at least one field or question."
    for name, check in _ROW_CHECKS.items():
        seen: set[str] = set()
        for number, row in enumerate(sheet.lists[name]):
            key = row["name" if name == "hidden" else "text"].strip()
            if problem := check(row) or ("This stands above already." if key in seen else ""):
                found[f"{name}-{number}"] = problem
            seen.add(key)
    return found


def _text_problem(name: str, text: str) -> str:
    _, longest, required = TEXTS[name]
    if not text.strip():
        return "This is needed." if required else ""
    if len(text) > longest:
        return f"At most {longest} letters; these are {len(text)}."
    if name.endswith("_url") and not re.fullmatch(r"https?://[^\s/]+\S*", text.strip()):
        return "An address that begins with https://, please."
    return ""


def _custom_problem(row: Row) -> str:
    if not row["text"].strip():
        return "What is the question?"
    options = lines(row["options"])
    if len(options) == 1:
        return "A choice needs at least two options; without any, the answer is a text."
    return "Two options are the same." if len(set(options)) < len(options) else ""


_ROW_CHECKS: dict[str, Callable[[Row], str]] = {
    "custom": _custom_problem,
    "hidden": lambda row: "" if row["name"].strip() else "A hidden field needs a name.",
    "consent": lambda row: "" if row["text"].strip() else "What do people agree to?",
}
