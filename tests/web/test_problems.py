"""Errors: one form for all, each with its status, none with anything of the inside."""

import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount
from starlette.testclient import TestClient
from tests.databases import Home
from tests.rig import CLIENT, Caller, Rig, sqlite_only
from tests.web.conftest import Town
from tests.web.matrix import MATRIX

from leadwire.domain import errors
from leadwire.ingest.ports import NobodyMayRead
from leadwire.linkedin import errors as linkedin
from leadwire.store.errors import BadCursor, SealBroken, Taken, TryLater
from leadwire.web import MOST_BYTES, create_app
from leadwire.web.problems import failure_of

CANARY = "canary-3f9a"
TAKING = [door for door, body in MATRIX.items() if isinstance(body, dict)]
READING_NONE = [door for door, body in MATRIX.items() if not isinstance(body, dict) and door[0] != "GET"]


def is_problem(answer: Any) -> bool:
    said = answer.json()
    return (
        answer.headers["content-type"] == "application/problem+json"
        and said["status"] == answer.status_code
        and {"type", "title", "status", "code", "detail", "remedy", "problems"} == set(said)
        and bool(said["code"] and said["detail"] and said["title"])
    )


@pytest.mark.parametrize("door", TAKING, ids=" ".join)
def test_an_unknown_member_is_refused_by_name_and_not_repeated(town: Town, door: tuple[str, str]) -> None:
    method, template = door
    api = town.rig.api if template.startswith("/workspaces") else town.acme.api
    answer = api(method, town.acme.path(template), {**MATRIX[door], "surprise": CANARY})
    assert answer.status_code == 422
    assert is_problem(answer)
    assert answer.json()["problems"][0]["code"] == "extra_forbidden"
    assert "surprise" in answer.json()["detail"]
    assert CANARY not in answer.text


@pytest.mark.parametrize("door", READING_NONE, ids=" ".join)
def test_a_body_is_refused_where_none_is_read(town: Town, door: tuple[str, str]) -> None:
    method, template = door
    api = town.rig.api if template.startswith("/workspaces") else town.acme.api
    answer = api(method, town.acme.path(template), {"surprise": CANARY})
    assert answer.status_code == 422
    assert is_problem(answer)
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe{}", b"[" * 50_000, b"[]", b'"text"', b"1", b'{"poll_interval": NaN', b"\x00"],
    ids=["cut", "not utf-8", "deep", "list", "text", "number", "nan and cut", "nul"],
)
def test_a_body_that_is_no_object_is_422(town: Town, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {town.acme.api.key}", "Content-Type": "application/json"}
    answer = town.rig.client.patch("/api/v1/settings", content=body, headers=headers)
    assert answer.status_code == 422
    assert is_problem(answer)


def test_a_body_must_say_that_it_is_json(town: Town) -> None:
    headers = {"Authorization": f"Bearer {town.acme.api.key}", "Content-Type": "text/plain"}
    assert town.rig.client.patch("/api/v1/settings", content=b"{}", headers=headers).status_code == 422


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_without_end_is_413(town: Town, announced: bool) -> None:
    headers = {"Authorization": f"Bearer {town.acme.api.key}", "Content-Type": "application/json"}
    pieces = [b" " * 1024] * (MOST_BYTES // 1024 + 1)
    content: Any = b"".join(pieces) if announced else iter(pieces)
    answer = town.rig.client.patch("/api/v1/settings", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert is_problem(answer)


def test_another_method_is_405_and_says_which_there_are(town: Town) -> None:
    answer = town.acme.api.put("/leads")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"
    assert is_problem(answer)


def test_a_person_on_a_wrong_page_gets_a_page(town: Town) -> None:
    answer = town.rig.client.get("/nowhere", headers={"Accept": "text/html,*/*"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing at this address." in answer.text
    assert is_problem(town.rig.client.get("/nowhere"))


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "bm8"}, ""),
        ({"cursor": "é"}, ""),
        ({"cursor": "x" * 1001}, "cursor"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-01-02T03:04:05"}, "since"),
        ({"until": "1780000000000"}, "until"),
        ({"account": "acme"}, "account"),
        ({"form": "a b"}, "form"),
        ({"test": "maybe"}, "test"),
        ({"q": "x" * 201}, "q"),
        ({"acount": "1"}, "This call knows no query parameter 'acount'"),
    ],
    ids=str,
)
def test_a_query_that_means_nothing_is_422(town: Town, query: dict[str, Any], place: str) -> None:
    answer = town.acme.api.get("/leads", **query)
    assert answer.status_code == 422
    assert is_problem(answer)
    assert answer.json()["detail"].startswith(place)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.InvalidInput("odd", "Odd."), 422, "odd"),
        (errors.Forbidden("no", "No."), 403, "no"),
        (errors.Conflict("not_now", "Not now."), 409, "not_now"),
        (Taken("slug_taken", "Taken."), 409, "slug_taken"),
        (errors.NotFound("anything", "There is no 'secret name' here."), 404, "not_found"),
        (BadCursor(), 422, "bad_cursor"),
        (TryLater("the database is busy"), 503, "database_busy"),
        (linkedin.TryLater("no answer"), 503, "linkedin_unreachable"),
        (linkedin.Throttled("429", after=12.4), 503, "linkedin_throttled"),
        (linkedin.AskAgain("gone"), 409, "needs_reconnect"),
        (linkedin.Forbidden("403"), 409, "linkedin_forbids"),
        (linkedin.Refused("400"), 502, "linkedin_answered_oddly"),
        (linkedin.Surprise("?", CANARY.encode()), 502, "linkedin_answered_oddly"),
        (NobodyMayRead("nobody"), 409, "cannot_read_leads"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_every_known_error_has_its_status(error: Exception, status: int, code: str) -> None:
    said = failure_of(error)
    assert said is not None
    assert (said.status, said.code) == (status, code)
    assert "secret name" not in said.model_dump_json()
    assert CANARY not in said.model_dump_json()


@pytest.mark.parametrize("error", [SealBroken("x"), ValueError("x"), KeyError("x")], ids=repr)
def test_any_other_error_is_our_own_mistake(error: Exception) -> None:
    assert failure_of(error) is None


class Broken:
    """A thing of which everything fails, and the error says what nobody may read."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"SELECT * FROM {CANARY}")


class BrokenDesk:
    """The same of a thing that is asked for by calls alone, and handed on before they are made."""

    def __getattr__(self, name: str) -> Any:
        def fail(*given: Any, **named: Any) -> Any:
            raise RuntimeError(f"SELECT * FROM {CANARY}")

        return fail


class BrokenStore:
    """Only what a failing request itself needs still works."""

    deployment = BrokenDesk()

    def new_id(self, now: int) -> str:
        return "request-7"

    def workspace(self, id: str) -> Broken:  # noqa: A002
        return Broken()


@pytest.fixture
def broken(rig: Rig) -> TestClient:
    services: Any = replace(
        rig.app.services(),
        store=BrokenStore(),
        consent=Broken(),
        orders=Broken(),
        duties=Broken(),
        subscriptions=Broken(),
        repair=Broken(),
    )
    return TestClient(create_app(services), **CLIENT)


@sqlite_only
def test_no_mistake_shows_anything_of_the_inside(
    rig: Rig, broken: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    for (method, template), body in MATRIX.items():
        answer = Caller(broken, rig.api.key)(method, _filled(template), body)
        assert answer.status_code == 500, (method, template)
        assert is_problem(answer)
        assert "request-7" in answer.json()["remedy"]
        assert answer.headers["x-request-id"] == "request-7"
        assert CANARY not in answer.text
    for path in ("/readyz", "/metrics", "/connect/x", "/oauth/linkedin/callback"):
        assert broken.get(path).status_code == 500
    logged = "".join(capfd.readouterr())
    assert "request_failed" in logged
    assert "RuntimeError" in logged
    assert CANARY not in logged


def _filled(template: str) -> str:
    return re.sub(r"{[^}]*}", "1", template)


HEADERS = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
POLICIES = (
    "default-src 'none'",
    "script-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
)


def _every_get(rig: Rig) -> list[str]:
    app: Any = rig.client.app
    return [
        _filled(route.path)
        for route in iter_route_contexts(app.routes)
        if not isinstance(route.original_route, Mount) and "GET" in route.methods
    ]


@sqlite_only
def test_every_answer_has_its_armour(rig: Rig) -> None:
    paths = [*_every_get(rig), "/static/nothing.js", "/nowhere", "/api/v1/nowhere"]
    assert len(paths) > 40
    for key in ({}, {"Authorization": f"Bearer {rig.api.key}"}):
        for path in paths:
            answer = rig.client.get(path, headers=key)
            policy = answer.headers["content-security-policy"]
            assert all(part in policy for part in POLICIES), path
            assert "unsafe" not in policy
            assert HEADERS.items() <= dict(answer.headers).items(), path
            assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin")
            assert "camera=()" in answer.headers["permissions-policy"]
            assert answer.headers["cache-control"] == (
                "no-cache" if path.startswith("/static/") else "no-store"
            )
            assert "server" not in answer.headers
            assert "strict-transport-security" not in answer.headers


@sqlite_only
def test_over_https_browsers_are_told_to_stay_there(home: Home, tmp_path: Path) -> None:
    with closing(Rig(home, tmp_path, public_url="https://leads.example")) as rig:
        for path in ("/healthz", "/api/v1/leads", "/"):
            assert rig.client.get(path).headers["strict-transport-security"] == "max-age=31536000"


@sqlite_only
@pytest.mark.parametrize("path", ["/connections", "/forms/{form_id}", "/accounts/{account}/sync", "/leads/x"])
def test_a_method_that_an_address_does_not_take_names_all_that_it_takes(rig: Rig, path: str) -> None:
    """One address is several routes; the framework names the methods of the first alone."""
    there = path.format(form_id="7234246", account="1234567")
    takes = {way for way, door in MATRIX if door.replace("{lead_id}", "x") in (path, there)}
    answer = rig.api("OPTIONS", there)
    assert answer.status_code == 405
    assert {way.strip() for way in answer.headers["allow"].split(",")} == takes


@sqlite_only
@pytest.mark.parametrize("odd", [0, 1, "true", "no", None])
def test_true_or_false_is_nothing_else(rig: Rig, odd: object) -> None:
    for path, body in (
        ("/accounts/1234567/absence", {"confirm": odd}),
        ("/accounts/1234567/pull", {"dry_run": odd}),
        ("/mappings/suggestions/accept", {"sources": ["question:1/1"], "always": odd}),
    ):
        answer = rig.api.post(path, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), path
