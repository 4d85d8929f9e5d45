"""The description is true: what it allows is understood, else refused; answers are as it says."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from tests.databases import SqliteHomes
from tests.rig import ADMIN, TEST, rig_on
from tests.web.conftest import Town
from tests.web.matrix import MATRIX

EXPLORING = settings(
    max_examples=8,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def schema(sqlite_homes: SqliteHomes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The description as served, of a deployment in which something has been read."""
    with rig_on(sqlite_homes, tmp_path_factory.mktemp("contract")) as rig:
        rig.connect_member()
        rig.sync(TEST)
        yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", rig.client.app)


def test_the_description_is_openapi(schema: Any) -> None:
    schema.validate()


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("door", MATRIX, ids=" ".join)
def test_every_route_keeps_to_its_description(
    schema: Any, door: tuple[str, str], mode: GenerationMode
) -> None:
    method, path = door

    @EXPLORING
    @given(case=schema[f"/api/v1{path}"][method].as_strategy(mode))
    def explore(case: Case) -> None:
        headers = {"Authorization": f"Bearer {ADMIN}"}
        answer = case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
        if mode is GenerationMode.POSITIVE and answer.status_code == 422:
            # Rules that no schema can say have codes of their own: a cursor, a slug, a window.
            assert answer.json()["code"] != "invalid_input"

    explore()


def test_every_route_says_what_it_does_and_how_it_fails(town: Town) -> None:
    said = town.rig.client.get("/api/v1/openapi.json").json()
    operations = [(path, way, one) for path, ways in said["paths"].items() for way, one in ways.items()]
    assert len({one["operationId"] for *_, one in operations}) == len(operations) == len(MATRIX)
    assert said["security"] == [{"key": []}]
    for path, way, one in operations:
        assert one["description"], (way, path)
        assert one["tags"], (way, path)
        answers = one["responses"]
        assert {"401", "422", "500", "503"} <= answers.keys()
        assert ("404" in answers) or "{" not in path
        assert ("403" in answers) == path.startswith("/api/v1/workspaces")
        assert ("413" in answers) == ("requestBody" in one)
        for status, answer in answers.items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"]


def test_every_id_is_a_text_and_every_time_a_date(town: Town) -> None:
    schemas = town.rig.client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    for name, one in schemas.items():
        for member, type_ in one.get("properties", {}).items():
            kinds = [way for way in (type_, *type_.get("anyOf", ())) if way.get("type") != "null"]
            if member == "id" or member.endswith("_id"):
                assert any(way.get("type") == "string" for way in kinds), (name, member)
            if member.endswith("_at") or member in ("since", "until"):
                assert any(way.get("format") == "date-time" for way in kinds), (name, member)
