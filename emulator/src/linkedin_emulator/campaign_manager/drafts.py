"""From the builder's sheet to the draft of a form version, keeping what the version before had and nobody typed."""

from __future__ import annotations

from linkedin_emulator.campaign_manager.sheet import Row, Sheet, lines, options_of
from linkedin_emulator.campaign_manager.shown import locale, words
from linkedin_emulator.protocol.wire import Json
from linkedin_emulator.world.drafting import Draft


def draft(sheet: Sheet, state: str, base: dict[str, Json] | None = None) -> Draft:
    """The draft of a correct sheet; `base` is the version it grew from."""
    same_language = base is not None and locale(base) == sheet.locale
    content = base["content"] if base and same_language else {}
    texts = {name: text.strip() for name, text in sheet.texts.items()}
    return {
        "name": texts["name"],
        "headline": texts["headline"],
        "description": texts["description"],
        "thanks": texts["thanks"],
        "landing_page_url": texts["landing_page_url"],
        "privacy_policy_url": texts["privacy_policy_url"],
        "locale": sheet.locale,
        "state": state,
        "questions": _questions(sheet, content.get("questions", [])),
        "hidden_fields": {row["name"].strip(): row["value"] for row in sheet.lists["hidden"]},
        "consents": _consents(sheet.lists["consent"], content.get("legalInfo", {}).get("consents", [])),
    }


def _questions(sheet: Sheet, earlier: list[dict[str, Json]]) -> list[dict[str, Json]]:
    by_field = {q["predefinedField"]: q for q in earlier if "predefinedField" in q}
    by_text = {words(q["question"]): q for q in earlier if "predefinedField" not in q}
    predefined = [
        {**_carried(by_field.get(name)), "predefined": name, "required": name not in sheet.optional}
        for name in sheet.asked
    ]
    custom = [
        _custom(row, by_text.get(row["text"]) or by_text.get(row["text"].strip()))
        for row in sheet.lists["custom"]
    ]
    return _ordered(predefined + custom, [*map(_key, earlier)])


def _key(question: dict[str, Json]) -> tuple[str, str]:
    """What makes a question the same in two versions."""
    if "predefinedField" in question:
        return "predefined", str(question["predefinedField"])
    return "custom", words(question["question"])


def _ordered(drafts: list[dict[str, Json]], earlier: list[tuple[str, str]]) -> list[dict[str, Json]]:
    """Questions that stay keep their order; new fields follow the last field, new questions come last."""
    fields = [place for place, (kind, _) in enumerate(earlier) if kind == "predefined"]

    def place(draft: dict[str, Json]) -> tuple[int, bool]:
        key = ("predefined", draft["predefined"]) if "predefined" in draft else ("custom", draft["text"])
        if key in earlier:
            return earlier.index(key), False
        return (max(fields, default=-1) if key[0] == "predefined" else len(earlier)), True

    return sorted(drafts, key=place)


def _carried(question: dict[str, Json] | None) -> dict[str, Json]:
    """The members of an earlier question that the builder does not show."""
    if question is None:
        return {}
    kept = {"text": words(question["question"]), "editable": question["responseEditable"]}
    if options := options_of(question):
        kept |= {"options": [words(o["text"]) for o in options], "option_ids": [o["id"] for o in options]}
    else:
        kept["max_length"] = question["questionDetails"]["textQuestionDetails"].get("maxResponseLength")
    return kept | {name: question[name] for name in ("name", "label") if name in question}


def _custom(row: Row, earlier: dict[str, Json] | None) -> dict[str, Json]:
    carried = _carried(earlier)
    known = dict(zip(carried.pop("options", ()), carried.pop("option_ids", ()), strict=True))
    made = {"text": row["text"].strip(), **carried, "required": not row["optional"]}
    if options := lines(row["options"]):
        made |= {"options": options, "option_ids": _numbered(options, known)}
    return made


def _consents(rows: list[Row], earlier: list[dict[str, Json]]) -> list[dict[str, Json]]:
    known = {words(consent["consent"]): consent for consent in earlier}
    numbers = _numbered([row["text"] for row in rows], {text: c["id"] for text, c in known.items()})
    return [
        {"text": row["text"], "id": number, "required": bool(row["required"])}
        | {name: known[row["text"]][name] for name in ("label",) if name in known.get(row["text"], {})}
        for row, number in zip(rows, numbers, strict=True)
    ]


def _numbered(texts: list[str], known: dict[str, int]) -> list[int]:
    """The known number of each text; new ones count on behind the highest."""
    following = max(known.values(), default=-1) + 1
    numbers = []
    for text in texts:
        numbers.append(known.get(text, following))
        following += text not in known
    return numbers
