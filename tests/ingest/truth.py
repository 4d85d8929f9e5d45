"""What a form table must hold, told by the emulator's truth and the contract alone: no product code."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import create_engine, inspect, text
from tests.rig import Rig

Row = dict[str, Any]


def question_of(form: Row, question_id: int) -> Row | None:
    return next((q for q in form["content"]["questions"] if q["questionId"] == question_id), None)


def words(localized: Row) -> str:
    return str(next(iter(localized["localized"].values())))


def value_of(question: Row, details: Row) -> Any:
    """The cell of an answer: text as it is, a choice as the list of its texts."""
    if "textQuestionAnswer" in details:
        return details["textQuestionAnswer"]["answer"]
    options = question["questionDetails"]["multipleChoiceQuestionDetails"]["options"]
    by_id = {option["id"]: words(option["text"]) for option in options}
    return [by_id[chosen] for chosen in details["multipleChoiceAnswer"]["options"]]


def expected(form: Row, lead: Row) -> dict[str, Any]:
    """By identity: every question, consent and hidden field of the version that the member saw."""
    cells: dict[str, Any] = {}
    for question in form["content"]["questions"]:
        cells[identity(question)] = None
    for answer in lead["formResponse"]["answers"]:
        question = question_of(form, answer["questionId"])
        assert question is not None
        cells[identity(question)] = value_of(question, answer["answerDetails"])
    for consent in form["content"]["legalInfo"]["consents"]:
        cells[f"consent {consent['id']}"] = None
    for said in lead["formResponse"]["consentResponses"]:
        cells[f"consent {said['consentId']}"] = said["accepted"]
    for hidden in form["hiddenFields"]:
        cells[f"hidden {hidden['name']}"] = hidden["value"]
    return cells


def identity(question: Row) -> str:
    return (
        f"predefined {question['predefinedField']}"
        if "predefinedField" in question
        else f"question {question['questionId']}"
    )


def name_of(column: Row) -> str:
    """The identity that a column of `GET /forms/{id}` claims to hold."""
    kind = column["kind"]
    return {
        "predefined": f"predefined {column['predefined_field']}",
        "custom": f"question {column['question_id']}",
        "consent": f"consent {column['consent_id']}",
        "hidden": f"hidden {column['hidden_name']}",
    }[kind]


def table_rows(rig: Rig, full_name: str) -> dict[str, Row]:
    """The rows of a form table by lead id, read with SQL as any tool would, as the owner of the data."""
    url = rig.settings.database_owner_url or rig.settings.store_url
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    schema, _, table = full_name.rpartition(".")
    quoted = f'"{schema}"."{table}"' if schema else f'"{table}"'
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # the wall stands for the owner too
            connection.execute(text("select set_config('leadwire.workspace', 'default', true)"))
        kinds = {c["name"]: str(c["type"]) for c in inspect(connection).get_columns(table, schema or None)}
        found = [dict(row) for row in connection.execute(text(f"select * from {quoted}")).mappings()]
    engine.dispose()
    return {row["lead_id"]: {name: read_cell(row[name], kinds[name]) for name in row} for row in found}


def read_cell(value: Any, kind: str) -> Any:
    """SQLite keeps lists as JSON text and booleans as 0 and 1."""
    if isinstance(value, str) and value.startswith("[") and kind in ("TEXT", "JSON"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
